"""One channel of a carrier's trunk as a table: calls it brings to the box, calls the box places over it. Sans-IO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any

from msgspec import Struct

from drivers import signalling as legs
from drivers.ports import PortFailed, PortRecovered
from firmware.protocol.names import Cause, Tone
from hwsim.legs.message_wire import LegEvent
from hwsim.legs.phone_calls import NewNumber
from hwsim.world.exchange import Input
from hwsim.world.outside import Call

REFUSED_AFTER_US = 4_000_000
"""How long a carrier with early media lets its tone be heard before it releases."""
RINGS_US = 90_000_000
"""How long it lets somebody's telephone ring."""
UNREACHED = "no-answer"


class Channel(Enum):
    IDLE = auto()
    OFFERED = auto()
    """To the box."""
    ANSWERED = auto()
    ROUTING = auto()
    """From the box."""
    ALERTING = auto()
    REFUSING = auto()
    """Early media says why."""
    CONVERSING = auto()


class Order(Enum):
    """What the channel wants done in the network."""

    ROUTE = auto()
    CONNECTED = auto()
    RELEASED = auto()


class Heard(Struct, frozen=True):
    """Early media: what the box hears of the network; None: nothing more."""

    tone: Tone | None


class Shown(Struct, frozen=True):
    """Who is rung sees that."""

    number: str
    name: str


class Offered(Struct, frozen=True):
    """Somebody calls `called`."""

    call: Call
    called: str


class TimePassed(Struct, frozen=True):
    """`deadline_us` is due."""


Out = LegEvent | Order | Heard | Shown
CAUSES: Mapping[Input, tuple[Cause, Tone]] = {
    Input.FAR_BUSY: (Cause.USER_BUSY, Tone.BUSY),
    Input.FAR_VACANT: (Cause.UNALLOCATED_NUMBER, Tone.SPECIAL_INFORMATION),
    Input.FAR_CONGESTED: (Cause.NO_CIRCUIT_AVAILABLE, Tone.CONGESTION),
}
"""What becomes of a call by the box that finds nobody: its cause, and what early media lets be heard."""


