"""Which of a carrier's addresses is next: order, DNS SRV (RFC 2782), quarantine after a failure. Sans-IO.

Asking DNS is the caller's: `wanted` says for what, `resolved` takes what was found (resolver.py). What was found before
stays in use until something newer is.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from random import Random

from msgspec import Struct

LEAST_QUARANTINE_US = 30_000_000
MOST_QUARANTINE_US = 600_000_000
MOST_DOUBLINGS = 10
LEAST_TTL_S, MOST_TTL_S = 60, 3600
AGAIN_US = 30_000_000
"""After a name that could not be resolved."""
MOST_TARGETS = 32
"""Of all names together; more are left out."""
_HOST_PORT = re.compile(
    r"\[([0-9A-Fa-f:.]{2,45})\](?::(\d{1,5}))?|([^:\s\[\]]{1,255})(?::(\d{1,5}))?", re.ASCII
)


class Host(Struct, frozen=True):
    """As it was configured."""

    name: str
    port: int = 0
    """0: as DNS says, or the transport's own."""


class Service(Struct, frozen=True):
    """One SRV record, with the addresses of its target."""

    priority: int
    weight: int
    port: int
    addresses: tuple[str, ...]


class Found(Struct, frozen=True):
    """What DNS said of a name: services, or mere addresses."""

    services: tuple[Service, ...] = ()
    addresses: tuple[str, ...] = ()
    ttl_s: int = 300


class Target(Struct, frozen=True):
    """Where to send: an address, never a name."""

    host: str
    """The configured name that led here; the carrier's domain."""
    address: str
    port: int
    transport: str = "udp"
    named_port: int = 0
    """As configured with the host; 0: none was."""

    @property
    def place(self) -> str:
        """`address:port` as in a URI (RFC 3261 25.1, RFC 5118 4)."""
        return f"{bracketed(self.address)}:{self.port}"

    @property
    def route(self) -> str:
        """A Route that leads here and is not sent: pjsip leaves `hide` out of the message."""
        return f"<sip:{self.place};transport={self.transport};lr;hide>"


class _Name(Struct):
    found: tuple[Target, ...] = ()
    ask_us: int = 0
    is_asked: bool = False


class _Failure(Struct):
    count: int
    until_us: int


