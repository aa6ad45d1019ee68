import numpy as np
import pytest

from drivers.countries import profile
from drivers.dsp import tones


@pytest.mark.parametrize("code", ["CN", "GB", "US", "IN", "BR"])
@pytest.mark.parametrize("name", ["dial", "busy", "ringback", "congestion"])
def test_bursts_have_the_level_of_the_profile(code: str, name: str) -> None:
    tone = profile(code).tones[name]
    first = tone.bursts()[0]
    wave = tones.burst(first.hz, 1000, tone.level_dbm0, tone.modulated_hz)
    assert tones.level_dbm0(wave) == pytest.approx(tone.level_dbm0, abs=0.2)


def test_a_cadence_sounds_and_is_silent_in_turn() -> None:
    wave = tones.play(profile("CN").tones["busy"], 2100)
    loud = np.abs(wave.reshape(-1, 400)).max(axis=1) > 1000
    assert loud.tolist() == ([True] * 7 + [False] * 7) * 3


def test_a_continuous_tone_joins_its_own_beginning() -> None:
    loop = tones.render(profile("US").tones["dial"]).loop
    twice = np.concatenate([loop, loop]).astype(float)
    at_join = np.abs(np.diff(twice, 2))[loop.size - 4 : loop.size + 4].max()
    assert at_join <= np.abs(np.diff(loop.astype(float), 2)).max() + 1


def test_a_stuttered_tone_goes_over_into_a_steady_one() -> None:
    row = tones.render(profile("US").tones["special-dial"])
    assert row.intro.size == 3 * 1600
    assert row.loop.size == 8000


def test_a_tone_that_comes_once_has_no_loop() -> None:
    assert tones.render(profile("CN").tones["confirm"]).loop.size == 0


def test_digits_have_level_twist_and_time() -> None:
    wave = tones.dtmf("5", level=-10.0, twist_db=3.0, on_ms=200, off_ms=50)
    assert wave.size == 250 * 8
    assert tones.level_dbm0(wave[:1600]) == pytest.approx(-10.0, abs=0.1)
    turns = np.exp(-2j * np.pi * np.outer((770.0, 1336.0), np.arange(1600) / 8000))
    low, high = np.abs(turns @ wave[:1600])
    assert 20 * np.log10(high / low) == pytest.approx(3.0, abs=0.1)


def test_a_comma_is_a_pause_and_letters_are_left_out() -> None:
    assert tones.dtmf("1,x1").size == 2 * 1600 + 4000
