"""The calls of one port: what telephones and channels have in common. No I/O, no clock; `now_us` is box time.

What comes in are commands of the switch and events of the endpoint, what goes out are orders to the endpoint and events
for the switch, in order.
"""

from __future__ import annotations

from msgspec import structs

from drivers.signalling import (
    AlertCall,
    AnswerCall,
    CallOffered,
    ClearCall,
    KeyReceived,
    PlaceCall,
    SignallingCommand,
    StandingCall,
    TellTransfer,
)
from drivers.sip import events as sip
from drivers.sip.causes import status_of
from firmware.sip.call import CONNECTED, Call, Input, State
from firmware.sip.orders import End, Out, TellRefer
from firmware.sip.port_deeds import ELSEWHERE, PortDeeds


class PortCalls(PortDeeds):
    """Subclasses say how a call is placed and what a failed dialog of it means."""

    def command(self, command: SignallingCommand, now_us: int) -> list[Out]:
        """What fits no call is counted."""
        self._now_us = now_us
        match command:
            case PlaceCall():
                self._place_new(command)
            case AlertCall(call=number, in_band=in_band):
                self._of_switch(number, Input.ALERT, in_band=in_band)
            case AnswerCall(call=number):
                self._of_switch(number, Input.ANSWER)
            case ClearCall(call=number, cause=cause):
                self._of_switch(number, Input.CLEAR, cause=cause)
            case TellTransfer():
                self._tell_transfer(command)
            case _:
                self.misfits += 1
        return self._said()

    def heard(self, event: sip.AnyCallEvent, now_us: int) -> list[Out]:
        """Of a dialog this port has, or had: one that comes to life after its call was over is ended."""
        self._now_us = now_us
        call = self._of_dialog.get(event.call)
        if call is not None:
            self._hear(call, event)
        elif isinstance(event, sip.CallAnswered):
            self._out.append(End(event.call, 16))
        return self._said()

    def due(self, now_us: int) -> list[Out]:
        self._now_us = now_us
        self._time_over()
        return self._said()

    def offers(self, now_us: int) -> list[CallOffered]:
        """Calls from outside that no switch has dealt with yet; a new one is offered them again."""
        waiting = (call for call in self.calls.values() if call.state is State.OFFERED and call.offer)
        return [structs.replace(call.offer, at_us=now_us) for call in waiting if call.offer]

    def standing(self) -> list[StandingCall]:
        """All but `offers`."""
        return [
            StandingCall(
                self.port,
                call.number,
                connected=call.state in CONNECTED,
                placed=call.is_placed,
                held=call.state is State.HELD,
                called=call.called,
            )
            for call in self.calls.values()
            if call.state is not State.OFFERED
        ]

    def _place(self, call: Call, command: PlaceCall) -> None:
        raise NotImplementedError

    def _failed(self, call: Call, event: sip.CallEnded) -> bool:
        """A dialog of a placed call ended unanswered: whether the call goes on by another one."""
        raise NotImplementedError

    def _refer(self, call: Call, event: sip.TransferAsked) -> None:
        raise NotImplementedError

    def _time_over(self) -> None:
        """It is `due_us`."""
        self.due_us = None

    def _hear(self, call: Call, event: sip.AnyCallEvent) -> None:
        match event:
            case sip.CallAlerting():
                self._progress(call, event)
            case sip.CallAnswered():
                self._confirm(call, event.call)
            case sip.CallEnded():
                self._dialog_ended(call, event)
            case sip.MediaChanged():
                self._media(call, event)
            case sip.DigitReceived(digit=key):
                self._out.append(KeyReceived(self.port, self._now_us, call.number, key))
            case sip.TransferAsked():
                self._refer(call, event)
            case _:
                self.misfits += 1

    def _of_switch(self, number: int, given: Input, *, in_band: bool = False, cause: int = 16) -> None:
        call = self.calls.get(number)
        if call is None:
            self.misfits += 1
            return
        if given is Input.ALERT:
            call.in_band = in_band
        if given is Input.CLEAR:
            call.cause = cause
        self._step(call, given)

    def _place_new(self, command: PlaceCall) -> None:
        if command.call >= 0 or command.call in self.calls:
            self.misfits += 1
            return
        call = Call(command.call, State.PLACED, command.called)
        self.calls[call.number] = call
        self._place(call, command)

    def _progress(self, call: Call, event: sip.CallAlerting) -> None:
        if event.has_media and event.call == call.dialog and not call.in_band:
            call.in_band = True
            self._use(call)
            if event.status != 180:
                self._step(call, Input.PROGRESS)
        if event.status == 180:
            self._step(call, Input.RING)

    def _confirm(self, call: Call, dialog: int) -> None:
        if not call.dialog:
            call.dialog = dialog
        if dialog != call.dialog:
            self._drop(call, dialog, ELSEWHERE)
            return
        self._step(call, Input.CONFIRM)

    def _dialog_ended(self, call: Call, event: sip.CallEnded) -> None:
        call.dialogs.discard(event.call)
        call.with_media.discard(event.call)
        del self._of_dialog[event.call]
        is_open = call.is_placed and call.state not in CONNECTED
        if is_open and self._failed(call, event):
            return
        if not is_open and event.call != call.dialog:
            return
        call.cause = call.cause if is_open else event.cause
        self._step(call, Input.END)

    def _media(self, call: Call, event: sip.MediaChanged) -> None:
        if event.codec:
            call.with_media.add(event.call)
        else:
            call.with_media.discard(event.call)
        if event.call != call.dialog or call.state not in (State.UP, State.HELD):
            self._join(call)
        elif event.held_by_far_end:
            call.left_aside = False
            self._step(call, Input.HOLD)
        elif call.state is State.HELD and not call.left_aside:
            self._step(call, Input.RETRIEVE)
        else:
            self._join(call)

    def _tell_transfer(self, command: TellTransfer) -> None:
        call = self.calls.get(command.call)
        if call is None or not call.dialog:
            self.misfits += 1
            return
        good = (200, "OK") if command.is_final else (180, "Ringing")
        status, reason = good if not command.cause else (status_of(command.cause), "Failed")
        self._out.append(TellRefer(call.dialog, status, reason, command.is_final))
