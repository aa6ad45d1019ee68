"""docs/features.md: what the box can do, from the scenarios that show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from firmware.cli.files import load_scenario
from hwsim.scenario import GROUPS, About

FOLDER = Path(__file__).resolve().parents[3] / "hw-sim" / "scenarios" / "features"
HEAD = """# Features

Every row is a scenario that is run in full, over silicon and audio, and in fast mode with each test run: what it
says is heard, seen and recorded so. Try one: `tipring rehearse hw-sim/scenarios/features/NAME.toml --out out`.
**inside**: at one of the box's telephones; **outside**: by a caller on a line.

*This page is written by `make docs` from `hw-sim/scenarios/features`.*
"""
TITLES = {
    "pbx": "Telephones and calls",
    "acd": "Queues and agents",
    "ivr": "Menus",
    "voicemail": "Voicemail",
    "admin": "For who looks after the box",
}
ROLES = {"inside": "inside", "outside": "outside", "both": "inside, outside"}


def features_page() -> str:
    """Raises FaultyFile where a scenario cannot be read."""
    shown = [load_scenario(path).about for path in sorted(FOLDER.glob("*.toml"))]
    return "\n".join([HEAD, *_groups(shown)])


def _groups(shown: list[About]) -> Iterator[str]:
    for group in GROUPS:
        rows = [_row(about) for about in shown if about.group == group]
        if rows:
            yield f"## {TITLES[group]}\n"
            yield "| feature | 功能 | how | roles | scenario |\n|---|---|---|---|---|"
            yield from rows
            yield ""


def _row(about: About) -> str:
    link = f"[{about.name}](../hw-sim/scenarios/features/{about.name}.toml)"
    cells = (about.feature, about.feature_zh, about.how, ROLES.get(about.role, ""), link)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
