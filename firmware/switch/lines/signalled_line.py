"""One channel of a trunk (SIP): an outside line whose rings, answers and ends are messages.

To the engine it is a line: it rings with its caller known, is seized, dials, tells of the answer and of the
release, with causes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from drivers import ports as wires
from drivers import signalling as s
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.names import AnswerSign, HangUpSign, Presentation, Tone
from firmware.switch.lines.exchanged import DeadlineReached, Given, Out
from firmware.switch.plan import PortPlan

RINGS_EVERY_US = 1_000_000
"""An offer is told again like a ring, so that an engine that was away knows it stands."""
LOST = 41
"""Q.850: temporary failure."""
DIALLED = frozenset("0123456789*#+")
FORM = "message"
BEGINS = (s.CallOffered, s.CallStands)


class Channel(Enum):
    IDLE = auto()
    OFFERED = auto()
    SEIZED = auto()
    """The engine has it, and dials in a moment."""
    PLACED = auto()
    UP = auto()


class SignalledLine:
    """`_call` is the card's number; 0 is none."""

    def __init__(self, plan: PortPlan) -> None:
        self.state = Channel.IDLE
        self.unexpected = 0
        self.deadline_us: int | None = None
        self._port = plan.port
        self._newest = 0
        self._call = 0
        self._rings = 0
        self._called = ""

    @property
    def off_hook(self) -> bool:
        return self.state in (Channel.SEIZED, Channel.PLACED, Channel.UP)

    @property
    def ringing(self) -> bool:
        return self.state is Channel.OFFERED

    def handle(self, given: Given, now_us: int) -> list[Out]:
        if isinstance(given, s.CallEvent) and not isinstance(given, BEGINS) and given.call != self._call:
            return []
        step = STEPS.get((self.state, type(given))) or ANY.get(type(given))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    # -- in --------------------------------------------------------------------------------------------

    def _offered(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallOffered)
        self.state, self._call, self._rings, self._called = Channel.OFFERED, given.call, 0, given.called
        return [self._caller(given, now_us), *self._ring(now_us)]

    def _caller(self, given: s.CallOffered, now_us: int) -> e.CallerIdReceived:
        presentation = Presentation.ALLOWED if given.calling else Presentation.UNAVAILABLE
        if given.is_private:
            presentation = Presentation.PRIVATE
        number, name = ("", "") if given.is_private else (given.calling, given.name)
        return e.CallerIdReceived(
            port=self._port, at_us=now_us, number=number, name=name, presentation=presentation, form=FORM
        )

    def _ring(self, now_us: int) -> list[Out]:
        self._rings += 1
        self.deadline_us = now_us + RINGS_EVERY_US
        return [e.LineRang(port=self._port, at_us=now_us, count=self._rings, called=self._called)]

    def _rings_on(self, given: Given, now_us: int) -> list[Out]:
        del given
        return self._ring(now_us)

    def _taken(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self.state, self.deadline_us = Channel.UP, None
        return [s.AnswerCall(self._call)]

    def _given_up(self, given: Given, now_us: int) -> list[Out]:
        del given
        self._idle()
        return [e.LineRingingEnded(port=self._port, at_us=now_us)]

    def _refused(self, given: Given, now_us: int) -> list[Out]:
        """The engine lets a call go that it never took."""
        del now_us
        assert isinstance(given, c.Release)
        call = self._call
        self._idle()
        return [s.ClearCall(call, given.cause)]

    def _glare(self, given: Given, now_us: int) -> list[Out]:
        """No channel is offered a call while it has one: its process knows which are free."""
        del now_us
        assert isinstance(given, s.CallOffered)
        return [s.ClearCall(given.call, 44)]

    # -- out -------------------------------------------------------------------------------------------

    def _seized(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self.state = Channel.SEIZED
        return []

    def _dialled(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, c.Dial)
        self._newest += 1
        self._call, self.state = -self._newest, Channel.PLACED
        called = "".join(key for key in given.digits if key in DIALLED)
        place = s.PlaceCall(
            self._call, called, calling=given.caller, hide=given.hide, is_emergency=given.urgent
        )
        return [place, e.DialEnded(port=self._port, at_us=now_us, dialled=True)]

    def _alerted(self, given: Given, now_us: int) -> list[Out]:
        del given
        return [e.ToneHeard(port=self._port, at_us=now_us, tone=Tone.RINGBACK)]

    def _answered(self, given: Given, now_us: int) -> list[Out]:
        del given
        self.state = Channel.UP
        return [e.FarEndAnswered(port=self._port, at_us=now_us, sign=AnswerSign.CONNECT)]

    # -- ends ------------------------------------------------------------------------------------------

    def _far_end_gone(self, given: Given, now_us: int) -> list[Out]:
        """Off-hook it stays until the engine lets it go, as a copper line does."""
        assert isinstance(given, s.CallCleared)
        self._call, self.state = 0, Channel.SEIZED
        return [e.FarEndReleased(port=self._port, at_us=now_us, sign=HangUpSign.RELEASE, cause=given.cause)]

    def _let_go(self, given: Given, now_us: int) -> list[Out]:
        del now_us
        assert isinstance(given, c.Release)
        call = self._call
        self._idle()
        return [s.ClearCall(call, given.cause)] if call else []

    def _idle(self) -> None:
        self.state, self._call, self.deadline_us = Channel.IDLE, 0, None

    # -- the rest --------------------------------------------------------------------------------------

    def _keyed(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.KeyReceived)
        return [e.DigitReceived(port=self._port, at_us=now_us, digit=given.key.upper())]

    def _stands(self, given: Given, now_us: int) -> list[Out]:
        """This switch is new, the call is not. What was placed may have been answered meanwhile, or may yet be."""
        assert isinstance(given, s.CallStands)
        self._newest = max(self._newest, -given.call)
        if not given.connected and not given.placed:
            return [s.ClearCall(given.call, LOST)]
        self._call, self.state = given.call, Channel.UP if given.connected else Channel.PLACED
        return self._answered(given, now_us) if given.connected and given.placed else []

    def _nothing(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        return []


Step = Callable[[SignalledLine, Given, int], list[Out]]
_M = SignalledLine
_C = Channel
STEPS: Mapping[tuple[Channel, type], Step] = {
    (_C.IDLE, s.CallOffered): _M._offered,
    (_C.IDLE, s.CallStands): _M._stands,
    (_C.IDLE, c.Seize): _M._seized,
    (_C.OFFERED, DeadlineReached): _M._rings_on,
    (_C.OFFERED, s.CallCleared): _M._given_up,
    (_C.OFFERED, c.Seize): _M._taken,
    (_C.OFFERED, c.Release): _M._refused,
    (_C.SEIZED, c.Dial): _M._dialled,
    (_C.SEIZED, c.Release): _M._let_go,
    (_C.PLACED, s.CallAlerting): _M._alerted,
    (_C.PLACED, s.CallConnected): _M._answered,
    (_C.PLACED, s.CallCleared): _M._far_end_gone,
    (_C.PLACED, c.Release): _M._let_go,
    (_C.UP, s.CallCleared): _M._far_end_gone,
    (_C.UP, s.KeyReceived): _M._keyed,
    (_C.UP, c.Release): _M._let_go,
    **{(state, s.CallOffered): _M._glare for state in (_C.OFFERED, _C.SEIZED, _C.PLACED, _C.UP)},
}
ANY: Mapping[type, Step] = {
    c.Release: _M._nothing,
    c.Seize: _M._nothing,
    c.Listen: _M._nothing,
    s.CallProgressed: _M._nothing,
    s.CallAlerting: _M._nothing,
    s.CallHeld: _M._nothing,
    s.CallRetrieved: _M._nothing,
    s.CallCleared: _M._nothing,
    s.KeyReceived: _M._nothing,
    wires.PortFailed: _M._nothing,
    wires.PortRecovered: _M._nothing,
}
"""In any state that has no row of its own."""
