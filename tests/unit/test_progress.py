import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.countries import countries, profile
from drivers.dsp.progress import ProgressDetector
from drivers.dsp.tones import burst, play, rounded
from firmware.prompts.music import music as held_music
from hwsim.signals.noise import hum, noise
from hwsim.signals.speech import say, talk_for
from hwsim.signals.trials import ToneCase, conversation, heard_on, stacked, ticks_of, toned

HARD = [
    ToneCase(level, frequency, cadence, line_noise, -40.0)
    for (level, line_noise), frequency, cadence in itertools.product(
        ((-10.0, -60.0), (-30.0, -35.0)), (-0.015, 0.015), (-0.1, 0.1)
    )
]
LONGEST_S = {"dial": 2.0, "ringback": 9.0, "busy": 7.0, "congestion": 7.0, "special-information": 4.0}


@pytest.mark.parametrize("tone", sorted(LONGEST_S))
@pytest.mark.parametrize("code", countries())
def test_each_tone_of_each_country_is_recognised_once_on_a_bad_line(code: str, tone: str) -> None:
    rng = np.random.default_rng(21)
    one = profile(code)
    waves = [toned(one.tones[tone], case, LONGEST_S[tone] + 1.5, rng) for case in HARD]
    heard = heard_on([one] * len(HARD), stacked(waves))
    assert [[name for _, name in row] for row in heard] == [[tone]] * len(HARD)


def test_noise_and_hum_are_nothing() -> None:
    rng = np.random.default_rng(3)
    waves = [noise(400000, -35, rng) + hum(400000, -35, rng, mains) for mains in (50.0, 60.0)]
    assert heard_on([profile("CN"), profile("US")], stacked(waves)) == [[], []]


def test_a_rise_of_the_noise_is_no_voice() -> None:
    rng = np.random.default_rng(3)
    wave = np.concatenate([noise(40000, -65, rng), noise(80000, -38, rng)])
    assert heard_on([profile("CN")], stacked([wave])) == [[]]


def test_a_conversation_holds_no_tone_that_ends_calls() -> None:
    speech = talk_for(120, 1)
    rows = np.stack([conversation(60, seed, speech) for seed in (1, 2)])
    profiles = [profile(code) for code in countries()]
    heard = heard_on(profiles * 2, np.repeat(rows, len(profiles), axis=0).reshape(2, 9, -1).reshape(18, -1))
    ends = {"busy", "congestion", "special-information"}
    assert [name for row in heard for _, name in row if name in ends] == []
    assert any(name == "voice" for row in heard for _, name in row)


def test_an_answer_is_heard_by_its_voice_after_ringback() -> None:
    ringing = play(profile("CN").tones["ringback"], 11000).astype(float)
    hello = say("Hello, this is Ada speaking.", "en-gb+f5").astype(float)
    wave = np.concatenate([ringing, hello, np.zeros(8000)])
    rng = np.random.default_rng(5)
    (heard,) = heard_on([profile("CN")], stacked([wave + noise(wave.size, -45, rng)]))
    assert [name for _, name in heard] == ["ringback", "voice"]
    assert 11.0 < heard[1][0] < 11.9


def test_busy_told_once_is_told_again_on_a_new_call() -> None:
    busy = play(profile("CN").tones["busy"], 8000)[None, :]
    detector = ProgressDetector([profile("CN")])
    for _ in range(2):
        told = [event.heard for block in ticks_of(busy) for event in detector.process(block, np.arange(1))]
        assert told == ["busy"]
        detector.reset(0)


def test_silence_counts_only_when_neither_side_speaks() -> None:
    rng = np.random.default_rng(6)
    quiet = rounded(noise(80000, -45, rng))
    speech = talk_for(10, 4)
    detector = ProgressDetector([profile("CN")] * 3)
    rx = np.stack([quiet, speech, quiet])
    tx = np.stack([quiet, quiet, speech])
    for at in range(0, 80000, 160):
        detector.process(rx[:, at : at + 160], np.arange(3), tx[:, at : at + 160])
    assert detector.silent_ticks[0] >= 450
    assert detector.silent_ticks[1] < 200
    assert detector.silent_ticks[2] < 200


