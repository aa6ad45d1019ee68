"""A thread that looks again and again, whatever goes wrong in it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

EACH_S = 0.5
RETRY_LOOKS = 60
"""Half a minute: so long nothing is tried again that failed."""
_MOST_SAID = 100


class Complaints:
    """To the log, but nothing twice: what is tried again and again would fill it."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, text: str) -> None:
        if len(self._said) >= _MOST_SAID:
            self._said.clear()
        if text not in self._said:
            self._said.add(text)
            sys.stderr.write(f"{text}\n")


class Again:
    """Counts looks until what failed is tried again."""

    def __init__(self) -> None:
        self._left = 0

    def later(self) -> None:
        self._left = RETRY_LOOKS

    def is_due(self) -> bool:
        """Once a look."""
        if not self._left:
            return False
        self._left -= 1
        return not self._left


class Often(threading.Thread):
    """Looks again and again until the end of `with`; nearly all its life it waits."""

    def __init__(self, name: str, *looks: Callable[[], None], each_s: float = EACH_S) -> None:
        super().__init__(name=name, daemon=True)
        self._looks, self._each_s, self._ended = looks, each_s, threading.Event()
        self._complaints = Complaints()

    def run(self) -> None:
        while not self._ended.wait(self._each_s):
            if not all([self._look(one) for one in self._looks]):
                self._ended.wait(self._each_s * RETRY_LOOKS)

    def _look(self, look: Callable[[], None]) -> bool:
        try:
            look()
        except Exception as error:  # noqa: BLE001 - a thread that ended would never be missed
            self._complaints.say(f"{self.name}: {error!r}")
            return False
        return True

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._ended.set()
        self.join()
