"""What DNS says of a carrier's host (RFC 3263 4). Blocks in system calls of the C library: for a thread of its own.

SRV is asked through the C library's `res_query`, which lets go of the interpreter and follows /etc/resolv.conf
like everything else on the box.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Callable
from contextlib import suppress

from firmware.sip.dns_answer import INTERNET, SRV, BadAnswer, Record, records
from firmware.sip.hosts import Found, Host, Service, is_literal

ROOM = 8192
MOST_TARGETS = 8
MOST_ADDRESSES = 8
TTL_S = 300
"""Of addresses: the C library does not say."""
SERVICES = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
"""RFC 3263 4.1 by transport."""

Addresses = Callable[[str], list[str]]
"""Addresses of a name. Raises OSError."""
Query = Callable[[str], bytes]
"""DNS's answer to a question for SRV. Raises OSError."""


def addresses_of(name: str) -> list[str]:
    """IPv4 and IPv6, as the C library orders them. Raises OSError."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"no such name: {name!r}") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def query(name: str) -> bytes:
    """Raises OSError where there is no such record, or nobody answers."""
    room = ctypes.create_string_buffer(ROOM)
    length = _res_query()(name.encode("ascii", "replace"), INTERNET, SRV, room, ROOM)
    if length < 0:
        raise OSError(f"no SRV for {name!r}")
    return room.raw[: min(length, ROOM)]


def resolve(
    host: Host, transport: str, ask: Query = query, look_up: Addresses = addresses_of
) -> Found | None:
    """None where there is no such name, or nobody answers. A port that was given asks for no SRV (RFC 3263 4.2)."""
    if is_literal(host.name):
        return Found(addresses=(host.name,))
    with suppress(OSError, BadAnswer):
        if not host.port and (services := _services(host.name, transport, ask, look_up)):
            return services
    with suppress(OSError):
        return Found(addresses=tuple(look_up(host.name)[:MOST_ADDRESSES]), ttl_s=TTL_S)
    return None


def _services(name: str, transport: str, ask: Query, look_up: Addresses) -> Found | None:
    listed = records(ask(SERVICES[transport] + name))
    if [one.target for one in listed] == ["."]:
        return Found()
    best = sorted(listed, key=lambda one: (one.priority, -one.weight))[:MOST_TARGETS]
    services = tuple(one for record in best if (one := _service(record, look_up)))
    return Found(services, ttl_s=min(one.ttl_s for one in listed)) if services else None


def _service(record: Record, look_up: Addresses) -> Service | None:
    with suppress(OSError):
        addresses = look_up(record.target)[:MOST_ADDRESSES]
        return Service(record.priority, record.weight, record.port, tuple(addresses))
    return None


def _res_query() -> Callable[..., int]:
    """Raises OSError where the C library has none (glibc before 2.34 kept it elsewhere)."""
    try:
        function = ctypes.CDLL(None).res_query
    except AttributeError as error:
        raise OSError("the C library cannot ask for SRV") from error
    function.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    function.restype = ctypes.c_int
    return function
