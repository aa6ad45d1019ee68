from __future__ import annotations

import re
from pathlib import Path

from firmware.cli.documents.gate import gate_page
from firmware.gate.actions import ACTIONS

GATE = Path(__file__).parents[2] / "firmware" / "gate"
ANSWERS = {
    "Status", "CoreShowChannel", "QueueParams", "QueueMember", "QueueEntry", "QueueSummary",
}  # fmt: skip


def test_every_event_and_action_is_on_the_page() -> None:
    text = "".join(path.read_text("utf-8") for path in GATE.glob("*.py"))
    names = set(re.findall(r'(?:event|_of_call|_of_caller|_of_agent)\(\s*"([A-Z]\w+)"', text))
    assert {"Newchannel", "AgentConnect", "QueueCallerJoin", "FullyBooted"} <= names
    page = gate_page()
    assert [name for name in sorted(names - ANSWERS) if f"`{name}`" not in page] == []
    assert [one.name for one in ACTIONS.values() if f"`{one.name}`" not in page] == []
