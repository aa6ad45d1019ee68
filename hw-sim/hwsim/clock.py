"""Virtual box time: it moves only when somebody waits, and on the way the world does what is due."""

from __future__ import annotations

from collections.abc import Callable


class VirtualClock:
    """A `drivers.ports.Clock`. Those who live in this time register `advance(until_us)` with `follow`."""

    def __init__(self, now_us: int = 0) -> None:
        self._now_us = now_us
        self._followers: list[Callable[[int], None]] = []

    def follow(self, advance: Callable[[int], None]) -> None:
        """`advance(until_us)` is called with each new time, before `now_us` says so, in order of registration."""
        self._followers.append(advance)

    def now_us(self) -> int:
        return self._now_us

    def wait_until(self, at_us: int) -> None:
        if at_us <= self._now_us:
            return
        for advance in self._followers:
            advance(at_us)
        self._now_us = at_us
