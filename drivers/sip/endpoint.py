"""A SIP endpoint: calls as numbers, what happens as plain data.

One endpoint a process and one thread for all of it: pjsua has no thread of its own here, `step` polls it, and its
callbacks run inside. RTP is received by a thread of pjmedia's and moved by our pump (legs.py); neither knows Python.
"""

from __future__ import annotations

import atexit
import re

from drivers.sip.account_source import tell_carriers_apart
from drivers.sip.audio_source import comes_from, guard_audio
from drivers.sip.blocks import Blocks
from drivers.sip.errors import NoSuchCall
from drivers.sip.events import (
    AnyCallEvent,
    AnySipEvent,
    CallEnded,
    CallOffered,
    DigitMethod,
    RequestReceived,
    TransferAsked,
)
from drivers.sip.guard import SourceGuard
from drivers.sip.legs import Drops, Legs
from drivers.sip.library import Wake, log
from drivers.sip.message import parse
from drivers.sip.pjsua import Agent, Headers, PjAccount, PjCall
from drivers.sip.refer import dialog_of, target_of
from drivers.sip.requests import Requests
from drivers.sip.settings import Settings

_TAG = re.compile(r";\s*tag\s*=", re.IGNORECASE)
NOT_YET = -1
"""pjsua's number of a call that was not placed."""


