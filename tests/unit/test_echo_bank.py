import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.dsp import tones
from drivers.dsp.echo import EchoBank
from drivers.dsp.tones import level_dbm0, rounded
from hwsim.signals.music import music
from hwsim.signals.noise import noise
from hwsim.signals.path import echo_path, through
from hwsim.signals.speech import talk_for

DELAY = 200
SECONDS = 12
FAR = np.stack([talk_for(SECONDS, 10, "en-gb+m3"), talk_for(SECONDS, 11, "cmn+f4")])
NEAR = np.stack([talk_for(SECONDS, 50, "cmn+m1"), talk_for(SECONDS, 51, "en-us+f2")])
BOTH = np.arange(2)


def echoed(far: NDArray[np.int16], seed: int = 2, loss_db: float = 12.0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    paths = [echo_path(rng, return_loss_db=loss_db, delay_samples=DELAY) for _ in far]
    return np.stack(
        [through(one, path) + noise(one.size, -65, rng) for one, path in zip(far, paths, strict=True)]
    )


def cancelled(
    bank: EchoBank, heard: NDArray[np.float64], said: NDArray[np.int16], frozen: range = range(0)
) -> NDArray[np.int16]:
    out = np.stack([rounded(one) for one in heard])
    for at in range(0, out.shape[1], 160):
        block = np.ascontiguousarray(out[:, at : at + 160])
        if at // 160 in frozen:
            bank.freeze(BOTH, 1)
        bank.process(block, np.ascontiguousarray(said[:, at : at + 160]), BOTH)
        out[:, at : at + 160] = block
    return out


def echo_db(out: NDArray[np.int16], said: NDArray[np.int16], start_s: float, end_s: float) -> list[float]:
    part = slice(int(start_s * 8000), int(end_s * 8000))
    return [level_dbm0(one[part]) - level_dbm0(far[part]) for one, far in zip(out, said, strict=True)]


@pytest.mark.parametrize("loss_db", [8.0, 18.0])
def test_the_far_side_is_30_db_down_after_six_seconds(loss_db: float) -> None:
    out = cancelled(EchoBank(2, delay_samples=DELAY), echoed(FAR, loss_db=loss_db), FAR)
    assert max(echo_db(out, FAR, 6, 12)) <= -30.0


def test_near_speech_is_not_distorted_also_while_both_talk() -> None:
    bank, alone = EchoBank(2, delay_samples=DELAY), EchoBank(2, delay_samples=DELAY)
    clean = cancelled(alone, NEAR.astype(float), np.zeros_like(FAR))
    both = cancelled(bank, NEAR + echoed(FAR), FAR)
    late = slice(4 * 8000, None)
    for one, other in zip(clean, both, strict=True):
        assert np.corrcoef(one[late], other[late])[0, 1] >= 0.97


def test_keys_of_the_near_side_teach_a_frozen_filter_nothing() -> None:
    heard = echoed(FAR)
    keys = tones.dtmf("1597530*" * 3, level=-8.0)[:24000]
    heard[:, 56000:80000] += keys
    after = {}
    for frozen in (range(0), range(350, 500)):
        out = cancelled(EchoBank(2, delay_samples=DELAY), heard, FAR, frozen)
        after[len(frozen)] = max(echo_db(out, FAR, 10, 10.5))
    assert after[150] <= -28.0
    assert after[150] < after[0]


def test_while_frozen_the_echo_stays_out() -> None:
    said = FAR.copy()
    said[:, 64000:80000] = tones.dtmf("1597530842")[:16000]
    out = cancelled(EchoBank(2, delay_samples=DELAY), echoed(said), said, range(400, 500))
    assert max(echo_db(out, said, 8, 10)) <= -28.0


def test_a_reset_row_begins_anew_and_others_do_not() -> None:
    bank = EchoBank(2, delay_samples=DELAY)
    cancelled(bank, echoed(FAR), FAR)
    assert np.abs(bank.response(0)).max() > 0.01
    bank.reset(0)
    assert not bank.response(0).any()
    assert np.abs(bank.response(1)).max() > 0.01


def test_a_row_without_reference_passes_its_speech() -> None:
    out = cancelled(EchoBank(2), NEAR.astype(float), np.zeros_like(NEAR))
    assert abs(level_dbm0(out[0]) - level_dbm0(NEAR[0])) < 1.0


def test_idle_rows_are_left_as_they_are() -> None:
    bank, block = EchoBank(2), NEAR[:, :160].copy()
    bank.process(block, np.ascontiguousarray(FAR[:, :160]), np.array([1]))
    assert np.array_equal(block[0], NEAR[0, :160])


def test_after_a_silence_of_the_far_side_its_echo_is_still_known() -> None:
    said = FAR.copy()
    said[:, 56000:72000] = 0
    out = cancelled(EchoBank(2, delay_samples=DELAY), NEAR * 0.0 + echoed(said), said)
    assert max(echo_db(out, said, 9.1, 10)) <= -28.0


def test_resting_and_working_sound_alike() -> None:
    """A row at rest (nothing sent) goes over into work without a click."""
    said = np.zeros_like(FAR)
    said[:, 40000:] = 97
    out = cancelled(EchoBank(2), NEAR.astype(float), said)
    always = cancelled(EchoBank(2), NEAR.astype(float), np.full_like(FAR, 97))
    late = slice(39000, 48000)
    assert np.abs(out[:, late].astype(int) - always[:, late]).max() < 100


def late_frozen(
    bank: EchoBank, heard: NDArray[np.float64], said: NDArray[np.int16], bursts: list[range]
) -> NDArray[np.int16]:
    """As a detector freezes: five ticks after a burst of tone began."""
    out = np.stack([rounded(one) for one in heard])
    for at in range(0, out.shape[1], 160):
        block = np.ascontiguousarray(out[:, at : at + 160])
        if any(at // 160 in burst[5:] for burst in bursts):
            bank.freeze(BOTH, 1)
        bank.process(block, np.ascontiguousarray(said[:, at : at + 160]), BOTH)
        out[:, at : at + 160] = block
    return out


def held_music() -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Music on hold and its echo: a few notes at a time, so that little can be learnt from it."""
    tune = np.stack([music(SECONDS, seed, "organ") for seed in (3, 4)])
    return tune, echoed(tune)


def test_what_a_tone_taught_before_it_was_known_is_forgotten() -> None:
    heard = echoed(FAR)
    bursts = [range(300 + 50 * k, 325 + 50 * k) for k in range(4)]
    for burst in bursts:
        heard[:, burst.start * 160 : burst.stop * 160] += tones.burst((450.0,), 500, -10.0)
    out = late_frozen(EchoBank(2, delay_samples=DELAY), heard, FAR, bursts)
    gaps = [echo_db(out, FAR, burst.stop * 0.02 + 0.02, burst.stop * 0.02 + 0.12)[1] for burst in bursts]
    assert max(gaps) <= -30.0


def test_a_canceller_never_makes_a_line_louder() -> None:
    said, heard = held_music()
    before = np.stack([rounded(one) for one in heard]).astype(float).reshape(2, -1, 160)
    after = cancelled(EchoBank(2, delay_samples=DELAY), heard, said).astype(float).reshape(2, -1, 160)
    loud = np.sum(before**2, axis=2) > 160 * 100.0**2
    gain_db = 10 * np.log10(np.sum(after**2, axis=2)[loud] / np.sum(before**2, axis=2)[loud])
    assert gain_db.max() <= 1.2
