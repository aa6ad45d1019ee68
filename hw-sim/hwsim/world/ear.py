"""Hearing for all people at once: one matrix product a tick gives the share of each frequency in each row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.countries import CountryTone
from drivers.dsp.tones import FULL_SCALE_DBM0
from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES
from firmware.protocol.names import Tone
from hwsim.world.cadence import CadenceEar
from hwsim.world.marks import MarkRow
from hwsim.world.tune_ear import TuneEar
from hwsim.world.voiceprint import CHORD_HZ, CHORDS

BEEP_HZ = 1000.0
STEADY = 0.3
"""Tangent of the most a beep's phase may move within a tick (2.3 Hz)."""
SILENCE_DBM0 = -45.0
"""Below this nothing is heard."""
CHORD_SHARE = 0.8
"""Of the energy at all chord frequencies, that of the loudest two."""
TONE_DBM0 = -32.0
"""Below this a tone is not taken for one: the echo of one's own voice may hum like it."""
TONE_SHARE = 0.6
"""Of all energy, that at the frequencies of call-progress tones."""
_CHORD_INDEX = np.full((len(CHORD_HZ), len(CHORD_HZ)), -1, np.int16)
for _i, (_low, _high) in enumerate(CHORDS):
    _CHORD_INDEX[_low, _high] = _CHORD_INDEX[_high, _low] = _i


class Heard(Struct, frozen=True):
    """Something recognised in row `port` at the end of the tick."""

    port: int


class Mark(Heard, frozen=True):
    """A voiceprint; its first sample arrived at `began_us`."""

    number: int
    began_us: int


class ToneHeard(Heard, frozen=True):
    tone: Tone


class MusicHeard(Heard, frozen=True):
    tune: str


class Ear:
    """`listen` once a tick. `level_dbm0` is each row's level afterwards."""

    def __init__(
        self,
        ports: int,
        tones: Mapping[str, CountryTone],
        music: Mapping[str, NDArray[np.int16]] | None = None,
    ) -> None:
        """`music` are the tunes that are known, by name."""
        progress = {
            hz
            for name, tone in tones.items()
            if name not in _NOT_PROGRESS
            for one in tone.bursts()
            for hz in one.hz
        }
        self._progress = sorted(progress)
        hz = np.array([*CHORD_HZ, *self._progress, BEEP_HZ])
        phase = 2 * np.pi * np.outer(np.arange(TICK_SAMPLES), hz) / SAMPLE_RATE_HZ
        self._basis = np.concatenate([np.cos(phase), np.sin(phase)], axis=1).astype(np.float32)
        self._count = len(hz)
        self.level_dbm0: NDArray[np.float32] = np.full(ports, -np.inf, np.float32)
        self.tonal: NDArray[np.bool_] = np.zeros(ports, np.bool_)
        """Rows in which a call-progress tone sounded in the last tick."""
        self._cadence = CadenceEar(ports, tones)
        self._tunes = TuneEar(ports, music or {})
        self._beeps = CadenceEar.counter(ports)
        self._rows: list[MarkRow] = [MarkRow() for _ in range(ports)]
        self._marking = np.zeros(ports, np.bool_)
        self._phase = np.zeros(ports, np.float32), np.zeros(ports, np.float32)

    def listen(self, rows: NDArray[np.float32], now_us: int) -> list[Heard]:
        """`rows` is float32[ports, 160], its last sample arriving at `now_us`."""
        self._turned = turned = rows @ self._basis
        square = turned * turned
        power = square[:, : self._count] + square[:, self._count :]
        energy = np.einsum("ij,ij->i", rows, rows) + np.float32(1.0)
        self.level_dbm0 = _level(energy)
        loud = self.level_dbm0 > SILENCE_DBM0
        heard = self._marks(power[:, : len(CHORD_HZ)], energy, loud, now_us)
        share = power[:, len(CHORD_HZ) :] * (2.0 / TICK_SAMPLES) / energy[:, None]
        self.tonal = (self.level_dbm0 > TONE_DBM0) & (share[:, :-1].sum(axis=1) > TONE_SHARE)
        heard += [ToneHeard(port, name) for port, name in self._cadence.listen(self.tonal)]
        pure = (self.level_dbm0 > TONE_DBM0) & (share[:, -1] > TONE_SHARE) & self._steady()
        heard += [ToneHeard(port, Tone.BEEP) for port in self._beep(pure)]
        heard += [MusicHeard(port, tune) for port, tune in self._tunes.listen(rows, loud)]
        return heard

    def forget(self, port: int) -> None:
        """A new call in this row."""
        self._cadence.forget(port)
        self._tunes.forget(port)
        self._beeps[port] = 0
        self._rows[port] = MarkRow()

    def _steady(self) -> NDArray[np.bool_]:
        """Rows whose 1000 Hz goes on in phase from tick to tick: 20 whole periods, so no note of a melody."""
        real, imaginary = self._turned[:, self._count - 1], self._turned[:, -1]
        before_real, before_imaginary = self._phase
        along = real * before_real + imaginary * before_imaginary
        across = real * before_imaginary - imaginary * before_real
        self._phase = real.copy(), imaginary.copy()
        return np.asarray(np.abs(across) < STEADY * along)

    def _beep(self, on: NDArray[np.bool_]) -> list[int]:
        self._beeps[on] += 1
        self._beeps[~on] = 0
        return [int(port) for port in np.flatnonzero(self._beeps == _BEEP_TICKS)]

    def _marks(
        self, power: NDArray[np.float32], energy: NDArray[np.float32], loud: NDArray[np.bool_], now_us: int
    ) -> list[Heard]:
        band = power.sum(axis=1)
        sounding = loud & (band * (2.0 / TICK_SAMPLES) > 0.15 * energy)
        heard: list[Heard] = []
        for port in np.flatnonzero(sounding | self._marking):
            chord, strength = -1, 0.0
            if sounding[port]:
                chord, strength = _chord(power[port], float(band[port]))
            mark = self._rows[port].take(chord, strength, now_us)
            self._marking[port] = self._rows[port].busy
            if mark is not None:
                heard.append(Mark(int(port), mark[0], mark[1]))
        return heard


_NOT_PROGRESS = ("beep", "howler", "special-information")
_BEEP_TICKS = 8


def _level(energy: NDArray[np.float32]) -> NDArray[np.float32]:
    full = np.float32(32767.0**2 / 2 * TICK_SAMPLES)
    return np.asarray(10 * np.log10(energy / full) + FULL_SCALE_DBM0, np.float32)


def _chord(power: NDArray[np.float32], band: float) -> tuple[int, float]:
    low, high = (int(i) for i in np.argpartition(power, -2)[-2:])
    pair = float(power[low] + power[high])
    if pair < CHORD_SHARE * band or min(power[low], power[high]) < 0.1 * pair:
        return -1, pair
    return int(_CHORD_INDEX[low, high]), pair
