"""Connections that cost the far end something: idle ones, ones that dribble, ones with a head that never ends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

Address = tuple[str, int]
HEAD = b"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKslow\r\nX: "
ENDLESS = HEAD + b"y" * 65_536


@contextmanager
def connections(address: Address, number: int, sources: tuple[str, ...]) -> Iterator[list[socket.socket]]:
    """So many, from these addresses in turn; the far end may close them."""
    crowd = [_connected(address, sources[one % len(sources)]) for one in range(number)]
    try:
        yield crowd
    finally:
        for one in crowd:
            one.close()


def _connected(address: Address, source: str) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    one.setblocking(False)
    with suppress(BlockingIOError, ConnectionError):
        one.bind((source, 0))
        one.connect(address)
    return one


def dribble(crowd: list[socket.socket], turn: int) -> None:
    """The next byte of a request that never ends, by each."""
    byte = HEAD[turn : turn + 1] or b"y"
    for one in crowd:
        with suppress(OSError):
            one.send(byte)


def still_open(crowd: list[socket.socket]) -> int:
    """How many the far end has not closed."""
    return sum(not _is_closed(one) for one in crowd)


def _is_closed(one: socket.socket) -> bool:
    try:
        return one.recv(65_536) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
