"""Trials of detectors: many cases as rows of one matrix, and what a conversation may sound like for hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from drivers.countries.profile import CallerIdForm, CountryProfile, CountryTone, Segment
from drivers.dsp.caller_id import CallerIdMessage
from drivers.dsp.caller_id_bank import CallerIdBank
from drivers.dsp.caller_id_send import sent
from drivers.dsp.dtmf import DtmfBank
from drivers.dsp.progress import ProgressDetector
from drivers.dsp.tones import burst, rounded
from hwsim.signals.keys import Keying, keys
from hwsim.signals.music import STYLES, music
from hwsim.signals.noise import hum, noise

RATE_HZ = 8000
TICK = 160


def stacked(waves: Sequence[NDArray[np.float64]]) -> NDArray[np.int16]:
    """Waves of any length as rows of whole ticks."""
    ticks = max(wave.size for wave in waves) // TICK + 1
    out = np.zeros((len(waves), ticks * TICK), np.int16)
    for row, wave in enumerate(waves):
        out[row, : wave.size] = rounded(wave)
    return out


def ticks_of(matrix: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    for at in range(0, matrix.shape[1] // TICK * TICK, TICK):
        yield matrix[:, at : at + TICK]


def digits_heard(waves: Sequence[NDArray[np.float64]]) -> list[str]:
    """What a fresh DTMF bank hears on each wave."""
    bank, heard = DtmfBank(len(waves)), [""] * len(waves)
    active = np.arange(len(waves))
    for block in ticks_of(stacked(waves)):
        for row, digit, _ in bank.process(block, active):
            heard[row] += digit
    return heard


def keyed(digits: str, keying: Keying, rng: np.random.Generator, snr_db: float = 20.0) -> NDArray[np.float64]:
    """Digits as a telephone sends them, in noise of this ratio, begun anywhere within a tick."""
    wave = np.concatenate([np.zeros(800 + int(rng.integers(TICK))), keys(digits, keying, rng), np.zeros(800)])
    return wave + noise(wave.size, keying.level_dbm0 - snr_db, rng)


class CallerIdScore(Struct):
    right: int = 0
    missed: int = 0
    wrong: int = 0
    """Shown, but not what was sent."""


def caller_id_score(
    form: CallerIdForm,
    charset: str,
    messages: Sequence[CallerIdMessage],
    rng: np.random.Generator,
    *,
    levels_dbm0: tuple[float, float] = (-28.0, -10.0),
    snr_db: float = 25.0,
) -> CallerIdScore:
    """Each message once at a random level in noise, as the country sends it."""
    waves, bank = [], CallerIdBank(len(messages))
    for row, message in enumerate(messages):
        level = float(rng.uniform(*levels_dbm0))
        wave = sent(replace(form, level_dbm0=level), message, charset).astype(np.float64)
        wave = np.concatenate([np.zeros(800 + int(rng.integers(TICK))), wave, np.zeros(800)])
        waves.append(wave + noise(wave.size, level - snr_db, rng))
        bank.start(row, form, charset)
    shown: dict[int, CallerIdMessage] = {}
    for block in ticks_of(stacked(waves)):
        for row, message in bank.process(block):
            shown.setdefault(row, message)
    score = CallerIdScore()
    for row, message in enumerate(messages):
        got = shown.get(row)
        if got is None:
            score.missed += 1
        elif (got.number, got.name, got.presentation) == (message.number, message.name, message.presentation):
            score.right += 1
        else:
            score.wrong += 1
    return score


class ToneCase(Struct, frozen=True):
    """A country's tone as a bad line brings it."""

    level_dbm0: float = -10.0
    frequency_error: float = 0.0
    cadence_error: float = 0.0
    noise_dbm0: float = -60.0
    hum_dbm0: float | None = None


def toned(tone: CountryTone, case: ToneCase, seconds: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """The tone after 1–1.5 s of line noise, entered anywhere in its cadence. It begins at `_began`."""
    wanted = round(seconds * RATE_HZ)
    bent = replace(
        tone,
        level_dbm0=case.level_dbm0,
        segments=tuple(
            Segment(
                tuple(hz * (1 + case.frequency_error) for hz in one.hz),
                round(one.on_ms * (1 + case.cadence_error)),
                round(one.off_ms * (1 + case.cadence_error)),
                one.times,
            )
            for one in tone.segments
        ),
    )
    wave = np.concatenate(
        [np.zeros(8000 + int(rng.integers(4000))), _sounding(bent, wanted)[int(rng.integers(3000)) :]]
    )
    wave = np.pad(wave, (0, max(0, wanted - wave.size)))[:wanted] + noise(wanted, case.noise_dbm0, rng)
    return wave if case.hum_dbm0 is None else wave + hum(wanted, case.hum_dbm0, rng)


def _sounding(tone: CountryTone, samples: int) -> NDArray[np.float64]:
    pieces: list[NDArray[np.float64]] = []
    have = 0
    while have < samples:
        for one in tone.bursts():
            on_ms = one.on_ms or samples * 1000 // RATE_HZ
            piece = burst(one.hz, on_ms, tone.level_dbm0, tone.modulated_hz)
            pieces += [piece, np.zeros(one.off_ms * 8)]
            have += piece.size + one.off_ms * 8
    return np.concatenate(pieces)


def heard_on(
    profiles: Sequence[CountryProfile | None], matrix: NDArray[np.int16]
) -> list[list[tuple[float, str]]]:
    """(second, tone or `voice`) recognised on each row by a fresh detector."""
    detector, heard = ProgressDetector(profiles), [[] for _ in profiles]  # type: ignore[var-annotated]
    active = np.arange(len(profiles))
    for tick, block in enumerate(ticks_of(matrix)):
        for event in detector.process(block, active):
            heard[event.row].append((round(tick * 0.02, 2), event.heard))
    return heard


def conversation(seconds: float, seed: int, speech: NDArray[np.int16]) -> NDArray[np.int16]:
    """Talk, pauses and music on hold at changing levels, with line noise and often hum."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(round(seconds * RATE_HZ))
    at = 0
    while at < wave.size:
        size = min(int(rng.uniform(3, 40) * RATE_HZ), wave.size - at, speech.size)
        kind = int(rng.integers(5))
        if kind < 3:
            start = int(rng.integers(0, speech.size - size + 1))
            wave[at : at + size] += speech[start : start + size] * 10 ** (rng.uniform(-12, 6) / 20)
        elif kind == 3:
            style, level = STYLES[int(rng.integers(len(STYLES)))], float(rng.uniform(-28, -12))
            wave[at : at + size] += music(size / RATE_HZ, int(rng.integers(1 << 30)), style, level)[:size]
        at += size
    wave += noise(wave.size, float(rng.uniform(-60, -35)), rng)
    if rng.random() < 0.7:
        wave += hum(wave.size, float(rng.uniform(-50, -35)), rng, float(rng.choice([50.0, 60.0])))
    return rounded(wave)
