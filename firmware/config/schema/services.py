"""Day, night and holiday service: where calls go by the calendar, unless somebody keys otherwise."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Date, HoursId, Part, one_of

Mode = Annotated[str, one_of("day", "night", "holiday")]
ServiceId = Annotated[str, Meta(extra={"refers": "service"})]
ExtensionNumber = Annotated[str, Meta(extra={"refers": "extension"})]


class Service(Part, frozen=True):
    """One service; lines, called numbers and flows lead to it as `service:ID`."""

    id: Annotated[str, Meta(extra={"defines": "service", "form": "name"})]
    """What others call it."""
    hours: HoursId = ""
    """Open is day, closed is night; empty: day."""
    holidays: dict[Date, str] = field(default_factory=dict)
    """Date to the holiday's name."""
    exceptions: dict[Date, Mode] = field(default_factory=dict)
    """Date to what that whole day is, before hours and holidays: a working Saturday, a day off."""
    day: str = ""
    """Where calls go by day."""
    night: str = ""
    """Where calls go by night."""
    holiday: str = ""
    """Where calls go on holidays; empty: as by night."""
    telephones: tuple[ExtensionNumber, ...] = ()
    """Extensions that may switch it with feature `service`."""
    keyed_until: Annotated[str, one_of("next-change", "cancelled")] = "next-change"
    """How long what was keyed lasts: to the calendar's next change, or till `0` is keyed."""
