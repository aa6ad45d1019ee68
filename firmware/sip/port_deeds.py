"""The calls of one port and what is done for them: orders to the endpoint, events for the switch. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drivers.signalling import (
    CallAlerting,
    CallCleared,
    CallConnected,
    CallDiverted,
    CallHeld,
    CallProgressed,
    CallRetrieved,
)
from firmware.sip.call import Call, Deed, Input, State
from firmware.sip.orders import End, Join, Out, Part, Reply

ELSEWHERE = 26
"""Q.850 non-selected user clearing: another telephone of the fork has the call."""


class PortDeeds:
    """Which call has the port's audio, and a method for each deed of the table."""

    def __init__(self, port: int, new_dialog: Callable[[], int]) -> None:
        """`new_dialog` gives a number the endpoint will use for nothing else."""
        self.port = port
        self.calls: dict[int, Call] = {}
        self.in_use: Call | None = None
        """The one whose audio is the port's."""
        self.misfits = 0
        """Commands and events that fitted no call."""
        self.due_us: int | None = None
        """When `due` has something to do."""
        self._new_dialog = new_dialog
        self._of_dialog: dict[int, Call] = {}
        self._out: list[Out] = []
        self._now_us = 0
        self._deeds: Mapping[Deed, Callable[[Call], None]] = {
            Deed.NOTHING: lambda _: None,
            Deed.ALERT: self._alert,
            Deed.ANSWER: self._answer,
            Deed.HANG_UP: self._hang_up,
            Deed.TELL_ALERTING: self._tell_alerting,
            Deed.TELL_PROGRESS: self._tell_progress,
            Deed.TELL_CONNECTED: self._tell_connected,
            Deed.TELL_HELD: self._tell_held,
            Deed.TELL_RETRIEVED: self._tell_retrieved,
            Deed.TELL_CLEARED: self._tell_cleared,
        }

    def _step(self, call: Call, given: Input) -> None:
        deed = call.step(given)
        if deed is None:
            self.misfits += 1
        else:
            self._deeds[deed](call)

    def _dialog(self, call: Call) -> int:
        """A new one of this call."""
        dialog = self._new_dialog()
        call.dialogs.add(dialog)
        self._of_dialog[dialog] = call
        return dialog

    def _accept(self, call: Call, dialog: int) -> None:
        """A call from outside."""
        self.calls[call.number] = call
        call.dialogs, call.dialog = {dialog}, dialog
        self._of_dialog[dialog] = call

    # -- whose audio is the port's ------------------------------------------------------------------------

    def _use(self, call: Call, *, beside: bool = False) -> None:
        """`beside`: the other one is not put on hold for it."""
        other, self.in_use = self.in_use, call
        if other is not None and other is not call:
            self._out.append(Part(self.port))
            if other.state is State.UP and not beside:
                other.left_aside = True
                self._step(other, Input.HOLD)
        self._join(call)

    def _join(self, call: Call) -> None:
        if call is self.in_use and call.dialog in call.with_media:
            self._out.append(Join(call.dialog, self.port))

    def _leave(self, call: Call) -> None:
        if call is self.in_use:
            self.in_use = None
            self._out.append(Part(self.port))

    def _forget(self, call: Call) -> None:
        for dialog in call.dialogs:
            self._of_dialog.pop(dialog, None)
        self.calls.pop(call.number, None)
        self._leave(call)

    def _take_aside(self) -> None:
        """A call beside the one that is over, or only left aside for it."""
        if self.in_use is not None:
            return
        beside = [one for one in self.calls.values() if one.state is State.UP]
        aside = [one for one in self.calls.values() if one.left_aside and one.state is State.HELD]
        if beside:
            self._use(beside[-1])
        elif aside:
            self._step(aside[-1], Input.RETRIEVE)

    # -- deeds --------------------------------------------------------------------------------------------

    def _alert(self, call: Call) -> None:
        self._out.append(Reply(call.dialog, 183 if call.in_band else 180))
        if call.in_band:
            self._use(call)

    def _answer(self, call: Call) -> None:
        self._out.append(Reply(call.dialog, 200))
        self._use(call)

    def _hang_up(self, call: Call) -> None:
        for dialog in sorted(call.dialogs):
            self._out.append(End(dialog, call.cause))
        self._tell_cleared(call)

    def _drop(self, call: Call, dialog: int, cause: int) -> None:
        """One of several dialogs; the call goes on."""
        call.dialogs.discard(dialog)
        self._of_dialog.pop(dialog, None)
        elsewhere = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')
        self._out.append(End(dialog, cause, headers=(elsewhere,) if cause == ELSEWHERE else ()))

    def _tell_alerting(self, call: Call) -> None:
        self._out.append(CallAlerting(self.port, self._now_us, call.number, call.in_band))

    def _tell_progress(self, call: Call) -> None:
        self._out.append(CallProgressed(self.port, self._now_us, call.number))

    def _tell_connected(self, call: Call) -> None:
        for dialog in sorted(call.dialogs - {call.dialog}):
            self._drop(call, dialog, ELSEWHERE)
        self._use(call)
        self._out.append(CallConnected(self.port, self._now_us, call.number))

    def _tell_held(self, call: Call) -> None:
        self._leave(call)
        self._out.append(CallHeld(self.port, self._now_us, call.number))

    def _tell_retrieved(self, call: Call) -> None:
        """Where the other one is not on hold the user wants both: a conference, which he hears here."""
        call.left_aside = False
        self._use(call, beside=True)
        self._out.append(CallRetrieved(self.port, self._now_us, call.number))

    def _tell_cleared(self, call: Call) -> None:
        self._forget(call)
        if call.diverted:
            self._out.append(CallDiverted(self.port, self._now_us, call.number, call.diverted))
        self._out.append(CallCleared(self.port, self._now_us, call.number, call.cause))
        self._take_aside()

    def _said(self) -> list[Out]:
        said, self._out = self._out, []
        return said
