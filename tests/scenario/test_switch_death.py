"""The switch dies in the middle of a recorded conversation: its lines are let go, its calls closed, its tapes whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import structs

from firmware.cli.rehearse import rehearse
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause
from hwsim.scenario import Fault
from tests.scenario.hand_box import HandBox, caller, config, scenario
from tests.unit.fake_box import LINES

pytestmark = pytest.mark.scenario
DIES_S = 20.0


@pytest.fixture
def box(tmp_path: Path) -> HandBox:
    """A caller talks with 801 from about 15 s on; the switch dies at 20 s."""
    fault = Fault(at_s=DIES_S, kind="kill-switch")
    given = structs.replace(scenario(config(), (caller(),)), faults=(fault,))
    box = HandBox(given, tmp_path)
    box.wait(14.0)
    box.lift("801")
    box._sing("801", 30.0)
    box.wait(DIES_S - box.now_s - 0.1)
    assert box.line_state("L1") == "ANSWERED"
    return box


def test_the_lines_are_on_hook_and_the_call_is_closed_with_its_cause(box: HandBox) -> None:
    box.wait(5.0)
    assert {box.line_state(line) for line in LINES} == {"IDLE"}
    ended = box.facts(f.CallEnded, DIES_S)
    assert [(one.cause, str(one.outcome)) for one in ended] == [(Cause.TEMPORARY_FAILURE, "answered")]
    assert box.facts(f.SwitchLost)
    assert 1 not in box.box.half.keeper.engine.state.calls


def test_what_was_taped_till_then_is_a_whole_recording_and_the_ledger_balances(
    box: HandBox, tmp_path: Path
) -> None:
    talked = [
        record.at_us / 1e6 for record in box.records for one in record.facts if isinstance(one, f.TalkBegan)
    ]
    box.wait(40.0)
    box.box.finish()
    files = list((tmp_path / "recordings").rglob("*.wav"))
    assert len(files) == 1
    samples, rate = soundfile.read(str(files[0]), dtype="int16")
    assert rate == 8000 and samples.shape[1] == 2
    assert abs(len(samples) / rate - (DIES_S - talked[0])) < 0.2
    assert np.abs(samples.astype(int)).max() > 100


def test_a_rehearsal_of_it_explains_every_second(tmp_path: Path) -> None:
    fault = Fault(at_s=DIES_S, kind="kill-switch")
    given = structs.replace(scenario(config(), (caller(),)), faults=(fault,))
    given = structs.replace(given, about=structs.replace(given.about, seconds=60.0))
    report = rehearse(given, tmp_path)
    assert report["ledger"]["unexplained_s"] == 0.0


def test_help_is_called_by_a_new_switch_whose_engine_is_dead_too(tmp_path: Path) -> None:
    faults = (Fault(at_s=5.0, kind="kill-engine", for_s=60.0), Fault(at_s=6.0, kind="kill-switch"))
    box = HandBox(structs.replace(scenario(), faults=faults), tmp_path)
    box.wait(8.0)
    box.lift("804")
    box.key("804", "110")
    box.wait(8.0)
    assert box.line_state("L4") == "CONVERSING"
    box.wait(50.0)
    assert [(one.number, one.emergency) for one in box.facts(f.NumberDialled)] == [("110", True)]
    assert len(box.told(e.LastResortCalled)) == 1
    assert box.line_state("L4") == "CONVERSING"