class Hosts:
    """Those of one trunk, in the order of its configuration. `draw` is seeded by the caller."""

    def __init__(self, hosts: Iterable[str], transport: str, draw: Random) -> None:
        """Raises ValueError for what is no `host` or `host:port`."""
        self.transport = transport
        self._draw = draw
        self._hosts = tuple(map(host_of, hosts))
        self._names = {host: _Name(literal(host, transport)) for host in self._hosts}
        self._failures: dict[tuple[str, int], _Failure] = {}

    def wanted(self, now_us: int) -> tuple[Host, ...]:
        """What DNS must be asked for now; each is named once until `resolved`. Never a literal address."""
        due = [
            host
            for host, name in self._names.items()
            if not is_literal(host.name) and not name.is_asked and name.ask_us <= now_us
        ]
        for host in due:
            self._names[host].is_asked = True
        return tuple(due)

    @property
    def deadline_us(self) -> int | None:
        """When `wanted` will name something."""
        waits = [
            one.ask_us for host, one in self._names.items() if not is_literal(host.name) and not one.is_asked
        ]
        return min(waits, default=None)

    def resolved(self, host: Host, found: Found | None, now_us: int) -> None:
        """`None`: it could not be asked, or there is no such name."""
        name = self._names.get(host)
        if name is None:
            return
        name.is_asked = False
        targets = tuple(self._targets(host, found))[:MOST_TARGETS] if found else ()
        name.ask_us = now_us + AGAIN_US
        if found and targets:
            name.found = targets
            name.ask_us = now_us + min(max(found.ttl_s, LEAST_TTL_S), MOST_TTL_S) * 1_000_000
        self._forget_old()

    def order(self, now_us: int) -> list[Target]:
        """All of them, best first: those in quarantine last, the one that leaves it soonest before others."""
        targets = self._all()
        good = [one for one in targets if not self._until(one, now_us)]
        return good + sorted(
            (one for one in targets if one not in good), key=lambda one: self._until(one, now_us)
        )

    def next(self, now_us: int, tried: Iterable[Target] = ()) -> Target | None:
        """The best that is neither tried nor in quarantine."""
        left = set(tried)
        return next((one for one in self._all() if one not in left and not self._until(one, now_us)), None)

    def free_us(self, now_us: int) -> int | None:
        """When the first one leaves its quarantine; now, where one is in none; None where there is no target."""
        return min((self._until(one, now_us) or now_us for one in self._all()), default=None)

    def failed(self, target: Target, now_us: int, for_us: int = 0) -> None:
        """Quarantine: doubled each time it fails again, at least `for_us` (Retry-After)."""
        before = self._failures.get(_key(target))
        count = min(before.count + 1 if before else 1, MOST_DOUBLINGS)
        span = min(max(LEAST_QUARANTINE_US << (count - 1), for_us), MOST_QUARANTINE_US)
        self._failures[_key(target)] = _Failure(count, now_us + span)

    def worked(self, target: Target) -> None:
        self._failures.pop(_key(target), None)

    def addresses(self) -> frozenset[str]:
        """All that are known: where the trunk's calls may come from."""
        return frozenset(one.address for one in self._all())

    def _all(self) -> list[Target]:
        return list(dict.fromkeys(one for host in self._hosts for one in self._names[host].found))[
            :MOST_TARGETS
        ]

    def _until(self, target: Target, now_us: int) -> int:
        """End of its quarantine; 0: it is in none."""
        failure = self._failures.get(_key(target))
        return failure.until_us if failure and failure.until_us > now_us else 0

    def _targets(self, host: Host, found: Found) -> Iterator[Target]:
        for one in by_weight(found.services, self._draw):
            yield from (self._target(host, address, one.port) for address in one.addresses)
        if not found.services:
            port = host.port or default_port(self.transport)
            yield from (self._target(host, address, port) for address in found.addresses)

    def _target(self, host: Host, address: str, port: int) -> Target:
        return Target(host.name, address, port, self.transport, host.port)

    def _forget_old(self) -> None:
        known = {_key(one) for one in self._all()}
        self._failures = {key: one for key, one in self._failures.items() if key in known}


def host_of(text: str) -> Host:
    """`host`, `host:port`, `[IPv6]:port` or a bare IPv6 address. Raises ValueError."""
    if is_literal(text):
        return Host(text)
    found = _HOST_PORT.fullmatch(text)
    if found is None:
        raise ValueError(f"not a host: {text!r}")
    port = int(found[2] or found[4] or 0)
    if port > 65_535 or (found[1] and not is_literal(found[1])):
        raise ValueError(f"not a host: {text!r}")
    return Host(found[1] or found[3], port)


def is_literal(name: str) -> bool:
    """An address already: DNS is not asked for it."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def literal(host: Host, transport: str) -> tuple[Target, ...]:
    port = host.port or default_port(transport)
    return (Target(host.name, host.name, port, transport, host.port),) if is_literal(host.name) else ()


def default_port(transport: str) -> int:
    """RFC 3261 19.1.2."""
    return 5061 if transport == "tls" else 5060


def bracketed(host: str) -> str:
    """As it stands in a URI."""
    return f"[{host}]" if ":" in host else host


def by_weight(services: Iterable[Service], draw: Random) -> list[Service]:
    """RFC 2782: lowest priority first; among equals drawn by weight, those without weight with little chance."""
    left = sorted(services, key=lambda one: (one.priority, one.weight))
    ordered: list[Service] = []
    while left:
        equal = [one for one in left if one.priority == left[0].priority]
        ordered.append(_drawn(equal, draw))
        left.remove(ordered[-1])
    return ordered


def _drawn(equal: list[Service], draw: Random) -> Service:
    mark = draw.randint(0, sum(one.weight for one in equal))
    for one in equal:
        mark -= one.weight
        if mark <= 0:
            return one
    return equal[-1]


def _key(target: Target) -> tuple[str, int]:
    return target.address, target.port
