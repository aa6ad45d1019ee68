"""Which tune is heard: known by its spectrum wherever it begins, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.countries import profile
from drivers.dsp.tones import play
from drivers.ports import TICK_SAMPLES
from firmware.prompts.music import TUNES, tune
from hwsim.signals.music import STYLES
from hwsim.signals.music import music as other_music
from hwsim.signals.speech import talk_for
from hwsim.world import tune_ear
from hwsim.world.tune_ear import Fingerprint, TuneEar

MUSIC: Mapping[str, NDArray[np.int16]] = {name: tune(name) for name in TUNES}
TUNE_S = 4.0


def heard(
    sound: NDArray[np.generic], music: Mapping[str, NDArray[np.int16]] = MUSIC
) -> list[tuple[float, str]]:
    """(seconds, tune) of everything told about one row."""
    ear, told = TuneEar(1, music), []
    for tick in range(len(sound) // TICK_SAMPLES):
        row = sound[tick * TICK_SAMPLES : (tick + 1) * TICK_SAMPLES].astype(np.float32)[None, :]
        loud = np.sqrt(np.mean(row**2, axis=1)) > 60.0
        told += [((tick + 1) * 0.02, name) for _, name in ear.listen(row, loud)]
    return told


def part(name: str, from_s: float, seconds: float) -> NDArray[np.float64]:
    """Of a tune that is played over and over."""
    sound = MUSIC[name]
    at = (round(from_s * 8000) + np.arange(round(seconds * 8000))) % len(sound)
    return sound[at].astype(np.float64)


@pytest.mark.parametrize("name", TUNES)
@pytest.mark.parametrize("from_s", [0.0, 4.7071, 14.003])
def test_a_tune_is_known_wherever_it_is_soft_or_noisy(name: str, from_s: float) -> None:
    noise = np.random.default_rng(3).normal(0, 20, round(TUNE_S * 8000))
    told = heard(part(name, from_s, TUNE_S) * 10 ** (-6 / 20) + noise)
    assert [one for _, one in told] == [name]
    assert told[0][0] <= 3.0


def test_a_tune_that_goes_on_is_told_once_and_one_that_begins_anew_again() -> None:
    long, again = part("default", 0.0, 40.0), part("default", 0.0, 6.0)
    assert [one for _, one in heard(long)] == ["default"]
    told = heard(np.concatenate([part("default", 0.0, 7.3), again]))
    assert [one for _, one in told] == ["default", "default"]
    assert 1.5 <= told[1][0] - 7.3 <= 3.2


def test_one_tune_after_another_is_told_as_two() -> None:
    told = heard(np.concatenate([part("calm", 0.0, 6.0), part("lively", 0.0, 6.0)]))
    assert [one for _, one in told] == ["calm", "lively"]


def others() -> list[NDArray[np.int16]]:
    """What sounds on a telephone line and is none of these tunes."""
    tones = profile("CN").tones
    found = [play(tones[one], 10_000) for one in ("dial", "ringback", "busy", "congestion")]
    found += [other_music(30.0, seed, style) for seed, style in enumerate(STYLES * 3)]
    return found + [talk_for(30.0, seed) for seed in range(3)]


def test_nothing_else_is_taken_for_a_tune() -> None:
    assert [told for sound in others() if (told := heard(sound))] == []


def test_with_less_likeness_other_music_would_be_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune_ear, "ALIKE", 0.4)
    with pytest.raises(AssertionError):
        test_nothing_else_is_taken_for_a_tune()


def test_a_tune_nobody_knows_is_nothing_and_a_short_one_is_known() -> None:
    assert heard(part("calm", 0.0, 8.0), {"default": MUSIC["default"]}) == []
    jingle = other_music(1.313, 4)
    assert [one for _, one in heard(np.tile(jingle, 5), {"jingle": jingle})] == ["jingle"]
    with pytest.raises(ValueError, match="without a sample"):
        Fingerprint(jingle[:0])


def test_a_new_call_in_the_row_hears_it_anew() -> None:
    ear, told = TuneEar(2, MUSIC), []
    sound = part("calm", 0.0, 8.0).astype(np.float32).reshape(-1, TICK_SAMPLES)
    for tick, row in enumerate(sound):
        if tick == 200:
            ear.forget(1)
        rows = np.stack([np.zeros_like(row), row])
        told += ear.listen(rows, np.array([False, True]))
    assert told == [(1, "calm"), (1, "calm")]
