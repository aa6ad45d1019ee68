"""Which addresses of the network look-ups may reach: public ones, and private networks the admin named.

Decided on the address that is connected to, whatever name led there and however it was written.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable

from firmware.jobs.answers import Failed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]
"""Host and port to addresses. Raises OSError."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises ValueError for what is no network."""
    return tuple(ipaddress.ip_network(one, strict=False) for one in texts)


def resolved(host: str, port: int) -> list[str]:
    """Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def checked(host: str, port: int, allowed: Iterable[Network], resolve: Resolve = resolved) -> str:
    """The address to connect to. One that may not be reached refuses the whole name. Raises Failed."""
    try:
        texts = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Failed("no-such-host") from error
    allowed = tuple(allowed)
    if not texts:
        raise Failed("no-such-host")
    if not all(may_reach(one, allowed) for one in texts):
        raise Failed("address-not-allowed")
    return texts[0]


def may_reach(text: str, allowed: Iterable[Network]) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return named(text, allowed) or all(map(_is_public, _forms(address)))


def named(text: str, allowed: Iterable[Network]) -> bool:
    """The admin named this address's network. Raises ValueError for what is no address."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(address in network for network in allowed if network.version == address.version)


def _forms(address: Address) -> Iterable[Address]:
    """The address and every one it carries within itself."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64 or address in _COMPATIBLE:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        yield from (one for one in inner if one is not None)


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_loopback
        and not address.is_link_local
        and not address.is_unspecified
    )
