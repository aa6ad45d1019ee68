"""Keys and dials through the whole analog path, on outside lines and on telephones. `-m slow -s` for the figures."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from msgspec import Struct
from numpy.typing import NDArray

from drivers.dsp.tones import DTMF_HZ
from drivers.ports import PortKind
from firmware.prompts.bank import PromptBank
from firmware.protocol.commands import Listen, Music, Phrase, Play, Seize
from firmware.protocol.events import AnySwitchEvent, DigitReceived, HookFlashed, TelephoneReleased
from hwsim.signals.keys import Keying
from hwsim.signals.speech import talk_for
from hwsim.signals.trials import keyed
from tests.acceptance.line_bench import FXS8, Hat, LineBench, Script, wait

COPPER = (PortKind.FXO, PortKind.FXS)
TIMES = ((40, 40), (60, 60), (100, 100), (500, 500))
KEYS = tuple(DTMF_HZ)


class Case(Struct, frozen=True):
    digits: str
    keying: Keying


class Tally(Struct):
    """Of one kind of port: `cases` given, those heard exactly as keyed, and the others."""

    cases: int = 0
    right: int = 0
    wrong: list[tuple[str, str, Keying]] = []

    def __str__(self) -> str:
        return f"{self.right} of {self.cases} ({self.right / max(1, self.cases):.3%})"


def grid(deviation: float) -> list[Case]:
    corners = [(low * deviation, high * deviation) for low in (-1, 1) for high in (-1, 1)] + [(0.0, 0.0)]
    return [
        Case(digit * 2, Keying(level, twist, *errors, *times))
        for level in (-26.0, -20.0, -14.0, -8.0, -3.0)
        for twist in (-4.0, -2.0, 0.0, 2.0, 4.0)
        for errors in corners
        for times in TIMES
        for digit in KEYS
    ]


def anywhere(count: int, deviation: float, seed: int) -> list[Case]:
    """Anywhere within the same limits, three different keys a case."""
    rng = np.random.default_rng(seed)
    return [
        Case(
            "".join(rng.choice(KEYS, 3)),
            Keying(
                float(rng.uniform(-26, -3)),
                float(rng.uniform(-4, 4)),
                float(rng.uniform(-deviation, deviation)),
                float(rng.uniform(-deviation, deviation)),
                int(rng.choice([40, 45, 50, 65, 80, 120, 250, 500])),
                int(rng.choice([40, 45, 50, 65, 80, 120, 250, 500])),
            ),
        )
        for _ in range(count)
    ]


def answered(hats: Sequence[Hat], bank: PromptBank | None = None) -> LineBench:
    """All lines seized, all telephones lifted, all listened to for keys; a hybrid's echo on each."""
    bench = LineBench(hats, bank=bank)
    assert bench.findings == []
    for port, plan in enumerate(bench.plans):
        bench.noise(port, -65.0)
        bench.echo(port, 14.0)
        if plan.kind is PortKind.FXS:
            bench.hook(port, True)
        else:
            bench.do(Seize(port=port))
        bench.do(Listen(port=port, digits=True))
    bench.run(1000)
    return bench


def key(bench: LineBench, port: int, cases: Sequence[Case], tally: Tally, rng: np.random.Generator) -> Script:
    for case in cases:
        over_us = bench.say(port, keyed(case.digits, case.keying, rng)) + 60_000
        heard = ""
        while (event := (yield over_us)) is not None:
            if isinstance(event, DigitReceived):
                heard += event.digit
        tally.cases += 1
        tally.right += heard == case.digits
        if heard != case.digits:
            tally.wrong.append((case.digits, heard, case.keying))


def keyed_through(cases: Sequence[Case], hats: int) -> dict[PortKind, Tally]:
    """Every case once through a line and once through a telephone."""
    bench = answered([Hat("CN")] * hats)
    tallies = {kind: Tally() for kind in COPPER}
    scripts = {}
    for kind, tally in tallies.items():
        ports = [plan.port for plan in bench.plans if plan.kind is kind]
        for turn, port in enumerate(ports):
            scripts[port] = key(bench, port, cases[turn :: len(ports)], tally, np.random.default_rng(port))
    bench.play(scripts)
    return tallies


def test_keys_from_the_grid_are_heard_on_lines_and_telephones() -> None:
    for tally in keyed_through(grid(0.010)[::131] + anywhere(38, 0.010, 3), 2).values():
        assert tally.wrong == []
        assert tally.cases == 100


@pytest.mark.slow
@pytest.mark.parametrize("deviation", [0.010, 0.015])
def test_dtmf_of_the_whole_grid_through_the_analog_path(deviation: float) -> None:
    cases = grid(deviation) + anywhere(2000, deviation, 4)
    tallies = keyed_through(cases, 8)
    for kind, tally in tallies.items():
        print(f"DTMF ±{deviation:.1%} through {kind.value}: {tally}; missed {tally.wrong[:5]}")
    for tally in tallies.values():
        assert tally.cases == len(cases) >= 10_000
        assert tally.right / tally.cases >= 0.999


