"""Queues: chains of overflow, closing, what is said, callers of the house, places that are kept."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.engine.floor.queues import MOST_VISITS
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import PHONES, FakeBox
from tests.unit.floor_office import away, back, floor_office

MONDAY_9 = 1_767_574_800_000_000  # 2026-01-05 09:00 at Shanghai


def step(when: str, target: str, **keys: object) -> dict[str, object]:
    return {"when": when, "target": target} | keys


# -- overflow ---------------------------------------------------------------------------------------


def test_a_step_by_wait_comes_before_the_longest_wait_and_keeps_the_place() -> None:
    box = FakeBox(floor_office(overflow_step=[step("wait", "queue:service", after_s=20)], max_wait_s=60.0))
    away(box)
    box.to_queue("L1")
    came_us = box.now_us
    box.wait(21)
    moved = box.facts(f.Enqueued)[-1]
    assert (moved.queue, moved.since_us) == ("service", came_us)
    assert box.facts(f.Dequeued)[-1].why == "overflow"


def test_a_place_may_be_left_behind() -> None:
    chain = [step("wait", "queue:service", after_s=20, keep_place=False)]
    box = FakeBox(floor_office(overflow_step=chain))
    away(box)
    box.to_queue("L1")
    box.wait(21)
    assert box.facts(f.Enqueued)[-1].since_us == 0


def test_when_so_many_wait_the_next_one_goes_elsewhere() -> None:
    box = FakeBox(floor_office(overflow_step=[step("length", "voicemail:box", waiting=1)]))
    away(box)
    box.to_queue("L1")
    assert box.call("L1").waits
    box.to_queue("L2")
    assert box.words("L2") == ["voicemail-greeting", "tone:beep"]


@pytest.mark.parametrize(
    ("staffing", "gone"), [("nobody-at-work", "not-ready"), ("nobody-signed-in", "sign-out")]
)
def test_when_the_last_agent_goes_those_who_wait_are_sent_on(staffing: str, gone: str) -> None:
    chain = [step("staffing", "voicemail:box", staffing=staffing)]
    box = FakeBox(floor_office(overflow_step=chain))
    away(box, "801")
    box.lift("802")
    box.to_queue("L1")
    assert box.call("L1").waits
    for agent in ("801", "802"):
        box.give(i.AgentOrder(f"go-{agent}", "test", agent, gone, "lunch"))
    assert box.words("L1") == ["voicemail-greeting", "tone:beep"]
    assert box.facts(f.Dequeued)[-1].why == "no-agents"


def test_nobody_ready_is_looked_at_on_arrival() -> None:
    chain = [step("staffing", "voicemail:box", staffing="nobody-ready")]
    box = FakeBox(floor_office(overflow_step=chain))
    box.to_queue("L1")
    assert box.call("L1").waits
    box.to_queue("L2")
    box.to_queue("L3")
    assert box.words("L3") == ["voicemail-greeting", "tone:beep"]


def test_who_is_not_answered_at_a_step_goes_on_to_the_next() -> None:
    chain = [step("wait", "extension:803", after_s=10), step("closed", "extension:804")]
    box = FakeBox(floor_office(overflow_step=chain, overflow="voicemail:box"))
    away(box)
    box.to_queue("L1")
    box.wait(11)
    assert PHONES["803"] in box.ringing
    box.wait(31)
    assert PHONES["804"] in box.ringing and PHONES["803"] not in box.ringing
    box.wait(31)
    assert box.words("L1") == ["voicemail-greeting", "tone:beep"]


def test_a_circle_of_queues_that_was_not_refused_ends_with_a_last_word() -> None:
    config = floor_office(overflow_step=[step("wait", "queue:service", after_s=5)])
    sales = config.queues[0]
    there = structs.replace(sales, id="service", number="701")
    there = structs.replace(
        there, overflow_steps=(structs.replace(sales.overflow_steps[0], target="queue:sales"),)
    )
    box = FakeBox(structs.replace(config, queues=(sales, there)))
    away(box)
    box.to_queue("L1")
    box.wait(5 * MOST_VISITS + 60)
    assert len(box.facts(f.Enqueued)) == MOST_VISITS
    assert box.facts(f.AttemptRefused)[-1].reason == "goes-round"
    assert not box.engine.state.calls


# -- closing ----------------------------------------------------------------------------------------


def test_a_closed_queue_takes_nobody_and_those_who_wait_are_served() -> None:
    box = FakeBox(floor_office(overflow=""))
    away(box)
    box.to_queue("L1")
    box.give(i.QueueOrder("c1", "admin", "close", "sales"))
    box.to_queue("L2")
    assert box.words("L2") == ["queue-closed"]
    assert box.call("L1").waits
    box.heard("L2")
    assert box.outcomes() == ["refused"]
    box.give(i.QueueOrder("c2", "admin", "open", "sales"))
    box.to_queue("L3")
    assert box.call("L3").waits


def test_a_queue_that_closes_may_send_on_who_waits() -> None:
    box = FakeBox(floor_office(closing="overflow", overflow_step=[step("closed", "extension:803")]))
    away(box)
    box.to_queue("L1")
    box.give(i.QueueOrder("c1", "admin", "close", "sales"))
    assert PHONES["803"] in box.ringing
    assert box.facts(f.Dequeued)[-1].why == "closed"


def test_hours_close_a_queue_and_send_on_who_waits_then() -> None:
    box = FakeBox(floor_office(hours="morning", closing="overflow"))
    box.give(i.ClockSet(MONDAY_9 - box.now_us, "ntp"))
    away(box)
    box.wait(2 * 3600 + 3590)
    box.to_queue("L1")
    assert box.call("L1").waits
    box.wait(60)
    assert box.facts(f.Dequeued)[-1].why == "closed"
    box.to_queue("L2")
    assert box.facts(f.AttemptRefused)[-1].reason == "queue-closed"


def test_who_waits_is_sent_on_when_the_clock_is_set_past_closing_and_by_the_new_clock() -> None:
    box = FakeBox(floor_office(hours="morning", closing="overflow"))
    box.give(i.ClockSet(MONDAY_9 - box.now_us, "ntp"))
    away(box)
    box.to_queue("L1")
    hour_us = 3_600_000_000
    box.give(i.ClockSet(MONDAY_9 + 3 * hour_us - 10_000_000 - box.now_us, "ntp"))
    box.wait(5)
    assert box.call("L1").waits
    box.wait(6)
    assert [one.why for one in box.facts(f.Dequeued)] == ["closed"]
    box.give(i.ClockSet(MONDAY_9 - box.now_us, "ntp"))
    box.to_queue("L2")
    box.give(i.ClockSet(MONDAY_9 + 4 * hour_us - box.now_us, "ntp"))
    box.wait(1)
    assert [one.why for one in box.facts(f.Dequeued)] == ["closed", "closed"]


def test_a_supervisor_closes_and_opens_a_queue_by_its_number() -> None:
    box = FakeBox(floor_office())
    box.lift("804")
    box.key("804", "*47700")
    assert box.words("804") == ["queue-now-closed"]
    assert list(box.engine.state.floor.closed) == ["sales"]
    box.hang_up("804")
    box.lift("801")
    box.key("801", "*47700")
    assert box.words("801") == ["not-allowed"]
    assert list(box.engine.state.floor.closed) == ["sales"]


# -- what is said -----------------------------------------------------------------------------------


def handled(box: FakeBox, seconds: float, times: int = 3) -> None:
    """Calls that each took so long: something to go by."""
    for _ in range(times):
        box.engine._board.acd.handled("sales", round(seconds * 1e6))


def said(box: FakeBox) -> list[int]:
    return [fact.expected_wait_s for fact in box.facts(f.WaitAnnounced)]


def test_the_wait_that_is_said_never_shrinks_faster_than_time_and_a_broken_promise_is_not_repeated() -> None:
    box = FakeBox(floor_office(announce_every_s=30.0, announce_first_s=10.0, max_wait_s=0.0))
    for line, agent in (("L1", "801"), ("L2", "802")):
        box.to_queue(line)
        box.lift(agent)
    handled(box, 240.0)
    box.to_queue("L3")
    box.wait(10)
    assert said(box) == [120]
    assert box.words("L3")[1:4] == ["expected-wait-before", "number-2", "minutes"]
    handled(box, 10.0, 20)
    box.wait(30)
    assert said(box)[-1] == 90, "120 s were promised 30 s ago"
    box.wait(90)
    assert said(box)[-1] == 0
    assert not any(word.startswith("expected-wait") for word in box.words("L3"))


def test_a_very_long_wait_is_said_as_more_than() -> None:
    box = FakeBox(floor_office(announce_every_s=30.0, expected_wait_most_min=5))
    for line, agent in (("L1", "801"), ("L2", "802")):
        box.to_queue(line)
        box.lift(agent)
    handled(box, 3600.0)
    box.to_queue("L3")
    box.wait(9)
    assert box.words("L3")[1:4] == ["expected-wait-more-than", "number-5", "minutes"]


def test_comfort_messages_follow_one_another() -> None:
    box = FakeBox(floor_office(comfort=["information", "welcome"], comfort_every_s=60.0))
    away(box)
    box.to_queue("L1")
    box.wait(61)
    assert box.words("L1") == ["information", "music"]
    box.wait(60)
    assert box.words("L1") == ["welcome", "music"]
    box.wait(60)
    assert box.words("L1") == ["information", "music"]


# -- callers of the house ---------------------------------------------------------------------------


def test_a_telephone_of_the_house_waits_and_the_agent_sees_who_calls() -> None:
    box = FakeBox(floor_office())
    box.lift("803")
    box.key("803", "700")
    assert box.call("803").waits
    assert box.ringing[PHONES["801"]].number == "803"
    box.lift("801")
    assert box.talk("803", "801")
    assert box.facts(f.AgentConnected)[-1].queue == "sales"
    assert not box.recording
    box.hang_up("803")
    box.hang_up("801")
    assert box.agent("801")[0] == "wrap-up"
    assert not box.engine.state.calls


def test_it_hangs_up_while_it_waits() -> None:
    box = FakeBox(floor_office())
    box.lift("803")
    box.key("803", "700")
    box.hang_up("803")
    assert not box.ringing and not box.engine.state.calls
    assert box.facts(f.Dequeued)[-1].why == "abandoned"


def test_the_exit_key_leads_a_telephone_of_the_house_out() -> None:
    box = FakeBox(floor_office(exit_key="9"))
    away(box)
    box.lift("803")
    box.key("803", "700")
    box.key("803", "9")
    assert box.words("803") == ["voicemail-greeting", "tone:beep"]


def test_whoever_waits_at_a_telephone_of_the_house_can_call_for_help() -> None:
    box = FakeBox(floor_office(exit_key="1", callback_key="0"))
    away(box)
    box.lift("803")
    box.key("803", "700")
    box.key("803", "110")
    box.wait(2)
    assert box.call("803").emergency


def test_a_queue_that_is_left_gives_its_agents_back() -> None:
    box = FakeBox(floor_office())
    box.to_queue("L1")
    box.leave("L1")
    back(box)
    assert box.agent("801") == ("ready", "")
