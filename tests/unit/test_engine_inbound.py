"""Calls from outside: rings, the answer, menus, outcomes."""

from __future__ import annotations

import msgspec
from msgspec import structs

from firmware.config.schema import Config
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import HangUpSign, Outcome, Presentation, ReleasedBy
from tests.unit.fake_box import LINES, SECOND_US, FakeBox, office

MONDAY_NOON_US = 1_795_406_400 * SECOND_US
"""2026-11-23 04:00 UTC, noon in Shanghai."""


def without_flow(config: Config) -> Config:
    return structs.replace(config, lines=tuple(structs.replace(line, flow="") for line in config.lines))


def test_the_box_answers_after_the_rings_asked_for() -> None:
    box = FakeBox(office())
    box.ring("L1", rings=1)
    assert not box.sent(c.Seize)
    box.event(e.LineRang(port=0, at_us=box.now_us, count=2))
    assert [seize.port for seize in box.sent(c.Seize)] == [0]
    assert box.facts(f.RingCounted)[-1].rings == 2
    assert box.words("L1") == ["welcome"]


def test_the_number_is_kept_as_received_and_as_e164() -> None:
    box = FakeBox(office())
    box.ring("L1", number="013912345678")
    known = box.facts(f.CallerKnown)
    assert [(one.number, one.e164) for one in known] == [("013912345678", "+8613912345678")]


def test_a_number_that_comes_before_the_first_ring_belongs_to_it() -> None:
    box = FakeBox(office())
    box.event(
        e.CallerIdReceived(
            port=0,
            at_us=box.now_us,
            number="64001234",
            name="",
            presentation=Presentation.ALLOWED,
            form="dtmf",
        )
    )
    box.wait(0.5)
    box.ring("L1", rings=1, number="")
    assert box.facts(f.CallerKnown)[0].e164 == "+861064001234"


def test_an_old_number_does_not_belong_to_a_later_ring() -> None:
    box = FakeBox(office())
    box.event(
        e.CallerIdReceived(
            port=0,
            at_us=box.now_us,
            number="64001234",
            name="",
            presentation=Presentation.ALLOWED,
            form="dtmf",
        )
    )
    box.wait(60)
    box.ring("L1", rings=1, number="")
    assert not box.facts(f.CallerKnown)


def test_a_caller_who_gives_up_before_the_answer_abandoned_in_the_menu() -> None:
    box = FakeBox(office())
    box.ring("L1", rings=1)
    box.wait(4)
    box.stop_ringing("L1")
    assert box.outcomes() == ["abandoned_in_menu"]
    assert not box.sent(c.Seize)


def test_an_offer_lapses_when_the_line_never_says_so() -> None:
    box = FakeBox(office())
    box.ring("L1", rings=1)
    box.wait(60)
    assert box.outcomes() == ["abandoned_in_menu"]


def test_a_line_without_a_flow_refuses_by_ringing() -> None:
    box = FakeBox(without_flow(office()))
    box.ring("L1", rings=5)
    box.stop_ringing("L1")
    assert box.outcomes() == ["refused"]
    assert not box.sent(c.Seize)


def test_a_caller_who_leaves_in_the_menu_lets_the_line_go() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.leave("L1", HangUpSign.OPEN_LOOP)
    assert box.outcomes() == ["abandoned_in_menu"]
    assert box.sent(c.Release)[-1].port == 0
    assert not box.engine.state.calls


def test_a_sign_the_line_does_not_believe_releases_nobody() -> None:
    config = office()
    lines = tuple(structs.replace(line, hangup=("open-loop",)) for line in config.lines)
    box = FakeBox(structs.replace(config, lines=lines))
    box.ring("L1")
    box.leave("L1", HangUpSign.SILENCE)
    assert box.leg("L1") is not None
    box.leave("L1", HangUpSign.OPEN_LOOP)
    assert box.leg("L1") is None


def test_a_key_breaks_into_the_menu() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    assert box.facts(f.Enqueued)[0].queue == "sales"
    assert box.facts(f.DigitsCollected)[0].digits == "1"


def test_wrong_and_missing_keys_are_asked_again_then_otherwise() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "8")
    assert box.words("L1") == ["wrong-input", "main-menu"]
    box.heard("L1")
    box.wait(6)
    assert box.words("L1") == ["no-input", "main-menu"]
    box.heard("L1")
    box.wait(6)
    assert box.facts(f.Enqueued), "the menu's `otherwise` is the queue"


def test_collected_digits_end_with_hash_and_call_the_extension() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "2")
    box.key("L1", "804#")
    assert box.facts(f.VariableSet)[0] == f.VariableSet(1, "id", "804")
    assert 7 in box.ringing
    assert box.words("L1") == ["tone:ringback"]
    box.lift("804")
    assert box.talk("L1", "804")
    box.leave("L1")
    assert box.outcomes() == ["answered"]


def test_a_secret_is_in_no_fact_no_input_and_no_snapshot() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "7")
    box.key("L1", "4863")
    variable = box.facts(f.VariableSet)[-1]
    assert box.facts(f.DigitsCollected)[-1].digits == ""
    keyed = [
        record.input.event.digit
        for record in box.records
        if isinstance(record.input, i.FromSwitch) and isinstance(record.input.event, e.DigitReceived)
    ]
    assert keyed == ["7", "x", "x", "x", "x"]
    assert box.engine.secret(variable.value) == "4863"
    assert b"4863" not in box.engine.snapshot()