def talk_through(
    seconds: float, hats: int, speech: NDArray[np.int16], answer: Callable[[LineBench, int], None]
) -> dict[PortKind, list[tuple[int, str]]]:
    """`seconds` of speech over the ports of each kind, side by side; digits heard (port, digit)."""
    bench = answered([Hat("CN")] * hats, PromptBank({("talk", "en"): talk_for(60, 77)}, {"default": _tune()}))
    false: dict[PortKind, list[tuple[int, str]]] = {kind: [] for kind in COPPER}

    def listen(port: int, part: NDArray[np.generic], kind: PortKind) -> Script:
        over_us = bench.say(port, part)
        answer(bench, port)
        while (event := (yield over_us)) is not None:
            if isinstance(event, DigitReceived):
                false[kind].append((port, event.digit))

    scripts = {}
    for kind in COPPER:
        ports = [plan.port for plan in bench.plans if plan.kind is kind]
        parts = np.array_split(speech[: round(seconds * 8000)], len(ports))
        for turn, (port, part) in enumerate(zip(ports, parts, strict=True)):
            loud = (0.4, 1.0, 2.5)[turn % 3]
            scripts[port] = listen(port, np.clip(part * loud, -32768, 32767), kind)
    bench.play(scripts)
    return false


def _tune() -> NDArray[np.int16]:
    from firmware.prompts.music import music

    return music(1)


def nothing(bench: LineBench, port: int) -> None:
    """The box says nothing."""


def prompts(bench: LineBench, port: int) -> None:
    """The box speaks to the port, or plays music to it, all the time."""
    item = Phrase("talk", "en") if port % 2 else Music()
    bench.do(Play(port=port, play="p", items=(item,), repeat=True))


@pytest.mark.parametrize("answer", [nothing, prompts])
def test_speech_is_no_key(answer: Callable[[LineBench, int], None]) -> None:
    assert talk_through(60, 1, talk_for(60, 1), answer) == {PortKind.FXO: [], PortKind.FXS: []}


@pytest.mark.slow
@pytest.mark.parametrize("answer", [nothing, prompts])
def test_an_hour_of_speech_holds_no_digit(answer: Callable[[LineBench, int], None]) -> None:
    false = talk_through(3600, 4, talk_for(3600, 1), answer)
    print(f"60 min of speech, box says {answer.__name__}: false digits {false}")
    assert false == {PortKind.FXO: [], PortKind.FXS: []}


# -- the dial ----------------------------------------------------------------------------------------


class Dial(Struct, frozen=True):
    number: str
    per_second: float
    make_percent: float
    gap_ms: int
    phase_us: int


def dials(each: int, seed: int = 5) -> list[Dial]:
    rng = np.random.default_rng(seed)
    return [
        Dial(
            "".join(rng.choice(list("0123456789"), 8)),
            rate,
            make,
            int(rng.integers(350, 900)),
            int(rng.integers(0, 20_000)),
        )
        for rate, make in itertools.product((9.0, 9.5, 10.0, 10.5, 11.0), (30.0, 33.0, 38.5, 40.0, 45.0))
        for _ in range(each)
    ]


def turn(bench: LineBench, port: int, given: Sequence[Dial], tally: Tally) -> Script:
    for dial in given:
        bench.hook(port, True)
        bench.do(Listen(port=port, digits=True, pulses=True))
        yield from wait(bench.now_us + 400_000)
        over_us = _pulses(bench, port, dial)
        heard: list[AnySwitchEvent] = []
        while (event := (yield over_us)) is not None:
            heard.append(event)
        wrong = [event for event in heard if isinstance(event, HookFlashed | TelephoneReleased)]
        digits = "".join(event.digit for event in heard if isinstance(event, DigitReceived) and event.pulse)
        tally.cases += 1
        tally.right += digits == dial.number and not wrong
        if digits != dial.number or wrong:
            tally.wrong.append((str(dial), digits, Keying()))
        bench.hook(port, False)
        yield from wait(bench.now_us + 1_000_000)


def _pulses(bench: LineBench, port: int, dial: Dial) -> int:
    """Open and close the loop at exact times; when it is over and told."""
    at_us = float(bench.now_us + 40_000 + dial.phase_us)
    period_us = 1e6 / dial.per_second
    for digit in dial.number:
        for _ in range(int(digit) or 10):
            bench.at(round(at_us), lambda _: bench.hook(port, False))
            closes_us = round(at_us + period_us * (1 - dial.make_percent / 100))
            bench.at(closes_us, lambda _: bench.hook(port, True))
            at_us += period_us
        at_us += dial.gap_ms * 1000
    return round(at_us) + 300_000


def dialled_through(given: Sequence[Dial], hats: int) -> Tally:
    bench = LineBench([Hat("CN", FXS8)] * hats)
    tally = Tally()
    bench.play({port: turn(bench, port, given[port :: bench.ports], tally) for port in range(bench.ports)})
    return tally


def test_dials_of_any_speed_are_read() -> None:
    tally = dialled_through(dials(1)[::2], 2)
    assert tally.wrong == []
    assert tally.cases == 13


@pytest.mark.slow
def test_a_thousand_numbers_are_dialled_with_pulses() -> None:
    tally = dialled_through(dials(40), 6)
    print(f"pulse dialling 9-11 pps, 30-45 % make: {tally} numbers of 8 digits; wrong {tally.wrong[:5]}")
    assert tally.cases == 1000
    assert tally.wrong == []
