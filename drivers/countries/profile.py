"""The typed form of a country's line profile and its loader; the figures are in the TOML files beside it.

Sources of the figures: ITU-T E.180 supplement 2 and the zone data of HARDWARE.md §5.1–5.2. Nothing here
knows of calls.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from drivers.ports import DriverError

TONES = (
    "dial",
    "special-dial",
    "ringback",
    "busy",
    "congestion",
    "special-information",
    "call-waiting",
    "howler",
    "confirm",
    "beep",
)
"""Tone names every profile has; the same words as `firmware.protocol.names.Tone`."""


class UnknownCountry(DriverError, KeyError):
    """There is no profile for this country code."""


class BadProfile(DriverError, ValueError):
    """A profile file does not say what a profile must say."""


class Segment(Struct, frozen=True, forbid_unknown_fields=True):
    """One burst of a tone and the silence after it."""

    hz: tuple[float, ...]
    """One or more frequencies sounding together."""
    on_ms: int = 0
    """0: for ever."""
    off_ms: int = 0
    times: int = 1
    """How often this burst comes before the next segment."""


class CountryTone(Struct, frozen=True, forbid_unknown_fields=True):
    """A call-progress tone: segments, one after the other, and again unless `once`."""

    segments: tuple[Segment, ...]
    level_dbm0: float = -10.0
    """Power of all frequencies of a burst together."""
    modulated_hz: float = 0.0
    """Amplitude modulation (India's 400 × 25 Hz), 90 % deep, so carrier and two sidebands; 0: none."""
    once: bool = False

    def bursts(self) -> tuple[Segment, ...]:
        """The segments with `times` written out."""
        return tuple(
            Segment(one.hz, one.on_ms, one.off_ms) for one in self.segments for _ in range(one.times)
        )

    @property
    def continuous(self) -> bool:
        return any(one.on_ms == 0 for one in self.segments)


class CallerIdForm(Struct, frozen=True, forbid_unknown_fields=True):
    """How an exchange of this country gives the caller's number, with its times."""

    form: Literal["fsk-bell202", "fsk-v23", "dtmf", "none"]
    message: Literal["mdmf", "sdmf", ""] = ""
    """FSK: multiple or single data message format."""
    when: Literal["between-rings", "before-ring", ""] = ""
    reversal: bool = False
    """Polarity is reversed before the message."""
    alert: bool = False
    """The dual-tone alert signal (DT-AS, 2130 + 2750 Hz) comes before the message."""
    start: str = ""
    """DTMF: start code (`A`, `B`, `C`, `D` or empty)."""
    end: str = ""
    """DTMF: end code (`#`, `C`, `D`)."""
    lenient: bool = False
    """DTMF: receive with any start code or none, and any end code."""
    absent: dict[str, str] = {}
    """DTMF: the whole digit string sent for `private` and `unavailable`."""
    alert_after_ms: int = 0
    """From the reversal (or from the start where there is none) to DT-AS."""
    alert_ms: int = 100
    message_after_ms: int = 600
    """From the end of what comes before (first ring, DT-AS, reversal) to the message."""
    ring_after_ms: int = 400
    """`before-ring`: from the message's end to ringing."""
    seizure_bits: int = 300
    """FSK: alternating bits before the mark; 0 for none."""
    mark_bits: int = 180
    level_dbm0: float = -13.5
    """FSK carrier, or the power of both DTMF tones together."""
    digit_ms: int = 70
    digit_gap_ms: int = 70

    @property
    def offered(self) -> bool:
        return self.form != "none"


class CountryProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """All that differs from country to country on an analog line."""

    code: str
    name: str
    country_code: str
    """E.164, without the plus."""
    trunk_prefix: str
    international_prefix: str
    emergency: tuple[str, ...]
    ring_cadence_ms: tuple[int, ...]
    """on, off, on, off …, repeated."""
    ring_hz: float
    ring_v: float
    """Open-circuit, Vrms."""
    fxo_preset: str
    """Key of the Si3050 country table (HARDWARE.md §1.1.3)."""
    fxs_impedance: str
    """Key of the Si321x two-wire impedances (HARDWARE.md §1.2.2, register 10)."""
    law: Literal["alaw", "ulaw"]
    name_charset: str
    """Python codec in which exchanges of this country send names."""
    caller_id: CallerIdForm
    tones: dict[str, CountryTone]
    caller_id_also: tuple[CallerIdForm, ...] = ()
    """Other forms found on lines of this country (older exchanges, boxes behind the line)."""
    flash_ms: int = 100
    """Break of the recall (R) key."""
    flash_accept_ms: tuple[int, int] = (80, 800)
    pulse_make_percent: float = 38.5
    pulses_per_second: float = 10.0

    def caller_id_by(self, wanted: str) -> CallerIdForm:
        """The form for a line's setting: `country`, `fsk`, `dtmf` or `none`; never raises.

        Where the country knows no such form, the plain one of that name: Bell 202 MDMF between rings, or DTMF
        `A…#` before the ring.
        """
        if wanted == "country":
            return self.caller_id
        if wanted == "none":
            return CallerIdForm("none")
        for form in (self.caller_id, *self.caller_id_also):
            if form.form.startswith(wanted):
                return form
        if wanted == "dtmf":
            return CallerIdForm("dtmf", when="before-ring", start="A", end="#", message_after_ms=250)
        return CallerIdForm("fsk-bell202", "mdmf", "between-rings")


def countries() -> tuple[str, ...]:
    """Codes of all profiles there are, in alphabetical order."""
    return tuple(sorted(path.stem.upper() for path in Path(__file__).parent.glob("??.toml")))


@cache
def profile(code: str) -> CountryProfile:
    """The profile of a country by its two letters, in either case. Raises UnknownCountry, BadProfile."""
    if code.upper() not in countries():
        raise UnknownCountry(f"no profile for country {code!r}; there are: {', '.join(countries())}")
    path = Path(__file__).with_name(f"{code.lower()}.toml")
    return parsed(path.read_bytes(), path.name)


def parsed(text: bytes, origin: str) -> CountryProfile:
    """A profile from TOML; raises BadProfile with every fault found."""
    try:
        read = msgspec.toml.decode(text, type=CountryProfile)
    except msgspec.MsgspecError as error:
        raise BadProfile(f"{origin}: {error}") from None
    faults = _faults(read)
    if faults:
        raise BadProfile(f"{origin}: " + "; ".join(faults))
    return read


def _faults(read: CountryProfile) -> list[str]:
    faults = [f"tone {name} is missing" for name in TONES if name not in read.tones]
    faults += [f"tone {name} is not known" for name in read.tones if name not in TONES]
    for name, tone in read.tones.items():
        if not tone.segments:
            faults.append(f"tone {name} has no segments")
        for one in tone.segments:
            if not one.hz or not all(20 <= hz <= 3600 for hz in one.hz):
                faults.append(f"tone {name}: frequencies must be 20–3600 Hz")
            if min(one.on_ms, one.off_ms) < 0 or not 1 <= one.times <= 20:
                faults.append(f"tone {name}: times must not be negative")
    if len(read.ring_cadence_ms) % 2 or not read.ring_cadence_ms or min(read.ring_cadence_ms) <= 0:
        faults.append("ring_cadence_ms must be pairs of on and off")
    if not read.emergency or not all(number.isdigit() for number in read.emergency):
        faults.append("emergency must name at least one number of digits")
    faults += [fault for form in (read.caller_id, *read.caller_id_also) for fault in _form_faults(form)]
    try:
        "".encode(read.name_charset)
    except LookupError:
        faults.append(f"name_charset {read.name_charset!r} is no codec")
    return faults


def _form_faults(form: CallerIdForm) -> list[str]:
    if not form.offered:
        return []
    faults = []
    if not form.when:
        faults.append(f"caller ID {form.form}: `when` is missing")
    if form.form.startswith("fsk") and not form.message:
        faults.append(f"caller ID {form.form}: `message` is missing")
    if form.form == "dtmf" and (
        form.end not in {"#", "C", "D"} or form.start not in {"", "A", "B", "C", "D"}
    ):
        faults.append("caller ID dtmf: `end` is one of # C D, `start` one of A B C D or empty")
    return faults
