"""A whole SIP telephone: what the box does to it beside its user, and its plug. Sans-IO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drivers import signalling as legs
from drivers.ports import PortFailed, PortRecovered
from firmware.protocol.names import Cause, Tone
from hwsim.legs.phone_calls import UNREGISTERED, Call, NewNumber, Out, Phone, Sound
from hwsim.legs.phone_hand import HAND, PhoneHand, Step
from hwsim.world.percepts import Displayed, HeardBell, LampChanged, Rang, RingingStopped


class PhoneMachine(PhoneHand):
    """`handle` takes `phone_inputs` and the commands of `drivers.signalling`; `unexpected` counts what did not fit."""

    def __init__(self, port: int, new_number: NewNumber) -> None:
        super().__init__(port, new_number)
        self.unexpected = 0
        self.used_as = ""
        """What those that watch this telephone are told of it."""

    def handle(self, given: Any, now_us: int) -> list[Out]:
        step = HAND.get((self.state, type(given))) or BOX.get(type(given))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    def call(self, dialled: str, now_us: int) -> list[Out]:
        self.state = Phone.CALLING
        self.use = Call(self._new_number(), dialled)
        return [legs.CallOffered(self.port, now_us, self.use.number, dialled)]

    def _placed(self, given: legs.PlaceCall, now_us: int) -> list[Out]:
        """Rings a telephone that is on-hook, knocks at one that talks; others are busy."""
        knocks = self.state is Phone.TALKING and self.away is None and self.waiting is None
        if not self.plugged or not (knocks or self.state is Phone.ON_HOOK):
            cause = Cause.USER_BUSY if self.plugged else Cause.DESTINATION_OUT_OF_ORDER
            return [legs.CallCleared(self.port, now_us, given.call, cause)]
        self.waiting = Call(given.call)
        alerting = legs.CallAlerting(self.port, now_us, given.call, False)
        if knocks:
            return [alerting, Sound(Tone.CALL_WAITING)]
        self.state = Phone.RINGING
        shown = Displayed(given.calling or "unavailable", given.name)
        rings: list[Out] = [alerting, Rang(), HeardBell(given.alert), shown]
        if given.alert == "intercom":
            rings += self.answer(now_us)
            self._hands_free = True
        return rings

    def _alerted(self, given: legs.AlertCall, _: int) -> list[Out]:
        if not self._calls(given.call):
            return []
        assert self.use is not None
        self.use.in_band = given.in_band
        return [Sound(None if given.in_band else Tone.RINGBACK)]

    def _connected(self, given: legs.AnswerCall, _: int) -> list[Out]:
        if not self._calls(given.call):
            return []
        assert self.use is not None
        self.use.is_connected, self.state = True, Phone.TALKING
        return [Sound(None)]

    def _calls(self, number: int) -> bool:
        """Whether that is the call it makes, not answered yet."""
        fits = self.state is Phone.CALLING and self.use is not None and self.use.number == number
        self.unexpected += not fits
        return fits

    def _cleared(self, given: legs.ClearCall, now_us: int) -> list[Out]:
        """Whichever of its calls that is."""
        found = next((call for call in self.calls if call.number == given.call), None)
        if found is None:
            self.unexpected += 1
            return []
        was_used = found is self.use
        out = self.end(found, now_us, given.cause)
        if was_used and self.away is not None and not self.away.held:
            self.use, self.away = self.away, None  # of a conference one is left
            return out
        return out + (self.over(given.cause) if was_used else self._other_gone())

    def _other_gone(self) -> list[Out]:
        if self.state is Phone.CHOOSING:
            self.state, self.deadline_us = Phone.TALKING, None
        rang_for_it = (self.state is Phone.RINGING and self.waiting is None) or (
            self.state is Phone.REMINDING and self.away is None
        )
        if not rang_for_it:
            return []
        self.state = Phone.ON_HOOK
        return [RingingStopped()]

    def _transfer_told(self, given: legs.TellTransfer, now_us: int) -> list[Out]:
        """Done: it leaves its calls. Failed: the first is on hold again where there is room, the second is over."""
        group = next((one for one in self.handed if one and one[0].number == given.call), None)
        if not given.is_final or group is None:
            return []
        self.handed.remove(group)
        first, *others = group
        back = bool(given.cause) and self.away is None
        out = [event for call in (others if back else group) for event in self.end(call, now_us)]
        if not back:
            return out
        self.away = first
        held = [] if first.held else [legs.CallHeld(self.port, now_us, first.number)]
        first.held = True
        return out + held + (self.rest() if self.state is Phone.ON_HOOK else [])

    def _lamp(self, given: legs.ShowMessageCount, _: int) -> list[Out]:
        return [LampChanged(given.new > 0)] if self.plugged else []

    def _shown(self, given: legs.ShowUse, _: int) -> list[Out]:
        self.used_as = given.state
        return []

    def plug(self, plugged: bool, now_us: int) -> list[Out]:
        """Strategy: registered over TCP; its calls and its registration go with the connection (RFC 5626 4.4)."""
        if plugged is self.plugged:
            return []
        self.plugged = plugged
        if plugged:
            return [PortRecovered(self.port, now_us)]
        rang = self.state in (Phone.RINGING, Phone.REMINDING)
        cut = [end for call in self.calls for end in self.end(call, now_us, Cause.TEMPORARY_FAILURE)]
        self.state = Phone.OVER if self.off_hook else Phone.ON_HOOK
        self.deadline_us = None
        silence: Out = RingingStopped() if rang else Sound(None)
        return [*cut, PortFailed(self.port, now_us, UNREGISTERED), silence]


BOX: Mapping[type, Step] = {
    legs.PlaceCall: PhoneMachine._placed,
    legs.AlertCall: PhoneMachine._alerted,
    legs.AnswerCall: PhoneMachine._connected,
    legs.ClearCall: PhoneMachine._cleared,
    legs.TellTransfer: PhoneMachine._transfer_told,
    legs.ShowMessageCount: PhoneMachine._lamp,
    legs.ShowUse: PhoneMachine._shown,
}
"""In every state."""
