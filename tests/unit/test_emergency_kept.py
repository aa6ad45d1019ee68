"""An emergency call that is being placed is left alone: by keys, by orders, by what its telephone did before."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import Config, DialPlan, Flow, Mailbox, Node, Room
from firmware.engine.dialling import urgent_keys
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import HangUpSign
from tests.unit.fake_box import LINES, PHONES, FakeBox, office

TELEPHONE = "804"


def world() -> Config:
    """850 leads to a menu: 1 into a room with a PIN, 2 collects digits to `#`, 3 fails to call outside first."""
    nodes = (
        Node(
            id="menu",
            kind="menu",
            prompt="main-menu",
            keys={"1": "board", "2": "ask", "3": "out", "9": "bye"},
        ),
        Node(id="board", kind="transfer", target="room:board", otherwise="bye"),
        Node(id="ask", kind="collect", prompt="enter-number", digits=12, variable="id", next="menu"),
        Node(id="out", kind="outside", number="13800138000", otherwise="board"),
        Node(id="bye", kind="hang-up"),
    )
    config = office()
    return structs.replace(
        config,
        flows=(*config.flows, Flow(id="house", start="menu", nodes=nodes, number="850")),
        rooms=(Room(id="board", number="500", pin="4711"),),
        mailboxes=(Mailbox(id="box", pin="4711"),),
    )


def lifted(keys: str = "", telephone: str = TELEPHONE) -> FakeBox:
    box = FakeBox(world())
    box.lift(telephone)
    box.key(telephone, keys)
    return box


def in_flow(keys: str) -> FakeBox:
    box = lifted("850")
    box.wait(2.5)
    box.key(TELEPHONE, keys)
    return box


def is_placed_once(box: FakeBox, telephone: str = TELEPHONE) -> None:
    """One call, on one line, still under way."""
    assert [one.digits for one in box.sent(c.Dial)] == ["110"]
    assert [one.emergency for one in box.facts(f.NumberDialled)].count(True) == 1
    assert box.call(telephone).emergency and box.leg(telephone).phase == Phase.CALLING  # type: ignore[union-attr]


# -- keyed again ------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["110", "9110", "110#", "110110"])
@pytest.mark.parametrize("telephone", ["801", "804"])
def test_the_number_keyed_again_leaves_the_call_alone(telephone: str, keys: str) -> None:
    box = lifted("110", telephone)
    for _ in range(2):
        box.wait(1.2)
        box.key(telephone, keys)
    box.wait(1.5)
    is_placed_once(box, telephone)
    box.dialled("L4")
    box.answers("L4")
    assert box.talk(telephone, "L4")


def test_the_number_keyed_again_while_no_line_can_be_had_waits_on() -> None:
    box = FakeBox(world())
    for port in LINES.values():
        box.event(e.LineAlarmed(port=port, at_us=box.now_us, alarm="no-battery"))
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "110")
    before = box.call(TELEPHONE).id
    box.key(TELEPHONE, "110")
    assert box.call(TELEPHONE).id == before
    box.event(e.LineRestored(port=LINES["L2"], at_us=box.now_us))
    box.wait(2)
    is_placed_once(box)


def test_another_emergency_number_is_called_in_place_of_the_first() -> None:
    box = lifted("110")
    box.key(TELEPHONE, "119")
    box.wait(2.5)
    assert [one.digits for one in box.sent(c.Dial)] == ["110", "119"]


def test_keys_that_ended_a_flow_are_no_second_emergency_call() -> None:
    box = in_flow("9")
    assert box.leg(TELEPHONE) is None
    box.key(TELEPHONE, "110")
    box.wait(3)
    is_placed_once(box)
    assert not [one for one in box.records if isinstance(one.input, i.HelpKeyed)]


# -- orders -----------------------------------------------------------------------------------------


def test_no_order_ends_an_emergency_call() -> None:
    box = lifted("110")
    call = box.call(TELEPHONE)
    box.give(i.CallOrder("h", "web", "hang-up", call=call.id))
    box.give(i.CallOrder("r", "web", "redirect", number="801", leg=call.legs[0]))
    is_placed_once(box)
    assert [one.reason for one in box.facts(f.AttemptRefused)] == ["emergency-call", "not-possible"]


def test_a_hang_up_order_ends_any_other_call() -> None:
    box = lifted("801")
    box.give(i.CallOrder("h", "web", "hang-up", call=box.call(TELEPHONE).id))
    assert box.leg(TELEPHONE) is None and not box.facts(f.AttemptRefused)


# -- with a hash, over and over ---------------------------------------------------------------------


def listening() -> FakeBox:
    box = lifted("804", "801")
    box.wait(31)
    box.heard("801")
    box.wait(5)
    box.hang_up("801")
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "*984711#")
    box.wait(3)
    assert box.leg(TELEPHONE).phase == Phase.LISTENING  # type: ignore[union-attr]
    return box


def new_pin() -> FakeBox:
    box = listening()
    box.heard(TELEPHONE)
    for key in "03":
        box.wait(3)
        box.key(TELEPHONE, key)
    box.wait(3)
    assert box.leg(TELEPHONE).phase == Phase.NEW_PIN  # type: ignore[union-attr]
    return box


STATES = {
    "room's PIN": lambda: lifted("500"),
    "mailbox's PIN": lambda: lifted("*98"),
    "agent's PIN": lambda: lifted("*41900#"),
    "which agent": lambda: lifted("*41"),
    "half a sign-in code": lambda: lifted("*4"),
    "forward, to which number": lambda: lifted("*21"),
    "half a forward's code": lambda: lifted("*2"),
    "menu": lambda: in_flow(""),
    "collection": lambda: in_flow("2"),
    "mailbox": listening,
    "new PIN": new_pin,
}


CASES = [
    (state, keys)
    for state in STATES
    for keys in ("110#", "9110#", "110110", "110110#")
    if not (state.startswith("half") and "110110" in keys)
]
"""After half a code a number keyed twice is the end of a longer argument, which nobody guesses at."""


@pytest.mark.parametrize(("state", "keys"), CASES)
def test_a_hash_or_a_second_time_hides_no_emergency_number(state: str, keys: str) -> None:
    box = STATES[state]()
    box.wait(3)
    since = len(box.commands)
    box.key(TELEPHONE, keys)
    box.wait(2)
    assert [one.digits for one in box.commands[since:] if isinstance(one, c.Dial)] == ["110"]
    assert box.call(TELEPHONE).emergency


def test_the_right_pin_is_one_though_it_is_an_emergency_number() -> None:
    config = world()
    box = FakeBox(structs.replace(config, rooms=(Room(id="board", number="500", pin="110"),)))
    box.lift(TELEPHONE)
    box.key(TELEPHONE, "500")
    box.wait(3)
    box.key(TELEPHONE, "110#")
    box.wait(3)
    assert not box.sent(c.Dial) and box.leg(TELEPHONE).phase == Phase.ROOM  # type: ignore[union-attr]


@pytest.mark.parametrize("keys", ["*4155110#", "*41900#5110#", "*21555110#"])
def test_a_number_with_another_at_its_end_and_a_hash_is_that_number(keys: str) -> None:
    box = lifted()
    for key in keys:
        box.key(TELEPHONE, key)
    box.wait(5)
    assert not box.sent(c.Dial)


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("110", "110"),
        ("9110", "110"),
        ("110#", "110"),
        ("110110110", "110"),
        ("91109110#", "110"),
        ("9110110", "110"),
        ("1101", ""),
        ("110119", ""),
        ("5110", ""),
        ("", ""),
        ("#", ""),
        ("9", ""),
    ],
)
def test_what_stands_alone(keys: str, number: str) -> None:
    assert urgent_keys.alone(keys, DialPlan()) == number


# -- what the call was before -----------------------------------------------------------------------


def test_a_busy_tone_does_not_lead_back_to_where_the_call_came_from() -> None:
    box = in_flow("1")
    assert box.leg(TELEPHONE).phase == Phase.PIN and box.call(TELEPHONE).fallback  # type: ignore[union-attr]
    box.wait(3)
    box.key(TELEPHONE, "110")
    box.wait(2)
    assert not box.call(TELEPHONE).fallback
    box.dialled("L4")
    box.leave("L4", HangUpSign.BUSY_TONE)
    assert box.leg(TELEPHONE) is None and PHONES[TELEPHONE] in box.playing


def test_lines_that_failed_the_former_call_are_tried_for_help() -> None:
    box = in_flow("3")
    for line in ("L4", "L3", "L2", "L1"):
        box.wait(1.5)
        if box.leg(TELEPHONE).phase == Phase.CALLING:  # type: ignore[union-attr]
            box.dialled(line, ok=False)
    assert box.leg(TELEPHONE).phase == Phase.PIN and box.call(TELEPHONE).tried  # type: ignore[union-attr]
    box.wait(3)
    since = len(box.commands)
    box.key(TELEPHONE, "110")
    box.wait(1)
    assert [one.digits for one in box.commands[since:] if isinstance(one, c.Dial)] == ["110"]
