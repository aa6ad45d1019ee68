"""The calls of one SIP telephone: in use, on hold, ringing, handed over; and how each begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from msgspec import Struct

from drivers import signalling as legs
from drivers.ports import PortFailed
from firmware.protocol.names import Cause, Tone
from hwsim.legs.message_wire import LegEvent
from hwsim.world.percepts import HeardBell, Percept, Rang, RingingStopped

UNREGISTERED = "unregistered"
BUSY = (Cause.NORMAL_CLEARING, Cause.USER_BUSY, Cause.CALL_REJECTED)
"""Causes for which a telephone sounds busy tone; congestion for others."""


class Phone(Enum):
    ON_HOOK = auto()
    RINGING = auto()
    REMINDING = auto()
    """On-hook with a call on hold: it rings, so that nobody is forgotten."""
    DIALLING = auto()
    CALLING = auto()
    TALKING = auto()
    CHOOSING = auto()
    """Two calls, and the R key was pressed."""
    OVER = auto()
    """Off-hook, the call is gone: busy tone."""


@dataclass(slots=True, eq=False)
class Call:
    """One call. `number` is what the contract calls `call`: positive from the telephone, negative from the box."""

    number: int
    dialled: str = ""
    is_connected: bool = False
    in_band: bool = False
    """Not answered yet, but the box sends what is to be heard."""
    held: bool = False

    @property
    def hears(self) -> bool:
        """Whether the telephone hears the box in it."""
        return (self.is_connected or self.in_band) and not self.held


class Sound(Struct, frozen=True):
    """What the telephone makes itself heard of; None: nothing more."""

    tone: Tone | None


Out = LegEvent | Percept | Sound
NewNumber = Callable[[], int]
"""Numbers the calls that far ends of the card begin."""


class PhoneCalls:
    """`use` is the one the handset is in, `away` the other of two, `waiting` one that rings or knocks."""

    def __init__(self, port: int, new_number: NewNumber) -> None:
        self.port = port
        self.state = Phone.ON_HOOK
        self.deadline_us: int | None = None
        self.plugged = True
        self.use: Call | None = None
        self.away: Call | None = None
        self.waiting: Call | None = None
        self.handed: list[list[Call]] = []
        """Those of each transfer of which the box has not said yet how it went."""
        self._new_number = new_number
        self._hands_free = False
        """It answered by itself."""

    @property
    def off_hook(self) -> bool:
        return self.state not in (Phone.ON_HOOK, Phone.RINGING, Phone.REMINDING)

    @property
    def hears(self) -> bool:
        """Whether who holds the handset hears the box."""
        return self.use is not None and self.use.hears

    @property
    def speaks(self) -> bool:
        """Whether the box hears who holds the handset."""
        return self.use is not None and self.use.is_connected and not self.use.held

    @property
    def calls(self) -> list[Call]:
        mine = [call for call in (self.use, self.away, self.waiting) if call is not None]
        return mine + [call for group in self.handed for call in group]

    def standing(self, now_us: int) -> list[LegEvent]:
        """For a box that began anew."""
        failed: list[LegEvent] = [] if self.plugged else [PortFailed(self.port, now_us, UNREGISTERED)]
        return failed + [
            legs.CallStands(
                self.port,
                now_us,
                call.number,
                connected=call.is_connected,
                placed=call.number < 0,
                held=call.held,
            )
            for call in self.calls
        ]

    def answer(self, now_us: int) -> list[Out]:
        """The call that rings or knocks becomes the one in use."""
        call, self.waiting = self.waiting, None
        assert call is not None
        call.is_connected, self.use, self.state = True, call, Phone.TALKING
        return [legs.CallConnected(self.port, now_us, call.number), Sound(None)]

    def retrieve(self, now_us: int) -> list[Out]:
        """The other one becomes the one in use again, if there is one."""
        call, self.away = self.away, None
        if call is None:
            return []
        self.use, self.state, self.deadline_us = call, Phone.TALKING, None
        return [*self.take_up(call, now_us), Sound(None)]

    def take_up(self, call: Call, now_us: int) -> list[Out]:
        """It is not on hold any more; nothing is told of one that was not."""
        was_held, call.held = call.held, False
        return [legs.CallRetrieved(self.port, now_us, call.number)] if was_held else []

    def put_away(self, now_us: int) -> list[Out]:
        """The one in use is held."""
        call, self.use = self.use, None
        assert call is not None
        call.held, self.away = True, call
        return [legs.CallHeld(self.port, now_us, call.number)]

    def hand_over(self, use: Call, away: Call, now_us: int) -> list[Out]:
        """Both are joined; a second that is not answered is ended, and its number told instead (RFC 5589 7.6)."""
        if use.is_connected:
            self.use = self.away = None
            self.handed.append([away, use])
            return [legs.TransferRequested(self.port, now_us, away.number, "", use.number)]
        out = self.end(use, now_us)
        return out + self.hand_to(away, use.dialled, now_us)

    def hand_to(self, away: Call, number: str, now_us: int) -> list[Out]:
        """The one on hold is to talk to somebody else."""
        self.away = None
        self.handed.append([away])
        return [legs.TransferRequested(self.port, now_us, away.number, number)]

    def end(self, call: Call | None, now_us: int, cause: int = Cause.NORMAL_CLEARING) -> list[Out]:
        """It is over; nothing is left of it."""
        if call is None:
            return []
        self.use = None if call is self.use else self.use
        self.away = None if call is self.away else self.away
        self.waiting = None if call is self.waiting else self.waiting
        left = ([one for one in group if one is not call] for group in self.handed)
        self.handed = [group for group in left if group]
        return [legs.CallCleared(self.port, now_us, call.number, cause)]

    def rest(self) -> list[Out]:
        """The handset is down: what still wants somebody rings."""
        if self.waiting is not None:
            self.state = Phone.RINGING
            return [Rang()]
        if self.away is not None:
            self.state = Phone.REMINDING
            return [Rang(), HeardBell("recall")]
        self.state = Phone.ON_HOOK
        return []

    def over(self, cause: int) -> list[Out]:
        """The call in use is gone; who holds the handset is told by a tone."""
        self.deadline_us = None
        if self._hands_free:
            self._hands_free = False
            return [*self.rest(), RingingStopped(), Sound(None)]
        self.state = Phone.OVER
        return [Sound(Tone.BUSY if cause in BUSY else Tone.CONGESTION)]
