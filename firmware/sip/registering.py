"""The life of a registration with a carrier as a table, what it tells, and its times. Data alone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from msgspec import Struct

from firmware.sip.hosts import Target


class Registering(Enum):
    OFF = auto()
    ASKING = auto()
    """A REGISTER is on its way."""
    STANDING = auto()
    """Registered; the deadline is the renewal."""
    WAITING = auto()
    """Until it is tried again. A registration of before may still stand."""
    LINGERING = auto()
    """Stopped while a REGISTER was on its way: its end is awaited (RFC 3261 10.2)."""
    LEAVING = auto()
    """The registration is being taken back."""


class Given(Enum):
    START = auto()
    STOP = auto()
    GRANTED = auto()
    CHALLENGED = auto()
    """And we can answer."""
    TOO_BRIEF = auto()
    """423 with a time that we can ask for."""
    REFUSED = auto()
    """The carrier does not want this account, whichever host is asked."""
    HOST_FAILED = auto()
    """This host cannot; there is another."""
    ALL_FAILED = auto()
    TIMEOUT = auto()
    FOUND = auto()
    """DNS told of a host where none was known."""


class Deed(Enum):
    NOTHING = auto()
    ASK = auto()
    ANSWER = auto()
    STAND = auto()
    WAIT = auto()
    WAIT_LONG = auto()
    LEAVE = auto()


STEPS: Mapping[tuple[Registering, Given], tuple[Registering, Deed]] = {
    (Registering.OFF, Given.START): (Registering.ASKING, Deed.ASK),
    (Registering.ASKING, Given.GRANTED): (Registering.STANDING, Deed.STAND),
    (Registering.ASKING, Given.CHALLENGED): (Registering.ASKING, Deed.ANSWER),
    (Registering.ASKING, Given.TOO_BRIEF): (Registering.ASKING, Deed.ASK),
    (Registering.ASKING, Given.REFUSED): (Registering.WAITING, Deed.WAIT_LONG),
    (Registering.ASKING, Given.HOST_FAILED): (Registering.ASKING, Deed.ASK),
    (Registering.ASKING, Given.ALL_FAILED): (Registering.WAITING, Deed.WAIT),
    (Registering.ASKING, Given.STOP): (Registering.LINGERING, Deed.NOTHING),
    (Registering.STANDING, Given.TIMEOUT): (Registering.ASKING, Deed.ASK),
    (Registering.STANDING, Given.STOP): (Registering.LEAVING, Deed.LEAVE),
    (Registering.WAITING, Given.TIMEOUT): (Registering.ASKING, Deed.ASK),
    (Registering.WAITING, Given.FOUND): (Registering.ASKING, Deed.ASK),
    (Registering.WAITING, Given.STOP): (Registering.LEAVING, Deed.LEAVE),
    (Registering.LINGERING, Given.GRANTED): (Registering.LEAVING, Deed.LEAVE),
    (Registering.LINGERING, Given.CHALLENGED): (Registering.LEAVING, Deed.LEAVE),
    (Registering.LINGERING, Given.TOO_BRIEF): (Registering.LEAVING, Deed.LEAVE),
    (Registering.LINGERING, Given.REFUSED): (Registering.LEAVING, Deed.LEAVE),
    (Registering.LINGERING, Given.HOST_FAILED): (Registering.LEAVING, Deed.LEAVE),
    (Registering.LINGERING, Given.ALL_FAILED): (Registering.LEAVING, Deed.LEAVE),
    (Registering.LEAVING, Given.CHALLENGED): (Registering.LEAVING, Deed.ANSWER),
    (Registering.LEAVING, Given.GRANTED): (Registering.OFF, Deed.NOTHING),
    (Registering.LEAVING, Given.TOO_BRIEF): (Registering.OFF, Deed.NOTHING),
    (Registering.LEAVING, Given.REFUSED): (Registering.OFF, Deed.NOTHING),
    (Registering.LEAVING, Given.HOST_FAILED): (Registering.OFF, Deed.NOTHING),
    (Registering.LEAVING, Given.ALL_FAILED): (Registering.OFF, Deed.NOTHING),
}
AWAITING = frozenset({Registering.ASKING, Registering.LINGERING, Registering.LEAVING})
"""A request is on its way."""
UNWELL = frozenset({408, 480, *range(500, 600)})
"""Statuses after which another host, or the same one later, may well serve."""


class Reason(Enum):
    """Why a trunk is down."""

    NO_ADDRESS = "no-address"
    NO_ANSWER = "no-answer"
    PASSWORD = "password"  # noqa: S105 - a reason
    REFUSED = "refused"
    STOPPED = "stopped"


class TrunkUp(Struct, frozen=True, tag=True):
    """Calls may be placed, by this target; told again where something of it changes."""

    target: Target
    routes: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()


class TrunkDown(Struct, frozen=True, tag=True):
    reason: Reason
    status: int = 0
    """The carrier's; 0: it said nothing."""


class Times(Struct, frozen=True):
    answer_s: int = 10
    """A host that is silent for so long is left for the next one."""
    least_wait_s: int = 10
    most_wait_s: int = 600
    least_refused_s: int = 60
    """After a refusal: carriers lock accounts that insist."""
    most_refused_s: int = 3600
    renewed_from: float = 0.7
    """Renewed after between so much …"""
    renewed_to: float = 0.85
    """… and so much of the time granted."""