def test_a_busy_tone_is_silence_too() -> None:
    busy = play(profile("CN").tones["busy"], 10000)[None, :]
    detector = ProgressDetector([profile("CN")])
    for block in ticks_of(busy):
        detector.process(block, np.arange(1), np.zeros((1, 160), np.int16))
    assert detector.silent_ticks[0] >= 450


def test_rows_without_a_country_hear_voice_only() -> None:
    wave = np.concatenate([play(profile("CN").tones["busy"], 4000), talk_for(5, 4)])
    (heard,) = heard_on([None], wave[None, : wave.size // 160 * 160])
    assert {name for _, name in heard} == {"voice"}


@pytest.mark.parametrize("hz", [350.0, 440.0, 480.0, 620.0])
def test_a_held_note_is_no_dual_tone(hz: float) -> None:
    rng = np.random.default_rng(9)
    wave = burst((hz,), 4000, -15.0) + noise(32000, -50, rng)
    assert heard_on([profile("US"), profile("TW")], stacked([wave, wave])) == [[], []]


def under_own_sound(
    code: str, tone: str, sent: NDArray[np.int16], echo_db: float, *, told: bool
) -> list[str]:
    """A tone of -18 dBm0 on a line that also returns what we send; `told`: the detector knows what that is."""
    rng = np.random.default_rng(11)
    wave = toned(profile(code).tones[tone], ToneCase(-18.0, noise_dbm0=-55.0), 11.0, rng)
    echo = np.roll(sent[: wave.size], 200) * 10 ** (-echo_db / 20)
    rx, tx = rounded(wave + echo)[None, :], sent[None, : wave.size]
    detector = ProgressDetector([profile(code)])
    heard = []
    for at in range(0, wave.size // 160 * 160, 160):
        block = tx[:, at : at + 160] if told else None
        heard += [event.heard for event in detector.process(rx[:, at : at + 160], np.arange(1), block)]
    return heard


@pytest.mark.parametrize(
    ("code", "tone"), [("US", "busy"), ("GB", "congestion"), ("CN", "busy"), ("RU", "congestion")]
)
def test_a_tone_is_heard_under_the_echo_of_our_own_music(code: str, tone: str) -> None:
    sent = held_music(3)[:96000]
    assert under_own_sound(code, tone, sent, 15.0, told=True) == [tone]


def test_the_echo_of_our_own_prompt_is_no_answer() -> None:
    prompt = talk_for(20, 4)
    rx = rounded(np.roll(prompt, 200) * 0.2 + noise(prompt.size, -60, np.random.default_rng(2)))
    heard: dict[bool, list[str]] = {True: [], False: []}
    for told in heard:
        detector = ProgressDetector([profile("CN")])
        for at in range(0, prompt.size, 160):
            block = prompt[None, at : at + 160] if told else None
            heard[told] += [
                one.heard for one in detector.process(rx[None, at : at + 160], np.arange(1), block)
            ]
    assert (heard[True], "voice" in heard[False]) == ([], True)


def test_a_burst_with_a_tick_missing_and_a_silence_with_a_blip_are_still_busy() -> None:
    busy = play(profile("FR").tones["busy"], 8000).astype(float)
    rng = np.random.default_rng(12)
    for start_s in (2.2, 4.3):
        first = round(start_s * 8000)
        busy[first : first + 160] += noise(160, -5.0, rng)
    for start_s in (1.7, 3.7):
        first = round(start_s * 8000)
        busy[first : first + 320] = burst((440.0,), 40, -13.0)
    assert [name for _, name in heard_on([profile("FR")], stacked([busy]))[0]] == ["busy"]
