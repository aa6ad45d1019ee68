"""Sixteen callers who all listen to one recorded menu. It plays noise, so that each sample can be found again."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

RATE_HZ = 8000
CALLS = 16
SOUND_S = 30
PAUSE_S = 1.0
CHUNK = 1600
"""0.2 s: one step of the search for gaps."""
SURE = 0.6
"""A chunk correlates at least so well with where it comes from."""
NEAR = 8
LEAST_ENERGY = 1000.0
NOWHERE = -1 << 30
Samples = NDArray[np.float64]


def sound() -> Samples:
    """Noise as wide as a line, the same every time."""
    rng = np.random.default_rng(16)
    spectrum = np.fft.rfft(rng.standard_normal(SOUND_S * RATE_HZ))
    frequency = np.fft.rfftfreq(SOUND_S * RATE_HZ, 1 / RATE_HZ)
    spectrum[(frequency < 500) | (frequency > 2500)] = 0
    samples: Samples = np.fft.irfft(spectrum)
    samples *= 12_000 / np.abs(samples).max()
    return samples


def write_sound(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound().astype("<i2").tobytes())


def scenario(record: bool = True) -> str:
    """The TOML of a box with sixteen lines on two hats and everybody who rings it."""
    lines = "".join(
        f'[[box.line]]\nname = "line-{n}"\ncard = "{"ab"[n > 8]}"\nslot = {(n - 1) % 8 + 1}\nnumber = "6234{n:04}"\n'
        'flow = "main"\nhangup = ["busy-tone", "open-loop"]\n'
        for n in range(1, CALLS + 1)
    )
    callers = "".join(
        f'[[caller]]\nid = "c{n}"\nat_s = {0.5 + n * 0.05:.2f}\ncalls = "6234{n:04}"\nnumber = "1380013{n:04}"\n'
        "patience_s = 100000\ntalk_s = 100000\n"
        for n in range(1, CALLS + 1)
    )
    slots = ", ".join(['"fxo"'] * 8)
    hats = "".join(
        f'[[box.card]]\nname = "{name}"\nbus = {bus}\npcm = "hw:{bus}"\nslots = [{slots}]\n'
        for bus, name in enumerate("ab")
    )
    return (
        '[scenario]\nname = "sixteen"\nseconds = 100000\n[box.site]\ncountry = "CN"\narea = "10"\nlanguage = "en"\n'
        f'{hats}{lines}[[box.prompt]]\nid = "noise"\nzh = "x"\nen = "x"\nzh_wav = "noise.wav"\nen_wav = "noise.wav"\n'
        f'[[box.flow]]\nid = "main"\nstart = "listen"\nrecord = {str(record).lower()}\n'
        '[[box.flow.node]]\nid = "listen"\nkind = "menu"\nprompt = "noise"\nkeys = { "9" = "bye" }\n'
        f'timeout_s = {PAUSE_S}\nretries = 10000\notherwise = "bye"\n'
        '[[box.flow.node]]\nid = "bye"\nkind = "hang-up"\n'
        f'[[outside_line]]\nline = "*"\nnoise_dbm0 = -66\n{callers}'
    )


class Heard(Struct, frozen=True):
    """What was found of the sound in a piece of audio."""

    seconds: float
    """Of the sound, all together."""
    jumps: tuple[float, ...]
    """Where (s) it went on at another place than where it was before, within one playing."""


def find(samples: Samples) -> Heard:
    """Follows the sound through what was heard: a lost, doubled or silenced sample shows as a jump."""
    search = _Search()
    jumps: list[float] = []
    place, found = NOWHERE, 0
    for at in range(0, len(samples) - CHUNK, CHUNK):
        expected = place + CHUNK if place != NOWHERE else NOWHERE
        former, place = place, search.place(samples[at : at + CHUNK], expected)
        if former != NOWHERE and place != expected and former < search.whole - 3 * CHUNK:
            jumps.append(at / RATE_HZ)
        found += place != NOWHERE
    return Heard(found * CHUNK / RATE_HZ, tuple(jumps))


class _Search:
    def __init__(self) -> None:
        self._sound = sound()
        self.whole = len(self._sound)
        self._spectrum = np.conj(np.fft.rfft(self._sound))
        self._energy = np.sqrt(np.convolve(self._sound**2, np.ones(CHUNK), "valid"))

    def place(self, chunk: Samples, expected: int) -> int:
        """Sample of the sound at which the chunk begins, looked for near `expected` first; NOWHERE: not of it."""
        own = float(np.sqrt((chunk**2).sum()))
        if own < LEAST_ENERGY:
            return NOWHERE
        if NEAR <= expected < self.whole - CHUNK - NEAR:
            near = np.lib.stride_tricks.sliding_window_view(
                self._sound[expected - NEAR : expected + CHUNK + NEAR], CHUNK
            )
            likeness = np.abs(near @ chunk) / (self._energy[expected - NEAR : expected + NEAR + 1] * own + 1)
            if likeness.max() > SURE:
                return expected - NEAR + int(likeness.argmax())
        padded = np.zeros(self.whole)
        padded[:CHUNK] = chunk
        matches = np.fft.irfft(np.conj(np.fft.rfft(padded) * self._spectrum), self.whole)[: len(self._energy)]
        likeness = np.abs(matches) / (self._energy * own + 1)
        best = int(likeness.argmax())
        return best if likeness[best] > SURE else NOWHERE
