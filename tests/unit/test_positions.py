"""People who serve queues: pauses and their limits, breathers, wrap-up, missed calls, memberships."""

from __future__ import annotations

import pytest
from msgspec import convert, json, structs

from firmware.config.schema import Positions
from firmware.engine.engine import Engine
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState
from tests.unit.fake_box import PHONES, FakeBox
from tests.unit.floor_office import away, back, floor_office

READY, NOT_READY, WRAP_UP = AgentState.READY, AgentState.NOT_READY, AgentState.WRAP_UP


def rules(**keys: object) -> Positions:
    return convert(keys, Positions)


def codes(box: FakeBox, extension: str, keys: str) -> list[str]:
    """What is heard after these keys; the telephone is replaced again."""
    box.lift(extension)
    box.key(extension, keys)
    words = box.words(extension)
    box.hang_up(extension)
    return words


def after_a_call(**queue: object) -> FakeBox:
    box = FakeBox(floor_office(**({"wrap_up_s": 20.0} | queue)))
    box.to_queue("L1")
    box.lift("801")
    box.leave("L1")
    box.hang_up("801")
    assert box.agent("801") == (WRAP_UP, "")
    return box


# -- wrap-up ----------------------------------------------------------------------------------------


def test_wrap_up_is_made_longer_up_to_the_queues_limit() -> None:
    box = after_a_call(wrap_up_more_s=30.0, wrap_up_most_s=60.0)
    assert codes(box, "801", "*45") == ["wrap-up-longer"]
    box.wait(25)
    assert box.agent("801") == (WRAP_UP, "")
    assert codes(box, "801", "*45") == ["wrap-up-longer"]
    assert codes(box, "801", "*45") == ["wrap-up-limit"]
    box.wait(40)
    assert box.agent("801") == (READY, "")


def test_ready_ends_wrap_up_early_and_longer_is_nothing_elsewhere() -> None:
    box = after_a_call()
    assert codes(box, "801", "*43") == ["ready"]
    assert box.agent("801") == (READY, "")
    assert codes(box, "801", "*45") == ["no-wrap-up"]
    assert codes(box, "803", "*45") == ["not-signed-in"]


# -- pauses -----------------------------------------------------------------------------------------


def test_a_breather_ends_by_itself_and_there_are_so_many_a_day() -> None:
    box = FakeBox(floor_office(rules(breather_s=60.0, breathers_a_day=2)))
    for _ in range(2):
        assert codes(box, "801", "*46") == ["breather"]
        assert box.agent("801") == (NOT_READY, "breather")
        box.wait(61)
        assert box.agent("801") == (READY, "")
    assert codes(box, "801", "*46") == ["pause-used-up"]
    assert box.agent("801") == (READY, "")
    box.wait(86_400)
    assert codes(box, "801", "*46") == ["breather"]


def test_a_breather_after_a_call_takes_the_place_of_wrap_up() -> None:
    box = after_a_call()
    assert codes(box, "801", "*46") == ["breather"]
    box.wait(21)
    assert box.agent("801") == (NOT_READY, "breather")
    box.wait(60)
    assert box.agent("801") == (READY, "")


def test_a_reason_may_be_required() -> None:
    box = FakeBox(floor_office(rules(reason_required=True)))
    box.give(i.AgentOrder("a", "test", "801", "not-ready"))
    assert box.facts(f.AttemptRefused)[-1].reason == "reason-needed"
    assert box.agent("801")[0] is READY
    assert codes(box, "801", "*441") == ["not-ready"]
    assert box.agent("801") == (NOT_READY, "break")


@pytest.mark.parametrize(("strict", "then"), [(False, (NOT_READY, "lunch")), (True, (READY, ""))])
def test_a_pause_too_long_is_told_or_ended(strict: bool, then: tuple[AgentState, str]) -> None:
    box = FakeBox(floor_office(rules(rule=[{"reason": "lunch", "most_minutes": 30, "strict": strict}])))
    codes(box, "801", "*442")
    box.wait(29 * 60)
    assert not box.facts(f.AgentAlarmed)
    box.wait(61)
    assert box.facts(f.AgentAlarmed) == [f.AgentAlarmed("801", "pause-too-long", "lunch")]
    assert box.agent("801") == then


def test_a_pause_ended_with_the_handset_up_begins_when_it_is_down() -> None:
    rule = {"reason": "lunch", "most_minutes": 1, "strict": True}
    box = FakeBox(floor_office(rules(rule=[rule])))
    codes(box, "801", "*442")
    box.wait(55)
    box.lift("801")
    box.wait(6)
    assert box.agent("801") == (NOT_READY, "own-call")
    box.hang_up("801")
    assert box.agent("801") == (READY, "")


