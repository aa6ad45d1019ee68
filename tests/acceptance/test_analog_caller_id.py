"""Caller ID through the whole analog path: exchange to box in every form there is, and box to telephone."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from drivers.countries import CallerIdForm, CountryProfile, countries, profile
from drivers.dsp.caller_id import ALLOWED, PRIVATE, UNAVAILABLE, CallerIdMessage
from drivers.dsp.caller_id_bank import CallerIdBank
from drivers.dsp.caller_id_send import ALERT_HZ, message
from drivers.dsp.tones import burst, level_dbm0
from drivers.ports import TICK_US
from firmware.protocol.commands import Release, Ring, Seize, StopRing
from firmware.protocol.events import CallerIdReceived, LineRang
from hwsim.signals.noise import with_noise
from hwsim.world.ringing import Instant, Step, plan
from tests.acceptance.line_bench import Hat, LineBench, Script, wait

CHINESE = "张王李刘陈杨赵黄周吴徐孙胡朱高林何郭马罗伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平有限公司鑫淼堃頔"
WESTERN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz -.äöüéèß&'"
LEVELS_DBM0 = (-28.0, -10.0)
SNR_DB = 25.0
RINGING_FEED = 4


class Score(Struct):
    """Of one form: `wrong` were shown, and were not what was sent."""

    calls: int = 0
    right: int = 0
    missed: list[str] = []
    wrong: list[str] = []


def forms() -> list[tuple[str, CallerIdForm]]:
    """Every form of every country, `none` too."""
    return [
        (code, form)
        for code in countries()
        for form in (profile(code).caller_id, *profile(code).caller_id_also)
    ]


def callers(code: str, form: CallerIdForm, count: int, rng: np.random.Generator) -> list[CallerIdMessage]:
    """Random numbers and names; one caller in twelve is withheld where the form can say so."""
    letters = list(CHINESE if code == "CN" else WESTERN)
    named = form.message == "mdmf"
    reasons = sorted(form.absent) if form.form == "dtmf" else [PRIVATE, UNAVAILABLE]
    said = []
    for turn in range(count):
        number = "".join(rng.choice(list("0123456789"), int(rng.integers(3, 16))))
        name = "".join(rng.choice(letters, int(rng.integers(0, 16)))).strip() if named else ""
        date = "" if form.form == "dtmf" else "11211430"
        if turn % 12 == 11 and reasons:
            said.append(CallerIdMessage("", name, str(rng.choice(reasons)), "", date))
        else:
            said.append(CallerIdMessage(number, name, ALLOWED, "", date))
    return said


class Exchange:
    """Offers calls to one line: rings it the country's way and says who is calling."""

    def __init__(self, bench: LineBench, port: int, form: CallerIdForm, seed: int) -> None:
        self.bench, self.port, self.form = bench, port, form
        self.country: CountryProfile = bench.plans[port].country
        self.rng = np.random.default_rng((seed, port))

    def offer(self, said: CallerIdMessage) -> int:
        """Two rings with the message at its place; returns when the second is over."""
        bench, level = self.bench, float(self.rng.uniform(*LEVELS_DBM0))
        bench.noise(self.port, level - SNR_DB)
        body = message(replace(self.form, level_dbm0=level), said, self.country.name_charset)
        begins_us = bench.now_us + 60_000 + int(self.rng.integers(0, TICK_US))
        body_us = body.size * 125
        ends_us = begins_us
        for instant in self._two_rings(body_us):
            ends_us = begins_us + instant.after_us
            self._do(instant.step, ends_us, body, level)
        return ends_us

    def _two_rings(self, body_us: int) -> list[Instant]:
        bursts = len(self.country.ring_cadence_ms) // 2 * 2
        instants: list[Instant] = []
        pauses = 0
        for instant in plan(self.country, self.form, body_us):
            instants.append(instant)
            pauses += instant.step is Step.PAUSE
            if pauses == bursts:
                return instants
        return instants

    def _do(self, step: Step, at_us: int, body: NDArray[np.int16], level: float) -> None:
        bench, port = self.bench, self.port
        if step in (Step.BURST, Step.PAUSE):
            on = step is Step.BURST
            bench.at(at_us, lambda now_us: bench.ring(port, on, now_us))
        elif step in (Step.REVERSE, Step.RESTORE):
            volts = 48.0 if step is Step.REVERSE else -48.0
            bench.at(at_us, lambda _: bench.battery(port, volts))
        elif step is Step.ALERT:
            bench.say(port, burst(ALERT_HZ, self.form.alert_ms, level), at_us)
        else:
            bench.say(port, body, at_us)


