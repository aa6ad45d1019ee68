"""Which tune sounds in each row: the spectrum of the last two seconds, laid upon every place of every tune."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES

NOTE_HZ = tuple(float(hz) for hz in range(250, 1450, 50))
"""Where melodies lie; 50 Hz apart, so they are orthogonal within one tick."""
WINDOW_TICKS = 100
EVERY_TICKS = 50
"""Each row is looked at once a second."""
ALIKE = 0.9
"""Likeness from which on it is that tune; one that begins anew falls below it in between."""
SOUNDING = 0.9
"""Of the window's ticks, those that must be loud enough to be heard."""
_PHASE = 2 * np.pi * np.outer(np.arange(TICK_SAMPLES), NOTE_HZ) / SAMPLE_RATE_HZ
_BASIS = np.concatenate([np.cos(_PHASE), np.sin(_PHASE)], axis=1).astype(np.float32)
Shapes = NDArray[np.float32]
"""A row a tick: how much there is at each frequency, more or less than in the mean of all."""


def shapes(ticks: NDArray[np.float32]) -> Shapes:
    """`ticks` is float32[n, 160]."""
    turned = ticks @ _BASIS
    heard = np.hypot(turned[:, : len(NOTE_HZ)], turned[:, len(NOTE_HZ) :])
    return np.asarray(heard - heard.mean(axis=1, keepdims=True), np.float32)


class Fingerprint:
    """One tune that is played over and over."""

    def __init__(self, sound: NDArray[np.int16]) -> None:
        """Raises ValueError where there is no sound."""
        if not len(sound):
            raise ValueError("a tune without a sample")
        looped = np.tile(sound, -(-2 * WINDOW_TICKS * TICK_SAMPLES // len(sound)))
        self._ticks = len(looped) // TICK_SAMPLES
        ticks = looped[: self._ticks * TICK_SAMPLES].reshape(-1, TICK_SAMPLES)
        shape = shapes(ticks.astype(np.float32))
        self._spectrum = np.fft.rfft(shape, axis=0)
        energy = np.square(shape, dtype=np.float64).sum(axis=1)
        around = np.concatenate([energy, energy[: WINDOW_TICKS - 1]])
        self._strength = np.sqrt(np.convolve(around, np.ones(WINDOW_TICKS), "valid"))

    def likeness(self, heard: Shapes) -> float:
        """Of a window to the tune where they are most alike: the cosine between them, at most 1."""
        turned = np.fft.rfft(heard, n=self._ticks, axis=0)
        along = np.fft.irfft((turned.conj() * self._spectrum).sum(axis=1), n=self._ticks)
        return float(np.max(along / (self._strength * np.linalg.norm(heard) + 1.0)))


class TuneEar:
    """`listen` once a tick tells rows in which a tune began, or began anew, two to three seconds ago."""

    def __init__(self, ports: int, music: Mapping[str, NDArray[np.int16]]) -> None:
        """`music` are the tunes people know, by name."""
        self._tunes = {name: Fingerprint(sound) for name, sound in music.items()}
        self._heard = np.zeros((ports, WINDOW_TICKS, len(NOTE_HZ)), np.float32)
        self._loud = np.zeros((ports, WINDOW_TICKS), np.bool_)
        self._known: dict[int, str] = {}
        self._turn = np.arange(ports) % EVERY_TICKS
        self._tick = 0

    def listen(self, rows: NDArray[np.float32], loud: NDArray[np.bool_]) -> list[tuple[int, str]]:
        """`rows` is float32[ports, 160]; `loud` says in which of them anything can be heard."""
        if not self._tunes:
            return []
        place = self._tick % WINDOW_TICKS
        self._tick += 1
        self._heard[:, place] = 0
        self._heard[loud, place] = shapes(rows[loud])
        self._loud[:, place] = loud
        mine = np.flatnonzero(self._turn == self._tick % EVERY_TICKS)
        return [(int(port), name) for port in mine if (name := self._look(int(port)))]

    def forget(self, port: int) -> None:
        """A new call in this row."""
        self._loud[port] = False
        self._known.pop(port, None)

    def _look(self, port: int) -> str:
        """The tune in this row, where it was not known at the last look."""
        known, name = self._known.pop(port, ""), ""
        if self._loud[port].sum() >= SOUNDING * WINDOW_TICKS:
            name = self._tune(np.roll(self._heard[port], -(self._tick % WINDOW_TICKS), axis=0))
        if name:
            self._known[port] = name
        return name if name != known else ""

    def _tune(self, heard: Shapes) -> str:
        found = {name: tune.likeness(heard) for name, tune in self._tunes.items()}
        best = max(found, key=lambda name: found[name])
        return best if found[best] >= ALIKE else ""
