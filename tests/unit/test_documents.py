from __future__ import annotations

import re

import pytest

from firmware.cli.documents.pages import ALL_MACHINES, DOCS, PAGES
from firmware.cli.rehearsal.expect import figures
from firmware.protocol.names import Outcome
from hwsim.figures import NAMES

pytestmark = pytest.mark.lint


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run: make docs"


@pytest.mark.parametrize("name", ["events.md", "commands.md", "facts.md"])
def test_every_message_has_a_meaning(name: str) -> None:
    assert re.findall(r"^\| `(\w+)` \|  \|", PAGES[name](), re.MULTILINE) == []


def test_every_key_of_a_scenario_has_a_meaning() -> None:
    assert re.findall(r"^\| `(\w+)` .*\|  \|$", PAGES["scenario.md"](), re.MULTILINE) == []


def test_every_machine_of_the_tree_is_on_the_page() -> None:
    """A module with a table of steps by state and input, and no place on the page, is a page that lies."""
    root = DOCS.parent
    states, kinds = (
        {module.replace(".", "/") + ".py" for module in modules}
        for modules in zip(
            *((one.states.__module__, one.kind.__module__) for one in ALL_MACHINES), strict=True
        )
    )
    pattern = re.compile(r"^(?:\w+\.)?STEPS(?:: [^=]+)? = \{$", re.MULTILINE)
    folders = (root / "drivers", root / "firmware", root / "hw-sim" / "hwsim")
    found = {
        path.relative_to(root).as_posix().removeprefix("hw-sim/")
        for folder in folders
        for path in folder.rglob("*.py")
        if pattern.search(path.read_text("utf-8"))
    }
    own_sections = {"firmware/engine/steps.py"}
    assert states <= found <= states | kinds | own_sections


def test_facts_that_history_writes_name_their_tables() -> None:
    page = PAGES["facts.md"]()
    assert "`talks`, `holds`, `conferences`, `queue_visits`, `flow_visits`, `agent_offers`" in page
    assert re.findall(r"^\| `(\w+)` .*\|  \|$", page, re.MULTILINE) == []


def test_figures_that_can_be_expected_are_those_of_a_report() -> None:
    report = {
        "calls": [], "recordings": [], "agents": [], "transfers": 0, "conferences": 0, "asa_s": None,
        "totals": {"offered": 0, **{str(outcome): 0 for outcome in Outcome}},
        "service_level": {"percent": None}, "ledger": {"unexplained_s": 0.0},
    }  # fmt: skip
    assert figures(report).keys() == set(NAMES)
