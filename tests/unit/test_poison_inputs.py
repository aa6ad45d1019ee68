"""Inputs the rules raise upon: passed over, told, and nobody else's business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Node
from firmware.engine import calls, engine, poison, reconcile, steps
from firmware.engine.dialling import features
from firmware.engine.dialling.pins import PinKey
from firmware.engine.dialling.secrets import Secrets
from firmware.engine.engine import Engine
from firmware.engine.floor import offering
from firmware.engine.inside import completion, telephones
from firmware.engine.ivr import flows
from firmware.engine.outside import lines
from firmware.engine.plan import Plan
from firmware.engine.process.keeper import SAME_TIMER, Keeper
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.names import AgentState, Cause, Outcome
from tests.unit.fake_box import LINES, PHONES, FakeBox, office
from tests.unit.flow_box import BYE, with_flow
from tests.unit.test_engine_restart import report

SECRET = "KeyError with 13912345678 in it"


def poisoned(*_: Any, **__: Any) -> None:
    raise KeyError(SECRET)


def passed(box: FakeBox) -> list[f.InputPassedOver]:
    return box.facts(f.InputPassedOver)


def ended(box: FakeBox) -> list[tuple[Outcome | None, int]]:
    return [(fact.outcome, fact.cause) for fact in box.facts(f.CallEnded)]


def rebuilt(box: FakeBox) -> None:
    """Snapshot and journal give the living state, byte by byte."""
    records = [journal.decode(journal.encode(record)) for record in box.records]
    assert Engine.restore(None, records).snapshot() == box.engine.snapshot()


def test_the_call_of_a_poisonous_event_ends_and_another_talks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.ring("L2")
    monkeypatch.setattr(flows, "played", poisoned)
    monkeypatch.setitem(steps.AFTER_PLAY, "node", poisoned)
    box.heard("L2")
    assert [(one.input, one.error, one.port) for one in passed(box)] == [
        ("FromSwitch/PlayEnded", "KeyError", 1)
    ]
    assert ended(box) == [(Outcome.FAILED, Cause.TEMPORARY_FAILURE)]
    assert LINES["L2"] not in box.off_hook
    assert box.talk("L1", "801")
    rebuilt(box)


def test_half_applied_facts_are_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seizure and the flow's begin were found and applied before it went wrong: they are in no record."""
    box = FakeBox(office())
    monkeypatch.setattr(flows, "go", poisoned)
    box.ring("L1", number="")
    assert not box.facts(f.CallAnswered) and not box.facts(f.FlowEntered)
    assert ended(box) == [(Outcome.FAILED, Cause.TEMPORARY_FAILURE)]
    assert not box.engine.state.calls and not box.engine.state.ports[0].leg
    rebuilt(box)


