"""Ports of the loopback for programs of tests, above those that Linux gives to whoever calls out (32768 to 60999)."""

from __future__ import annotations

import socket
from random import SystemRandom

FIRST, LAST = 61_000, 65_532
TRIES = 500
_random = SystemRandom()
_given: set[int] = set()


def free_port(several: int = 1) -> int:
    """Nobody's by UDP and TCP, no number twice; the first of `several` side by side, a multiple of that.

    Between this and its use no outgoing connection takes it.
    """
    for _ in range(TRIES):
        first = _random.randrange(FIRST, LAST) // several * several
        ports = range(first, first + several)
        if _given.isdisjoint(ports) and all(map(_is_free, ports)):
            _given.update(ports)
            return first
    raise OSError(f"no free port between {FIRST} and {LAST}")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
