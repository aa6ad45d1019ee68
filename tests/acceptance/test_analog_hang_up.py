"""Far ends that leave, and far ends that do not, on outside lines through the whole analog path."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
from msgspec import Struct

from drivers.countries import countries
from firmware.prompts.bank import PromptBank
from firmware.prompts.music import music as held_music
from firmware.protocol.commands import Listen, Music, Pause, Phrase, Play, PlayItem, Release, Seize
from firmware.protocol.events import FarEndReleased, LineRang
from firmware.protocol.names import HangUpSign
from hwsim.signals.speech import talk_for
from hwsim.signals.trials import ToneCase, conversation, toned
from tests.acceptance.line_bench import Hat, LineBench, Script, wait

SILENCE_LIMIT_S = 15.0
SIGNS = ("open-loop", "reversal", "busy", "congestion", "silence")
EXPECTED = {
    "open-loop": HangUpSign.OPEN_LOOP,
    "reversal": HangUpSign.REVERSAL,
    "busy": HangUpSign.BUSY_TONE,
    "congestion": HangUpSign.BUSY_TONE,
    "silence": HangUpSign.SILENCE,
}
MAY_HOLD_S = {"silence": SILENCE_LIMIT_S + 5.0}
ELSE_MAY_HOLD_S = 10.0
BOX_SAYS: tuple[tuple[PlayItem, ...], ...] = ((), (Phrase("talk", "en"),), (Music(),))
TALK = talk_for(240, 1)


class Leaving(Struct, frozen=True):
    """How one far end leaves."""

    sign: str
    talks_s: float
    sign_after_s: float
    """The exchange takes so long to show it."""
    noise_dbm0: float
    hum_dbm0: float
    tone: ToneCase
    box_says: int
    echo_db: float
    open_loop_ms: int


class Held(Struct):
    """What became of the calls."""

    calls: int = 0
    by_sign: dict[str, list[float]] = {}
    """Seconds from the far end's leaving to `FarEndReleased`."""
    early: list[str] = []
    late: list[str] = []
    other_sign: Counter[str] = Counter()
    never: list[str] = []


def leavings(count: int, seed: int) -> list[Leaving]:
    """The signs in turn; noise up to -35 dBm0, tones down to -28, frequencies ±1.5 %, cadences ±10 %."""
    rng = np.random.default_rng(seed)
    made = []
    for turn in range(count):
        sign = SIGNS[turn % len(SIGNS)]
        noise_dbm0 = float(rng.choice([-65.0, -50.0, -42.0, -38.0, -35.0]))
        made.append(
            Leaving(
                sign=sign,
                talks_s=float(rng.uniform(1.5, 4.0)),
                sign_after_s=float(rng.uniform(0.0, 1.0)),
                noise_dbm0=noise_dbm0,
                hum_dbm0=float(rng.choice([-99.0, -50.0, -40.0])),
                tone=ToneCase(
                    level_dbm0=float(rng.uniform(-28, -8)),
                    frequency_error=float(rng.uniform(-0.015, 0.015)),
                    cadence_error=float(rng.uniform(-0.1, 0.1)),
                    noise_dbm0=-90.0,
                ),
                box_says=0 if sign == "silence" else int(rng.integers(3)),
                echo_db=float(rng.uniform(12, 20)),
                open_loop_ms=int(rng.integers(120, 1500)),
            )
        )
    return made


class Caller:
    """One outside line's far ends, one after the other."""

    def __init__(self, bench: LineBench, port: int, held: Held) -> None:
        self.bench, self.port, self.held = bench, port, held
        self.rng = np.random.default_rng((6, port))

    def calls(self, given: Sequence[Leaving]) -> Script:
        bench, port = self.bench, self.port
        for one in given:
            bench.noise(port, one.noise_dbm0)
            bench.hum(port, one.hum_dbm0)
            bench.echo(port, one.echo_db)
            yield from self._ring()
            yield from self._talk_and_leave(one)
            bench.battery(port, -48.0)
            bench.hush(port)
            bench.do(Release(port=port))
            yield from wait(bench.now_us + 700_000)

    def _ring(self) -> Script:
        bench, port = self.bench, self.port
        rings_us = bench.now_us + 40_000 + int(self.rng.integers(20_000))
        bench.at(rings_us, partial(bench.ring, port, True))
        while not isinstance((event := (yield rings_us + 1_000_000)), LineRang):
            assert event is not None, "ringing was not seen"
        bench.do(Seize(port=port), Listen(port=port, digits=True, far_end=True))
        bench.at(bench.now_us + 30_000, partial(bench.ring, port, False))
        yield from wait(bench.now_us + 500_000)

    def _talk_and_leave(self, one: Leaving) -> Script:
        bench, port = self.bench, self.port
        start = int(self.rng.integers(TALK.size - 80_000))
        talks_us = bench.now_us + 20_000 + int(self.rng.integers(20_000))
        bench.say(port, TALK[start : start + round(one.talks_s * 8000)], talks_us)
        said = BOX_SAYS[one.box_says]
        if said:
            bench.do(Play(port=port, play="p", items=said, repeat=True))
        left_us = talks_us + round(one.talks_s * 1e6)
        self._sign(one, left_us + round(one.sign_after_s * 1e6))
        may_us = round(MAY_HOLD_S.get(one.sign, ELSE_MAY_HOLD_S) * 1e6)
        while (event := (yield left_us + may_us + 5_000_000)) is not None:
            if isinstance(event, FarEndReleased):
                break
        self._judge(one, event, left_us)

    def _sign(self, one: Leaving, at_us: int) -> None:
        bench, port = self.bench, self.port
        if one.sign == "open-loop":
            bench.at(at_us, lambda _: bench.battery(port, 0.0))
            bench.at(at_us + one.open_loop_ms * 1000, lambda _: bench.battery(port, -48.0))
        elif one.sign == "reversal":
            bench.at(at_us, lambda _: bench.battery(port, 48.0))
        elif one.sign != "silence":
            # `toned` begins with a second and more of the line alone
            tone = toned(bench.plans[port].country.tones[one.sign], one.tone, 15.0, self.rng)
            bench.say(port, tone[8000:], at_us)

    def _judge(self, one: Leaving, event: object, left_us: int) -> None:
        held = self.held
        held.calls += 1
        if not isinstance(event, FarEndReleased):
            held.never.append(f"{self.bench.plans[self.port].country.code} {one}")
            return
        after_s = (event.at_us - left_us) / 1e6
        if after_s < 0:
            held.early.append(f"{event.sign} {after_s:.1f} s: {one}")
        if after_s > MAY_HOLD_S.get(one.sign, ELSE_MAY_HOLD_S):
            held.late.append(f"{self.bench.plans[self.port].country.code} {after_s:.1f} s: {one}")
        if event.sign is not EXPECTED[one.sign]:
            held.other_sign[f"{one.sign} by {event.sign}"] += 1
        held.by_sign.setdefault(one.sign, []).append(after_s)


