"""What one end of a line says into it: keys before speech, speech in turns that begin with the voiceprint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from drivers.ports import TICK_SAMPLES
from hwsim.world.live_voice import LiveVoice
from hwsim.world.voiceprint import GOODBYE, voiceprint

TURN = 8 * 8000
"""Samples from one voiceprint of a speaker to the next, at most."""
SPEAKS = 3 * 8000 + 4000
"""Of a turn; the rest is left to the other side."""
TURN_KINDS, TURN_STEP = 8, 1280
OPENING_TURNS = 4
OPENING_TURN = 20_000
"""The first turns are short: hello, who is there?"""
OPENING_SPEAKS = 12_000
_GAP = 640
Row = NDArray[np.int16]


class Mouth:
    """Fills ticks. `level` scales speech (1: -16 dBm0), not keys or tones."""

    def __init__(self) -> None:
        self._keys: list[Row] = []
        self._now: Row | None = None
        self._at = 0
        self._once: list[Row] = []
        self._loop: Row | None = None
        self.live = LiveVoice()
        """What somebody says just now; after what is sent `once`."""
        self.number = 0
        """Whose voice."""
        self._chunks: list[Row] = []
        self._turn = -1
        self.began = -1
        """Where in the tick just filled a turn began; -1: nowhere."""

    @property
    def silent(self) -> bool:
        return not (
            self._now is not None
            or self._keys
            or self._once
            or self.live.ready
            or self._loop is not None
            or self._turn >= 0
        )

    @property
    def keying(self) -> bool:
        return bool(self._keys)

    def speak(self, number: int, sentences: Sequence[Row], level: float = 1.0) -> None:
        """Speak in turns from now on as person `number`."""
        self._chunks = [
            np.asarray(np.rint(chunk * level), np.int16) if level != 1.0 else chunk
            for sentence in sentences
            for chunk in _chunks(sentence)
        ]
        self.number, self._turn = number, 0

    def hush(self) -> None:
        """Speech ends at once; keys go on."""
        self._turn, self._now, self._once = -1, None, []
        self.live.clear()

    def goodbye(self) -> None:
        """The farewell burst, and silence."""
        self.hush()
        self._once.append(voiceprint(GOODBYE))

    def once(self, samples: Row) -> None:
        """Samples to be sent after what is being sent `once` already."""
        self._once.append(samples)

    def loop(self, intro: Row, loop: Row) -> None:
        """A tone: `intro`, then `loop` for ever (if not empty), until `quiet`."""
        self.quiet()
        if intro.size:
            self._once.append(intro)
        self._loop = loop if loop.size else None

    def quiet(self) -> None:
        """No tone, no speech, no keys."""
        self.hush()
        self._loop, self._keys = None, []

    def key(self, samples: Row) -> None:
        """Key tones; while they sound, speech is muted, as a telephone does."""
        self._keys.append(samples)

    def fill(self, out: NDArray[np.float32]) -> None:
        """Write the next tick into `out`, which is silent."""
        self.began = -1
        if self._keys:
            self._fill_keys(out)
            return
        at = 0
        while at < TICK_SAMPLES:
            if self._now is None and not self._next(at):
                return
            assert self._now is not None
            count = min(TICK_SAMPLES - at, len(self._now) - self._at)
            out[at : at + count] = self._now[self._at : self._at + count]
            at += count
            self._at += count
            if self._at >= len(self._now):
                self._now = None

    def _next(self, at: int) -> bool:
        self._at = 0
        if self._once:
            self._now = self._once.pop(0)
        elif (said := self.live.take()) is not None:
            self._now = said
        elif self._loop is not None:
            self._now = self._loop
        elif self._turn >= 0:
            self._now = self._turn_of(self._turn)
            self._turn += 1
            self.began = at
        return self._now is not None

    def _turn_of(self, turn: int) -> Row:
        opening = turn < OPENING_TURNS
        row = np.zeros(turn_samples(turn, self.number), np.int16)
        mark = voiceprint(self.number)
        row[: len(mark)] = mark
        if self._chunks:
            chunk = self._chunks[turn % len(self._chunks)][: OPENING_SPEAKS if opening else None]
            start = len(mark) + _GAP
            row[start : start + len(chunk)] = chunk
        return row

    def _fill_keys(self, out: NDArray[np.float32]) -> None:
        row = self._keys[0]
        out[: min(len(row), TICK_SAMPLES)] = row[:TICK_SAMPLES]
        if len(row) > TICK_SAMPLES:
            self._keys[0] = row[TICK_SAMPLES:]
        else:
            self._keys.pop(0)


def turn_samples(turn: int, number: int) -> int:
    """How long the turn (from 0) of person `number` lasts: not the same for all, so that marks drift apart."""
    return OPENING_TURN if turn < OPENING_TURNS else TURN - number % TURN_KINDS * TURN_STEP


def _chunks(sentence: Row) -> list[Row]:
    room = SPEAKS - len(voiceprint(GOODBYE)) - _GAP
    return [sentence[at : at + room] for at in range(0, max(len(sentence), 1), room)]