@pytest.mark.parametrize("strict", [False, True])
def test_too_many_pauses_a_day_are_told_or_refused(strict: bool) -> None:
    box = FakeBox(floor_office(rules(rule=[{"reason": "break", "most_a_day": 1, "strict": strict}])))
    codes(box, "801", "*441")
    codes(box, "801", "*43")
    words = codes(box, "801", "*441")
    if strict:
        assert words == ["pause-used-up"] and box.agent("801") == (READY, "")
    else:
        assert words == ["not-ready"] and box.agent("801") == (NOT_READY, "break")
        assert box.facts(f.AgentAlarmed) == [f.AgentAlarmed("801", "pause-too-often", "break")]


def test_a_pause_wished_during_a_talk_is_counted_when_it_begins() -> None:
    box = FakeBox(floor_office(rules(rule=[{"reason": "lunch", "most_minutes": 30}]), wrap_up_s=10.0))
    box.to_queue("L1")
    box.lift("801")
    box.give(i.AgentOrder("a", "test", "801", "not-ready", "lunch"))
    assert not box.facts(f.PauseCounted)
    box.hang_up("801")
    box.wait(11)
    assert box.agent("801") == (NOT_READY, "lunch")
    assert [fact.times for fact in box.facts(f.PauseCounted)] == [1]


# -- missed calls -----------------------------------------------------------------------------------


def misses(box: FakeBox) -> None:
    away(box, "802")
    box.to_queue("L1")
    box.wait(40)


def test_who_misses_calls_is_not_ready_and_is_told_how_to_come_back() -> None:
    box = FakeBox(floor_office(ring_s=5.0, retry_missed_s=1.0, missed_limit=3, max_wait_s=0.0))
    misses(box)
    assert box.agent("801") == (NOT_READY, "missed-calls")
    assert box.facts(f.AgentAlarmed) == [f.AgentAlarmed("801", "missed-calls", "sales")]
    box.lift("801")
    assert box.words("801") == ["missed-calls-notice", "tone:dial"]
    box.key("801", "*43")
    box.hang_up("801")
    assert PHONES["801"] in box.ringing
    box.wait(6)
    assert box.agent("801")[0] is not NOT_READY, "the count begins anew"


def test_help_is_a_call_away_during_that_notice() -> None:
    box = FakeBox(floor_office(ring_s=5.0, retry_missed_s=1.0, missed_limit=1, max_wait_s=0.0))
    misses(box)
    box.lift("801")
    box.key("801", "110")
    box.wait(2)
    assert box.call("801").emergency


# -- memberships ------------------------------------------------------------------------------------


def test_an_agent_joins_and_leaves_a_queue_without_a_configuration() -> None:
    box = FakeBox(floor_office())
    box.lift("803")
    box.key("803", "701")
    assert not box.ringing
    join = i.AgentOrder("j", "ami", "801", "join-queue", queue="service")
    box.give(join)
    assert PHONES["801"] in box.ringing
    box.hang_up("803")
    box.engine = Engine.restore(box.engine.snapshot(), [])
    box.give(i.Started(2))
    box.give(i.AgentOrder("l", "ami", "801", "leave-queue", queue="sales"))
    box.to_queue("L1")
    assert list(box.ringing) == [PHONES["802"]]
    assert [fact.member for fact in box.facts(f.MembershipChanged)] == [True, False]
    box.give(i.AgentOrder("x", "ami", "801", "join-queue", queue="nowhere"))
    assert box.facts(f.AttemptRefused)[-1].reason == "no-such-queue"


def test_a_call_that_rings_goes_on_when_its_agent_leaves_the_queue() -> None:
    box = FakeBox(floor_office())
    box.to_queue("L1")
    box.give(i.AgentOrder("l", "ami", "801", "leave-queue", queue="sales"))
    box.lift("801")
    assert box.talk("L1", "801")


def test_a_telephone_that_leaves_the_configuration_leaves_no_agent_behind() -> None:
    config = floor_office()
    box = FakeBox(config)
    rest = tuple(one for one in config.extensions if one.number != "801")
    text = json.encode(structs.replace(config, extensions=rest)).decode()
    box.give(i.ConfigApplied(2, "test", text))
    assert box.agent("801") == (AgentState.SIGNED_OUT, "removed")
    back(box, "802")
