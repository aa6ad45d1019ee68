"""A telephone whose calls come with messages (SIP): it dials en bloc, holds and transfers by itself.

To the engine it is a telephone: it is seized, digits come, it is released. It has at most two calls: `current`, in
which its user was last, and `away`, which he left before. Each may be on hold at the telephone; only one is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from drivers import ports as wires
from drivers import signalling as s
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.switch.lines.exchanged import Given, Out
from firmware.switch.plan import PortPlan

KEYS = frozenset("0123456789*#ABCD")
MOST_KEYS = 41
"""One more than any number has: no message dials for minutes."""
BUSY, NORMAL, NO_NUMBER, LOST, PREEMPTED = 17, 16, 28, 41, 8
"""Q.850."""


class Station(Enum):
    IDLE = auto()
    RINGING = auto()
    """We call it."""
    DIALLED = auto()
    """It calls, and was not answered yet."""
    IN_CALL = auto()
    HOLDING = auto()
    """All it has is on hold."""


class SignalledTelephone:
    """Calls are the card's numbers; 0 is none. Those of ours are what `Ring` calls them."""

    deadline_us: int | None = None

    def __init__(self, plan: PortPlan) -> None:
        self.state = Station.IDLE
        self.unexpected = 0
        self.lamp = -1
        self._plan = plan
        self._port = plan.port
        self._current = 0
        self._away = 0
        self._knocks = 0
        self._held: set[int] = set()
        self._stood: set[int] = set()
        """Calls of a former switch's time."""

    @property
    def off_hook(self) -> bool:
        return self.state not in (Station.IDLE, Station.RINGING)

    @property
    def ringing(self) -> bool:
        return self.state is Station.RINGING

    @property
    def calls(self) -> tuple[int, ...]:
        """Those that a former switch left. What is told as an event is not also reported."""
        return tuple(one for one in (self._current, self._away, self._knocks) if one in self._stood)

    def handle(self, given: Given, now_us: int) -> list[Out]:
        step = STEPS.get((self.state, type(given))) or ANY.get(type(given))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    # -- it is called --------------------------------------------------------------------------------

    def _rung(self, given: Given, now_us: int) -> list[Out]:
        del now_us
        assert isinstance(given, c.Ring)
        knocked = given.call == self._knocks
        self._knocks = 0 if knocked else self._knocks
        self._current, self.state = given.call, Station.RINGING
        return [] if knocked else [_call_to(self._current, given)]

    def _rung_beside(self, given: Given, now_us: int) -> list[Out]:
        """It knocks; a telephone with two calls is not told of a third."""
        assert isinstance(given, c.Ring)
        if given.call == self._current:
            return []
        if not given.knocks or self._away or self._knocks:
            return [self._refusal(given.call, BUSY, now_us)]
        self._knocks = given.call
        return [_call_to(self._knocks, given)]

    def _hushed(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        call, self._current, self.state = self._current, 0, Station.IDLE
        return [s.ClearCall(call, NORMAL)]

    def _knock_over(self, given: Given, now_us: int) -> list[Out]:
        """`StopRing` and `Release` of a telephone in use end what knocks."""
        del given, now_us
        call, self._knocks = self._knocks, 0
        return [s.ClearCall(call, NORMAL)] if call else []

    def _lifted(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallConnected)
        if given.call != self._current:
            return self._stray(given, now_us)
        self.state = Station.IN_CALL
        return [e.TelephoneSeized(port=self._port, at_us=now_us, call=given.call)]

    def _knock_taken(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallConnected)
        if given.call != self._knocks or not given.call:
            return self._stray(given, now_us)
        if self._away:
            self._knocks = 0
            return [s.ClearCall(given.call, BUSY), self._refusal(given.call, BUSY, now_us)]
        before = [] if self.state is Station.HOLDING else self._hold_current(now_us)
        self._away, self._current, self._knocks = self._current, self._knocks, 0
        self.state = Station.IN_CALL
        return [*before, e.KnockAnswered(port=self._port, at_us=now_us, call=given.call)]

    def _knocked_lifted(self, given: Given, now_us: int) -> list[Out]:
        """Its first call is over, and it was not yet rung for this one."""
        assert isinstance(given, s.CallConnected)
        if not given.call or given.call != self._knocks:
            return self._stray(given, now_us)
        self._current, self._knocks, self.state = given.call, 0, Station.IN_CALL
        return [e.TelephoneSeized(port=self._port, at_us=now_us, call=given.call)]

    def _knock_gone(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallCleared)
        if not given.call or given.call != self._knocks:
            return []
        self._knocks = 0
        return [self._refusal(given.call, given.cause, now_us)]

    # -- it calls ------------------------------------------------------------------------------------

    def _offered(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallOffered)
        self._current, self.state = given.call, Station.DIALLED
        seized = e.TelephoneSeized(port=self._port, at_us=now_us, call=given.call)
        return [s.AlertCall(given.call), seized, *self._number(given.called, now_us)]

    def _offered_beside(self, given: Given, now_us: int) -> list[Out]:
        """A consultation; the call it is in is on hold by that, whatever the telephone said."""
        assert isinstance(given, s.CallOffered)
        urgent = self._is_urgent(given)
        if self._away and not urgent:
            return [s.ClearCall(given.call, BUSY)]
        before = self._dropped(away=True, now_us=now_us) if self._away else []
        before += [] if self.state is Station.HOLDING else self._hold_current(now_us)
        self._away, self._current, self.state = self._current, given.call, Station.DIALLED
        began = e.ConsultationBegan(port=self._port, at_us=now_us, call=given.call, urgent=urgent)
        return [*before, s.AlertCall(given.call), began, *self._number(given.called, now_us)]

    def _offered_when_rung(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallOffered)
        if not self._is_urgent(given):
            return [s.ClearCall(given.call, BUSY)]
        declined = [s.ClearCall(self._current, BUSY), self._refusal(self._current, BUSY, now_us)]
        return [*declined, *self._offered(given, now_us)]

    def _offered_when_dialled(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallOffered)
        if not self._is_urgent(given):
            return [s.ClearCall(given.call, BUSY)]
        if self._away:
            return [*self._dropped(away=False, now_us=now_us), *self._offered_beside(given, now_us)]
        clear = s.ClearCall(self._current, PREEMPTED)
        return [clear, *self._all_over(now_us), *self._offered(given, now_us)]

    def _is_urgent(self, offer: s.CallOffered) -> bool:
        return self._keys(offer.called).startswith(self._plan.urgent)

    def _dropped(self, *, away: bool, now_us: int) -> list[Out]:
        """One of two calls makes room."""
        call = self._away if away else self._current
        self._forget(away, now_us)
        ended = e.ConsultationEnded(port=self._port, at_us=now_us, call=call)
        return [s.ClearCall(call, PREEMPTED), ended]

    def _number(self, called: str, now_us: int) -> list[Out]:
        digits = [e.DigitReceived(port=self._port, at_us=now_us, digit=key) for key in self._keys(called)]
        return [*digits, e.SendingComplete(port=self._port, at_us=now_us)]

    def _keys(self, number: str) -> str:
        """What one would key for a number; what no key says is left out."""
        keys = number.replace("+", self._plan.plus, 1) if number.startswith("+") else number
        return "".join(key for key in keys.upper() if key in KEYS)[:MOST_KEYS]

    def _connected(self, given: Given, now_us: int) -> list[Out]:
        """The engine says that its call is answered."""
        del given, now_us
        self.state = Station.IN_CALL
        return [s.AnswerCall(self._current)]

    # -- hold, two calls -------------------------------------------------------------------------------

    def _hold_current(self, now_us: int) -> list[Out]:
        self._held.add(self._current)
        return [e.HoldAsked(port=self._port, at_us=now_us, call=self._current)]

    def _holds(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallHeld)
        self._held.add(given.call)
        if given.call != self._current:
            return []
        self.state = Station.HOLDING
        return [e.HoldAsked(port=self._port, at_us=now_us, call=given.call)]

    def _retrieved(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallRetrieved)
        if given.call not in (self._current, self._away):
            return self._stray(given, now_us)
        self._held.discard(given.call)
        away = given.call == self._away
        if away and self.state is Station.IN_CALL and self._current not in self._held:
            return [e.ConferenceAsked(port=self._port, at_us=now_us)]
        if away:
            self._current, self._away = self._away, self._current
        self.state = Station.IN_CALL
        return [e.RetrieveAsked(port=self._port, at_us=now_us, call=given.call)]

    def _retrieved_early(self, given: Given, now_us: int) -> list[Out]:
        """While the other one still rings; it is taken up when that is over."""
        del now_us
        assert isinstance(given, s.CallRetrieved)
        self._held.discard(given.call)
        return []

    def _transfers(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.TransferRequested)
        mine = {self._current, self._away} - {0}
        attended = given.other in mine and given.call in mine and given.other != given.call
        if not attended and (given.other or given.call != self._current or self._away):
            return [s.TellTransfer(given.call, BUSY)]
        number = "" if attended else self._keys(given.number)
        if not (attended or number):
            return [s.TellTransfer(given.call, NO_NUMBER)]
        return [e.TransferAsked(port=self._port, at_us=now_us, call=given.call, number=number)]

    def _transferred(self, given: Given, now_us: int) -> list[Out]:
        del now_us
        assert isinstance(given, c.TellTransfer)
        return [s.TellTransfer(given.call, given.cause)]

    # -- ends ----------------------------------------------------------------------------------------

    def _cleared(self, given: Given, now_us: int) -> list[Out]:
        """It hung up, or what it called from a distance failed."""
        assert isinstance(given, s.CallCleared)
        if given.call == self._knocks and given.call:
            self._knocks = 0
            return [self._refusal(given.call, given.cause, now_us)]
        if given.call not in (self._current, self._away):
            return []
        if not self._away:
            return self._all_over(now_us, given.cause)
        taken_up = self._forget(given.call == self._away, now_us)
        return [e.ConsultationEnded(port=self._port, at_us=now_us, call=given.call), *taken_up]

    def _not_reached(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallCleared)
        if given.call != self._current:
            return []
        self._current, self.state = 0, Station.IDLE
        return [self._refusal(given.call, given.cause, now_us)]

    def _diverted(self, given: Given, now_us: int) -> list[Out]:
        """It sends the call on; that this one is cleared comes next, and means nothing any more."""
        assert isinstance(given, s.CallDiverted)
        if not given.call or given.call != self._current:
            return []
        self._current, self.state = 0, Station.IDLE
        return [self._elsewhere(given, now_us)]

    def _knock_diverted(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.CallDiverted)
        if not given.call or given.call != self._knocks:
            return []
        self._knocks = 0
        return [self._elsewhere(given, now_us)]

    def _elsewhere(self, given: s.CallDiverted, now_us: int) -> Out:
        number = self._keys(given.number)
        return e.RingDiverted(port=self._port, at_us=now_us, call=given.call, number=number)

    def _disconnected(self, given: Given, now_us: int) -> list[Out]:
        """The engine's word: this call is over."""
        assert isinstance(given, c.Disconnect)
        if given.call and given.call == self._knocks:
            return self._knock_over(given, now_us)
        if given.call not in (self._current, self._away):
            return []
        clear = s.ClearCall(given.call, given.cause)
        if not self._away:
            return [clear, *self._all_over(now_us)]
        return [clear, *self._forget(given.call == self._away, now_us)]

    def _forget(self, away: bool, now_us: int) -> list[Out]:
        """One of two calls; the other is the current one from now on. It may have been taken up while that one rang."""
        rang = self.state is Station.DIALLED and not away
        gone = self._away if away else self._current
        self._held.discard(gone)
        if not away:
            self._current, self.state = self._away, Station.IN_CALL
        self._away = 0
        if self._current in self._held:
            self.state = Station.HOLDING
        elif rang:
            return [e.RetrieveAsked(port=self._port, at_us=now_us, call=self._current)]
        return []

    def _not_rung(self, given: Given, now_us: int) -> list[Out]:
        """It rings for a call that is over."""
        assert isinstance(given, c.Disconnect)
        return self._hushed(given, now_us) if given.call == self._current else []

    def _all_over(self, now_us: int, cause: int = 0) -> list[Out]:
        self._current = self._away = 0
        self._held.clear()
        self.state = Station.IDLE
        return [e.TelephoneReleased(port=self._port, at_us=now_us, cause=cause)]

    # -- the rest ------------------------------------------------------------------------------------

    def _keyed(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, s.KeyReceived)
        if given.call != self._current or given.key.upper() not in KEYS:
            return []
        return [e.DigitReceived(port=self._port, at_us=now_us, digit=given.key.upper())]

    def _stands(self, given: Given, now_us: int) -> list[Out]:
        """This switch is new, the call is not. What rings rings on, what was dialled may yet be answered."""
        del now_us
        assert isinstance(given, s.CallStands)
        self._stood.add(given.call)
        if given.placed and not given.connected:
            return self._rings_on(given.call)
        if self._current and self._away:
            return [s.ClearCall(given.call, LOST)]
        if given.held:
            self._held.add(given.call)
        if self._current and not given.held:
            self._current, self._away = given.call, self._current
        elif self._current:
            self._away = given.call
        else:
            self._current = given.call
        self.state = Station.HOLDING if self._current in self._held else Station.IN_CALL
        if not given.connected:
            self.state = Station.DIALLED
        return []

    def _rings_on(self, call: int) -> list[Out]:
        if self.state is Station.IDLE:
            self._current, self.state = call, Station.RINGING
        elif self._knocks:
            return [s.ClearCall(call, LOST)]
        else:
            self._knocks = call
        return []

    def _also_stands(self, given: Given, now_us: int) -> list[Out]:
        """What rang was told first, and knocks."""
        self._knocks, self._current = self._current, 0
        return self._stands(given, now_us)

    def _lamp(self, given: Given, now_us: int) -> list[Out]:
        del now_us
        assert isinstance(given, c.ShowMessages)
        self.lamp = given.count
        return [s.ShowMessageCount(max(0, given.count))]

    def _stray(self, given: Given, now_us: int) -> list[Out]:
        """Of a call that we gave up in the same moment."""
        del now_us
        assert isinstance(given, s.CallConnected | s.CallRetrieved)
        self.unexpected += 1
        return [s.ClearCall(given.call, NORMAL)] if isinstance(given, s.CallConnected) else []

    def _nothing(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        return []

    def _refusal(self, call: int, cause: int, now_us: int) -> Out:
        return e.RingRefused(port=self._port, at_us=now_us, call=call, cause=cause)


def _call_to(call: int, ring: c.Ring) -> s.PlaceCall:
    return s.PlaceCall(call, calling=ring.number, name=ring.name, alert=ring.cadence)


Step = Callable[[SignalledTelephone, Given, int], list[Out]]
_M = SignalledTelephone
_S = Station
_BUSY_STATES = (_S.DIALLED, _S.IN_CALL, _S.HOLDING)
STEPS: Mapping[tuple[Station, type], Step] = {
    (_S.IDLE, c.Ring): _M._rung,
    (_S.IDLE, s.CallOffered): _M._offered,
    (_S.IDLE, s.CallStands): _M._stands,
    (_S.IDLE, s.CallConnected): _M._knocked_lifted,
    (_S.IDLE, s.CallCleared): _M._knock_gone,
    (_S.IDLE, c.StopRing): _M._knock_over,
    (_S.RINGING, s.CallConnected): _M._lifted,
    (_S.RINGING, s.CallCleared): _M._not_reached,
    (_S.RINGING, s.CallDiverted): _M._diverted,
    (_S.RINGING, s.CallOffered): _M._offered_when_rung,
    (_S.RINGING, c.StopRing): _M._hushed,
    (_S.RINGING, c.Release): _M._hushed,
    (_S.RINGING, c.Disconnect): _M._not_rung,
    (_S.RINGING, s.CallStands): _M._also_stands,
    (_S.DIALLED, c.Connect): _M._connected,
    (_S.DIALLED, s.CallOffered): _M._offered_when_dialled,
    (_S.IN_CALL, s.CallOffered): _M._offered_beside,
    (_S.HOLDING, s.CallOffered): _M._offered_beside,
    (_S.IN_CALL, s.CallHeld): _M._holds,
    (_S.HOLDING, s.CallHeld): _M._holds,
    (_S.IN_CALL, s.CallRetrieved): _M._retrieved,
    (_S.HOLDING, s.CallRetrieved): _M._retrieved,
    (_S.DIALLED, s.CallRetrieved): _M._retrieved_early,
    (_S.DIALLED, s.CallStands): _M._stands,
    (_S.IN_CALL, s.CallStands): _M._stands,
    (_S.HOLDING, s.CallStands): _M._stands,
    **{(state, c.Ring): _M._rung_beside for state in _BUSY_STATES},
    **{(state, c.StopRing): _M._knock_over for state in _BUSY_STATES},
    **{(state, c.Release): _M._knock_over for state in _BUSY_STATES},
    **{(state, c.Disconnect): _M._disconnected for state in _BUSY_STATES},
    **{(state, s.CallCleared): _M._cleared for state in _BUSY_STATES},
    **{(state, s.CallDiverted): _M._knock_diverted for state in _BUSY_STATES},
    **{(state, s.CallConnected): _M._knock_taken for state in _BUSY_STATES},
    **{(state, s.KeyReceived): _M._keyed for state in _BUSY_STATES},
    (_S.IN_CALL, s.TransferRequested): _M._transfers,
    (_S.HOLDING, s.TransferRequested): _M._transfers,
    (_S.DIALLED, s.TransferRequested): _M._transfers,
}
ANY: Mapping[type, Step] = {
    c.ShowMessages: _M._lamp,
    c.Listen: _M._nothing,
    c.Connect: _M._nothing,
    c.Disconnect: _M._nothing,
    c.TellTransfer: _M._transferred,
    c.StopRing: _M._nothing,
    c.Release: _M._nothing,
    s.CallCleared: _M._nothing,
    s.CallDiverted: _M._nothing,
    s.CallConnected: _M._stray,
    s.CallAlerting: _M._nothing,
    s.CallProgressed: _M._nothing,
    wires.PortFailed: _M._nothing,  # its calls were cleared before
    wires.PortRecovered: _M._nothing,
}
"""In any state that has no row of its own."""
