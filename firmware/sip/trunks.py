"""All trunks of the box: their hosts, their registrations, and which of their channels can be used."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from random import Random

from drivers.sip.events import RequestAnswered
from firmware.config.schema import Trunk
from firmware.sip.carrier import TrunkCarrier
from firmware.sip.client_digest import ClientDigest, Login
from firmware.sip.looking_up import LookUps
from firmware.sip.outputs import Send
from firmware.sip.plan import TrunkPlan
from firmware.sip.registering import TrunkDown, TrunkUp
from firmware.sip.registration import Account, Series
from firmware.sip.trunk_account import TrunkAccount
from firmware.sip.trunk_probe import TrunkProbe
from firmware.sip.trunk_watch import TrunkWatch

TrunkNews = tuple[TrunkCarrier, TrunkUp | TrunkDown]


class Trunks:
    """`ask` and `due` whenever `due_us` says so; what they yield is to be sent, or news of a trunk."""

    def __init__(
        self, plans: tuple[TrunkPlan, ...], contact_at: str, new_request: Callable[[], int], look_ups: LookUps
    ) -> None:
        """`contact_at` (`host:port`): where carriers reach the box, unless a plan says otherwise. Raises ValueError."""
        draw = Random(secrets.randbits(64))  # noqa: S311 - which host comes first
        self._look_ups = look_ups
        self.carriers = {plan.trunk.name: TrunkCarrier(plan, draw) for plan in plans}
        self.watches: dict[str, TrunkAccount | TrunkProbe] = {
            plan.trunk.name: _watch(plan, self.carriers[plan.trunk.name], contact_at, new_request, draw)
            for plan in plans
        }
        """By a registration, or by OPTIONS."""
        self.watch = TrunkWatch(
            {one.trunk.name: "registration" if registers(one.trunk) else "options" for one in plans}
        )

    def start(self, now_us: int) -> Iterator[Send | TrunkNews]:
        for name, watch in self.watches.items():
            yield from self._told(name, watch.start(now_us), now_us)

    @property
    def due_us(self) -> int | None:
        waits = [watch.deadline_us for watch in self.watches.values()]
        waits += [carrier.hosts.deadline_us for carrier in self.carriers.values()]
        return min((one for one in waits if one is not None), default=None)

    def due(self, now_us: int) -> Iterator[Send | TrunkNews]:
        for name, carrier in self.carriers.items():
            for host in carrier.hosts.wanted(now_us):
                self._look_ups.ask(name, host, carrier.trunk.transport)
        yield from self._found(now_us)
        for name, watch in self.watches.items():
            yield from self._told(name, watch.advance(now_us), now_us)

    def answered(self, answer: RequestAnswered, now_us: int) -> Iterator[Send | TrunkNews]:
        self.watch.answered(answer, now_us)
        for name, watch in self.watches.items():
            yield from self._told(name, watch.answered(answer, now_us), now_us)

    def knows(self, address: str) -> bool:
        """Whether some carrier speaks from there."""
        return any(carrier.is_at(address) for carrier in self.carriers.values())

    def up(self) -> int:
        """How many can be used."""
        return sum(watch.is_up for watch in self.watches.values())

    def _found(self, now_us: int) -> Iterator[Send | TrunkNews]:
        for known in self._look_ups.take():
            self.carriers[known.trunk].hosts.resolved(known.host, known.found, now_us)
            yield from self._told(known.trunk, self.watches[known.trunk].found(now_us), now_us)

    def _told(
        self, name: str, said: list[Send | TrunkUp | TrunkDown], now_us: int
    ) -> Iterator[Send | TrunkNews]:
        self.watch.told(name, said, now_us)
        for one in said:
            yield one if isinstance(one, Send) else (self.carriers[name], one)


def registers(trunk: Trunk) -> bool:
    return bool(trunk.user) and trunk.register


def _watch(
    plan: TrunkPlan, carrier: TrunkCarrier, contact_at: str, new_request: Callable[[], int], draw: Random
) -> TrunkAccount | TrunkProbe:
    trunk = plan.trunk
    series = Series(secrets.token_hex(12), secrets.token_hex(6))
    if not registers(trunk):
        return TrunkProbe(
            plan.contact or f"sip:tipring@{contact_at}", carrier.hosts, series, new_request, draw
        )
    way = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    contact = plan.contact or f"sip:{trunk.user}@{contact_at}{way}"
    account = Account(trunk.user, contact, registration_s=trunk.registration_s)
    digest = ClientDigest(Login(trunk.auth_user or trunk.user, plan.password), lambda: secrets.token_hex(8))
    return TrunkAccount(account, carrier.hosts, digest, series, new_request, draw=draw)
