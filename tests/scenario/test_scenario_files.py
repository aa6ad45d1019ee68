"""The scenario files of the product can be read; mistakes in one are all told, each with its line."""

from pathlib import Path

import pytest

from firmware.config.load import render_faults
from hwsim.scenario_file import load_scenario
from hwsim.world.crowd import crowd

FOLDER = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_file_is_without_faults(path: Path) -> None:
    scenario, faults = load_scenario(path)
    assert scenario is not None, render_faults(faults)
    assert not faults


def test_the_promised_files_are_there() -> None:
    there = {path.stem for path in FILES}
    assert there >= {"small-office", "first-call", "night", "hangups", "two-hats", "demo"}


def test_ten_mistakes_are_all_named_with_their_lines(tmp_path: Path) -> None:
    text = (FOLDER / "first-call.toml").read_text()
    for right, wrong in (
        ('starts = "2026-11-23T09:00:00"', 'starts = "tomorrow"'),
        ("seconds = 75", "seconds = -1"),
        ("slot = 1\n", "slot = 11\n"),
        ('queues = ["sales"]', 'queues = ["sale"]'),
        ('prompt = "main-menu"', 'prompt = "main-meny"'),
        ('leaves = "busy-tone"', 'leaves = "bussy"'),
        ('press = ["1@4"]', 'press = ["1 at 4"]'),
        ('ends = "caller"', 'ends = "nobody"'),
        ('extension = "801"', 'extension = "888"'),
        ("reacts_s = 2.0", "reacts_s = { least = 5, most = 2 }"),
    ):
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    scenario, faults = load_scenario(path)
    assert scenario is None
    lines = {fault.line for fault in faults}
    wanted = {n for n, line in enumerate(text.splitlines(), 1) if any(word in line for word in MARKS)}
    assert wanted <= lines, render_faults(faults)
    assert all(fault.message and fault.remedy for fault in faults)


MARKS = (
    '"tomorrow"',
    "seconds = -1",
    "slot = 11",
    '"sale"',
    '"main-meny"',
    '"bussy"',
    '"1 at 4"',
    '"nobody"',
    '"888"',
    "least = 5, most = 2",
)


def test_a_box_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    text = (FOLDER / "first-call.toml").read_text()
    scenario, _ = load_scenario(FOLDER / "first-call.toml")
    assert scenario is not None
    from firmware.config.load import as_toml

    (tmp_path / "box.toml").write_text(as_toml(scenario.config))
    head, rest = text.split("# ---- The box", 1)
    world = rest.split("# ---- The world", 1)[1]
    (tmp_path / "split.toml").write_text('box = "box.toml"\n' + head + "# ---- The world" + world)
    whole, faults = load_scenario(tmp_path / "split.toml")
    assert whole is not None, render_faults(faults)
    assert whole.config == scenario.config
    (tmp_path / "box.toml").unlink()
    assert load_scenario(tmp_path / "split.toml")[0] is None


def test_a_box_may_name_the_built_in_music_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "music.toml"
    for music, there in (("calm", True), ("loud", False)):
        path.write_text(
            (FOLDER / "first-call.toml").read_text() + f'\n[box.switchboard]\nhold_music = "{music}"\n'
        )
        scenario, faults = load_scenario(path)
        assert (scenario is not None) is there, render_faults(faults)
        assert [fault.key for fault in faults] == ([] if there else ["box.switchboard.hold_music"])


def test_the_same_seed_draws_the_same_crowd() -> None:
    scenario, _ = load_scenario(FOLDER / "small-office.toml")
    assert scenario is not None
    callers = list(crowd(scenario, 7))
    assert callers == list(crowd(scenario, 7))
    assert callers != list(crowd(scenario, 8))
    times = [caller.at_s for caller in callers]
    assert times == sorted(times)
    assert len({caller.id for caller in callers}) == len(callers)


def test_a_misspelt_figure_is_a_fault_of_its_line_and_the_right_one_is_offered(tmp_path: Path) -> None:
    text = (FOLDER / "first-call.toml").read_text() + "\n[[expect]]\nname = 'n'\nfigure = 'totals.anwsered'\n"
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    scenario, faults = load_scenario(path)
    assert scenario is None
    (fault,) = faults
    assert fault.line == len(text.splitlines())
    for language in ("en", "zh"):
        assert "totals.answered" in " ".join(fault.said(language))
