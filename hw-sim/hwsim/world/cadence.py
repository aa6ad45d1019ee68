"""What call-progress tone a person thinks is sounding, from when it is on and off."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from drivers.countries import CountryTone
from firmware.protocol.names import Tone

TICK_MS = 20
SLACK_MS = 45
SLACK_SHARE = 0.12
TIMES = 2
"""How many matching bursts make a person sure."""
PATTERNS = (Tone.BUSY, Tone.CONGESTION, Tone.SPECIAL_DIAL)
LIKE = {Tone.BUSY, Tone.CONGESTION}
"""One follows the other within some countries' congestion tone; both mean that it is over."""
LONE = (Tone.RINGBACK, Tone.CALL_WAITING, Tone.CONFIRM)
"""Tones of a few bursts and a long pause (or an end): known by the bursts before it."""
PAUSE_MS = 900
"""A silence so long is no pause of a pattern."""
LEAST_MS = 40
"""A shorter burst is a vowel."""
BEYOND_MS = 260
"""A tone this much longer than the country's longest burst is dial tone."""


class CadenceEar:
    """`listen` takes which rows sound now; work is done only where that changes."""

    def __init__(self, ports: int, tones: Mapping[str, CountryTone]) -> None:
        self._on = np.zeros(ports, np.bool_)
        self._ticks = self.counter(ports)
        self._bursts = [0] * ports
        self._count = [0] * ports
        self._last: list[Tone | None] = [None] * ports
        self._patterns = [
            (name, one.on_ms, one.off_ms)
            for name in PATTERNS
            for one in tones[name.value].bursts()
            if one.on_ms and one.off_ms
        ]
        lone = [(name, [one.on_ms for one in tones[name.value].bursts()]) for name in LONE]
        self._lone = sorted(lone, key=lambda one: -len(one[1]))
        self._group: list[list[int]] = [[] for _ in range(ports)]
        self._rings: list[bool] = [False] * ports
        longest = max(one.on_ms for one in tones["ringback"].bursts())
        self._dial_ticks = (max(longest, 1000) + BEYOND_MS) // TICK_MS

    @staticmethod
    def counter(ports: int) -> NDArray[np.int64]:
        return np.zeros(ports, np.int64)

    def listen(self, on: NDArray[np.bool_]) -> list[tuple[int, Tone]]:
        changed = np.flatnonzero(on != self._on)
        heard = [found for port in changed if (found := self._turn(int(port), bool(on[port])))]
        self._on[...] = on
        self._ticks += 1
        self._ticks[changed] = 1
        quiet = np.flatnonzero(~on & (self._ticks == PAUSE_MS // TICK_MS))
        heard += [(int(port), tone) for port in quiet if (tone := self._ended(int(port))) is not None]
        dial = np.flatnonzero(on & (self._ticks == self._dial_ticks))
        heard += [(int(port), Tone.DIAL) for port in dial]
        for port, tone in heard:
            self._rings[port] = tone is Tone.RINGBACK
        return heard

    def forget(self, port: int) -> None:
        self._count[port], self._last[port], self._bursts[port] = 0, None, 0
        self._ticks[port], self._group[port] = 0, []
        self._rings[port] = False

    def _turn(self, port: int, now_on: bool) -> tuple[int, Tone] | None:
        ms = int(self._ticks[port]) * TICK_MS
        if not now_on:
            self._bursts[port] = ms
            self._group[port] += [ms] * (ms >= LEAST_MS)
            return None
        tone = self._match(self._bursts[port], ms)
        again = tone is self._last[port] or {tone, self._last[port]} <= LIKE
        self._count[port] = self._count[port] + 1 if again else 1
        self._last[port] = tone
        return (port, tone) if tone is not None and self._count[port] == TIMES else None

    def _ended(self, port: int) -> Tone | None:
        """What the bursts before this silence were; ringback is told once."""
        bursts, self._group[port] = self._group[port], []
        for tone, plan in self._lone:
            if tone is Tone.RINGBACK and self._rings[port]:
                continue
            if len(bursts) >= len(plan) and _alike(bursts[-len(plan) :], plan):
                return tone
        return None

    def _match(self, on_ms: int, off_ms: int) -> Tone | None:
        best, found = 1.0, None
        for tone, on, off in self._patterns:
            off_by = max(
                abs(on_ms - on) / (SLACK_MS + SLACK_SHARE * on),
                abs(off_ms - off) / (SLACK_MS + SLACK_SHARE * off),
            )
            if off_by < best:
                best, found = off_by, tone
        return found


def _alike(bursts: list[int], plan: list[int]) -> bool:
    return all(abs(one - wanted) <= SLACK_MS for one, wanted in zip(bursts, plan, strict=True))