class TrunkChannel:
    """`handle` takes `Offered`, what the network tells (`exchange.Input`) and commands of `drivers.signalling`."""

    def __init__(
        self,
        port: int,
        new_number: NewNumber,
        *,
        own: str = "unavailable",
        names_extension: bool = False,
        early_media: bool = False,
        refuses: int = 0,
    ) -> None:
        """`own`: shown for the box, unless it names who calls. `refuses`: cause for all its calls; 0: none."""
        self.port = port
        self.state = Channel.IDLE
        self.deadline_us: int | None = None
        self.unexpected = 0
        self.works = True
        self.dialled = ""
        self.number = 0
        """Of the call, as the contract has it."""
        self._cause: int = Cause.NORMAL_CLEARING
        self._caller = Shown("", "")
        self._new_number = new_number
        self._own = own
        self._names_extension = names_extension
        self._early_media = early_media
        self._refuses = refuses

    @property
    def through(self) -> bool:
        return self.state in (Channel.ANSWERED, Channel.CONVERSING)

    @property
    def free(self) -> bool:
        return self.works and self.state is Channel.IDLE

    def standing(self, now_us: int) -> list[LegEvent]:
        """For a box that began anew."""
        if not self.works:
            return [PortFailed(self.port, now_us, UNREACHED)]
        if not self.number:
            return []
        placed = self.number < 0
        return [legs.CallStands(self.port, now_us, self.number, self.through, placed, held=False)]

    def handle(self, given: Any, now_us: int) -> list[Out]:
        kind = given if isinstance(given, Input) else type(given)
        step = STEPS.get((self.state, kind))
        if step is None or (getattr(given, "call", self.number) != self.number and kind in OF_A_CALL):
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    # -- calls to the box ----------------------------------------------------------------------------

    def _offered(self, given: Offered, now_us: int) -> list[Out]:
        self.state, self.number = Channel.OFFERED, self._new_number()
        private = given.call.presentation == "private"
        known = given.call.presentation == "allowed"
        return [
            legs.CallOffered(
                self.port,
                now_us,
                self.number,
                given.called,
                given.call.number if known else "",
                given.call.name if known else "",
                private,
            )
        ]

    def _alerted(self, _: Any, __: int) -> list[Out]:
        return []

    def _answered(self, _: Any, __: int) -> list[Out]:
        self.state = Channel.ANSWERED
        return [Order.CONNECTED]

    # -- calls by the box ----------------------------------------------------------------------------

    def _placed(self, given: legs.PlaceCall, now_us: int) -> list[Out]:
        if not self.works or self._refuses:
            cause = self._refuses or Cause.NETWORK_OUT_OF_ORDER
            return [legs.CallCleared(self.port, now_us, given.call, cause)]
        self.state, self.number, self.dialled = Channel.ROUTING, given.call, given.called
        number = (given.calling if self._names_extension else "") or self._own
        self._caller = Shown("private", "") if given.hide else Shown(number, given.name)
        return [Order.ROUTE]

    def _glare(self, given: legs.PlaceCall, now_us: int) -> list[Out]:
        return [legs.CallCleared(self.port, now_us, given.call, Cause.NO_CIRCUIT_AVAILABLE)]

    def _rings(self, _: Any, now_us: int) -> list[Out]:
        self.state, self.deadline_us = Channel.ALERTING, now_us + RINGS_US
        alerting: list[Out] = [
            legs.CallAlerting(self.port, now_us, self.number, self._early_media),
            self._caller,
        ]
        return [*alerting, Heard(Tone.RINGBACK)] if self._early_media else alerting

    def _far_answered(self, _: Any, now_us: int) -> list[Out]:
        self.state, self.deadline_us = Channel.CONVERSING, None
        return [Heard(None), legs.CallConnected(self.port, now_us, self.number)]

    def _not_reached(self, given: Input, now_us: int) -> list[Out]:
        self._cause, tone = CAUSES[given]
        if not self._early_media:
            return self._gone(now_us, self._cause)
        self.state, self.deadline_us = Channel.REFUSING, now_us + REFUSED_AFTER_US
        return [legs.CallProgressed(self.port, now_us, self.number), Heard(tone)]

    def _nobody(self, _: Any, now_us: int) -> list[Out]:
        return [Order.RELEASED, *self._gone(now_us, Cause.NO_ANSWER)]

    def _said_why(self, _: Any, now_us: int) -> list[Out]:
        return self._gone(now_us, self._cause)

    # -- ends ----------------------------------------------------------------------------------------

    def _left(self, _: Any, now_us: int) -> list[Out]:
        """Somebody outside hung up."""
        return self._gone(now_us, Cause.NORMAL_CLEARING)

    def _cleared(self, given: legs.ClearCall, now_us: int) -> list[Out]:
        return [Order.RELEASED, *self._gone(now_us, given.cause)]

    def _gone(self, now_us: int, cause: int) -> list[Out]:
        number, self.number = self.number, 0
        self.state, self.deadline_us, self.dialled = Channel.IDLE, None, ""
        return [Heard(None), legs.CallCleared(self.port, now_us, number, cause)]

    def key(self, digit: str, now_us: int) -> list[Out]:
        """Somebody outside presses a key: a telephone-event (RFC 4733)."""
        return [legs.KeyReceived(self.port, now_us, self.number, digit)] if self.through else []

    def work(self, works: bool, now_us: int) -> list[Out]:
        """The carrier can be reached, or no longer: then calls are lost."""
        if works is self.works:
            return []
        self.works = works
        if works:
            return [PortRecovered(self.port, now_us)]
        lost = [Order.RELEASED, *self._gone(now_us, Cause.NETWORK_OUT_OF_ORDER)] if self.number else []
        return [*lost, PortFailed(self.port, now_us, UNREACHED)]


Step = Callable[[TrunkChannel, Any, int], list[Out]]
_M = TrunkChannel
_C = Channel
_CALLS = (_C.OFFERED, _C.ANSWERED, _C.ROUTING, _C.ALERTING, _C.REFUSING, _C.CONVERSING)
OF_A_CALL = frozenset({legs.AlertCall, legs.AnswerCall, legs.ClearCall})
STEPS: Mapping[tuple[Channel, Any], Step] = {
    (_C.IDLE, Offered): _M._offered,
    (_C.IDLE, legs.PlaceCall): _M._placed,
    (_C.OFFERED, legs.AlertCall): _M._alerted,
    (_C.OFFERED, legs.AnswerCall): _M._answered,
    (_C.OFFERED, Input.FAR_LEFT): _M._left,
    (_C.ANSWERED, Input.FAR_LEFT): _M._left,
    (_C.ROUTING, Input.FAR_RINGS): _M._rings,
    **{(_C.ROUTING, why): _M._not_reached for why in CAUSES},
    (_C.ALERTING, Input.FAR_ANSWERED): _M._far_answered,
    (_C.ALERTING, TimePassed): _M._nobody,
    (_C.REFUSING, TimePassed): _M._said_why,
    (_C.CONVERSING, Input.FAR_LEFT): _M._left,
    **{(state, legs.ClearCall): _M._cleared for state in _CALLS},
    **{(state, legs.PlaceCall): _M._glare for state in _CALLS},
}
