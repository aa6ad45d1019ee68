"""The detectors' acceptance figures at the samples' level, whole; minutes each. Run with `-s` for the figures."""

import itertools

import numpy as np
import pytest

from drivers.countries import CallerIdForm, countries, profile
from drivers.dsp.caller_id import CallerIdMessage
from drivers.dsp.tones import DTMF_HZ
from hwsim.signals.keys import Keying
from hwsim.signals.music import STYLES, music
from hwsim.signals.speech import talk_for
from hwsim.signals.trials import (
    ToneCase,
    caller_id_score,
    conversation,
    digits_heard,
    heard_on,
    keyed,
    stacked,
    toned,
)

pytestmark = pytest.mark.slow
ENDINGS = {"busy", "congestion", "special-information"}
CHINESE = "张王李刘陈杨赵黄周吴徐孙胡朱高林何郭马罗伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平有限公司"
WESTERN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz -.äöüéè"


def grid(deviation: float) -> list[tuple[str, Keying]]:
    corners = [(low * deviation, high * deviation) for low in (-1, 1) for high in (-1, 1)] + [(0.0, 0.0)]
    return [
        (digit, Keying(level, twist, *errors, *times))
        for level in (-26.0, -20.0, -14.0, -8.0, -3.0)
        for twist in (-4.0, -2.0, 0.0, 2.0, 4.0)
        for errors in corners
        for times in ((40, 40), (60, 60), (100, 100), (500, 500))
        for digit in DTMF_HZ
    ]


@pytest.mark.parametrize(("deviation", "least"), [(0.010, 0.999), (0.015, 0.999)])
def test_dtmf_over_the_whole_grid(deviation: float, least: float) -> None:
    rng = np.random.default_rng(30)
    cases = grid(deviation)
    right = 0
    for part in itertools.batched(cases, 400) if hasattr(itertools, "batched") else _parts(cases, 400):
        heard = digits_heard([keyed(digit * 2, keying, rng) for digit, keying in part])
        right += sum(got == digit * 2 for got, (digit, _) in zip(heard, part, strict=True))
    print(f"DTMF ±{deviation:.1%}: {right} of {len(cases)}")
    assert right / len(cases) >= least


def _parts(cases: list[tuple[str, Keying]], size: int) -> list[list[tuple[str, Keying]]]:
    return [cases[k : k + size] for k in range(0, len(cases), size)]


def test_an_hour_of_speech_and_of_music_holds_no_digit() -> None:
    speech = talk_for(3600, 1)
    tunes = [music(300, seed, STYLES[seed % 4]).astype(float) for seed in range(12)]
    for gain in (0.3, 1.0, 3.0):
        heard = digits_heard([*(speech.reshape(60, -1) * gain), *tunes])
        print(f"speech and music × {gain}: {heard}")
        assert heard == [""] * 72


@pytest.mark.parametrize("code", countries())
def test_500_callers_of_each_form(code: str) -> None:
    one, rng = profile(code), np.random.default_rng(31)
    for form in (one.caller_id, *one.caller_id_also):
        if not form.offered:
            continue
        score = caller_id_score(form, one.name_charset, _callers(code, form, rng), rng)
        print(code, form.form, form.message, score)
        assert score.right >= 498
        assert score.wrong == 0


def _callers(code: str, form: CallerIdForm, rng: np.random.Generator) -> list[CallerIdMessage]:
    letters = list(CHINESE if code == "CN" else WESTERN)
    out = []
    for _ in range(500):
        number = "".join(rng.choice(list("0123456789"), int(rng.integers(3, 16))))
        name = (
            "".join(rng.choice(letters, int(rng.integers(0, 16)))).strip() if form.message == "mdmf" else ""
        )
        out.append(CallerIdMessage(number, name, "allowed", "", "06152359"))
    return out


@pytest.mark.parametrize("code", countries())
def test_far_ends_that_left_are_known_by_their_tone_in_time(code: str) -> None:
    one, rng = profile(code), np.random.default_rng(32)
    for tone in ("busy", "congestion"):
        cases = [
            ToneCase(*case)
            for case in itertools.product(
                (-10.0, -20.0, -30.0),
                (-0.015, 0.0, 0.015),
                (-0.1, 0.0, 0.1),
                (-60.0, -45.0, -35.0),
                (None, -40.0),
            )
        ]
        heard = heard_on(
            [one] * len(cases), stacked([toned(one.tones[tone], case, 11.5, rng) for case in cases])
        )
        late = max((row[0][0] if row else 99.0) for row in heard)
        print(f"{code} {tone}: {len(cases)} calls, the latest known {late - 1.0:.1f} s after the tone began")
        assert [[name for _, name in row] for row in heard] == [[tone]] * len(cases)
        assert late <= 11.0


def test_eight_hours_of_conversation_release_no_call() -> None:
    speech = talk_for(3600, 1)
    profiles = [profile(code) for code in countries()]
    false: list[tuple[int, str, float, str]] = []
    for part in range(16):
        rows = np.stack([conversation(300, 6 * part + k, speech) for k in range(6)])
        for k, row in enumerate(heard_on(profiles * 6, np.repeat(rows, len(profiles), axis=0))):
            code = countries()[k % len(profiles)]
            false += [(part, code, at, name) for at, name in row if name in ENDINGS]
    print(f"8 h × {len(profiles)} countries: {len(false)} false releases {false}")
    assert false == []
