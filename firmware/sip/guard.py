"""Whom the box listens to: bans after wrong log-ins, budgets of requests, numbers of connections. Decisions only.

Tables are bounded whatever arrives: what was heard of longest ago goes first. IPv6 sources are told apart by their /64.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from firmware.config.schema import Sip

SECOND_US = 1_000_000
WITHIN_US = 600 * SECOND_US
"""Failures older than this are forgotten."""
KEPT = 10_000
"""Rows of each table."""
STRANGERS = 10
"""All local sources where nobody is known may together send so many times what one may."""
SHARED = 4
"""So many times the same may come from an address where telephones are registered, beside what they send themselves."""
LONGEST_NAME = 64


class GuardCounts(Struct):
    """Since the process began."""

    outside: int = 0
    """From where nobody may register and no trunk is."""
    over_budget: int = 0
    while_banned: int = 0
    failures: int = 0
    bans: int = 0
    connections_refused: int = 0


class Bans:
    """By any key: so many failures within WITHIN_US, then nothing for a while."""

    def __init__(self, after: int, for_us: int) -> None:
        self._after, self._for_us = after, for_us
        self._failures: OrderedDict[str, deque[int]] = OrderedDict()
        self._until: OrderedDict[str, int] = OrderedDict()

    def stands(self, key: str, now_us: int) -> bool:
        return self._until.get(key, 0) > now_us

    def failed(self, key: str, now_us: int) -> bool:
        """True: that was one too many."""
        failures = self._failures.setdefault(key, deque(maxlen=self._after))
        self._failures.move_to_end(key)
        failures.append(now_us)
        if len(failures) == self._after and now_us - failures[0] < WITHIN_US:
            self._ban(key, now_us)
            return True
        _bound(self._failures)
        return False

    def standing(self, now_us: int) -> dict[str, int]:
        """Until when, by key."""
        return {key: until for key, until in self._until.items() if until > now_us}

    def lift(self, key: str) -> None:
        self._until.pop(key, None)
        self._failures.pop(key, None)

    def _ban(self, key: str, now_us: int) -> None:
        del self._failures[key]
        self._until[key] = now_us + self._for_us
        self._until.move_to_end(key)
        _bound(self._until)

    def __len__(self) -> int:
        return len(self._failures) + len(self._until)


class Budgets:
    """A bucket for each key: a second's worth at once, then as it fills."""

    def __init__(self, a_second: int) -> None:
        self._every_us = SECOND_US // a_second
        self._full_us: OrderedDict[str, int] = OrderedDict()
        """When each is (or was) full again."""

    def take(self, key: str, now_us: int) -> bool:
        full_us = max(self._full_us.get(key, 0), now_us)
        if full_us - now_us > SECOND_US - self._every_us:
            return False
        self._full_us[key] = full_us + self._every_us
        self._full_us.move_to_end(key)
        _bound(self._full_us)
        return True

    def __len__(self) -> int:
        return len(self._full_us)


class Guard:
    """`is_friend` tells where a registered telephone or a configured trunk speaks from.

    Such an address is never banned: many may stand behind it, and a datagram's sender can be forged. There a name is
    no longer checked instead, but from the very port where that name's telephone is (`is_at`; of no name: anybody's).
    """

    def __init__(
        self,
        settings: Sip,
        is_friend: Callable[[str], bool],
        is_at: Callable[[str, str, int], bool] = lambda number, address, port: False,  # noqa: ARG005
    ) -> None:
        self.counts = GuardCounts()
        self._networks = [ipaddress.ip_network(text, strict=False) for text in settings.local]
        self._is_friend, self._is_at = is_friend, is_at
        self._bans = Bans(settings.ban_after, settings.ban_s * SECOND_US)
        self._budgets = Budgets(settings.requests_a_second)
        self._telephones = Budgets(settings.requests_a_second)
        self._friends = Budgets(SHARED * settings.requests_a_second)
        self._strangers = Budgets(STRANGERS * settings.requests_a_second)
        self._connections = settings.connections
        self._open: dict[str, int] = {}

    def admits(self, source: str, now_us: int, port: int = 0) -> bool:
        """Whether a request of this source is looked at; ask once a request.

        Who is neither local nor known finds nobody here: scanners of the whole Internet go on.
        """
        friend = self._is_friend(source)
        if not friend and not self.is_local(source):
            self.counts.outside += 1
            return False
        if not friend and self._bans.stands(source_key(source), now_us):
            self.counts.while_banned += 1
            return False
        admitted = self._affords(source, port, now_us)
        self.counts.over_budget += not admitted
        return admitted

    def _affords(self, source: str, port: int, now_us: int) -> bool:
        """What a telephone may send is its own: whoever floods from the same address leaves it that."""
        key = source_key(source)
        if self._is_at("", source, port):
            return self._telephones.take(f"{key} {port}", now_us)
        if self._is_friend(source):
            return self._friends.take(key, now_us)
        return self._budgets.take(key, now_us) and self._strangers.take("", now_us)

    def checks(self, source: str, port: int, name: str, now_us: int) -> bool:
        """Whether a log-in under this name is held against its password at all."""
        if self._is_at(name, source, port):
            return True
        return not self._bans.stands(_pair(source, name), now_us)

    def failed(self, source: str, port: int, name: str, now_us: int) -> None:
        """A log-in was wrong. The source is known to have heard our challenge (firmware.sip.nonces)."""
        self.counts.failures += 1
        if not self._is_friend(source):
            self.counts.bans += self._bans.failed(source_key(source), now_us)
        elif not self._is_at(name, source, port):
            self.counts.bans += self._bans.failed(_pair(source, name), now_us)

    def is_local(self, source: str) -> bool:
        """In `[sip].local`."""
        address = address_of(source)
        return address is not None and any(address in network for network in self._networks)

    def connected(self, source: str) -> bool:
        """A TCP or TLS connection was opened. False: close it; it is not counted."""
        key = source_key(source)
        if self._open.get(key, 0) >= self._connections:
            self.counts.connections_refused += 1
            return False
        self._open[key] = self._open.get(key, 0) + 1
        return True

    def disconnected(self, source: str) -> None:
        """One that `connected` let stand."""
        key = source_key(source)
        self._open[key] = self._open.get(key, 0) - 1
        if self._open[key] <= 0:
            del self._open[key]

    def banned(self, now_us: int) -> dict[str, int]:
        """Sources, and at friends' addresses `source name`; until when."""
        return self._bans.standing(now_us)

    def lift(self, source: str) -> None:
        """A person forgives."""
        self._bans.lift(source_key(source))

    def __len__(self) -> int:
        """Rows of all tables."""
        budgets = (self._budgets, self._friends, self._telephones, self._strangers)
        return sum(len(one) for one in budgets) + len(self._bans) + len(self._open)


@lru_cache(KEPT)
def address_of(source: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """IPv4 that came in over an IPv6 socket is IPv4."""
    try:
        address = ipaddress.ip_address(source.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(KEPT)
def source_key(source: str) -> str:
    """What is banned and counted: whoever has an IPv6 address has its whole /64."""
    address = address_of(source)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return source[:LONGEST_NAME] if address is None else str(address)


def _pair(source: str, name: str) -> str:
    return f"{source_key(source)} {name[:LONGEST_NAME]}"


def _bound(table: OrderedDict[str, int] | OrderedDict[str, deque[int]]) -> None:
    while len(table) > KEPT:
        table.popitem(last=False)
