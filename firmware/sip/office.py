"""Everything of the process that is no call: telephones that register, trunks that do, and what is sent for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from drivers.signalling import ShowMessageCount, ShowUse
from drivers.sip import events as sip
from drivers.sip.errors import SipError
from drivers.sip.requests import Requests
from firmware.sip import outputs as out
from firmware.sip.authenticator import Allowed, Authenticator, Challenge, Denied, speaks_as
from firmware.sip.bindings_file import Keeper
from firmware.sip.desk import Desk
from firmware.sip.orders import Headers
from firmware.sip.registering import TrunkDown
from firmware.sip.registrar import Registrar
from firmware.sip.trunks import TrunkNews, Trunks, registers
from firmware.sip.watchers import Watchers

NOBODY_HERE = "unregistered"
FORBIDDEN: tuple[int, Headers] = (403, ())


class InviteJudge:
    """Calls that come from no carrier: a telephone's, which logs in as for a registration."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def number_of(self, offer: sip.CallOffered, now_us: int) -> str | tuple[int, Headers]:
        message = offer.message
        address, _, port = offer.source.rpartition(":")
        log_ins = message.all("authorization")
        where = (address.strip("[]"), int(port) if port.isdecimal() else 0)
        verdict = self._authenticator.judge("INVITE", message.uri, log_ins, *where, "", now_us)
        match verdict:
            case Allowed(number) if speaks_as(message, number):
                return number
            case Challenge(headers):
                return 401, headers
            case Denied(status):
                return status, ()
        return FORBIDDEN


class Office:
    def __init__(
        self,
        *,
        registrar: Registrar,
        trunks: Trunks,
        keeper: Keeper,
        watchers: Watchers,
        requests: Requests,
        desk: Desk,
        ports: Mapping[str, int],
    ) -> None:
        """`ports`: telephone numbers to ports of the card."""
        self.registrar, self.trunks, self._keeper, self.watchers = registrar, trunks, keeper, watchers
        self._numbers = {port: number for number, port in ports.items()}
        self._requests, self._desk, self._ports = requests, desk, ports
        self.errors = 0
        """What the endpoint did not take: it had expired."""

    def start(self, now_us: int) -> None:
        for port in self._ports.values():
            self._desk.port_failed(port, NOBODY_HERE, now_us)
        self._do(self.registrar.use(self._ports.keys(), now_us), now_us)
        for carrier in self.trunks.carriers.values():
            if registers(carrier.trunk):
                self._ports_failed(carrier.ports, NOBODY_HERE, now_us)
        self._do_trunks(self.trunks.start(now_us), now_us)

    @property
    def due_us(self) -> int | None:
        bindings = self.registrar.bindings
        lists = (self.registrar.due_us, self.trunks.due_us, self.watchers.due_us)
        waits = (*lists, self._keeper.due_us(bindings))
        return min((one for one in waits if one is not None), default=None)

    def due(self, now_us: int) -> None:
        if (at_us := self.registrar.due_us) is not None and at_us <= now_us:
            self._do(self.registrar.due(now_us), now_us)
        self._do_trunks(self.trunks.due(now_us), now_us)
        self._do(self.watchers.due(now_us), now_us)
        self._keeper.due(self.registrar.bindings, now_us)

    def request(self, request: sip.RequestReceived, now_us: int) -> None:
        watched = request.message.method == "SUBSCRIBE"
        self._do((self.watchers if watched else self.registrar).handle(request, now_us), now_us)

    def show(self, port: int, shown: ShowMessageCount | ShowUse, now_us: int) -> None:
        """To whoever watches the telephone of this port."""
        named = shown.number if isinstance(shown, ShowUse) else ""
        number = named or self._numbers.get(port)
        if number is not None:
            self._do(self.watchers.show(number, shown, now_us), now_us)

    def answered(self, answer: sip.RequestAnswered, now_us: int) -> None:
        if not self.registrar.answered(answer):
            self._do(self.watchers.answered(answer, now_us), now_us)
            self._do_trunks(self.trunks.answered(answer, now_us), now_us)

    def close(self, now_us: int) -> None:
        self._keeper.close(self.registrar.bindings, now_us)

    def _do(self, said: Iterable[out.Out], now_us: int) -> None:
        for one in said:
            match one:
                case out.Reachable(number):
                    self._desk.port_recovered(self._ports[number], now_us)
                case out.Unreachable(number):
                    if number in self._ports:
                        self._desk.port_failed(self._ports[number], NOBODY_HERE, now_us)
                case _:
                    self._carry_out(one, now_us)

    def _do_trunks(self, said: Iterable[out.Send | TrunkNews], now_us: int) -> None:
        for one in said:
            if isinstance(one, out.Send):
                self._carry_out(one, now_us)
                continue
            carrier, news = one
            if isinstance(news, TrunkDown):
                self._ports_failed(carrier.ports, f"{news.reason.value} {news.status or ''}".strip(), now_us)
            else:
                for port in carrier.ports:
                    self._desk.port_recovered(port, now_us)

    def _ports_failed(self, ports: Sequence[int], reason: str, now_us: int) -> None:
        for port in ports:
            self._desk.port_failed(port, reason, now_us)

    def _carry_out(self, one: out.Answer | out.Drop | out.Send, now_us: int) -> None:
        try:
            out.carry_out(self._requests, one)
        except SipError:
            self.errors += 1
            if isinstance(one, out.Send):  # as if nobody had been there
                self.answered(sip.RequestAnswered(one.request, 503, None), now_us)
