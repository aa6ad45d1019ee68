"""A box shared by scenarios: what one of them says otherwise, and whose line a fault is of."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.config.check import check_config
from firmware.config.faults import Fault
from firmware.config.load import load, render_faults
from firmware.config.schema import Config
from hwsim.scenario import Scenario
from hwsim.scenario_file import load_scenario

OFFICE = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios" / "boxes" / "office.toml"
HEAD = """[scenario]
name = "shared"
seconds = 10

[box]
from = "office.toml"
"""


def read(tmp_path: Path, changes: str, office: str = "") -> tuple[Scenario | None, list[Fault]]:
    (tmp_path / "office.toml").write_text(office or OFFICE.read_text())
    (tmp_path / "one.toml").write_text(HEAD + changes)
    return load_scenario(tmp_path / "one.toml", (check_config,))


def config(tmp_path: Path, changes: str = "") -> Config:
    scenario, faults = read(tmp_path, changes)
    assert scenario is not None, render_faults(faults)
    return scenario.config


def test_the_office_itself_is_without_faults() -> None:
    box, faults = load(OFFICE, Config, (check_config,), {"prompt": ("main-menu", "voicemail-greeting")})
    assert box is not None
    assert not faults


def test_without_changes_it_is_the_file_s_box(tmp_path: Path) -> None:
    assert config(tmp_path) == load(OFFICE, Config, (), {"prompt": ("main-menu", "voicemail-greeting")})[0]


def test_tables_are_merged_by_key_parts_by_name_and_others_added(tmp_path: Path) -> None:
    before = config(tmp_path)
    after = config(
        tmp_path,
        """
[box.site]
name = "Branch"
[[box.extension]]
number = "803"
voicemail = "office"
[[box.queue]]
id = "night"
[[box.queue]]
id = "sales"
ring_s = 5
[[box.flow]]
id = "main"
start = "sales"
[[box.flow.node]]
id = "sales"
kind = "queue"
queue = "night"
""",
    )
    assert (after.site.name, after.site.area) == ("Branch", before.site.area)
    assert [one.number for one in after.extensions] == [one.number for one in before.extensions]
    changed = next(one for one in after.extensions if one.number == "803")
    assert (changed.voicemail, changed.slot) == ("office", 3)
    assert [one.id for one in after.queues] == ["sales", "service", "night"]
    assert (after.queues[0].ring_s, after.queues[0].wrap_up_s) == (5, before.queues[0].wrap_up_s)
    assert [node.queue for node in after.flows[0].nodes] == ["night"], (
        "a list within a part is replaced whole"
    )


@pytest.mark.parametrize(
    ("changes", "slug", "line"),
    [
        ('[[box.queue]]\nid = "sales"\nstrategy = "nearest"', "no-such-choice", 'strategy = "nearest"'),
        ('[[box.agent]]\nid = "809"\nqueues = ["sals"]', "no-such-name", 'queues = ["sals"]'),
        ('[box.site]\nlanguag = "en"', "unknown-key", 'languag = "en"'),
        ('[[person]]\nextension = "899"', "no-such-name", 'extension = "899"'),
    ],
)
def test_faults_of_the_scenario_are_told_with_its_lines(
    tmp_path: Path, changes: str, slug: str, line: str
) -> None:
    scenario, faults = read(tmp_path, changes)
    assert scenario is None
    text = (HEAD + changes).splitlines()
    told = [(fault.file, text[fault.line - 1]) for fault in faults]
    assert told == [(str(tmp_path / "one.toml"), line)], render_faults(faults)
    assert faults[0].slug.startswith(slug)


def test_faults_of_the_shared_file_are_told_with_its_lines(tmp_path: Path) -> None:
    office = OFFICE.read_text().replace('queues = ["service"]', 'queues = ["servce"]', 1)
    scenario, faults = read(tmp_path, '[[box.agent]]\nid = "803"\nname = "Sun"', office)
    assert scenario is None
    (fault,) = faults
    assert fault.file == str(tmp_path / "office.toml")
    assert "servce" in office.splitlines()[fault.line - 1]


def test_a_shared_file_that_is_not_there_or_no_toml_is_one_fault_beside_the_others(tmp_path: Path) -> None:
    changes = '[[caller]]\nat_s = 1\npress = ["now"]'
    (tmp_path / "one.toml").write_text(HEAD + changes)
    scenario, faults = load_scenario(tmp_path / "one.toml")
    assert scenario is None
    assert {fault.slug for fault in faults} == {"unreadable", "bad-press"}
    _, faults = read(tmp_path, changes, OFFICE.read_text().replace("[site]", "[site"))
    assert {(Path(fault.file).name, fault.slug) for fault in faults} >= {
        ("one.toml", "bad-press"),
        ("office.toml", "syntax"),
    }
