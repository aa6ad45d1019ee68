"""What a shop owner answers: why, who, where, what, which, when, how. Everything has a default.

An `Answers` is a TOML file or a form's JSON; `firmware.interview.check` tells its faults,
`firmware.interview.configuring` makes a configuration of it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Date, Day, Digits, Key, Language, Part, Span, one_of

MOST_PEOPLE = 200
MOST_SERVICES = 9
"""As many as a menu has digits."""
Text = Annotated[str, Meta(max_length=60)]
Share = Annotated[int, Meta(ge=0, le=100)]
WEEK = ("mon", "tue", "wed", "thu", "fri")


class Place(Part, frozen=True):
    """Where the box stands."""

    name: Text = ""
    """The business, as callers know it; empty: the box's name."""
    country: Annotated[str, Meta(max_length=2)] = ""
    """Two letters: tones, emergency numbers, what is usual of recordings; empty: as the box is set."""
    area: Digits = ""
    """Area code of the lines without trunk prefix; empty: as the box is set."""
    zone: Annotated[str, Meta(extra={"form": "zone"})] = ""
    """IANA time zone; empty: the box's, or that of another country's capital."""
    language: Annotated[str, one_of("", "zh", "en")] = ""
    """Language of the house; empty: as the box is set."""


class Person(Part, frozen=True):
    """Somebody who answers, or only has a telephone."""

    name: Text
    """As it stands in reports."""
    role: Annotated[str, one_of("agent", "supervisor", "staff")] = "agent"
    """`agent` answers callers; `supervisor` helps out when nobody else can, and may listen; `staff` has a telephone."""
    languages: tuple[Language, ...] = ()
    """Spoken with callers; empty: the house's."""
    extension: Digits = ""
    """Number of the telephone; empty: the next one free."""
    mobile: Digits = ""
    """Who has no telephone at the box: an outside number, as dialled from a line there, that rings when nobody in the
    house answers."""


class Department(Part, frozen=True):
    """Something callers want: sales, service, bookings."""

    name: Text
    """In the house's language."""
    other_name: Text = ""
    """In the other of `zh` and `en`, for callers who speak it; empty: the same."""
    people: tuple[str, ...] = ()
    """Names of those who answer; empty: all agents and supervisors."""
    key: Key = ""
    """Digit in the menu; empty: the next one free."""
    share: Share = 0
    """Percent of the calls; 0: an equal part of what the others leave."""
    urgent: bool = False
    """Its callers come before those of other departments."""


class Channel(Part, frozen=True):
    """Which department a line or trunk belongs to. Lines that are not named lead to the menu."""

    line: str
    """Name of the line or trunk."""
    number: Annotated[str, Meta(extra={"form": "number"})] = ""
    """Its number; empty: as it is."""
    department: str = ""
    """Name of the department its callers reach without a menu; empty: the menu."""


class Opening(Part, frozen=True):
    """When."""

    open: dict[Day, tuple[Span, ...]] = field(default_factory=lambda: dict.fromkeys(WEEK, ("09:00-18:00",)))
    """Day to spans; days that are not named are closed."""
    holidays: dict[Date, Text] = field(default_factory=dict)
    """Date to the holiday's name: closed."""
    working: tuple[Date, ...] = ()
    """Dates on which it is open all the same, such as a Saturday worked for a holiday."""


class Load(Part, frozen=True):
    """How: what is promised, and how many will call."""

    percent: Annotated[int, Meta(ge=1, le=99)] = 80
    """So many of a hundred callers are answered in time."""
    within_s: Annotated[int, Meta(ge=1, le=600)] = 20
    """And that is in time."""
    calls_a_day: Annotated[int, Meta(ge=0, le=20_000)] = 60
    """On an ordinary day."""
    talk_s: Annotated[int, Meta(ge=5, le=3600)] = 180
    """Mean length of a conversation."""
    notes_s: Annotated[int, Meta(ge=0, le=900)] = 20
    """Mean time for notes after it."""
    peak_percent: Annotated[int, Meta(ge=1, le=100)] = 15
    """Share of the day's calls that come in the busiest hour."""
    patience_s: Annotated[int, Meta(ge=5, le=3600)] = 120
    """How long callers wait on average before they give up."""


class Wishes(Part, frozen=True):
    """How it is to be done."""

    record: Annotated[str, one_of("country", "yes", "no")] = "country"
    """Record conversations; `country`: as is usual there."""
    announce: bool = True
    """Callers are told before anything is recorded."""
    voicemail: bool = True
    """Who is not answered may leave a message."""
    callback: bool = True
    """Who waits may ask to be called back."""
    greeting_zh: Annotated[str, Meta(max_length=400)] = ""
    """First words in Mandarin; empty: “您好，这里是…”."""
    greeting_en: Annotated[str, Meta(max_length=400)] = ""
    """First words in English; empty: "Welcome to …"."""


class Answers(Part, frozen=True):
    """All of them."""

    goal: Annotated[str, one_of("answer", "sell", "support", "book")] = "answer"
    """Why: be reached at all, sell, help, or take bookings."""
    languages: tuple[Language, ...] = ()
    """Customers: languages callers may choose; empty: the house's alone."""
    site: Place = Place()
    people: tuple[Person, ...] = field(default=(), name="person")
    departments: tuple[Department, ...] = field(default=(), name="department")
    channels: tuple[Channel, ...] = field(default=(), name="channel")
    opening: Opening = Opening()
    load: Load = Load()
    wishes: Wishes = Wishes()
