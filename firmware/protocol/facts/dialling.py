"""Dialling: classes of service, PINs, account codes, choice of line, callers and called numbers, day and night."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact


class LineChosen(Fact, frozen=True, tag=True):
    """Over which line a number is dialled and why; `leg` 0 and no line: none could be had, and why not.

    `digits` is what is sent where a route rewrites the number, `cost` the route's price of a minute, `who` the
    extension whose class of service holds for it.
    """

    call: int
    leg: int
    line: str
    route: str
    digits: str
    cost: float
    why: str
    who: str = ""


class CallCharged(Fact, frozen=True, tag=True):
    """Calls outside of this call are those of extension `who`: its class of service holds for them."""

    call: int
    who: str


class TalkSpent(Fact, frozen=True, tag=True):
    """An outgoing leg ended: so much talk of extension `who` on `day` (of the site's zone), and what it cost."""

    call: int
    leg: int
    who: str
    day: str
    seconds: float
    cost: float


class CallSuspected(Fact, frozen=True, tag=True):
    """A call outside of extension `who` that counts towards an alarm: `abroad` (also premium), `refused`, `spent`.

    So many of the newest, `most`, are remembered. `call` 0: refused before there was one.
    """

    call: int
    who: str
    why: str
    most: int


class TelephoneSuspected(Fact, frozen=True, tag=True):
    """An alarm: extension `who` had `count` such calls within so many seconds. Its password may be stolen."""

    who: str
    why: str
    count: int
    within_s: float


class AccountGiven(Fact, frozen=True, tag=True):
    """The call is booked on this account."""

    call: int
    account: str


class PinRefused(Fact, frozen=True, tag=True):
    """A wrong PIN. `of` is whose (`class:ID`, `room:ID`, `mailbox:ID`), `who` the telephone or `outside`.

    `wrong` in a row; with `until_us` that PIN is locked for `who` till then.
    """

    call: int
    of: str
    who: str
    wrong: int
    until_us: int = 0


class PinAccepted(Fact, frozen=True, tag=True):
    """A right PIN: what was wrong before no longer counts."""

    call: int
    of: str
    who: str


class TelephoneUnlocked(Fact, frozen=True, tag=True):
    """The next call outside of this extension needs no PIN, if it is dialled before `until_us` (0: locked again)."""

    extension: str
    until_us: int


class NumberRemembered(Fact, frozen=True, tag=True):
    """What an extension dialled last, as keyed: for feature `redial`. Never digits of a secret."""

    extension: str
    digits: str


class CallRouted(Fact, frozen=True, tag=True):
    """An offered call: the number called, where it leads and what said so (`did`, `line`, `caller-rule:2`).

    `name` is what telephones are shown of who calls, where a rule or a prefix says so.
    """

    call: int
    called: str
    target: str
    why: str
    name: str = ""


class ServiceEntered(Fact, frozen=True, tag=True):
    """A caller came to a service and was sent on as by `mode`; `why`: `calendar`, the holiday's name, `keyed`."""

    call: int
    service: str
    mode: str
    why: str


class ServiceSwitched(Fact, frozen=True, tag=True):
    """A service is in `mode` from now on whatever the calendar says (empty: by the calendar); keyed at `by`."""

    service: str
    mode: str
    by: str


DiallingFact = (
    LineChosen
    | CallCharged
    | TalkSpent
    | CallSuspected
    | TelephoneSuspected
    | AccountGiven
    | PinRefused
    | PinAccepted
    | TelephoneUnlocked
    | NumberRemembered
    | CallRouted
    | ServiceEntered
    | ServiceSwitched
)
