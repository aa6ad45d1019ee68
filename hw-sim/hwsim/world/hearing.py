"""Who hears whom: turns single voiceprints into "heard" and "lost"."""

from __future__ import annotations

from functools import partial

from drivers.ports import SAMPLE_RATE_HZ
from hwsim.world.cast import Cast
from hwsim.world.mouth import TURN
from hwsim.world.percepts import HeardGoodbye, HeardVoice, LostVoice
from hwsim.world.timeline import Timeline

TURN_US = TURN * 1_000_000 // SAMPLE_RATE_HZ
LOST_US = TURN_US * 5 // 2
"""A voice not heard for so long is gone: it missed two turns."""


class Hearing:
    """`mark` for each voiceprint that `who` recognised; `forget` when `who` hangs up."""

    def __init__(self, timeline: Timeline, cast: Cast) -> None:
        self._timeline = timeline
        self._cast = cast
        self._last_us: dict[tuple[str, str], int] = {}

    def mark(self, who: str, speaker: str, now_us: int, latency_us: int = -1) -> None:
        self._cast.diary.note(now_us, who, "mark", speaker, latency_us)
        known = (who, speaker) in self._last_us
        self._last_us[who, speaker] = now_us
        self._timeline.at(now_us + LOST_US, partial(self._check, who, speaker))
        if not known:
            self._cast.tell(who, HeardVoice(speaker), now_us)

    def goodbye(self, who: str, now_us: int) -> None:
        self._cast.tell(who, HeardGoodbye(), now_us)

    def forget(self, who: str) -> None:
        """`who` hears nobody any more. Those who heard him must find out for themselves."""
        for pair in [pair for pair in self._last_us if pair[0] == who]:
            del self._last_us[pair]

    def _check(self, who: str, speaker: str, now_us: int) -> None:
        last_us = self._last_us.get((who, speaker))
        if last_us is not None and now_us - last_us >= LOST_US:
            del self._last_us[who, speaker]
            self._cast.tell(who, LostVoice(speaker), now_us)
