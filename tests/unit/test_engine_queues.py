"""Queues and agents: who is rung, what the caller hears, what a missed call leads to."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import Flow, Node
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState
from tests.unit.fake_box import PHONES, FakeBox, office

READY, TALKING, WRAP_UP = AgentState.READY, AgentState.TALKING, AgentState.WRAP_UP


def test_talk_wrap_up_and_ready_again() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.wait(3)
    box.lift("801")
    assert box.talk("L1", "801")
    assert box.agent("801") == (TALKING, "")
    box.wait(20)
    box.leave("L1")
    assert box.agent("801") == (WRAP_UP, "")
    assert box.words("801") == ["tone:busy"]
    box.hang_up("801")
    box.wait(10)
    assert box.agent("801") == (READY, "")
    assert box.outcomes() == ["answered"]


def test_an_agent_who_hangs_up_ends_the_call_and_frees_the_line() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.hang_up("801")
    assert 0 not in box.off_hook
    assert box.facts(f.CallEnded)[0].by == "called"


def test_wrap_up_over_with_the_handset_still_up_is_not_ready() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.leave("L1")
    box.wait(11)
    assert box.agent("801") == (AgentState.NOT_READY, "off-hook")
    box.hang_up("801")
    assert box.agent("801") == (READY, "")


def test_a_missed_call_goes_to_another_and_the_agent_rests() -> None:
    box = FakeBox(office(ring_s=15.0, retry_missed_s=30.0))
    box.to_queue("L1")
    assert box.facts(f.AgentOffered)[-1].agent == "801"
    box.wait(15.5)
    assert box.facts(f.AgentMissed)[-1] == f.AgentMissed(1, "801", "no-answer")
    assert box.facts(f.AgentOffered)[-1].agent == "802"
    assert 4 not in box.ringing
    assert box.agent("801") == (READY, "")


def test_three_missed_calls_make_the_agent_not_ready() -> None:
    box = FakeBox(office(ring_s=5.0, retry_missed_s=1.0, missed_limit=3, max_wait_s=0))
    for agent in ("802", "803"):
        box.give(i.AgentOrder(f"out-{agent}", "web", agent, "sign-out"))
    box.to_queue("L1")
    box.wait(60)
    assert box.agent("801") == (AgentState.NOT_READY, "missed-calls")
    assert len(box.facts(f.AgentMissed)) == 3


def test_ring_all_the_first_to_lift_has_the_call() -> None:
    box = FakeBox(office(strategy="ring-all"))
    box.to_queue("L1")
    assert sorted(box.ringing) == [4, 5, 6]
    box.lift("802")
    assert not box.ringing
    assert {(missed.agent, missed.why) for missed in box.facts(f.AgentMissed)} == {
        ("801", "taken-by-other"),
        ("803", "taken-by-other"),
    }
    assert box.agent("801")[0] is READY
    assert box.talk("L1", "802")


def test_the_longest_idle_agent_is_next() -> None:
    box = FakeBox(office())
    for line, agent in (("L1", "801"), ("L2", "802"), ("L3", "803")):
        box.to_queue(line)
        assert box.facts(f.AgentOffered)[-1].agent == agent
        box.lift(agent)


def test_the_next_waiting_call_gets_the_agent_who_came_free_in_order() -> None:
    box = FakeBox(office(wrap_up_s=1.0))
    for line, agent in (("L1", "801"), ("L2", "802"), ("L3", "803")):
        box.to_queue(line)
        box.lift(agent)
    box.to_queue("L4")
    assert box.words("L4") == ["queue-welcome", "music"]
    box.wait(5)
    box.hang_up("802")
    box.wait(1.5)
    assert box.facts(f.AgentOffered)[-1].agent == "802"
    box.lift("802")
    assert box.talk("L4", "802")


def test_a_waiting_caller_is_told_position_and_expected_wait() -> None:
    box = FakeBox(office(announce_first_s=8.0, wrap_up_s=30.0))
    for line, agent in (("L1", "801"), ("L2", "802"), ("L3", "803")):
        box.to_queue(line)
        box.lift(agent)
    box.wait(200)
    box.hang_up("803")
    box.wait(31)
    box.ring("L3")
    box.lift("803")
    box.hang_up("803")
    box.lift("803")
    box.heard("L3")
    box.key("L3", "1")
    box.wait(8)
    told = box.facts(f.WaitAnnounced)[-1]
    assert told.position == 1
    assert told.expected_wait_s > 60
    assert box.words("L3") == [
        "queue-next",
        "expected-wait-before",
        "number-2",
        "minutes",
        "please-wait",
        "music",
    ]


def test_the_agents_number_is_announced_to_both_before_they_talk() -> None:
    box = FakeBox(office(announce_agent=True))
    box.to_queue("L1")
    box.lift("801")
    words = ["agent-before", "digit-8", "digit-0", "digit-1", "agent-after"]
    assert box.words("L1") == words
    assert box.words("801") == words
    assert not box.talk("L1", "801")
    box.heard("L1")
    assert box.talk("L1", "801")


def test_no_frame_is_recorded_before_the_consent_announcement_ended() -> None:
    box = FakeBox(office(consent="recording-consent"))
    box.to_queue("L1")
    box.lift("801")
    assert box.words("L1") == ["recording-consent"]
    assert not box.sent(c.Record)
    assert box.facts(f.NotRecorded)[-1].reason == "consent"
    box.heard("L1")
    assert [record.port for record in box.sent(c.Record)] == [0]
    facts = [type(fact) for fact in box.records[-1].facts]
    assert facts.index(f.ConsentAnnounced) < facts.index(f.RecordingBegan)


def test_a_caller_who_leaves_during_the_consent_leaves_no_recording() -> None:
    box = FakeBox(office(consent="recording-consent"))
    box.to_queue("L1")
    box.lift("801")
    box.leave("L1")
    assert not box.sent(c.Record)
    assert box.outcomes() == ["answered"]


def test_a_caller_who_gives_up_in_the_queue_stops_the_ringing() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.wait(4)
    box.leave("L1")
    assert not box.ringing
    assert box.outcomes() == ["abandoned_in_queue"]
    assert box.facts(f.AgentMissed)[-1].why == "caller-left"
    assert box.facts(f.Dequeued)[-1].why == "abandoned"
    assert box.agent("801")[0] is READY


def all_away(box: FakeBox) -> None:
    for agent in ("801", "802", "803"):
        box.give(i.AgentOrder(f"away-{agent}", "web", agent, "not-ready", "lunch"))


def test_a_wait_too_long_goes_to_voicemail() -> None:
    box = FakeBox(office(max_wait_s=60.0))
    all_away(box)
    box.to_queue("L1")
    box.wait(61)
    assert box.facts(f.Dequeued)[-1].why == "voicemail"
    box.heard("L1")
    box.wait(5)
    box.key("L1", "#")
    assert box.words("L1") == ["voicemail-thanks"]
    box.heard("L1")
    assert box.outcomes() == ["voicemail"]


def test_a_wait_too_long_without_overflow_is_refused() -> None:
    box = FakeBox(office(max_wait_s=60.0, overflow=""))
    all_away(box)
    box.to_queue("L1")
    box.wait(61)
    assert box.words("L1") == ["queue-call-later"]
    box.heard("L1")
    assert box.outcomes() == ["refused"]


def test_the_exit_key_leads_out() -> None:
    box = FakeBox(office(exit_key="9"))
    all_away(box)
    box.to_queue("L1")
    box.wait(3)
    box.key("L1", "5")
    assert box.call("L1").waits
    box.key("L1", "9")
    assert box.facts(f.Dequeued)[-1].why == "exit-key"
    assert box.words("L1") == ["voicemail-greeting", "tone:beep"]


def test_with_nobody_signed_in_the_queue_overflows_at_once() -> None:
    box = FakeBox(office(no_agents="overflow"))
    for agent in ("801", "802", "803"):
        box.give(i.AgentOrder(f"out-{agent}", "web", agent, "sign-out"))
    box.to_queue("L1")
    assert box.facts(f.Dequeued)[-1].why == "no-agents"


def test_a_full_queue_takes_nobody_more() -> None:
    box = FakeBox(office(max_waiting=1))
    all_away(box)
    box.to_queue("L1")
    box.to_queue("L2")
    assert box.facts(f.AttemptRefused)[-1].reason == "queue-full"
    assert len(box.facts(f.Enqueued)) == 1


def test_an_order_is_carried_out_once() -> None:
    box = FakeBox(office())
    order = i.AgentOrder("once", "web", "801", "not-ready", "lunch")
    box.give(order)
    box.give(i.AgentOrder("other", "web", "801", "ready"))
    box.give(order)
    assert box.agent("801") == (READY, "")


def test_not_ready_while_talking_comes_after_the_wrap_up() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.give(i.AgentOrder("a", "web", "801", "not-ready", "lunch"))
    assert box.agent("801")[0] is TALKING
    box.hang_up("801")
    assert box.agent("801")[0] is WRAP_UP
    box.wait(11)
    assert box.agent("801") == (AgentState.NOT_READY, "lunch")


def test_ready_ends_the_wrap_up_early() -> None:
    box = FakeBox(office(wrap_up_s=60.0))
    box.to_queue("L1")
    box.lift("801")
    box.hang_up("801")
    box.give(i.AgentOrder("a", "web", "801", "ready"))
    assert box.agent("801") == (READY, "")


def test_not_ready_while_it_rings_declines_the_call() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.give(i.AgentOrder("a", "web", "801", "not-ready", "lunch"))
    assert box.facts(f.AgentMissed)[-1].why == "declined"
    assert box.agent("801") == (AgentState.NOT_READY, "lunch")
    assert box.facts(f.AgentOffered)[-1].agent == "802"


def test_an_agent_on_an_own_call_is_not_offered() -> None:
    box = FakeBox(office())
    box.lift("801")
    box.to_queue("L1")
    assert [offer.agent for offer in box.facts(f.AgentOffered)] == ["802"]
    box.hang_up("801")
    assert box.agent("801") == (READY, "")


def test_a_private_number_is_not_shown_to_the_agent() -> None:
    config = office()
    box = FakeBox(structs.replace(config, lines=config.lines))
    box.to_queue("L1", number="")
    assert box.ringing[PHONES["801"]].number == ""


def test_why_this_agent_is_said() -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    assert box.facts(f.AgentOffered)[0].why.startswith("longest-idle:")


@pytest.mark.parametrize("overflow", ["queue:sales", "flow:straight"])
def test_an_overflow_that_leads_back_into_its_queue_ends_with_a_last_word(overflow: str) -> None:
    config = office(overflow=overflow, no_agents="overflow")
    straight = Flow(id="straight", start="on", nodes=(Node(id="on", kind="queue", queue="sales"),))
    box = FakeBox(structs.replace(config, flows=(*config.flows, straight)))
    for agent in ("801", "802", "803"):
        box.give(i.AgentOrder(f"out-{agent}", "test", agent, "sign-out"))
    box.to_queue("L1")
    box.wait(70)
    assert not box.engine.state.calls
    assert 0 not in box.off_hook
