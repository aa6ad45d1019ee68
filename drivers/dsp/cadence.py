"""One row's bursts of tone, held against the cadences of its country. Used only where an edge happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from drivers.dsp.tone_plan import CountryPlan, Pair, Pattern

RELATIVE = 0.115
"""Cadences may be 10 % off."""
ABSOLUTE_MS = 18.0
LEVEL_RATIO = 1.8
"""Bursts of one tone are equally loud (power, 2.5 dB)."""
EARLY_MS = 1500.0
"""A silence this long is enough to see the beginning of one that is nominally longer than LONG_MS."""
LONG_MS = 1800.0
LONGEST = 32
DROPOUT_MS = 25.0
"""A silence as short as this is none: something drowned the tone. No country has one between equal bursts."""


class Burst(NamedTuple):
    """A clean burst of a tone set."""

    tone_set: int
    on_ms: float
    power: float
    """Energy a tick."""
    end_ms: float
    """When it ended, in the clock of the detector."""


class Cadence:
    """The last bursts and silences of one row."""

    __slots__ = ("_bursts", "_off_ms", "_plan", "told")

    def __init__(self, plan: CountryPlan) -> None:
        self._plan = plan
        self._bursts: deque[Burst] = deque(maxlen=LONGEST)
        self._off_ms: deque[float] = deque(maxlen=LONGEST)
        self.told = ""
        """The tone already told of this appearance."""

    @property
    def pending(self) -> Burst | None:
        """The burst whose silence is not yet measured."""
        return self._bursts[-1] if len(self._bursts) > len(self._off_ms) else None

    @property
    def last(self) -> Burst | None:
        return self._bursts[-1] if self._bursts else None

    def broken(self) -> None:
        """What was heard fits no cadence: begin again."""
        self._bursts.clear()
        self._off_ms.clear()
        self.told = ""

    def burst_ended(self, burst: Burst) -> None:
        if self.pending is not None:
            self.broken()
        self._bursts.append(self._whole(burst))

    def _whole(self, burst: Burst) -> Burst:
        """With the piece before it, where a dropout had split it."""
        if not self._off_ms or self._off_ms[-1] > DROPOUT_MS or self._bursts[-1].tone_set != burst.tone_set:
            return burst
        head, off_ms = self._bursts.pop(), self._off_ms.pop()
        return burst._replace(on_ms=head.on_ms + off_ms + burst.on_ms)

    def silence_goes_on(self) -> None:
        """What seemed to end the silence was too short to be a tone."""
        if self._off_ms and self.pending is None:
            self._off_ms.pop()

    def silence_ended(self, off_ms: float) -> str:
        """The silence after the last burst is over; the tone now recognised and not told yet, or empty."""
        if self.pending is None:
            return ""
        self._off_ms.append(off_ms)
        return self._tell(list(zip(self._bursts, self._off_ms, strict=True)), running=False)

    def silence_lasts(self, off_ms: float) -> str:
        """The silence goes on; as `silence_ended`, for cadences with a long silence."""
        if self.pending is None:
            return ""
        return self._tell(list(zip(self._bursts, (*self._off_ms, off_ms), strict=True)), running=True)

    def lasts(self, tone_set: int, on_ms: float) -> str:
        """A burst goes on, too long for a cadence: a continuous tone, told once."""
        for one in self._plan.continuous:
            if one.tone_set == tone_set and on_ms >= one.after_ms:
                news = "" if self.told == one.tone else one.tone
                self.broken()
                self.told = one.tone
                return news
        return ""

    def _tell(self, heard: list[tuple[Burst, float]], *, running: bool) -> str:
        for pattern in self._plan.patterns:
            if _fits(pattern, heard, running=running):
                news = "" if self.told == pattern.tone else pattern.tone
                self.told = pattern.tone
                return news
        return ""


def _fits(pattern: Pattern, heard: Sequence[tuple[Burst, float]], *, running: bool) -> bool:
    if len(heard) < pattern.needed:
        return False
    last = heard[-pattern.needed :]
    powers = [burst.power for burst, _ in last]
    if max(powers) > LEVEL_RATIO * min(powers) and len({burst.tone_set for burst, _ in last}) == 1:
        return False
    size = len(pattern.pairs)
    return any(
        all(
            _pair_fits(pattern.pairs[(shift + k) % size], *one, running=running and k == len(last) - 1)
            for k, one in enumerate(last)
        )
        for shift in range(size)
    )


def _pair_fits(wanted: Pair, burst: Burst, off_ms: float, *, running: bool) -> bool:
    tone_set, on, off = wanted
    if burst.tone_set != tone_set or abs(burst.on_ms - on) > RELATIVE * on + ABSOLUTE_MS:
        return False
    if running:
        return off >= LONG_MS and EARLY_MS <= off_ms <= off * (1 + RELATIVE) + ABSOLUTE_MS
    return abs(off_ms - off) <= RELATIVE * off + ABSOLUTE_MS
