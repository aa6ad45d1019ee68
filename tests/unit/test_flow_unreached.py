"""What a flow knows of a telephone it called in vain."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config, Mailbox, Node
from tests.unit.fake_box import FakeBox
from tests.unit.flow_box import BYE, with_flow

CALLS = Node(id="calls", kind="extension", extension="804", otherwise="why")
WHY = Node(
    id="why",
    kind="branch",
    cases={"call.unreached = 'busy'": "box", "call.unreached = 'no-answer'": "again"},
    otherwise="bye",
)
AGAIN = Node(id="again", kind="play", prompt="queue-next", next="box")
BOX = Node(id="box", kind="voicemail", mailbox="boss")


def house() -> Config:
    config = with_flow(CALLS, WHY, AGAIN, BOX, BYE)
    boss = Mailbox(id="boss", greeting="voicemail-greeting", busy_greeting="wrong-input")
    return structs.replace(config, mailboxes=(*config.mailboxes, boss))


def test_the_mailbox_of_a_flow_greets_as_for_a_busy_telephone() -> None:
    box = FakeBox(house())
    box.lift("804")
    box.ring("L1")
    assert box.words("L1")[0] == "wrong-input"


def test_a_flow_tells_who_did_not_lift_from_who_is_busy() -> None:
    box = FakeBox(house())
    box.ring("L1")
    box.wait(31)
    assert box.words("L1") == ["queue-next"]
    box.heard("L1")
    assert box.words("L1")[0] == "voicemail-greeting"


def test_what_was_found_is_forgotten_where_somebody_else_is_called() -> None:
    boxes = house()
    second = Node(id="second", kind="extension", extension="803", otherwise="box")
    main = structs.replace(
        boxes.flows[0], nodes=(structs.replace(CALLS, otherwise="second"), second, BOX, BYE)
    )
    box = FakeBox(structs.replace(boxes, flows=(main, *boxes.flows[1:])))
    box.lift("804")
    box.ring("L1")
    box.wait(31)
    assert box.words("L1")[0] == "voicemail-greeting"