def test_what_is_told_of_it_holds_nothing_a_person_said(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.lift("804")
    monkeypatch.setattr(telephones, "follow_now", poisoned)
    monkeypatch.setattr(telephones, "_follow", poisoned)
    record = box.event(e.DigitReceived(port=PHONES["804"], at_us=box.now_us, digit="7"))
    assert record is not None
    data = journal.encode(record)
    assert SECRET.encode() not in data and b"13912345678" not in data
    assert passed(box)[0].where.startswith("engine.inside.telephones.digit:")


def test_a_digit_nobody_could_look_at_is_not_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.lift("804")
    monkeypatch.setattr(Secrets, "mask", poisoned)
    record = box.event(e.DigitReceived(port=PHONES["804"], at_us=box.now_us, digit="7"))
    assert record is not None and record.input.event.digit == "x"  # type: ignore[union-attr]


def test_a_while_later_a_report_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    before = len(box.sent(c.Report))
    monkeypatch.setattr(lines, "rang", poisoned)
    for port in range(4):
        box.event(e.LineRang(port=port, at_us=box.now_us, count=1))
    assert len(passed(box)) == 4
    box.wait(5)
    assert len(box.sent(c.Report)) == before + 1


def test_a_call_the_rules_cannot_even_end_is_taken_down(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.to_queue("L2")
    assert box.agent("802")[0] is AgentState.RINGING
    monkeypatch.setattr(calls, "end", poisoned)
    box.event(e.FarEndReleased(port=0, at_us=box.now_us, sign=next(iter(_signs()))))
    assert ended(box) == [(Outcome.ANSWERED, Cause.TEMPORARY_FAILURE)]
    assert LINES["L1"] not in box.off_hook and box.leg("801") is None
    box.hang_up("801")
    assert box.agent("801")[0] is AgentState.READY
    monkeypatch.undo()
    box.lift("802")
    assert box.talk("L2", "802")
    rebuilt(box)


def test_what_breaks_after_the_offers_is_not_the_offered_call_s_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`completion` looks at telephones, not at the call an agent is being given."""
    box = FakeBox(office())
    dispatch = offering.dispatch

    def moved(turn: Turn) -> None:
        dispatch(turn)
        turn.telephones_moved = True

    monkeypatch.setattr(offering, "dispatch", moved)
    monkeypatch.setattr(completion, "look_soon", poisoned)
    box.to_queue("L1")
    assert passed(box)
    assert not ended(box)


def _signs() -> list[Any]:
    from firmware.protocol.names import HangUpSign

    return [HangUpSign.OPEN_LOOP]


def test_an_input_nothing_can_be_done_about_is_only_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    monkeypatch.setattr(calls, "end", poisoned)
    from firmware.engine import poison

    monkeypatch.setattr(poison, "_take_down", poisoned)
    box.leave("L1")
    assert len(passed(box)) == 1 and box.talk("L1", "801")
    rebuilt(box)


def test_a_poisonous_timer_is_dropped_with_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    monkeypatch.setitem(steps.NUMBERED_TIMERS, "offer", poisoned)
    box.wait(60)
    assert [one.input for one in passed(box)] == ["TimeReached/offer"]
    assert ended(box) == [(Outcome.FAILED, Cause.TEMPORARY_FAILURE)]
    assert box.agent("801")[0] is AgentState.READY
    rebuilt(box)


def test_a_poisonous_pause_ends_and_a_poisonous_call_back_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = FakeBox(office(callback_abandoned_after_s=1.0, max_wait_s=0.0))
    for agent in ("801", "802", "803"):
        box.give(i.AgentOrder(f"b-{agent}", "test", agent, "breather"))
    box.to_queue("L1")
    box.wait(3)
    box.leave("L1")
    assert box.facts(f.QueueCallbackAsked)
    monkeypatch.setitem(steps.AGENT_TIMERS, "pause", poisoned)
    monkeypatch.setitem(steps.NUMBERED_TIMERS, "callback", poisoned)
    box.wait(60)
    assert {one.input for one in passed(box)} == {"TimeReached/pause"}
    assert box.agent("802")[0] is not AgentState.NOT_READY
    for agent in ("801", "802", "803"):
        box.give(i.AgentOrder(f"o-{agent}", "test", agent, "sign-out"))
    box.wait(25 * 3600)
    assert not box.engine.state.floor.callbacks
    rebuilt(box)


def test_a_timer_of_no_call_is_dropped_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.leave("L1")
    monkeypatch.setitem(steps.AGENT_TIMERS, "wrap", poisoned)
    box.wait(60)
    assert [one.input for one in passed(box)] == ["TimeReached/wrap"]
    box.hang_up("801")
    assert box.agent("801")[0] is AgentState.READY, "nobody wraps up for ever"
    rebuilt(box)


KINDS = (poison.OF_CALLS, poison.OF_LEGS, poison.OF_PORTS, poison.OF_JOBS, poison.OF_NOBODY)
TIMERS = {*steps.NUMBERED_TIMERS, *steps.AGENT_TIMERS, *steps.NAMED_TIMERS, *steps.LONE_TIMERS}


def test_every_timer_is_known_to_be_somebodys_or_nobodys_once() -> None:
    assert sorted(TIMERS) == sorted(name for kind in KINDS for name in kind)


@pytest.mark.parametrize("kind", sorted(TIMERS - poison.OF_CALLS - poison.OF_LEGS))
def test_a_timer_of_nobody_is_not_the_call_that_has_its_number_by_chance(kind: str) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    turn = Turn(box.engine._board, box.now_us)
    for leg in box.engine.state.legs:
        assert poison._timed(turn, f"{kind}:{leg}") == (-1, None, None)


def test_a_poisonous_pause_of_an_agent_with_a_short_name_ends_nobodys_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = office()
    agents = tuple(structs.replace(one, id="2") if one.id == "802" else one for one in config.agents)
    seats = tuple(
        structs.replace(one, agent="2" if one.number == "802" else "801") for one in config.extensions
    )
    box = FakeBox(structs.replace(config, agents=agents, extensions=seats[:2]))
    box.give(i.AgentOrder("b", "test", "2", "breather"))
    box.to_queue("L1")
    box.lift("801")
    assert box.talk("L1", "801") and sorted(box.engine.state.legs) == [1, 2]
    monkeypatch.setitem(steps.AGENT_TIMERS, "pause", poisoned)
    box.wait(300)
    assert [one.input for one in passed(box)] == ["TimeReached/pause"]
    assert box.talk("L1", "801") and box.agent("2")[0] is AgentState.READY
    rebuilt(box)


def test_a_poisonous_jobs_timer_ends_the_job_and_the_call_that_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = Node(id="look", kind="http", lookup="crm", within_s=10, next="bye", otherwise="bye")
    box = FakeBox(with_flow(look, BYE))
    box.lift("801")
    box.key("801", "802")
    box.lift("802")
    box.ring("L1")
    monkeypatch.setitem(steps.NUMBERED_TIMERS, "job", poisoned)
    box.wait(11)
    assert [one.call for one in passed(box)] == [2]
    assert box.talk("801", "802") and box.leg("L1") is None and not box.engine.state.jobs
    rebuilt(box)


def test_timers_that_run_away_are_dropped_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Record] = []
    keeper = Keeper(Engine("box-1"), done.append, lambda command: None)
    text = msgspec.json.encode(office()).decode()
    keeper.give(i.Started(1), 0)
    keeper.give(i.ConfigApplied(1, "test", text), 0)

    def again(turn: Turn, number: int) -> None:
        turn.timer(f"howl:{number}", 0.0)

    monkeypatch.setitem(steps.NUMBERED_TIMERS, "howl", again)
    keeper.give(i.FromSwitch(1, 1, e.TelephoneSeized(port=7, at_us=1)), 1)
    keeper.run_timers(20_000_000)
    keeper.run_timers(60_000_000)
    runaway = [fact for record in done for fact in record.facts if isinstance(fact, f.InputPassedOver)]
    assert [(one.input, one.error) for one in runaway] == [("TimeReached/howl", "TimersRunAway")]
    assert len(done) < SAME_TIMER + 20
    assert keeper.engine.deadline_us is None or keeper.engine.deadline_us > 60_000_000


@pytest.mark.parametrize("stage", ["next_offer", "_ring_agent"])
def test_what_only_the_distributor_cannot_do_costs_no_other_call(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A waiting call is poison to whoever offers it: other callers' events are not to blame."""
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    if stage == "_ring_agent":
        monkeypatch.setattr(offering, "_ring_agent", poisoned)
    else:
        monkeypatch.setattr(type(box.engine._board.acd), "next_offer", poisoned)
    box.key("L1", "1")
    assert passed(box)
    if stage == "_ring_agent":
        assert ended(box) == [(Outcome.FAILED, Cause.TEMPORARY_FAILURE)]
    else:
        assert box.call("L1").waits
    before = len(ended(box))
    box.ring("L2", number="")
    box.heard("L2")
    assert len(ended(box)) == before, "the second caller's call goes on"
    rebuilt(box)


def test_a_configuration_that_is_poison_is_refused_and_the_old_one_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = FakeBox(office())
    text = PinKey().seal(msgspec.json.encode(office(wrap_up_s=1.0)).decode())
    plain = Plan.of
    monkeypatch.setattr(Plan, "of", lambda given: poisoned() if given == text else plain(given))
    record = box.give(i.ConfigApplied(2, "test", text))
    monkeypatch.undo()
    assert record is not None and record.input.config == ""  # type: ignore[union-attr]
    assert box.facts(f.AttemptRefused)[-1].wanted == "config:2"
    assert box.engine.config_version == 1
    box.to_queue("L1")
    box.lift("801")
    assert box.talk("L1", "801")
    rebuilt(box)


@pytest.mark.parametrize("bad", [1, 5, 6])
def test_a_report_is_reconciled_but_for_the_port_that_is_poison(
    bad: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.give(i.Started(2))
    box.off_hook.add(PHONES["804"])
    plain = reconcile._hook

    def hook(turn: Turn, port: e.PortReport, asked_us: int, lost: bool) -> None:
        if port.port == bad:
            poisoned()
        plain(turn, port, asked_us, lost)

    monkeypatch.setattr(reconcile, "_hook", hook)
    box.event(report(box))
    assert [one.input for one in passed(box)] == ["FromSwitch/StateReport"]
    assert box.words("804") == ["tone:dial"], "the others are reconciled"
    assert box.talk("L1", "801")
    box.wait(5)
    assert not [fact for fact in box.facts(f.ReportAsked)][2:], (
        "a report that is poison is not asked for again"
    )
    rebuilt(box)


def test_a_start_that_is_poison_is_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    monkeypatch.setitem(engine.DECIDE, i.Started, poisoned)
    box.give(i.Started(7))
    assert box.engine.epoch == 7 and box.sent(c.Report)


def test_an_order_that_is_poison_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    monkeypatch.setitem(engine.DECIDE, i.AgentOrder, poisoned)
    box.give(i.AgentOrder("one", "web", "801", "ready"))
    assert "one" in box.engine.state.orders
    assert len(passed(box)) == 1


def test_a_telephone_whose_lifting_is_poison_can_still_call_for_help(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    plain = telephones.own_call
    monkeypatch.setattr(telephones, "own_call", poisoned)
    box.lift("804")
    assert box.words("804") == ["tone:congestion"]
    monkeypatch.setattr(telephones, "own_call", plain)
    box.key("804", "110")
    assert box.sent(c.Dial)[0].digits == "110"


def test_a_new_switch_whose_first_event_is_poison_is_met_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    monkeypatch.setattr(reconcile, "switch_lost", poisoned)
    box.epoch, box.events = 2, 0
    box.off_hook.discard(0)
    box.event(report(box))
    assert box.engine.state.switch_epoch == 2
    assert [fact.why for fact in box.facts(f.RecordingEnded)] == ["switch-died"]
    rebuilt(box)


def test_a_record_that_cannot_be_written_down_has_not_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact with a figure no journal can hold: the input is passed over, and its commands never go out."""
    done: list[Record] = []
    sent: list[Any] = []

    def written(record: Record) -> None:
        journal.encode(record)
        done.append(record)

    keeper = Keeper(Engine("box-1"), written, sent.append)
    keeper.give(i.Started(1), 0)
    keeper.give(i.ConfigApplied(1, "test", msgspec.json.encode(office()).decode()), 0)
    sent.clear()
    plain = lines.rang

    def huge(turn: Turn, leg: Any, event: e.LineRang) -> None:
        plain(turn, leg, event)
        turn.fact(f.TimerSet("offered:1", 1 << 70))

    monkeypatch.setattr(lines, "rang", huge)
    keeper.give(i.FromSwitch(1, 1, e.LineRang(port=0, at_us=1, count=2)), 1)
    assert isinstance(done[-1].facts[1], f.InputPassedOver)
    assert [type(one.command) for one in sent] == []
    records = [journal.decode(journal.encode(record)) for record in done]
    assert Engine.restore(None, records).snapshot() == keeper.engine.snapshot()


def test_poison_that_comes_again_and_again_is_neither_slow_nor_long(monkeypatch: pytest.MonkeyPatch) -> None:
    box = FakeBox(office())
    box.ring("L1")
    monkeypatch.setattr(lines, "stray", poisoned)
    monkeypatch.setitem(steps.IDLE, e.ToneHeard, poisoned)
    from firmware.protocol.names import Tone

    for _ in range(300):
        box.event(e.ToneHeard(port=2, at_us=box.now_us, tone=Tone.BUSY))
    sizes = [len(journal.encode(record)) for record in box.records[-300:]]
    assert max(sizes[1:]) < 300, "no more than any other input"
    assert box.leg("L1") is not None


def test_with_nothing_contained_the_fault_goes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault of this page: without the ways out, one event ends the engine."""
    nothing: Callable[..., Any] = lambda *_: iter(())  # noqa: E731
    monkeypatch.setattr(engine, "ways_out", nothing)
    box = FakeBox(office())
    monkeypatch.setattr(features, "run", poisoned)
    box.lift("804")
    with pytest.raises(KeyError):
        box.key("804", "*43")