def left(calls: int, lines: int = 8) -> Held:
    """So many calls over lines of all countries."""
    hats = [
        Hat(code, ("fxo",) * lines + ("empty",) * (8 - lines), silence_limit_s=SILENCE_LIMIT_S)
        for code in countries()
    ]
    bench = LineBench(hats, bank=bank())
    assert bench.findings == []
    ports = [plan.port for plan in bench.plans if plan.kind]
    given, held = leavings(calls, 33), Held()
    bench.play(
        {port: Caller(bench, port, held).calls(given[k :: len(ports)]) for k, port in enumerate(ports)}
    )
    return held


def bank() -> PromptBank:
    return PromptBank(
        {("talk", "en"): talk_for(60, 77), ("more", "en"): talk_for(60, 78)}, {"default": held_music(1)}
    )


def check(held: Held) -> None:
    for sign in SIGNS:
        held_s = held.by_sign[sign]
        print(f"{sign}: {len(held_s)} calls, median {np.median(held_s):.1f} s, longest {max(held_s):.1f} s")
    print(f"{held.calls} calls; by another sign: {dict(held.other_sign)}; early {held.early[:3]}")
    print(f"never: {len(held.never)} {held.never[:5]}; late: {len(held.late)} {held.late[:5]}")
    assert (held.never, held.late, held.early) == ([], [], [])


def test_no_line_is_held_by_a_far_end_that_left() -> None:
    held = left(9, 1)
    assert held.calls == 9
    check(held)


@pytest.mark.slow
def test_2000_far_ends_leave() -> None:
    held = left(2000)
    assert held.calls == 2000
    check(held)


# -- those who stay ----------------------------------------------------------------------------------


def stay(bench: LineBench, port: int, seconds: float, false: list[str]) -> Script:
    """A conversation with hum and music; in between the box holds the caller with music of its own."""
    rng = np.random.default_rng((34, port))
    code = bench.plans[port].country.code
    bench.echo(port, float(rng.uniform(12, 20)), float(rng.uniform(0, 10)))
    bench.do(Seize(port=port), Listen(port=port, digits=True, far_end=True))
    yield from wait(bench.now_us + 500_000)
    began_us = bench.now_us
    ends_us = began_us + round(seconds * 1e6)
    turn = port
    while bench.now_us < ends_us:
        part_s = min(40.0, (ends_us - bench.now_us) / 1e6)
        over_us = bench.say(port, conversation(part_s, int(rng.integers(1 << 30)), TALK))
        speak(bench, port, turn)
        turn += 1
        for _ in range(int(rng.integers(3))):
            glitch_us = bench.now_us + int(rng.integers(round(part_s * 9e5)))
            bench.at(glitch_us, lambda _: bench.battery(port, 0.0))
            bench.at(glitch_us + int(rng.integers(5, 40)) * 1000, lambda _: bench.battery(port, -48.0))
        while (event := (yield over_us)) is not None:
            if isinstance(event, FarEndReleased):
                false.append(f"{code} port {port} at {(event.at_us - began_us) / 1e6:.1f} s by {event.sign}")
                bench.do(Release(port=port))
                yield from wait(bench.now_us + 100_000)
                bench.do(Seize(port=port), Listen(port=port, digits=True, far_end=True))


def speak(bench: LineBench, port: int, turn: int) -> None:
    """The box's side for 40 s: an agent, music on hold, or listening."""
    items: tuple[PlayItem, ...] = (
        (Phrase("talk", "en"), Pause(3000)),
        (Music(),),
        (Pause(8000), Phrase("more", "en")),
        (Music(),),
    )[turn % 4]
    bench.do(Play(port=port, play="p", items=items, repeat=True))


def stayed(seconds: float, lines: int = 8) -> list[str]:
    """So long on each line of all countries, side by side; the releases."""
    bench = LineBench(
        [Hat(code, ("fxo",) * lines + ("empty",) * (8 - lines)) for code in countries()], bank=bank()
    )
    assert bench.findings == []
    false: list[str] = []
    ports = [plan.port for plan in bench.plans if plan.kind]
    bench.play({port: stay(bench, port, seconds, false) for port in ports})
    return false


def test_who_talks_is_not_released() -> None:
    assert stayed(8, 1) == []


@pytest.mark.slow
def test_eight_hours_of_conversation_with_hum_and_music_release_no_call() -> None:
    """72 lines of nine countries for 400 s each, side by side."""
    false = stayed(400)
    print(f"8 h of conversation (72 lines × 400 s): {len(false)} false releases {false[:10]}")
    assert false == []
