"""The event model's latencies against the whole box: the same call, instant by instant."""

from pathlib import Path

import pytest

from firmware.cli.prompts import prompt_bank
from firmware.cli.rehearsal.boxes import FastBox, FullBox
from firmware.protocol.inputs import FromSwitch
from firmware.protocol.journal import Record
from hwsim.scenario_file import load_scenario

FOLDER = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios"
CLOSE_S = {"FarEndReleased": 1.5, "TelephoneReleased": 1.5, "TapeEnded": 1.5}
"""How far apart an event may be in the two models; others by what is below."""
OTHERS_S = 0.1
COMPARED = ("LineRang", "CallerIdReceived", "DigitReceived", "TelephoneSeized", "TapeBegan", *CLOSE_S)


@pytest.mark.slow
def test_both_models_see_the_first_call_at_the_same_instants(tmp_path: Path) -> None:
    scenario, _ = load_scenario(FOLDER / "first-call.toml")
    assert scenario is not None
    bank = prompt_bank(scenario.config, tmp_path / "spoken")
    seen = []
    for kind in (FullBox, FastBox):
        box = kind(scenario, tmp_path / kind.__name__, bank)
        records: list[Record] = []
        box.half.listeners.append(records.append)
        box.run_until(scenario.end_us)
        box.finish()
        events = [record.input.event for record in records if isinstance(record.input, FromSwitch)]
        compared = [event for event in events if type(event).__name__ in COMPARED]
        seen.append(sorted(compared, key=lambda event: type(event).__name__))
    full, fast = seen
    assert [type(event).__name__ for event in full] == [type(event).__name__ for event in fast]
    for one, other in zip(full, fast, strict=True):
        apart_s = abs(one.at_us - other.at_us) / 1e6
        assert apart_s <= CLOSE_S.get(type(one).__name__, OTHERS_S), (one, other)