def call(exchange: Exchange, all_said: Sequence[CallerIdMessage], score: Score) -> Script:
    bench, port = exchange.bench, exchange.port
    for said in all_said:
        over_us = exchange.offer(said) + 200_000
        shown: list[CallerIdReceived] = []
        rings = 0
        while (event := (yield over_us)) is not None:
            if isinstance(event, CallerIdReceived):
                shown.append(event)
                assert rings, "a caller ID is told after the first ring"
            rings += isinstance(event, LineRang)
        judge(score, said, shown, rings)
        bench.do(Seize(port=port))
        yield from wait(bench.now_us + 600_000)
        bench.do(Release(port=port))
        yield from wait(bench.now_us + 500_000)


def judge(score: Score, said: CallerIdMessage, shown: Sequence[CallerIdReceived], rings: int) -> None:
    score.calls += 1
    right = [(said.number, said.name, said.presentation)]
    got = [(one.number, one.name, str(one.presentation)) for one in shown]
    if got == right and rings == 2:
        score.right += 1
    elif not got:
        score.missed.append(f"{said.number!r} {said.name!r} {said.presentation} ({rings} rings)")
    else:
        score.wrong.append(f"{right} shown as {got} ({rings} rings)")


def offered_to_lines(calls: int, ports: int = 8) -> dict[str, Score]:
    """So many calls in each form, spread over the lines of a hat each."""
    given = forms()
    bench = LineBench([Hat(code, ("fxo",) * ports + ("empty",) * (8 - ports), form) for code, form in given])
    assert bench.findings == []
    scores = {label(code, form): Score() for code, form in given}
    scripts = {}
    for hat, (code, form) in enumerate(given):
        said = callers(code, form, calls, np.random.default_rng((31, hat)))
        for slot in range(ports):
            exchange = Exchange(bench, 8 * hat + slot, form, 31)
            scripts[exchange.port] = call(exchange, said[slot::ports], scores[label(code, form)])
    bench.play(scripts)
    return scores


def label(code: str, form: CallerIdForm) -> str:
    return " ".join(part for part in (code, form.form, form.message, form.when) if part)


def test_lines_are_told_their_callers_in_every_form() -> None:
    for name, score in offered_to_lines(1, 1).items():
        if name != "RU none":
            assert (name, score.missed, score.wrong) == (name, [], [])


@pytest.mark.slow
def test_500_callers_in_each_form_through_the_analog_path() -> None:
    scores = offered_to_lines(500)
    for name, score in scores.items():
        print(
            f"{name}: {score.right} of {score.calls} right, {len(score.wrong)} wrong",
            score.missed[:3],
            score.wrong,
        )
    russian = scores.pop("RU none")
    assert (russian.right, russian.wrong) == (0, [])
    assert len(scores) == 11
    for score in scores.values():
        assert score.calls == 500
        assert score.right / score.calls >= 0.995
        assert score.wrong == []


# -- to a telephone ----------------------------------------------------------------------------------


