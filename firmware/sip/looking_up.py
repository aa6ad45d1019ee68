"""Asks DNS for carriers' hosts: a thread that stands still in the C library, not the process's own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from msgspec import Struct

from firmware.sip.hosts import Found, Host
from firmware.sip.resolver import resolve


class Known(Struct, frozen=True):
    trunk: str
    host: Host
    found: Found | None


class LookUps:
    """`ask` and `take` belong to the process's one thread; `ring` is called from the other."""

    def __init__(self, ring: Callable[[], None], how: Callable[[Host, str], Found | None] = resolve) -> None:
        self._ring, self._how = ring, how
        self._asked: SimpleQueue[tuple[str, Host, str] | None] = SimpleQueue()
        self._known: deque[Known] = deque()
        self._thread: threading.Thread | None = None

    def ask(self, trunk: str, host: Host, transport: str) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sip-names", daemon=True)
            self._thread.start()
        self._asked.put((trunk, host, transport))

    def take(self) -> list[Known]:
        return [self._known.popleft() for _ in range(len(self._known))]

    def close(self) -> None:
        """A question under way is left behind."""
        self._asked.put(None)

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            trunk, host, transport = asked
            self._known.append(Known(trunk, host, self._how(host, transport)))
            self._ring()
