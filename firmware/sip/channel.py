"""One channel of a trunk: a call from the carrier, or one over the carrier's hosts in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drivers.signalling import CallOffered, PlaceCall
from drivers.sip import events as sip
from firmware.sip.asserted import Identity
from firmware.sip.call import Call, Input, State
from firmware.sip.hosts import Target
from firmware.sip.orders import Invite, Out, TakeRefer
from firmware.sip.party import called_by, party_of
from firmware.sip.port_calls import PortCalls

PATIENCE_US = 4_000_000
"""A host that says nothing at all for so long is left for the next one; a call to the last one waits 32 s (timer B),
but one for help is over then, so that another line is tried.
"""
NO_ANSWER = 102
"""Q.850 recovery on timer expiry."""
GLARE = 44
"""Q.850 requested channel not available: a call came in on it meanwhile."""
NO_NUMBER = 28
"""Q.850 invalid number format."""
NO_ROUTE = 38
"""Q.850 network out of order."""


class Carrier(Protocol):
    """What channels of one trunk share: where it is and how it wants things written."""

    name: str
    account: str
    own_number: str

    def targets(self, now_us: int) -> list[Target]:
        """Best first; those that failed lately come last."""

    def failed(self, target: Target, now_us: int) -> None: ...

    def worked(self, target: Target) -> None: ...

    def uris(self, command: PlaceCall, target: Target) -> tuple[str, str]:
        """Where the INVITE goes, and whom its To names."""

    def identity(self, command: PlaceCall, target: Target) -> Identity: ...


class Channel(PortCalls):
    def __init__(self, port: int, new_dialog: Callable[[], int], carrier: Carrier) -> None:
        super().__init__(port, new_dialog)
        self._carrier = carrier
        self._command: PlaceCall | None = None
        self._left: list[Target] = []
        """Where it may be tried yet."""
        self._present: Target | None = None

    @property
    def is_free(self) -> bool:
        return not self.calls

    def offered(self, offer: sip.CallOffered, call: int, now_us: int) -> list[Out]:
        """Only while it is free. The carrier was known by where it came from."""
        self._now_us = now_us
        message = offer.message
        called = called_by(message, self._carrier.account, self._carrier.own_number)
        caller = party_of(message)
        new = Call(call, State.OFFERED, called)
        self._accept(new, offer.call)
        new.offer = CallOffered(
            self.port,
            now_us,
            call,
            called=called,
            calling=caller.number,
            name=caller.name,
            is_private=caller.is_private,
            diverted_from=caller.diverted_from,
        )
        self._out.append(new.offer)
        return self._said()

    def _place(self, call: Call, command: PlaceCall) -> None:
        if len(self.calls) > 1:
            call.cause = GLARE
            self._step(call, Input.END)
            return
        self._command = command
        self._left = self._carrier.targets(self._now_us)
        is_number = all(self._carrier.uris(command, target)[0] for target in self._left[:1])
        if not is_number or not self._try_next(call):
            call.cause = NO_ROUTE if is_number else NO_NUMBER
            self._step(call, Input.END)

    def _try_next(self, call: Call) -> bool:
        if not self._left or self._command is None:
            return False
        target = self._present = self._left.pop(0)
        shown = self._carrier.identity(self._command, target)
        call.dialog = self._dialog(call)
        is_short = self._left or self._command.is_emergency
        self.due_us = self._now_us + PATIENCE_US if is_short else None
        uri, to = self._carrier.uris(self._command, target)
        self._out.append(
            Invite(
                call.dialog, uri, caller=shown.from_, to=to, headers=shown.headers, account=self._carrier.name
            )
        )
        return True

    def _progress(self, call: Call, event: sip.CallAlerting) -> None:
        self.due_us = None
        super()._progress(call, event)

    def _time_over(self) -> None:
        """The present host is silent: the next one, and nothing more of this one."""
        self.due_us = None
        call = next((one for one in self.calls.values() if one.state is State.PLACED), None)
        if call is None or self._present is None:
            return
        self._carrier.failed(self._present, self._now_us)
        self._drop(call, call.dialog, NO_ANSWER)
        if not self._try_next(call):
            call.cause = NO_ANSWER
            self._step(call, Input.END)

    def _failed(self, call: Call, event: sip.CallEnded) -> bool:
        self.due_us = None
        call.cause = event.cause
        is_out_of_order = event.status == 408 or 500 <= event.status < 600
        if is_out_of_order and self._present is not None:
            self._carrier.failed(self._present, self._now_us)
        again = is_out_of_order or (self._command is not None and self._command.is_emergency)
        return call.state is State.PLACED and again and self._try_next(call)

    def _confirm(self, call: Call, dialog: int) -> None:
        if self._present is not None and call.is_placed:
            self._carrier.worked(self._present)
        super()._confirm(call, dialog)

    def _refer(self, call: Call, event: sip.TransferAsked) -> None:  # noqa: ARG002 - as other ports
        """A carrier may not send its callers elsewhere through the box (toll fraud)."""
        self._out.append(TakeRefer(event.request, 603))
