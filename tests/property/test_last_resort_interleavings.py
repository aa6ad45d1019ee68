"""An engine goes and comes back at any tick of an emergency call: it is made, once, and known for what it is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from firmware.protocol import facts as f
from firmware.protocol.names import Cause
from firmware.switch.last_resort.deputy import Deputy
from hwsim.scenario import Caller
from tests.unit.fake_box import LINES, PHONES, office
from tests.unit.two_halves import STEP_US, TwoHalves, scenario

PHONE = "804"
LIFTED_US, KEYED_US = 500_000, 1_500_000
LAST_KEY_US = {"110": 1_945_000, "9110": 2_145_000, "119": 1_945_000}
THROUGH_US = 8_000_000
WITHIN_US = 2_000_000
EVEN_SO_US = 4_700_000
"""An engine that hangs after it took the number and let a line go, with nothing else to show it: a second to be sure
more, the line's rest, and 0.7 s till the exchange has the number.
"""
TICKS = THROUGH_US // STEP_US


def emergency(
    kind: str, at_tick: int, for_s: float, arrives: int = 0, keys: str = "110", lag_us: int = STEP_US
) -> TwoHalves:
    """The engine goes at tick `at_tick`, for so long; the telephone is lifted, dials and hangs up after 20 s."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as out:
        box = TwoHalves(scenario(), Path(out), lag_us=lag_us)
        acts: list[tuple[int, Callable[[], object]]] = [
            (at_tick * STEP_US, lambda: _go(box, kind, round(for_s * 1e6), arrives)),
            (LIFTED_US, lambda: box.lift(PHONE)),
            (KEYED_US, lambda: box.key(PHONE, keys)),
            (20_000_000, lambda: box.hang_up(PHONE)),
        ]
        for at_us, act in sorted(acts, key=lambda one: one[0]):
            box.run_until(at_us)
            act()
        box.run_until(max(22_000_000, at_tick * STEP_US + round(for_s * 1e6) + 3_000_000))
        return box


def _go(box: TwoHalves, kind: str, for_us: int, arrives: int) -> None:
    if kind == "kill":
        box.kill(for_us, arrives)
    else:
        box.hang(for_us)


def faults(box: TwoHalves, keys: str = "110") -> list[str]:
    """What is wrong with the one emergency call there should have been."""
    number = keys[-3:]
    known = box.facts(f.NumberDialled)
    told = {
        "the exchange was given the number once": [one[2] for one in box.dialled] == [number],
        "one line was seized, once": len(box.seized) == 1 or _half_ordered(box),
        "it was one call": [(one.number, one.emergency) for one in known] == [(number, True)],
        "its answer is known": len(box.facts(f.CallAnswered)) == 1,
        "it ended as it did": [one.cause for one in box.ended()] == [Cause.NORMAL_CLEARING],
        "no line is held": {box.line_state(line) for line in LINES} == {"IDLE"},
        "nothing is left of it": not box.half.keeper.engine.state.calls,
        "its parties are those": {one.party for one in box.facts(f.LegAdded)} == {PHONE, number},
    }
    # A dialled number is given to the exchange's network 0.7 s after its last digit.
    late_us = box.dialled[0][0] - 700_000 - LAST_KEY_US[keys] if box.dialled else 0
    told["the digits were out in time"] = late_us <= WITHIN_US
    return [what for what, so in told.items() if not so]


def _half_ordered(box: TwoHalves) -> bool:
    """The engine died after the order to seize a line and before the one to dial: that line is let go later."""
    return box.cut and len({line for _, line in box.seized}) == 2


KINDS = st.sampled_from(["kill", "hang"])
AWAY_S = st.one_of(st.floats(0.02, 3.0), st.floats(3.0, 40.0))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    KINDS, st.integers(0, TICKS), AWAY_S, st.integers(0, 4), st.sampled_from(sorted(LAST_KEY_US)), st.data()
)
def test_help_is_called_once_whenever_the_engine_goes_and_returns(
    kind: str, at_tick: int, for_s: float, arrives: int, keys: str, data: st.DataObject
) -> None:
    lag_us = data.draw(st.sampled_from([0, STEP_US, 2 * STEP_US]))
    assert faults(emergency(kind, at_tick, for_s, arrives, keys, lag_us), keys) == []


@pytest.mark.slow
@pytest.mark.parametrize("for_s", [0.02, 0.3, 0.8, 2.0, 30.0])
@pytest.mark.parametrize("kind", ["kill", "hang"])
def test_at_every_tick(kind: str, for_s: float) -> None:
    wrong = {
        tick: found for tick in range(TICKS) if (found := faults(emergency(kind, tick, for_s, tick % 4)))
    }
    assert wrong == {}


# -- planted faults ------------------------------------------------------------------------------------


def wrong_runs(*, kinds: tuple[str, ...] = ("kill", "hang"), for_s: float = 0.9) -> list[list[str]]:
    ticks = range(60, 130, 4)
    return [found for kind in kinds for tick in ticks if (found := faults(emergency(kind, tick, for_s)))]


def test_without_a_deputy_nobody_calls_for_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deputy, "_give", lambda *_: None)
    assert "the digits were out in time" in faults(emergency("kill", 60, 15.0))


def test_without_the_guard_two_take_up_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deputy, "_is_overtaken", lambda *_: False)
    assert any("one line was seized, once" in found for found in wrong_runs())


def test_a_call_that_is_not_told_of_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deputy, "_tell_of", lambda *_: None)
    assert wrong_runs(kinds=("kill",), for_s=15.0)


# -- other callers -------------------------------------------------------------------------------------


def caller(line: str, name: str, press: str = "1@4") -> Caller:
    return Caller(
        id=name, at_s=0.5, calls=line, number="13800000000", press=(press,), patience_s=999.0, talk_s=999.0
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("hang", 98, 19.0, 0)
@given(KINDS, st.integers(0, 200), st.floats(0.1, 20.0), st.integers(0, 4))
def test_one_of_four_callers_makes_room_and_one_only(
    kind: str, tick: int, for_s: float, arrives: int
) -> None:
    callers = tuple(caller(line, f"c{n}") for n, line in enumerate(LINES))
    config = structs.replace(office(), agents=())
    with tempfile.TemporaryDirectory(dir="/dev/shm") as out:
        box = TwoHalves(scenario(config, callers), Path(out))
        box.run_until(16_000_000)
        assert [box.line_state(line) for line in LINES] == ["ANSWERED"] * 4
        acts: list[tuple[int, Callable[[], object]]] = [
            (16_000_000, lambda: box.lift(PHONE)),
            (17_500_000, lambda: box.key(PHONE, "110")),
            (16_000_000 + tick * STEP_US, lambda: _go(box, kind, round(for_s * 1e6), arrives)),
        ]
        for at_us, act in sorted(acts, key=lambda one: one[0]):
            box.run_until(at_us)
            act()
        box.run_until(42_000_000)
    assert [one[2] for one in box.dialled] == ["110"]
    assert box.dialled[0][0] <= 17_945_000 + EVEN_SO_US
    assert [one.cause for one in box.ended()] == [Cause.PREEMPTED]
    states = sorted(box.line_state(line) for line in LINES)
    assert states == ["ANSWERED"] * 3 + ["CONVERSING"]
    assert box.hears(PHONE) in LINES.values()
    assert box.half.keeper.engine.state.ports[PHONES[PHONE]].leg
