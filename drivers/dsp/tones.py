"""Tones rendered into 16-bit rows: call-progress tones of a country, DTMF digits. Levels in dBm0."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.countries.profile import CountryTone, Segment
from drivers.ports import SAMPLE_RATE_HZ

FULL_SCALE_DBM0 = 3.14
"""A sine of amplitude 32767 (G.711 table, A-law)."""
DTMF_LOW_HZ = (697.0, 770.0, 852.0, 941.0)
DTMF_HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
DTMF_KEYS = ("123A", "456B", "789C", "*0#D")
DTMF_HZ = {
    key: (DTMF_LOW_HZ[row], DTMF_HIGH_HZ[column])
    for row, keys in enumerate(DTMF_KEYS)
    for column, key in enumerate(keys)
}
PAUSE_MS = 500
"""What `,` in a digit string stands for."""
MODULATION_DEPTH = 0.9


class ToneRow(Struct, frozen=True):
    """A rendered tone: `intro` once, then `loop` for ever (empty: nothing follows)."""

    intro: NDArray[np.int16]
    loop: NDArray[np.int16]


def amplitude(level_dbm0: float) -> float:
    """Peak of a sine of this level."""
    return float(32767.0 * 10 ** ((level_dbm0 - FULL_SCALE_DBM0) / 20))


def level_dbm0(samples: NDArray[np.generic]) -> float:
    """Power of samples in dBm0; -inf of silence."""
    power = float(np.mean(np.square(samples.astype(np.float64)))) if samples.size else 0.0
    return -np.inf if power == 0 else 10 * float(np.log10(power / (32767.0**2 / 2))) + FULL_SCALE_DBM0


def samples_in(ms: float) -> int:
    return round(ms * SAMPLE_RATE_HZ / 1000)


def burst(hz: tuple[float, ...], ms: float, level: float, modulated_hz: float = 0.0) -> NDArray[np.float64]:
    """Some frequencies at once, `level` dBm0 all together."""
    t = np.arange(samples_in(ms)) / SAMPLE_RATE_HZ
    peak = amplitude(level - 10 * float(np.log10(len(hz))))
    wave = np.zeros(t.size)
    for one in hz:
        wave += peak * np.sin(2 * np.pi * one * t)
    if modulated_hz:
        wave *= (1 + MODULATION_DEPTH * np.sin(2 * np.pi * modulated_hz * t)) / np.sqrt(
            1 + MODULATION_DEPTH**2 / 2
        )
    return wave


def rounded(wave: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.clip(np.rint(wave), -32768, 32767).astype(np.int16)


def render(tone: CountryTone) -> ToneRow:
    """One cycle of a country's tone, or one second of a continuous one (whole periods of whole hertz)."""
    intro: list[NDArray[np.float64]] = []
    for one in tone.bursts():
        if one.on_ms == 0:
            return ToneRow(_joined(intro), rounded(burst(one.hz, 1000, tone.level_dbm0, tone.modulated_hz)))
        intro += _on_and_off(one, tone)
    cycle = _joined(intro)
    nothing = np.zeros(0, np.int16)
    return ToneRow(cycle, nothing) if tone.once else ToneRow(nothing, cycle)


def _on_and_off(one: Segment, tone: CountryTone) -> list[NDArray[np.float64]]:
    return [burst(one.hz, one.on_ms, tone.level_dbm0, tone.modulated_hz), np.zeros(samples_in(one.off_ms))]


def _joined(pieces: list[NDArray[np.float64]]) -> NDArray[np.int16]:
    return rounded(np.concatenate(pieces)) if pieces else np.zeros(0, np.int16)


def play(tone: CountryTone, ms: float) -> NDArray[np.int16]:
    """The tone for `ms` milliseconds from its beginning."""
    row, wanted = render(tone), samples_in(ms)
    out = np.zeros(wanted, np.int16)
    head = min(wanted, row.intro.size)
    out[:head] = row.intro[:head]
    if row.loop.size:
        out[head:] = np.resize(row.loop, wanted - head)
    return out


@lru_cache(maxsize=256)
def _key(digit: str, level: float, twist_db: float, ms: int) -> NDArray[np.int16]:
    low, high = DTMF_HZ[digit]
    # Twist is the high tone's level over the low one's; the sum of both powers is `level`.
    low_level = level - 10 * float(np.log10(1 + 10 ** (twist_db / 10)))
    wave = rounded(burst((low,), ms, low_level) + burst((high,), ms, low_level + twist_db))
    wave.flags.writeable = False
    return wave


def dtmf(
    digits: str, *, level: float = -6.0, twist_db: float = 2.0, on_ms: int = 100, off_ms: int = 100
) -> NDArray[np.int16]:
    """Digits `0-9*#A-D` as tones (`,` is a pause of 500 ms; other characters are left out).

    `level` is the power of both tones in dBm0, `twist_db` the high tone's level over the low one's.
    """
    pieces = [np.zeros(0, np.int16)]
    for digit in digits.upper():
        if digit == ",":
            pieces.append(np.zeros(samples_in(PAUSE_MS), np.int16))
        elif digit in DTMF_HZ:
            pieces += [_key(digit, level, twist_db, on_ms), np.zeros(samples_in(off_ms), np.int16)]
    return np.concatenate(pieces)
