"""One telephone with its calls: a fork to all its contacts, hold, transfer, calls that take the place of others.

At most two calls that its user made, and one for help: the switch refuses any other third one. What the box places
beyond them is the telephone's to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from drivers.signalling import CallOffered, CallRetrieved, PlaceCall, TransferRequested
from drivers.sip import events as sip
from drivers.sip.refer import target_of
from firmware.sip.addresses import name_addr, sip_uri
from firmware.sip.call import CONNECTED, Call, Input, State
from firmware.sip.identity import NOBODY, dialled, divert_target
from firmware.sip.orders import End, Headers, Invite, Out, TakeRefer, TellRefer
from firmware.sip.party import clean_name
from firmware.sip.port_calls import PortCalls

MOST_CALLS = 3
UNREACHABLE = 20
"""Q.850 subscriber absent."""
REDIRECTED = 23
PREFERRED = (21, 17, 22, 19, 18)
"""Of causes by several telephones, what tells a caller most."""
LEAST = frozenset({UNREACHABLE, 38, 41, 102, 127})


class Contact(Struct, frozen=True):
    """Where a telephone of this extension was registered from."""

    uri: str
    """Leads there: behind a router it names the address the telephone was seen at."""
    host: str
    port: int
    """The box as this telephone knows it: it calls back there."""

    def caller(self, name: str, number: str) -> str:
        """From of a call to it; without a number it is nobody's."""
        return name_addr(clean_name(name), sip_uri(number, self.host, self.port)) if number else NOBODY


class Phone(PortCalls):
    def __init__(
        self,
        port: int,
        number: str,
        new_dialog: Callable[[], int],
        contacts: Callable[[str], Sequence[Contact]],
    ) -> None:
        super().__init__(port, new_dialog)
        self.number = number
        self._contacts = contacts

    def offered(self, offer: sip.CallOffered, call: int, now_us: int) -> list[Out]:
        """Its user calls; that it is he was proven. `call` numbers it if it becomes one."""
        self._now_us = now_us
        called = dialled(offer.message.uri)
        if offer.replaces:
            self._replace(offer)
        elif len(self._own()) >= MOST_CALLS:
            self._out.append(End(offer.call, 17))
        elif not called:
            self._out.append(End(offer.call, 28, status=404))
        else:
            self._begin(Call(call, State.OFFERED, called), offer.call)
        return self._said()

    def picks_up(self, offer: sip.CallOffered, call: int, called: str, now_us: int) -> list[Out]:
        """Its user wants the call that rings at `called` (Replaces of an early dialog)."""
        self._now_us = now_us
        self._begin(Call(call, State.OFFERED, called), offer.call, pickup=True)
        return self._said()

    def rings(self, dialog: int) -> bool:
        """Whether this is a call that was placed to it and not answered yet."""
        call = self._of_dialog.get(dialog)
        return call is not None and call.state in (State.PLACED, State.RUNG)

    def _begin(self, call: Call, dialog: int, *, pickup: bool = False) -> None:
        self._accept(call, dialog)
        call.offer = CallOffered(
            self.port, self._now_us, call.number, called=call.called, calling=self.number, pickup=pickup
        )
        self._out.append(call.offer)

    def _replace(self, offer: sip.CallOffered) -> None:
        """Another telephone of the same extension takes a call over (RFC 3891 3)."""
        call = self._of_dialog.get(offer.replaces)
        if call is None or call.state not in CONNECTED:
            self._out.append(End(offer.call, 21, status=603))
            return
        old, was_held = call.dialog, call.state is State.HELD
        self._of_dialog[offer.call] = call
        call.dialogs.add(offer.call)
        call.dialog = offer.call
        call.state = State.ANSWERED
        self._drop(call, old, 16)
        self._answer(call)
        if was_held:
            call.left_aside = False
            self._out.append(CallRetrieved(self.port, self._now_us, call.number))

    def _own(self) -> list[Call]:
        return [call for call in self.calls.values() if not call.is_placed or call.state in CONNECTED]

    def _place(self, call: Call, command: PlaceCall) -> None:
        contacts = self._contacts(self.number)
        for contact in contacts:
            self._out.append(
                Invite(
                    self._dialog(call),
                    contact.uri,
                    caller=contact.caller(command.name, command.calling),
                    headers=_alert_info(command.alert, contact.host),
                )
            )
        if not contacts:
            call.cause = UNREACHABLE
            self._step(call, Input.END)

    def _progress(self, call: Call, event: sip.CallAlerting) -> None:
        """What a telephone sends before it is lifted is not listened to: ringback is ours."""
        quiet = sip.CallAlerting(event.call, 180 if event.status in (180, 183) else event.status)
        super()._progress(call, quiet)

    def _failed(self, call: Call, event: sip.CallEnded) -> bool:
        call.causes.append(event.cause)
        if event.status in (301, 302) and event.message is not None:
            call.diverted = call.diverted or divert_target(event.message)
        if call.dialogs:
            return True
        call.cause = REDIRECTED if call.diverted else best_cause(call.causes)
        return False

    def _refer(self, call: Call, event: sip.TransferAsked) -> None:
        target = target_of(event.target)
        other = self._of_dialog.get(event.replaces)
        number = "" if target.replaces else dialled(target.uri)
        if call.state not in CONNECTED or (target.replaces and other in (None, call)):
            self._out.append(TakeRefer(event.request, 603))
        elif not number and other is None:
            self._out.append(TakeRefer(event.request, 404))
        else:
            self._out += (
                TakeRefer(event.request, 202),
                TellRefer(event.call, 100, "Trying", False),
                TransferRequested(
                    self.port, self._now_us, call.number, number, other.number if other and not number else 0
                ),
            )


def best_cause(causes: Sequence[int]) -> int:
    """What somebody said goes before what nobody answered."""
    for cause in PREFERRED:
        if cause in causes:
            return cause
    said = [cause for cause in causes if cause not in LEAST]
    return said[0] if said else UNREACHABLE


def _intercom(host: str) -> Headers:
    """RFC 5373, and what telephones understood before it."""
    return (
        ("Call-Info", f"<sip:{host}>;answer-after=0"),
        ("Alert-Info", f"<http://{host}>;info=alert-autoanswer;delay=0"),
        ("Answer-Mode", "Auto"),
    )


def _alert_info(alert: str, host: str) -> Headers:
    if alert == "intercom":
        return _intercom(host)
    return () if alert == "normal" else (("Alert-Info", f"<http://{host}>;info=alert-{alert}"),)
