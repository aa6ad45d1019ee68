"""Call-backs: the place is kept, one for a number, nobody abroad, whatever happens in between."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import Config, Node
from firmware.engine.engine import Engine
from firmware.engine.floor import callback_numbers, callbacks
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import LINES, PHONES, FakeBox
from tests.unit.floor_office import away, back, floor_office

CALLER = "13912345678"
MONDAY_9 = 1_767_574_800_000_000


def calling_back(**queue: object) -> Config:
    return floor_office(**({"callback_key": "2", "max_wait_s": 0.0} | queue))


def waiting_to_be_called(line: str = "L1", **queue: object) -> FakeBox:
    """Everybody is away; a caller asked to be called back and hung up."""
    box = FakeBox(calling_back(**queue))
    away(box)
    asks(box, line)
    return box


def asks(box: FakeBox, line: str, number: str = CALLER) -> None:
    box.to_queue(line, number)
    box.key(line, "2")
    box.key(line, "1")
    if box.leg(line) is not None:
        box.leave(line)


def dialled(box: FakeBox) -> list[str]:
    return [command.digits for command in box.sent(c.Dial)]


def trunk(box: FakeBox) -> str:
    """The line on which the box calls out."""
    port = box.sent(c.Dial)[-1].port
    return next(name for name, one in LINES.items() if one == port)


# -- from asking to talking -------------------------------------------------------------------------


def test_a_caller_is_called_back_in_his_turn() -> None:
    box = FakeBox(calling_back())
    away(box)
    box.to_queue("L1")
    came_us = box.now_us
    box.wait(30)
    box.key("L1", "2")
    assert box.words("L1") == ["callback-this-number", "callback-confirm", "callback-wait-on"]
    box.key("L1", "1")
    assert box.words("L1") == ["callback-taken"]
    box.heard("L1")
    assert box.outcomes() == ["abandoned_in_queue"]
    assert box.facts(f.QueueCallbackAsked)[0].since_us == came_us
    box.to_queue("L2", "13800001111")
    back(box, "801")
    assert box.ringing[PHONES["801"]].number == CALLER, "who came first is served first"
    box.lift("801")
    assert dialled(box) == [CALLER]
    line = trunk(box)
    box.dialled(line)
    box.answers(line)
    assert box.talk("801", line)
    assert box.facts(f.AgentConnected)[-1].agent == "801"
    box.hang_up("801")
    assert box.facts(f.QueueCallbackEnded)[-1].why == "reached"
    assert box.agent("801")[0] == "wrap-up"
    assert not box.engine.state.floor.callbacks


def test_the_agent_is_told_that_it_is_a_call_back_and_both_hear_what_the_queue_says() -> None:
    box = waiting_to_be_called(callback_words="callback-customer")
    back(box, "801")
    box.lift("801")
    told = box.sent(c.Inject)[-1]
    assert (told.port, told.items[0].prompt) == (PHONES["801"], "callback-agent")  # type: ignore[union-attr]
    line = trunk(box)
    box.dialled(line)
    box.answers(line)
    assert box.words("801") == box.words(line) == ["callback-customer"]
    box.heard("801")
    assert box.talk("801", line)


def test_a_queue_may_tell_its_agents_nothing() -> None:
    box = waiting_to_be_called(callback_agent_words="")
    back(box, "801")
    box.lift("801")
    assert not box.sent(c.Inject)


def test_his_place_counts_for_those_behind_him() -> None:
    box = waiting_to_be_called()
    box.to_queue("L2", "13800001111")
    assert box.engine._board.acd.position(box.call("L2").id) == 2


def test_he_may_change_his_mind_and_wait_on_in_his_place() -> None:
    box = FakeBox(calling_back())
    away(box)
    box.to_queue("L1")
    box.to_queue("L2", "13800001111")
    box.key("L1", "2*")
    assert box.words("L1") == ["please-wait", "music"]
    assert box.engine._board.acd.position(box.call("L1").id) == 1
    box.key("L1", "2")
    box.wait(31)
    assert box.words("L1") == ["please-wait", "music"]
    assert box.leg("L1").phase == "queued"  # type: ignore[union-attr]


def test_an_agent_who_comes_free_meanwhile_has_him_at_once() -> None:
    box = FakeBox(calling_back())
    away(box)
    box.to_queue("L1")
    box.key("L1", "2")
    back(box, "801")
    box.lift("801")
    assert box.talk("L1", "801")


def test_the_offer_is_said_with_the_announcement() -> None:
    box = FakeBox(calling_back(announce_every_s=30.0))
    away(box)
    box.to_queue("L1")
    box.wait(9)
    assert box.words("L1")[1:4] == ["callback-offer-before", "digit-2", "callback-offer-after"]


def test_a_caller_without_a_number_is_not_offered_it() -> None:
    box = FakeBox(calling_back(announce_every_s=30.0))
    away(box)
    box.to_queue("L1", number="")
    box.wait(9)
    assert "callback-offer-before" not in box.words("L1")
    box.key("L1", "2")
    assert box.words("L1") == ["callback-no-number", "music"]


def test_another_number_is_keyed_and_read_back() -> None:
    box = FakeBox(calling_back(callback_other_number=True))
    away(box)
    box.to_queue("L1")
    box.key("L1", "22")
    assert box.words("L1") == ["callback-enter-number"]
    box.key("L1", "008613800001111#")
    assert box.words("L1")[0] == "callback-number-is"
    box.key("L1", "2")
    box.key("L1", "0085212345678#")
    assert box.words("L1") == ["callback-not-this-number", "callback-enter-number"]
    box.key("L1", "13800001111#")
    assert box.words("L1")[:3] == ["callback-number-is", "digit-1", "digit-3"]
    box.key("L1", "1")
    assert box.facts(f.QueueCallbackAsked)[0].number == "13800001111"


# -- one for a number -------------------------------------------------------------------------------


def test_two_requests_of_one_number_are_one_call_back() -> None:
    box = waiting_to_be_called()
    asks(box, "L2", "+86 139 1234 5678")
    assert len(box.facts(f.QueueCallbackAsked)) == 1
    assert box.facts(f.QueueCallbackMerged)[0].callback == 1


def test_a_caller_who_is_served_when_he_calls_again_is_not_called_back() -> None:
    box = FakeBox(calling_back(callback_hours="morning"))
    box.give(i.ClockSet(MONDAY_9 + 6 * 3_600_000_000 - box.now_us, "ntp"))
    away(box)
    asks(box, "L1")
    back(box, "801")
    assert not box.ringing, "nobody is called back in the afternoon"
    box.to_queue("L2")
    box.lift("801")
    assert box.facts(f.QueueCallbackEnded)[-1].why == "called-in"


# -- when it does not work out ----------------------------------------------------------------------


def test_a_number_that_does_not_answer_is_tried_again_after_a_pause_and_then_no_more() -> None:
    box = waiting_to_be_called(callback_tries=2, callback_pause_s=600.0)
    for attempt in (1, 2):
        back(box, "801")
        box.lift("801")
        assert len(dialled(box)) == attempt
        line = trunk(box)
        box.dialled(line)
        box.leave(line)
        box.hang_up("801")
        assert box.agent("801") == ("ready", ""), "no wrap-up for a call nobody took"
        away(box, "801")
        if attempt == 1:
            assert box.facts(f.QueueCallbackPut)[-1].why == "busy"
            box.wait(601)
    assert box.facts(f.QueueCallbackEnded)[-1].why == "not-reached"


def test_an_agent_who_does_not_lift_costs_no_try_and_no_place() -> None:
    box = waiting_to_be_called()
    back(box)
    assert PHONES["801"] in box.ringing
    box.wait(16)
    assert PHONES["802"] in box.ringing and PHONES["801"] not in box.ringing
    box.lift("802")
    assert dialled(box) == [CALLER]
    assert [fact.tries for fact in box.facts(f.QueueCallbackPut)] == [0]


def test_nobody_is_rung_while_no_line_is_free() -> None:
    box = waiting_to_be_called()
    for line in LINES:
        box.to_queue(line, number="")
    back(box, "801")
    assert box.ringing[PHONES["801"]].number == ""
    assert box.facts(f.QueueCallbackPut)[-1].why == "no-line"
    for line in LINES:
        box.leave(line)
    box.wait(31)
    assert box.ringing[PHONES["801"]].number == CALLER


def test_people_are_called_back_in_opening_hours_only() -> None:
    box = FakeBox(calling_back(callback_hours="morning", callback_expires_h=72))
    box.give(i.ClockSet(MONDAY_9 - 3 * 3_600_000_000 - box.now_us, "ntp"))
    away(box)
    asks(box, "L1")
    back(box, "801")
    assert not box.ringing
    box.wait(2 * 3600)
    assert box.ringing[PHONES["801"]].number == CALLER


def test_a_clock_that_is_set_right_opens_the_hours_of_those_who_were_put_off() -> None:
    box = FakeBox(calling_back(callback_hours="morning", callback_expires_h=72))
    box.give(i.ClockSet(MONDAY_9 - 3 * 3_600_000_000 - box.now_us, "ntp"))
    away(box)
    asks(box, "L1")
    back(box, "801")
    assert not box.ringing
    box.give(i.ClockSet(MONDAY_9 + 1_800_000_000 - box.now_us, "ntp"))
    box.wait(1)
    assert box.ringing[PHONES["801"]].number == CALLER


def test_what_nobody_could_do_in_time_is_given_up() -> None:
    box = waiting_to_be_called(callback_expires_h=1)
    box.wait(3601)
    assert box.facts(f.QueueCallbackEnded)[-1].why == "expired"
    assert not box.engine.state.acd.calls


def test_who_gives_up_is_called_back_where_the_queue_says_so() -> None:
    box = FakeBox(calling_back(callback_abandoned_after_s=5.0, callback_abandoned_within_s=20.0))
    away(box)
    for line, number, waited in (
        ("L1", "13900000001", 3),
        ("L2", "13900000002", 10),
        ("L3", "13900000003", 25),
    ):
        box.to_queue(line, number)
        box.wait(waited)
        box.leave(line)
    asked = box.facts(f.QueueCallbackAsked)
    assert [(fact.number, fact.how) for fact in asked] == [("13900000002", "abandoned")]
    assert box.outcomes() == ["abandoned_in_queue"] * 3


def test_a_call_back_survives_a_restart() -> None:
    box = waiting_to_be_called()
    box.engine = Engine.restore(box.engine.snapshot(), [])
    box.give(i.Started(2))
    back(box, "801")
    assert box.ringing[PHONES["801"]].number == CALLER


def test_an_order_that_ends_it_ends_it() -> None:
    box = waiting_to_be_called()
    back(box, "801")
    box.give(i.CallOrder("h", "test", "hang-up", call=box.call("801").id))
    assert box.facts(f.QueueCallbackEnded)[-1].why == "cancelled"
    assert box.agent("801") == ("ready", "")
    assert not box.engine.state.calls


def test_whoever_is_being_joined_with_a_caller_can_call_for_help() -> None:
    box = waiting_to_be_called()
    back(box, "801")
    box.lift("801")
    box.key("801", "110")
    box.wait(2)
    assert box.call("801").emergency
    assert box.facts(f.QueueCallbackPut)[-1].tries == 1


def test_consent_comes_before_the_tape_of_a_call_back() -> None:
    box = waiting_to_be_called(consent="recording-consent")
    back(box, "801")
    box.lift("801")
    line = trunk(box)
    box.dialled(line)
    box.answers(line)
    assert not box.sent(c.Record)
    box.heard("801")
    assert len(box.sent(c.Record)) == 1
    assert box.facts(f.RecordingBegan)[-1].agent == "801"


def test_no_more_are_taken_on_than_the_box_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "MOST_PENDING", 1)
    box = waiting_to_be_called(callback_abandoned_after_s=1.0)
    box.to_queue("L2", "13800001111")
    box.key("L2", "2")
    assert box.words("L2") == ["callback-no-number", "music"]
    box.wait(3)
    box.leave("L2")
    assert len(box.facts(f.QueueCallbackAsked)) == 1


def from_a_menu() -> FakeBox:
    """Key 4 of the menu offers a call-back for `sales`."""
    config = calling_back()
    node = Node(id="boss", kind="callback", queue="sales", otherwise="info")
    main = config.flows[0]
    nodes = tuple(node if one.id == "boss" else one for one in main.nodes)
    return FakeBox(structs.replace(config, flows=(structs.replace(main, nodes=nodes),)))


def test_a_menu_offers_it_too_and_that_counts_as_served() -> None:
    box = from_a_menu()
    away(box)
    box.ring("L1", number=CALLER)
    box.heard("L1")
    box.key("L1", "4")
    assert box.words("L1") == ["callback-this-number", "callback-confirm", "callback-no"]
    box.key("L1", "1")
    box.heard("L1")
    assert box.facts(f.QueueCallbackAsked)[0].how == "menu"
    assert box.outcomes() == ["self_served"]
    back(box, "801")
    assert box.ringing[PHONES["801"]].number == CALLER


@pytest.mark.parametrize("number", [CALLER, ""])
def test_who_does_not_want_it_or_cannot_have_it_goes_on_in_the_menu(number: str) -> None:
    box = from_a_menu()
    box.ring("L1", number=number)
    box.heard("L1")
    box.key("L1", "4*" if number else "4")
    assert box.words("L1") == ["information"]


# -- whom -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "dialled_as"),
    [
        ("13912345678", "13912345678"),
        ("+86 139 1234 5678", "13912345678"),
        ("01088889999", "01088889999"),
        ("88889999", "88889999"),
        ("+861088889999", "01088889999"),
        ("+85212345678", ""),
        ("0085212345678", ""),
        ("179090085212345678", ""),
        ("16812345", ""),
        ("95588", ""),
        ("110", ""),
        ("9110", ""),
        ("11012345", ""),
        ("", ""),
        ("139*12345678", ""),
        ("1" * 60, ""),
    ],
)
def test_only_plain_numbers_at_home_are_ever_dialled(number: str, dialled_as: str) -> None:
    config = calling_back()
    assert callback_numbers.dialable(config, config.queues[0], number) == dialled_as
