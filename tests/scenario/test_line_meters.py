"""What the whole box tells of its lines: volts and current of the simulated copper, an alarm when a line is cut."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from firmware.protocol.meters import Alarm, PortState, Rows
from firmware.switch.meters import Meters
from hwsim.scenario import Fault, Scenario
from tests.scenario.hand_box import HandBox, caller, scenario
from tests.unit.fake_box import LINES, PHONES

pytestmark = pytest.mark.scenario
Made = Callable[[Scenario], HandBox]
CUT_S, FOR_S = 6.0, 5.0


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda given: HandBox(given, tmp_path)


def now(box: HandBox) -> Rows:
    return box.box.switch.meters.now


def cut() -> Scenario:
    """The second line is unplugged for five seconds."""
    return structs.replace(scenario(), faults=(Fault(kind="unplug", at_s=CUT_S, target="L2", for_s=FOR_S),))


def first_seen(box: HandBox, port: int, until_s: float, *, alarmed: bool) -> float:
    """Seconds at which the status says so for the first time."""
    while box.now_s < until_s:
        box.wait(0.02)
        if bool(now(box)["alarms"][port]) is alarmed:
            return box.now_s
    raise AssertionError(f"not within {until_s} s: alarmed {alarmed}")


def test_an_idle_box_shows_its_batteries(made: Made) -> None:
    box = made(scenario())
    box.wait(3.0)
    lines, phones = list(LINES.values()), list(PHONES.values())
    assert (np.abs(np.abs(now(box)["volts"][lines]) - 48) <= 3).all()
    assert (np.abs(np.abs(now(box)["volts"][phones]) - 48) <= 3).all()
    assert not now(box)["alarms"][[*lines, *phones]].any()
    assert (now(box)["state"][lines] == PortState.IDLE).all()


def test_a_cut_line_alarms_within_two_seconds_and_is_cleared_when_it_is_back(made: Made) -> None:
    box, port = made(cut()), LINES["L2"]
    box.wait(3.0)
    assert not now(box)["alarms"].any()
    raised_s = first_seen(box, port, CUT_S + 2.0, alarmed=True)
    assert raised_s > CUT_S
    assert now(box)["alarms"][port] == Alarm.NO_BATTERY and now(box)["volts"][port] == 0.0
    assert np.count_nonzero(now(box)["alarms"]) == 1
    box.wait(CUT_S + FOR_S - 0.2 - box.now_s)
    assert now(box)["alarms"][port] == Alarm.NO_BATTERY
    first_seen(box, port, CUT_S + FOR_S + 2.0, alarmed=False)
    assert abs(now(box)["volts"][port]) == pytest.approx(48.0, abs=3)


def test_a_box_that_measures_nothing_says_nothing_of_a_cut_line(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Meters, "sample", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_cut_line_alarms_within_two_seconds_and_is_cleared_when_it_is_back(made)


def test_a_call_has_current_and_levels_both_ways(made: Made) -> None:
    box, port = made(scenario(callers=(caller("L1"),))), LINES["L1"]
    box.wait(14.0)
    assert box.line_state("L1") == "ANSWERED"
    told = now(box)[port]
    loop_ohm = float(box.world.wire.world["loop_ohm"][port]) + 270.0
    assert told["milliamps"] == pytest.approx(
        abs(float(box.world.wire.world["battery_v"][port])) / loop_ohm * 1000, abs=1.2
    )
    assert told["state"] == PortState.USED and abs(told["volts"]) < 20
    assert -60 < told["level_to"] < 0, "the menu or the music speaks"
    assert not math.isnan(told["level_from"])
