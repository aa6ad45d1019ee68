"""Ears and voiceprints: known through noise and loss, never mistaken, tones told apart in every country."""

import numpy as np
import pytest

from drivers.countries import countries, profile
from drivers.dsp.tones import burst, play, rounded
from firmware.protocol.names import Tone
from hwsim.world.copper import Copper
from hwsim.world.ear import Ear, Mark, ToneHeard
from hwsim.world.mouth import Mouth
from hwsim.world.voiceprint import NUMBERS, chords, number_of, voiceprint


def listen(samples: np.ndarray, country: str = "CN") -> list[object]:
    ear = Ear(1, profile(country).tones)
    ticks = len(samples) // 160
    heard: list[object] = []
    for tick in range(ticks):
        row = samples[tick * 160 : tick * 160 + 160].astype(np.float32)[None, :]
        heard += ear.listen(row, (tick + 1) * 20_000)
    return heard


def test_numbers_and_chords_are_one_to_one() -> None:
    made = {chords(number) for number in range(NUMBERS)}
    assert len(made) == NUMBERS
    assert all(number_of(*chords(number)) == number for number in range(NUMBERS))
    assert all(a != b != c for a, b, c in made)


@pytest.mark.parametrize("offset", [0, 37, 80, 133])
@pytest.mark.parametrize("loss_db", [0.0, 12.0])
def test_a_voiceprint_is_known_through_noise_wherever_it_begins(offset: int, loss_db: float) -> None:
    noise = np.random.default_rng(1)
    for number in (1, 17, 444, NUMBERS - 1):
        samples = noise.normal(0, 30, 8000)
        mark = voiceprint(number) * 10 ** (-loss_db / 20)
        samples[1600 + offset : 1600 + offset + len(mark)] += mark
        marks = [one for one in listen(samples) if isinstance(one, Mark)]
        assert [one.number for one in marks] == [number]
        assert abs(marks[0].began_us - (1600 + offset) * 125) < 4_000


def test_two_marks_at_once_are_never_somebody_else() -> None:
    chance = np.random.default_rng(5)
    for _ in range(60):
        one, two = (int(number) for number in chance.integers(1, NUMBERS, 2))
        samples = np.zeros(9600)
        for number, level in ((one, 1.0), (two, chance.uniform(0.05, 1.0))):
            at = int(chance.integers(1600, 4800))
            samples[at : at + 2400] += voiceprint(number) * level
        known = {heard.number for heard in listen(samples) if isinstance(heard, Mark)}
        assert known <= {one, two}


@pytest.mark.parametrize("country", countries())
def test_tones_that_say_it_is_over_are_told_from_dial_tone(country: str) -> None:
    tones = profile(country).tones
    for name, wanted in (
        ("busy", {Tone.BUSY, Tone.CONGESTION}),
        ("congestion", {Tone.BUSY, Tone.CONGESTION}),
        ("dial", {Tone.DIAL}),
        ("ringback", {Tone.RINGBACK}),
    ):
        heard = {one.tone for one in listen(play(tones[name], 9000), country) if isinstance(one, ToneHeard)}
        assert bool(heard & wanted) == bool(wanted), (name, heard)
        assert not heard - wanted - ({Tone.SPECIAL_DIAL} if country == "IN" else set()), (name, heard)


def test_the_beep_is_known_and_a_note_near_it_is_not() -> None:
    beep = play(profile("CN").tones["beep"], 350)
    assert ToneHeard(0, Tone.BEEP) in listen(np.concatenate([np.zeros(1600), beep, np.zeros(1600)]))
    note = rounded(burst((988.0,), 400, -13.0))
    assert not listen(np.concatenate([np.zeros(1600), note, np.zeros(1600)]))


def test_a_mouth_begins_each_turn_with_its_mark_and_says_where() -> None:
    mouth = Mouth()
    mouth.speak(9, [np.full(8000, 1000, np.int16)])
    began = []
    for tick in range(510):
        row = np.zeros(160, np.float32)
        mouth.fill(row)
        if mouth.began >= 0:
            began.append(tick * 160 + mouth.began)
    assert began[:5] == [0, 20_000, 40_000, 60_000, 80_000]


def test_keys_mute_speech_and_hush_ends_it() -> None:
    mouth = Mouth()
    mouth.speak(9, [np.full(8000, 1000, np.int16)])
    mouth.key(np.full(160, 77, np.int16))
    row = np.zeros(160, np.float32)
    mouth.fill(row)
    assert np.all(row == 77)
    mouth.hush()
    row[...] = 0
    mouth.fill(row)
    assert not row.any()
    assert mouth.silent


def test_the_echo_comes_back_so_late_and_so_weak() -> None:
    copper = Copper(1, 1)
    copper.lay(0, loss_db=0.0, echo_db=12.0, echo_delay_ms=5.0, noise_dbm0=-120.0, hum_dbm0=-120.0)
    copper.alive(0, True)
    out = np.zeros((1, 160), np.int16)
    sent = np.zeros((1, 160), np.float32)
    sent[0, 10] = 20_000
    copper.tick(np.zeros((1, 160), np.float32), sent, out)
    echo = out[0].astype(float)
    assert not echo[: 10 + 40].any()
    assert 10 * np.log10((echo**2).sum() / 20_000**2) == pytest.approx(-12.0, abs=0.5)


def test_an_unplugged_line_is_silent() -> None:
    copper = Copper(1, 1)
    copper.lay(0, loss_db=0.0, echo_db=12.0, echo_delay_ms=5.0, noise_dbm0=-40.0, hum_dbm0=-40.0)
    copper.alive(0, False, present=False)
    out = np.ones((1, 160), np.int16)
    copper.tick(np.full((1, 160), 500, np.float32), np.zeros((1, 160), np.float32), out)
    assert not out.any()