class Endpoint:
    """Construct, `start`, `step` again and again, `stop`. Raises SipError where pjsua refuses."""

    def __init__(self, settings: Settings, blocks: Blocks | None = None) -> None:
        self.settings = settings
        self.blocks = blocks or Blocks.of_own(settings.legs)
        self.addresses: list[str] = []
        """address:port of each transport, in the settings' order."""
        self.troubles: list[str] = []
        """Faults of our callbacks; they may not travel through C++."""
        self._agent = Agent(settings)
        self._calls: dict[int, PjCall] = {}
        self._by_id: dict[str, int] = {}
        self._newest = 0
        self._accounts: dict[str, PjAccount] = {}
        self._events: list[AnyCallEvent] = []

    def start(self) -> None:
        log(0)
        self._agent.create()
        log(self.settings.log_level)
        guard_audio()
        tell_carriers_apart()
        self.wake = Wake()
        self.requests = Requests(self.settings.requests)
        self.drops = Drops()
        self.guard = SourceGuard(self.settings.limits, self.settings.networks)
        self.addresses = self._agent.listen()
        self.legs = Legs(self.blocks)
        # A process that ends without would leave the pump in a bridge that is gone.
        atexit.register(self.stop)
        self._account = self._agent.account(self.addresses[0], self._offered, self.troubles)
        for one in self.settings.accounts:
            self._accounts[one.name] = self._agent.account(
                self.addresses[0], self._offered, self.troubles, one
            )

    def stop(self) -> None:
        """Ends what calls are left, without waiting for their far ends."""
        atexit.unregister(self.stop)
        self.legs.stop()
        self.requests.stop()
        self.guard.stop()
        self.drops.stop()
        self.wake.stop()
        self._calls.clear()
        for account in (*self._accounts.values(), self._account):
            account.shutdown()
        self._accounts.clear()
        del self._account
        self._agent.destroy()

    def step(self, wait_ms: int) -> list[AnySipEvent]:
        """Wait for at most so long, or until `wake.ring()`, and tell what happened, in order.

        A call's last event is `CallEnded`.
        """
        self._agent.poll(wait_ms)
        happened: list[AnySipEvent] = [event for event in self._events if event.call in self._calls]
        self._events.clear()
        for ended in [event.call for event in happened if isinstance(event, CallEnded)]:
            self._forget(self._calls.pop(ended))
        happened += (
            self._transfer(one) if isinstance(one, RequestReceived) else one for one in self.requests.take()
        )
        return happened

    def new_number(self) -> int:
        """For a call that will be placed."""
        self._newest += 1
        return self._newest

    def call(
        self,
        target: str,
        *,
        caller: str = "",
        headers: Headers = (),
        to: str = "",
        account: str = "",
        number: int = 0,
    ) -> int:
        """Place a call to a SIP URI; `caller` is a name-addr for From, `to` another To. Its number.

        `account` names whose log-in is used, `number` is one of `new_number`.
        """
        whose = self._accounts.get(account, self._account)
        call = self._made(NOT_YET, number or self.new_number(), whose)
        call.place(target, caller, headers, to)
        return self._keep(call)

    def answer(self, call: int, status: int, *, reason: str = "", headers: Headers = ()) -> None:
        """180, 183 (early media), 200, or a refusal; 3xx with a Contact header."""
        self._of(call).reply(status, reason, headers)

    def hang_up(self, call: int, cause: int, *, status: int = 0, headers: Headers = ()) -> None:
        """With a Q.850 cause (RFC 3326); an unanswered incoming call is refused with its status."""
        self._of(call).end(cause, status, headers)

    def join(self, call: int, leg: int) -> None:
        """The leg and the call hear one another; again after each `MediaChanged` with a codec."""
        self.legs.join(leg, self._of(call).getId())

    def part(self, leg: int) -> None:
        self.legs.part(leg)

    def hold(self, call: int) -> None:
        self._of(call).hold()

    def resume(self, call: int) -> None:
        self._of(call).resume()

    def send_digits(
        self, call: int, digits: str, *, method: DigitMethod = DigitMethod.RTP, for_ms: int = 160
    ) -> None:
        self._of(call).send_digits(digits, method, for_ms)

    def transfer(self, call: int, target: str, *, headers: Headers = ()) -> None:
        """Ask the far end to call somebody else (REFER); how it goes comes as `TransferProgressed`."""
        self._of(call).refer(target, headers)

    def transfer_to_call(self, call: int, other: int) -> None:
        """Attended: the far end of `call` takes the place of ours in `other` (REFER with Replaces)."""
        self._of(call).refer_to_call(self._of(other))

    def take_transfer(self, asked: TransferAsked, status: int = 202) -> None:
        """Say whether a transfer is tried at all; after 202 tell how it goes."""
        self.take_refer(asked.request, status)

    def take_refer(self, request: int, status: int) -> None:
        self.requests.answer(request, status)

    def tell_transfer(self, call: int, status: int, reason: str, *, final: bool) -> None:
        """How a transfer that was asked of us goes (RFC 3515 2.4.4)."""
        self._of(call).notify_refer(status, reason, final=final)

    def codecs(self) -> dict[str, int]:
        """What is built in, by priority; 0 is off."""
        return self._agent.codecs()

    def _made(self, pjsua_id: int, number: int, account: PjAccount) -> PjCall:
        return PjCall(account, pjsua_id, number, self._events.append, self.troubles)

    def _keep(self, call: PjCall) -> int:
        self._calls[call.number] = call
        self._by_id[call.call_id] = call.number
        return call.number

    def _forget(self, call: PjCall) -> None:
        if self._by_id.get(call.call_id) == call.number:
            del self._by_id[call.call_id]

    def _offered(self, pjsua_id: int, text: str, source: str) -> None:
        message = parse(text)
        replaces = self._by_id.get(dialog_of(message.first("replaces")), 0)
        comes_from(pjsua_id, source)
        call = self._made(pjsua_id, self.new_number(), self._account)
        call.call_id = message.first("call-id")
        self._events.append(CallOffered(self._keep(call), message, source, replaces))

    def _transfer(self, asked: RequestReceived) -> AnySipEvent:
        """A REFER within a call of ours is its event."""
        call = self._by_id.get(asked.message.first("call-id"), 0)
        # Its tags were checked (requests.c); without one it is a request like any other.
        if asked.message.method != "REFER" or not call or not _TAG.search(asked.message.first("to")):
            return asked
        target = asked.message.first("refer-to")
        replaces = self._by_id.get(dialog_of(target_of(target).replaces), 0)
        return TransferAsked(call, asked.request, target, asked.message, replaces)

    def _of(self, call: int) -> PjCall:
        if call not in self._calls:
            raise NoSuchCall(f"call {call} has ended or never was")
        return self._calls[call]
