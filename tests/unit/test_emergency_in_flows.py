"""SAFETY.md L6 in flows: from every node a telephone of the house can be at, each emergency number within 2 s."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from msgspec import structs

from firmware.config.schema import Config, DialPlan, Flow, Node
from firmware.engine.dialling import secrets
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from tests.unit.fake_box import LINES, FakeBox
from tests.unit.flow_box import BYE, CRM, with_flow
from tests.unit.test_emergency_everywhere import NUMBERS, WITHIN_S

TELEPHONE = "804"


def world(called: str) -> Config:
    """Number 850 leads into a menu; its keys lead to a node of every kind that waits."""
    keys = {
        "1": "ask",
        "2": "pin",
        "3": "look",
        "4": "note",
        "5": "sub",
        "6": "how",
        "7": "sure",
        "8": "hello",
    }
    digits = {"kind": "collect", "prompt": "enter-number", "digits": 12, "next": "bye"}
    inner = Flow(
        id="inner",
        start="menu",
        nodes=(Node(id="menu", kind="menu", prompt="main-menu", keys={"1": "bye"}), BYE),
    )
    config = with_flow(
        Node(id="menu", kind="menu", prompt="main-menu", keys=keys),
        Node(id="ask", variable="id", **digits),  # type: ignore[arg-type]
        Node(id="sure", variable="id", confirm=True, **(digits | {"digits": 2})),  # type: ignore[arg-type]
        Node(id="pin", variable="pin", secret=True, **digits),  # type: ignore[arg-type]
        Node(
            id="look",
            kind="http",
            lookup="crm",
            within_s=10,
            prompt="one-moment",
            next="bye",
            otherwise="bye",
        ),
        Node(id="note", kind="record", prompt="leave-message-please", next="bye"),
        Node(id="sub", kind="call", flow="inner", next="bye"),
        Node(id="how", kind="survey", prompt="survey-question", digits=3, next="bye"),
        Node(id="hello", kind="play", prompt="welcome", next="bye"),
        BYE,
        flows=(inner,),
        record=True,
    )
    emergency = tuple(one for one in NUMBERS if one != "911" or called == one)
    return structs.replace(config, dial_plan=DialPlan(emergency=emergency), lookups=(CRM,))


def _flow(keys: str, *then: str | float) -> Callable[[FakeBox], None]:
    """Dials into the flow; numbers are seconds to wait, `heard` lets the words end, other words are keyed."""

    def begin(box: FakeBox) -> None:
        box.lift(TELEPHONE)
        box.key(TELEPHONE, "850")
        box.wait(2.5)
        for one in (keys, *then):
            if isinstance(one, float):
                box.wait(one)
            elif one == "heard":
                box.heard(TELEPHONE)
            else:
                box.key(TELEPHONE, one)

    return begin


STATES = {
    "menu speaks": _flow(""),
    "menu waits": _flow("", "heard"),
    "menu asked again": _flow("9", 0.1),
    "collection": _flow("1"),
    "half a collection": _flow("1", 2.5, "42"),
    "secret": _flow("2"),
    "half a secret": _flow("2", 2.5, "42"),
    "look-up": _flow("3"),
    "look-up, words over": _flow("3", "heard"),
    "before the beep": _flow("4"),
    "note": _flow("4", "heard"),
    "flow in a flow": _flow("5"),
    "survey": _flow("6"),
    "half an answer": _flow("6", "4"),
    "read back": _flow("7", 2.5, "42"),
    "announcement": _flow("8"),
    "good-bye": _flow("8", "heard"),
}


def helped(state: str, number: str, prefix: str, full: bool) -> bool:
    box = FakeBox(world(number))
    if full:
        for line in LINES:
            box.ring(line, number="")
    STATES[state](box)
    box.wait(0.3)
    since = len(box.commands)
    box.key(TELEPHONE, prefix + number)
    box.wait(WITHIN_S)
    dialled = any(isinstance(one, c.Dial) and one.digits == number for one in box.commands[since:])
    return dialled and box.facts(f.NumberDialled)[-1].emergency


@pytest.mark.parametrize("full", [False, True], ids=["lines free", "lines full"])
@pytest.mark.parametrize("state", STATES)
def test_help_is_called_within_two_seconds_from_every_node(state: str, full: bool) -> None:
    for number, prefix in itertools.product(NUMBERS, ("", "9")):
        assert helped(state, number, prefix, full), f"{prefix}{number} from {state}"


def test_planted_fault_keys_of_a_flow_that_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets.Secrets, "_watch_flow_key", lambda *_: None)
    assert not helped("menu waits", "110", "", full=False)


@pytest.mark.parametrize("keys", ["12", "1"])
def test_keys_of_a_menu_that_go_on_are_no_emergency_number(keys: str) -> None:
    box = FakeBox(world("110"))
    _flow("1", 2.5, f"110{keys}")(box)
    box.wait(3)
    assert not box.sent(c.Dial)


def test_a_secret_of_the_house_is_in_no_record_though_it_is_watched() -> None:
    box = FakeBox(world("110"))
    _flow("2", 2.5, "736194#")(box)
    assert "736194" not in str([record for record in box.records])
    assert box.engine.secret(f"secret:{box.facts(f.DigitsCollected)[-1].call}:pin") == "736194"
