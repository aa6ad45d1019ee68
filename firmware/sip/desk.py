"""Who is who: calls of the endpoint, ports of the card. Hands what happens to the machines, does what they want."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from drivers.cards.card_wire import CardEvent
from drivers.ports import PortFailed, PortRecovered
from drivers.signalling import CallsStand, SignallingCommand
from drivers.sip import events as sip
from drivers.sip.errors import SipError
from firmware.sip import orders as o
from firmware.sip.carrier import TrunkCarrier
from firmware.sip.channel import Channel
from firmware.sip.phone import Phone
from firmware.sip.port_calls import PortCalls

CONGESTED = 34
"""Q.850 no circuit available."""
RETRY_AFTER_S = "5"
UNROUTABLE = 38
RESTS_US = 2_000_000
"""So long after its call another channel is taken rather than this one; where all rest, the one that does longest."""


class Endpoint(Protocol):
    """What the desk uses of `drivers.sip.endpoint.Endpoint`; each may raise SipError."""

    def new_number(self) -> int: ...

    def call(
        self, target: str, *, caller: str, headers: o.Headers, to: str, account: str, number: int
    ) -> int: ...

    def answer(self, call: int, status: int, *, headers: o.Headers = ()) -> None: ...

    def hang_up(self, call: int, cause: int, *, status: int = 0, headers: o.Headers = ()) -> None: ...

    def join(self, call: int, leg: int) -> None: ...

    def part(self, leg: int) -> None: ...

    def take_refer(self, request: int, status: int) -> None: ...

    def tell_transfer(self, call: int, status: int, reason: str, *, final: bool) -> None: ...


class Judge(Protocol):
    """Whose call it is that comes from no carrier."""

    def number_of(self, offer: sip.CallOffered, now_us: int) -> str | tuple[int, o.Headers]:
        """The extension that proved itself, or what it is answered instead (401, 403)."""


class Desk:
    def __init__(
        self,
        *,
        endpoint: Endpoint,
        telephones: Iterable[Phone],
        carriers: Mapping[str, TrunkCarrier],
        channels: Mapping[str, Sequence[Channel]],
        judge: Judge,
        tell: Callable[[CardEvent], None],
        talked: Callable[[str, sip.Heard], None] = lambda _name, _heard: None,
    ) -> None:
        """`talked` is told the trunk and the audio of each of its calls that is over."""
        self._endpoint, self._judge, self._tell = endpoint, judge, tell
        self._phones = {phone.number: phone for phone in telephones}
        self._carriers, self._channels, self._talked = carriers, channels, talked
        self._trunk_of = {channel.port: name for name, row in channels.items() for channel in row}
        every = [channel for row in channels.values() for channel in row]
        self._ports: dict[int, PortCalls] = {one.port: one for one in (*self._phones.values(), *every)}
        self._of_dialog: dict[int, PortCalls] = {}
        self._failed: dict[int, str] = {}
        self._ended_us: dict[int, int] = {}
        """When each port's last call ended."""
        self._due: dict[PortCalls, int] = {}
        self._newest = 0
        self.refused = 0
        """Calls from outside that reached no port."""
        self.errors = 0
        """Orders the endpoint did not take: what they were about had ended."""
        self._misfits = 0
        """Commands for ports that are not there."""

    def command(self, port: int, command: SignallingCommand, now_us: int) -> None:
        where = self._ports.get(port)
        if where is None:
            self._misfits += 1
        else:
            self._do(where, where.command(command, now_us), now_us)

    def hear(self, event: sip.AnyCallEvent, now_us: int) -> None:
        if isinstance(event, sip.CallOffered):
            self._offered(event, now_us)
            return
        where = self._of_dialog.get(event.call)
        if where is not None:
            self._do(where, where.heard(event, now_us), now_us)
        if isinstance(event, sip.CallEnded):
            self._of_dialog.pop(event.call, None)
            if where is not None:
                self._ended_us[where.port] = now_us
                if event.heard is not None and where.port in self._trunk_of:
                    self._talked(self._trunk_of[where.port], event.heard)

    @property
    def due_us(self) -> int | None:
        return min(self._due.values(), default=None)

    def due(self, now_us: int) -> None:
        for port in [port for port, due_us in self._due.items() if due_us <= now_us]:
            self._do(port, port.due(now_us), now_us)

    def stand(self, now_us: int) -> CallsStand:
        """What a new switch must know."""
        calls = tuple(call for port in self._ports.values() for call in port.standing())
        return CallsStand(now_us, calls, tuple(sorted(self._failed.items())))

    def offers(self, now_us: int) -> list[CardEvent]:
        """What comes after `stand`: calls that waited for a switch."""
        return [offer for port in self._ports.values() for offer in port.offers(now_us)]

    def port_failed(self, port: int, reason: str, now_us: int) -> None:
        if port not in self._failed:
            self._failed[port] = reason
            self._tell(PortFailed(port, now_us, reason))

    def port_recovered(self, port: int, now_us: int) -> None:
        if self._failed.pop(port, None) is not None:
            self._tell(PortRecovered(port, now_us))

    @property
    def failed_ports(self) -> int:
        return len(self._failed)

    @property
    def misfits(self) -> int:
        return self._misfits + sum(port.misfits for port in self._ports.values())

    @property
    def calls(self) -> int:
        return sum(len(port.calls) for port in self._ports.values())

    def _offered(self, offer: sip.CallOffered, now_us: int) -> None:
        address, _, port = offer.source.rpartition(":")
        address = address.strip("[]")
        for name, carrier in self._carriers.items():
            if carrier.knows(address, int(port) if port.isdecimal() else 0):
                self._from_carrier(offer, self._channels[name], now_us)
                return
        said = self._judge.number_of(offer, now_us)
        phone = self._phones.get(said) if isinstance(said, str) else None
        if phone is None:
            self.refused += 1
            status, headers = said if isinstance(said, tuple) else (403, ())
            self._answer(offer.call, status, headers)
            return
        self._of_dialog[offer.call] = phone
        ringing = self._of_dialog.get(offer.replaces)
        if isinstance(ringing, Phone) and ringing is not phone and ringing.rings(offer.replaces):
            self._do(phone, phone.picks_up(offer, self._next(), ringing.number, now_us), now_us)
        else:
            self._do(phone, phone.offered(offer, self._next(), now_us), now_us)

    def _from_carrier(self, offer: sip.CallOffered, channels: Sequence[Channel], now_us: int) -> None:
        # The box takes the first channel for its own calls: from the other end they seldom meet. Where a call just
        # ended the engine may not have let go yet, and would refuse (Q.850 44).
        free = min(
            (channel for channel in reversed(channels) if channel.is_free),
            key=lambda channel: max(0, self._ended_us.get(channel.port, -RESTS_US) + RESTS_US - now_us),
            default=None,
        )
        if free is None:
            self.refused += 1
            reason = ("Reason", f"Q.850;cause={CONGESTED}")
            self._answer(offer.call, 503, (("Retry-After", RETRY_AFTER_S), reason))
            return
        self._of_dialog[offer.call] = free
        self._do(free, free.offered(offer, self._next(), now_us), now_us)

    def _answer(self, dialog: int, status: int, headers: o.Headers) -> None:
        with suppress(SipError):
            self._endpoint.answer(dialog, status, headers=headers)

    def _next(self) -> int:
        self._newest += 1
        return self._newest

    def _do(self, where: PortCalls, said: Iterable[o.Out], now_us: int) -> None:
        """In order; a call that cannot be placed at all ends at once, which may lead to more."""
        left = deque(said)
        while left:
            one = left.popleft()
            if isinstance(one, o.Order):
                left.extend(self._order(where, one, now_us))
            else:
                self._tell(one)
        self._due.pop(where, None)
        if where.due_us is not None:
            self._due[where] = where.due_us

    def _order(self, where: PortCalls, order: o.Order, now_us: int) -> list[o.Out]:
        try:
            if isinstance(order, o.Invite):
                self._of_dialog[order.dialog] = where
            self._carry_out(order)
        except SipError:
            self.errors += 1
            if isinstance(order, o.Invite):
                del self._of_dialog[order.dialog]
                return where.heard(sip.CallEnded(order.dialog, 503, UNROUTABLE, ""), now_us)
        return []

    def _carry_out(self, order: o.Order) -> None:
        endpoint = self._endpoint
        match order:
            case o.Invite(dialog, target, caller, to, headers, account):
                endpoint.call(target, caller=caller, headers=headers, to=to, account=account, number=dialog)
            case o.Reply(dialog, status, headers):
                endpoint.answer(dialog, status, headers=headers)
            case o.End(dialog, cause, status, headers):
                endpoint.hang_up(dialog, cause, status=status, headers=headers)
            case o.Join(dialog, port):
                endpoint.join(dialog, port)
            case o.Part(port):
                endpoint.part(port)
            case o.TakeRefer(request, status):
                endpoint.take_refer(request, status)
            case o.TellRefer(dialog, status, reason, final):
                endpoint.tell_transfer(dialog, status, reason, final=final)
