"""Supervisors in agents' calls: who hears whom, what is taped, who may, and how it ends."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Config, Positions
from firmware.engine.engine import Engine
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import LINES, PHONES, FakeBox
from tests.unit.floor_office import floor_office

L1, A801, CHIEF = LINES["L1"], PHONES["801"], PHONES["804"]
CODES = {"listen": "*61", "whisper": "*62", "barge": "*63", "take-over": "*64"}


def talking(**queue: object) -> FakeBox:
    """A caller talks to agent 801."""
    box = FakeBox(floor_office(**queue))
    box.to_queue("L1")
    box.lift("801")
    assert box.talk("L1", "801")
    return box


def supervise(box: FakeBox, mode: str, number: str = "801") -> None:
    box.lift("804")
    box.key("804", CODES[mode] + number)


def hears(box: FakeBox, port: int) -> set[int]:
    """Ports that this one hears."""
    return box.mixes.get(port) or {box.hears[port]}


@pytest.mark.parametrize(
    ("mode", "caller", "agent"),
    [
        ("listen", {A801}, {L1}),
        ("whisper", {A801}, {L1, CHIEF}),
        ("barge", {A801, CHIEF}, {L1, CHIEF}),
    ],
)
def test_who_hears_whom(mode: str, caller: set[int], agent: set[int]) -> None:
    box = talking()
    supervise(box, mode)
    assert hears(box, CHIEF) == {L1, A801}
    assert hears(box, L1) == caller
    assert hears(box, A801) == agent
    assert len(box.sent(c.Record)) == 1 and not box.sent(c.StopRecord), "the caller's tape goes on"
    box.hang_up("804")
    assert box.talk("L1", "801") and not box.mixes.get(A801) and not box.mixes.get(L1)
    assert box.facts(f.SupervisionEnded)[-1].why == "left"
    assert not box.engine.state.floor.watches


def test_the_longest_talk_of_a_queue_is_found_by_its_number() -> None:
    box = talking()
    box.wait(10)
    box.to_queue("L2")
    box.lift("802")
    supervise(box, "listen", "700")
    assert hears(box, CHIEF) == {L1, A801}


def test_the_agent_hangs_up_and_the_supervisor_hears_that_it_is_over() -> None:
    box = talking()
    supervise(box, "whisper")
    box.leave("L1")
    assert box.words("804") == ["monitoring-over"]
    assert box.facts(f.SupervisionEnded)[-1].why == "call-over"
    box.hang_up("804")
    box.hang_up("801")
    assert not box.engine.state.calls


def test_a_held_call_is_silent_and_comes_back_as_it_was() -> None:
    box = talking()
    supervise(box, "barge")
    box.flash("801")
    assert box.sent(c.Mix)[-1] == c.Mix(port=CHIEF, sources=())
    assert hears(box, L1) != {A801, CHIEF}
    box.flash("801")
    assert hears(box, CHIEF) == {L1, A801}
    assert hears(box, L1) == {A801, CHIEF} and hears(box, A801) == {L1, CHIEF}


def test_a_call_that_is_handed_on_is_left() -> None:
    box = talking()
    supervise(box, "listen")
    box.flash("801")
    box.key("801", "803")
    box.lift("803")
    box.hang_up("801")
    assert box.talk("L1", "803")
    assert box.words("804") == ["monitoring-over"]


def test_two_supervisors_are_heard_and_go_one_by_one() -> None:
    config = floor_office()
    agents = tuple(
        structs.replace(one, kind="supervisor") if one.id == "802" else one for one in config.agents
    )
    box = FakeBox(structs.replace(config, agents=agents))
    box.to_queue("L1")
    box.lift("801")
    supervise(box, "barge")
    box.lift("802")
    box.key("802", "*62801")
    a802 = PHONES["802"]
    assert hears(box, A801) == {L1, CHIEF, a802} and hears(box, L1) == {A801, CHIEF}
    box.hang_up("804")
    assert hears(box, A801) == {L1, a802} and hears(box, L1) == {A801}
    box.hang_up("802")
    assert box.talk("L1", "801")


def test_the_caller_goes_on_with_the_supervisor_who_takes_over() -> None:
    box = talking(wrap_up_s=10.0)
    supervise(box, "take-over")
    assert box.talk("L1", "804")
    assert box.agent("801")[0] == "wrap-up"
    assert box.facts(f.CallTakenOver)[-1].agent == "801"
    began = box.facts(f.RecordingBegan)
    assert [(one.agent, one.kind) for one in began] == [("801", "conversation"), ("900", "conversation")]
    box.hang_up("804")
    assert box.outcomes() == ["answered"]
    assert 0 not in box.off_hook


def test_only_supervisors_and_only_calls_of_queues() -> None:
    box = talking()
    box.lift("802")
    box.key("802", "*61801")
    assert box.words("802") == ["not-allowed"]
    box.hang_up("802")
    box.lift("802")
    box.key("802", "803")
    box.lift("803")
    supervise(box, "listen", "803")
    assert box.words("804") in (["not-allowed"], ["nothing-to-monitor"])
    assert not box.facts(f.SupervisionBegan)


def test_a_supervisor_of_other_queues_may_not() -> None:
    config = floor_office()
    agents = tuple(
        structs.replace(one, supervises=("service",)) if one.id == "900" else one for one in config.agents
    )
    box = FakeBox(structs.replace(config, agents=agents))
    box.to_queue("L1")
    box.lift("801")
    supervise(box, "listen")
    assert box.words("804") == ["not-allowed"]


@pytest.mark.parametrize(
    ("monitoring", "heard"),
    [("silent", []), ("beep", ["ToneItem"] * 2), ("prompt", ["Phrase"] * 2)],
)
def test_what_the_law_wants_is_heard_by_both(monitoring: str, heard: list[str]) -> None:
    box = FakeBox(floor_office(Positions(monitoring=monitoring)))
    box.to_queue("L1")
    box.lift("801")
    supervise(box, "listen")
    told = box.sent(c.Inject)
    assert [type(one.items[0]).__name__ for one in told] == heard
    assert {one.port for one in told} == ({L1, A801} if heard else set())


def test_a_supervisor_goes_from_listening_to_speaking_and_back() -> None:
    box = talking()
    supervise(box, "listen")
    wanted = [
        ("5", {A801}, {L1, CHIEF}),
        ("6", {A801, CHIEF}, {L1, CHIEF}),
        ("4", {A801}, {L1}),
        ("9", {A801}, {L1}),
    ]
    for key, caller, agent in wanted:
        box.wait(3)
        box.key("804", key)
        assert (hears(box, L1), hears(box, A801), hears(box, CHIEF)) == (caller, agent, {L1, A801})
    modes = [(one.supervisor, one.agent, one.mode) for one in box.facts(f.SupervisionChanged)]
    assert modes == [("900", "801", "whisper"), ("900", "801", "barge"), ("900", "801", "listen")]


def test_a_right_that_was_taken_away_counts_for_the_next_key() -> None:
    box = talking()
    supervise(box, "listen")
    config = msgspec.json.decode(box.engine.state.config, type=Config)
    agents = tuple(
        structs.replace(one, supervises=("service",)) if one.id == "900" else one for one in config.agents
    )
    text = msgspec.json.encode(structs.replace(config, agents=agents)).decode()
    box.give(i.ConfigApplied(2, "test", text))
    box.key("804", "6")
    assert not box.facts(f.SupervisionChanged) and hears(box, L1) == {A801}


def test_keys_of_a_supervisor_who_signed_out_change_nothing() -> None:
    box = talking()
    supervise(box, "listen")
    box.give(i.AgentOrder("o1", "test", "900", "sign-out"))
    box.key("804", "6")
    assert not box.facts(f.SupervisionChanged) and hears(box, L1) == {A801}


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_a_supervisor_who_listens_can_call_for_help(mode: str) -> None:
    box = talking()
    supervise(box, mode)
    box.key("804", "110")
    box.wait(2)
    assert box.call("804").emergency
    assert box.talk("L1", "801") and not box.mixes.get(A801) and not box.mixes.get(CHIEF)


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_an_agent_who_is_supervised_can_call_for_help(mode: str) -> None:
    box = talking()
    supervise(box, mode)
    box.flash("801")
    box.key("801", "110")
    box.wait(2)
    assert box.call("801").emergency


def test_a_new_switch_is_told_again() -> None:
    box = talking()
    supervise(box, "whisper")
    box.mixes.clear()
    box.epoch, box.events = box.epoch + 1, 0
    reports = tuple(
        e.PortReport(port, "fxo" if port < 4 else "fxs", port in box.off_hook, False, -1, "")
        for port in range(8)
    )
    box.event(e.StateReport(port=-1, at_us=box.now_us, tick=1, ports=reports))
    assert hears(box, CHIEF) == {L1, A801} and hears(box, A801) == {L1, CHIEF}


def test_it_survives_a_restart_of_the_engine() -> None:
    box = talking()
    supervise(box, "whisper")
    box.engine = Engine.restore(box.engine.snapshot(), [])
    box.give(i.Started(2))
    box.hang_up("804")
    assert box.talk("L1", "801") and not box.mixes.get(A801) and not box.mixes.get(CHIEF)