class Display:
    """A telephone's display: listens on-hook where its country sends, notes when what came."""

    def __init__(self, bench: LineBench) -> None:
        self.bench = bench
        self.bank = CallerIdBank(bench.ports)
        self.rng = np.random.default_rng(8)
        self.shown: dict[int, list[CallerIdMessage]] = {port: [] for port in range(bench.ports)}
        self.spoken: dict[int, list[tuple[int, float, float, int]]] = {
            port: [] for port in range(bench.ports)
        }
        """(block, level, feed voltage, linefeed) of each block since `rung`."""
        bench.listeners.append(self.listen)

    def rung(self, port: int) -> None:
        plan = self.bench.plans[port]
        self.shown[port].clear()
        self.spoken[port].clear()
        self.bank.start(port, plan.caller_id, plan.country.name_charset)

    def listen(self, block: int, sent: NDArray[np.int16]) -> None:
        box = self.bench.wire.box
        noisy = np.stack([with_noise(row, -45.0, self.rng) for row in sent])
        for port, said in self.bank.process(noisy):
            self.shown[port].append(said)
        for port, spoken in self.spoken.items():
            spoken.append((block, level_dbm0(sent[port]), float(box["feed_v"][port]), int(box["feed"][port])))


def ring_telephone(
    bench: LineBench, display: Display, port: int, said: Sequence[CallerIdMessage], score: Score
) -> Script:
    country = bench.plans[port].country
    for one in said:
        display.rung(port)
        bench.do(Ring(port=port, number=one.number, name=one.name))
        yield from wait(bench.now_us + 1000 * (2 * sum(country.ring_cadence_ms) + 4500))
        bench.do(StopRing(port=port))
        got = [(shown.number, shown.name, shown.presentation) for shown in display.shown[port]]
        score.calls += 1
        if got == [(one.number, one.name, ALLOWED)]:
            score.right += 1
        else:
            (score.wrong if got else score.missed).append(f"{one} shown as {got}")
        check_times(display.spoken[port], bench.plans[port].caller_id)
        yield from wait(bench.now_us + 500_000)


def check_times(spoken: Sequence[tuple[int, float, float, int]], form: CallerIdForm) -> None:
    """The message is away from ringing as the standards want; the alert and the reversal are there."""
    loud = [k for k, (_, level, _, _) in enumerate(spoken) if level > -40]
    ringing = [k for k, (_, _, _, feed) in enumerate(spoken) if feed == RINGING_FEED]
    first, last = loud[0], loud[-1]
    assert (min(k for k in ringing if k > last) - last) * 20 >= 200
    assert not set(range(first, last + 1)) & set(ringing)
    if form.when == "between-rings":
        assert 500 <= (first - max(k for k in ringing if k < first)) * 20 <= 1500
    else:
        assert min(ringing) > last
    backwards = {volts < 0 for _, _, volts, _ in spoken[first:last]}
    assert backwards == {form.reversal}, (
        "EN 300 659-1: the line is reversed before the message, and only there"
    )


def shown_on_telephones(calls: int, ports: int) -> Mapping[str, Score]:
    codes = [code for code in countries() if profile(code).caller_id.offered]
    bench = LineBench([Hat(code, ("fxs",) * ports + ("empty",) * (8 - ports)) for code in codes])
    assert bench.findings == []
    display, scores, scripts = Display(bench), {code: Score() for code in codes}, {}
    for hat, code in enumerate(codes):
        form = bench.plans[8 * hat].caller_id
        said = [one for one in callers(code, form, calls * 2, np.random.default_rng((9, hat))) if one.number]
        for slot in range(ports):
            port = 8 * hat + slot
            scripts[port] = ring_telephone(bench, display, port, said[:calls][slot::ports], scores[code])
    bench.play(scripts)
    return scores


def test_telephones_show_who_calls_in_every_country() -> None:
    for code, score in shown_on_telephones(1, 1).items():
        assert (code, score.right, score.missed, score.wrong) == (code, 1, [], [])


@pytest.mark.slow
def test_forty_callers_on_telephones_of_each_country() -> None:
    for code, score in shown_on_telephones(40, 8).items():
        print(f"{code}: telephones show {score.right} of {score.calls}", score.missed[:3], score.wrong)
        assert score.calls == 40
        assert (score.missed, score.wrong) == ([], [])
