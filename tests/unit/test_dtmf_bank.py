import itertools

import numpy as np
import pytest

from drivers.countries import profile
from drivers.dsp import tones
from drivers.dsp.dtmf import DtmfBank
from drivers.dsp.tones import DTMF_HZ
from hwsim.signals.keys import Keying
from hwsim.signals.music import STYLES, music
from hwsim.signals.noise import noise
from hwsim.signals.speech import talk_for
from hwsim.signals.trials import digits_heard, keyed, ticks_of

ALL = "".join(DTMF_HZ)


@pytest.mark.parametrize("deviation", [0.0, 0.010, 0.015])
@pytest.mark.parametrize("on_off", [(40, 40), (70, 50), (500, 500)])
def test_all_digits_are_heard_at_the_edges_of_what_is_allowed(
    deviation: float, on_off: tuple[int, int]
) -> None:
    rng = np.random.default_rng(7)
    cases = [
        Keying(level, twist, low * deviation, high * deviation, *on_off)
        for level, twist, low, high in itertools.product((-26.0, -3.0), (-4.0, 4.0), (-1, 1), (-1, 1))
    ]
    heard = digits_heard([keyed(ALL, case, rng) for case in cases])
    assert heard == [ALL] * len(cases)


def test_a_digit_too_far_from_its_frequency_is_none() -> None:
    rng = np.random.default_rng(8)
    cases = [Keying(-10.0, 0.0, sign * 0.035, sign * 0.035) for sign in (-1, 1)]
    assert digits_heard([keyed(ALL, case, rng) for case in cases]) == ["", ""]


def test_a_key_held_is_one_digit_and_a_short_break_does_not_double_it() -> None:
    wave = tones.dtmf("7", on_ms=2000, off_ms=100).astype(float)
    wave[8000:8080] = 0
    assert digits_heard([wave + noise(wave.size, -50, np.random.default_rng(1))]) == ["7"]


def test_a_tick_of_tone_is_no_digit() -> None:
    wave = np.concatenate([tones.dtmf("5", on_ms=20, off_ms=60) for _ in range(20)]).astype(float)
    assert digits_heard([wave]) == [""]


def test_keys_are_heard_over_the_dial_tone_when_told_so() -> None:
    dial = tones.play(profile("CN").tones["dial"], 3000)
    keys = tones.dtmf("13800138000", level=-10.0)
    wave = dial[: keys.size].astype(np.int32) + keys
    matrix = np.clip(wave, -32768, 32767).astype(np.int16)[None, :]
    bank, heard = DtmfBank(1, filter_dialtone=True), ""
    for block in ticks_of(matrix):
        heard += "".join(digit for _, digit, _ in bank.process(block, np.arange(1)))
    assert heard == "13800138000"


def test_speech_and_music_are_no_digits() -> None:
    waves = [talk_for(60, seed, None).astype(float) for seed in (1, 2)]
    waves += [music(20, seed, style).astype(float) for seed, style in enumerate(STYLES)]
    assert digits_heard(waves) == [""] * len(waves)


def test_rows_do_not_hear_one_another_and_idle_rows_hear_nothing() -> None:
    bank, wave = DtmfBank(3), tones.dtmf("42", on_ms=100, off_ms=100)
    matrix = np.zeros((3, 3200), np.int16)
    matrix[0], matrix[2] = wave, wave
    heard = [event for block in ticks_of(matrix) for event in bank.process(block, np.array([0, 1]))]
    assert [(row, digit) for row, digit, _ in heard] == [(0, "4"), (0, "2")]
    assert all(0 <= ms <= 20 for _, _, ms in heard)


def test_a_key_is_known_to_be_down_until_it_is_let_go() -> None:
    bank, wave = DtmfBank(1), np.zeros((1, 3200), np.int16)
    wave[0, :1600] = tones.dtmf("9", on_ms=200, off_ms=0)
    down = []
    for block in ticks_of(wave):
        bank.process(block, np.arange(1))
        down.append(bool(bank.keyed[0]))
    assert down[3:10] == [True] * 7
    assert not any(down[13:])


def test_a_reset_row_forgets_its_key() -> None:
    bank, wave = DtmfBank(1), tones.dtmf("9", on_ms=100, off_ms=0)[None, :]
    first = [digit for block in ticks_of(wave) for _, digit, _ in bank.process(block, np.arange(1))]
    bank.reset(0)
    again = [digit for block in ticks_of(wave) for _, digit, _ in bank.process(block, np.arange(1))]
    assert first == again == ["9"]


@pytest.mark.parametrize("rows", [[3], [-1]])
def test_a_row_that_is_not_there_is_refused(rows: list[int]) -> None:
    with pytest.raises(IndexError):
        DtmfBank(3).process(np.zeros((3, 160), np.int16), np.array(rows))


def test_a_matrix_of_another_shape_is_refused() -> None:
    for wrong in (np.zeros((2, 160), np.int16), np.zeros((3, 80), np.int16), np.zeros((3, 160), np.float32)):
        with pytest.raises(ValueError, match="int16"):
            DtmfBank(3).process(wrong, np.array([0]))  # type: ignore[arg-type]