def test_the_tape_of_a_flow_is_silent_while_a_secret_is_keyed() -> None:
    config = office()
    box = FakeBox(structs.replace(config, flows=(structs.replace(config.flows[0], record=True),)))
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "7")
    assert [one.paused for one in box.sent(c.PauseRecord)] == [True]
    box.key("L1", "8642")
    assert [one.paused for one in box.sent(c.PauseRecord)] == [True], "the last key still sounds"
    box.wait(1.1)
    assert [one.paused for one in box.sent(c.PauseRecord)] == [True, False]
    assert [one.mark for one in box.facts(f.RecordingMarked)] == ["paused", "unpaused"]


def test_self_service_ends_with_a_goodbye() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "5")
    box.heard("L1")
    assert box.words("L1") == ["goodbye"]
    box.heard("L1")
    assert box.outcomes() == ["self_served"]
    assert box.facts(f.CallEnded)[0].by is ReleasedBy.BOX


def test_an_extension_that_does_not_answer_takes_a_message() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "4")
    assert 7 in box.ringing
    box.wait(31)
    assert box.words("L1") == ["voicemail-greeting", "tone:beep"]
    box.heard("L1")
    box.wait(10)
    box.leave("L1")
    assert box.outcomes() == ["voicemail"]
    assert box.facts(f.VoicemailLeft)[0].mailbox == "box"


def test_closed_hours_hang_up_after_saying_so() -> None:
    box = FakeBox(office())
    sunday_us = MONDAY_NOON_US - 86_400 * SECOND_US
    box.give(i.ClockSet(sunday_us - box.now_us, "ntp"))
    box.ring("L1")
    assert box.words("L1") == ["closed"]
    box.heard("L1")
    assert box.outcomes() == ["self_served"]


def test_open_hours_let_the_caller_in() -> None:
    box = FakeBox(office())
    box.give(i.ClockSet(MONDAY_NOON_US - box.now_us, "ntp"))
    box.ring("L1")
    assert box.words("L1") == ["welcome"]


def test_a_caller_sent_outside_overflowed_out() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "6")
    dial = box.sent(c.Dial)[0]
    assert (dial.port, dial.digits) == (LINES["L4"], "13800138000")
    box.dialled("L4")
    assert box.hears[LINES["L1"]] == LINES["L4"] and not box.talk("L1", "L4")
    box.answers("L4")
    assert box.talk("L1", "L4")
    box.wait(30)
    box.leave("L1")
    assert box.outcomes() == [Outcome.OVERFLOWED_OUT]
    assert {release.port for release in box.sent(c.Release)} >= {0, 3}


def test_an_unplugged_line_fails_its_call() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.event(e.LineAlarmed(port=0, at_us=box.now_us, alarm="no-battery"))
    assert box.outcomes() == ["failed"]
    assert box.facts(f.LineChanged)[0].alarm == "no-battery"


def test_all_lines_busy_is_told_when_it_begins_and_ends() -> None:
    box = FakeBox(office())
    for line in LINES:
        box.ring(line)
    assert [fact.busy for fact in box.facts(f.AllLinesBusy)] == [True]
    box.leave("L2")
    assert [fact.busy for fact in box.facts(f.AllLinesBusy)] == [True, False]


def test_menu_and_queue_time_say_why_they_are_not_recorded() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    assert [fact.reason for fact in box.facts(f.NotRecorded)] == ["menu", "queue"]


def test_a_flow_in_a_circle_without_a_pause_hangs_up() -> None:
    config = office()
    flow = config.flows[0]
    nodes = tuple(
        structs.replace(node, kind="set", prompt="", next="hello") if node.id == "hello" else node
        for node in flow.nodes
    )
    box = FakeBox(structs.replace(config, flows=(structs.replace(flow, nodes=nodes),)))
    box.ring("L1")
    assert not box.engine.state.calls


def test_nothing_holds_a_line_longer_than_four_hours() -> None:
    box = FakeBox(office(max_wait_s=0))
    box.to_queue("L1")
    box.wait(4 * 3600 + 1)
    assert not box.engine.state.calls
    assert 0 not in box.off_hook


def test_what_a_caller_keyed_is_never_dialled_outside() -> None:
    config = office()
    flow = config.flows[0]
    nodes = tuple(
        structs.replace(node, kind="outside", number="{id}", extension="") if node.id == "by-id" else node
        for node in flow.nodes
    )
    box = FakeBox(structs.replace(config, flows=(structs.replace(flow, nodes=nodes),)))
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "2")
    box.key("L1", "900123#")
    assert not box.sent(c.Dial)
    assert box.facts(f.AttemptRefused)[-1].reason == "not-allowed"
    assert box.words("L1") == ["goodbye"]


def test_a_configuration_that_changes_under_a_call_leaves_the_call_alone() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    smaller = structs.replace(office(), extensions=office().extensions[1:], queues=(), lines=())
    box.give(i.ConfigApplied(2, "admin", msgspec.json.encode(smaller).decode()))
    assert box.talk("L1", "801")
    box.leave("L1")
    box.hang_up("801")
    assert box.outcomes() == ["answered"]
