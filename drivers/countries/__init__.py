"""Line profiles of countries as data: tones, ringing, caller ID, impedance, numbering facts."""

from drivers.countries.profile import (
    BadProfile,
    CallerIdForm,
    CountryProfile,
    CountryTone,
    Segment,
    UnknownCountry,
    countries,
    profile,
)

__all__ = [
    "BadProfile",
    "CallerIdForm",
    "CountryProfile",
    "CountryTone",
    "Segment",
    "UnknownCountry",
    "countries",
    "profile",
]
