"""Whom transports listen to, decided in C before a byte is parsed. One endpoint a process.

Beside budgets and caps: requests that cannot be read, or ask for what nobody here has, are refused in C as well, and
pjsip never asks DNS (it would stand still meanwhile): names are looked up before a call is placed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from msgspec import Struct

from drivers.sip._sip import ffi, lib
from drivers.sip.errors import SipError
from drivers.sip.library import check
from drivers.sip.limits import Limits, Network


class GuardCounts(Struct, frozen=True):
    """Since the endpoint started."""

    heard: int
    """Packets handed on to be parsed."""
    over_budget: int
    over_all: int
    """Beyond what all strangers together may send."""
    blocked: int
    connections: int
    """Open now."""
    connections_refused: int
    names: int
    """Host names that pjsip wanted to look up."""
    malformed: int
    """Requests answered 400 or 505 though they could not be read."""
    refused: int
    """Requests answered 400, 415, 416, 420 or 501 without being looked at further."""


class SourceGuard:
    """Start after pjsua was initialised and before it listens; stop before it is destroyed."""

    def __init__(self, limits: Limits, networks: Iterable[Network] = ()) -> None:
        check(lib.tip_guard_start(), "guarding sources")
        check(lib.tip_refusals_start(), "refusing what nobody has")
        self.limit(limits, networks)

    def limit(self, limits: Limits, networks: Iterable[Network] = ()) -> None:
        """From now on; of several networks the first that fits counts. Raises ValueError, SipError."""
        told = ffi.new("tip_guard_limits *")
        told.rate, told.burst, told.all_rate = limits.a_second, limits.at_once, limits.of_all
        told.connections, told.connections_all = limits.connections, limits.connections_of_all
        told.silent_s = limits.silent_s
        lib.tip_guard_limit(told)
        for network in networks:
            self._add(network)

    def block(self, address: str, for_s: int) -> None:
        """Nothing of this source is heard for so long; 0 hears it again. Raises SipError where it is no address."""
        try:
            plain = str(ipaddress.ip_address(address))
        except ValueError as error:
            raise SipError(f"no address: {address!r}") from error
        check(lib.tip_guard_block(plain.encode(), for_s), f"blocking {plain}")

    def counts(self) -> GuardCounts:
        told = ffi.new("tip_guard_counts *")
        lib.tip_guard_read(told)
        return GuardCounts(
            told.heard,
            told.over_budget,
            told.over_all,
            told.blocked,
            told.connections,
            told.connections_refused,
            told.names,
            lib.tip_malformed_answered(),
            lib.tip_refusals_count(),
        )

    def stop(self) -> None:
        lib.tip_refusals_stop()
        lib.tip_guard_stop()

    def _add(self, one: Network) -> None:
        prefix = ipaddress.ip_network(one.network, strict=False)
        address = str(prefix.network_address).encode()
        check(
            lib.tip_guard_network(address, prefix.prefixlen, one.a_second, one.at_once),
            f"the network {one.network}",
        )
