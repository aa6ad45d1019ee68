"""Rules of routing, and what the box remembers of callers, through the whole engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware.archive.archive import Archive
from firmware.cli.reports import choices
from firmware.config.schema import Agent, Config, NumberList, Queue, RoutingRule
from firmware.engine.acd.callers import DAY_US, MOST_CALLERS, CallerKept, remember
from firmware.engine.acd.routing import Routing
from firmware.engine.dialling.patterns import NumberPatterns
from firmware.engine.state import Call
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.choice import Need
from firmware.protocol.journal import decode, encode
from firmware.protocol.names import Direction
from firmware.store.disk import VirtualDisk
from tests.unit.fake_box import FakeBox, office

ME = "13912345678"


def routed(*rules: RoutingRule, **queue: object) -> Config:
    return msgspec.structs.replace(
        office(**queue), routing=rules, number_lists=(NumberList(id="gold", numbers=("+86139*", "10086")),)
    )


def need(box: FakeBox, number: int = -1) -> tuple[int, Need]:
    fact = box.facts(f.Enqueued)[number]
    return fact.priority, fact.need


def served_and_gone(box: FakeBox, line: str, extension: str) -> None:
    box.lift(extension)
    box.leave(line)
    box.hang_up(extension)
    box.wait(11)


# -- rules ------------------------------------------------------------------------------------------


def test_all_rules_that_fit_count_and_are_kept_by_name() -> None:
    rules = (
        RoutingRule(id="gold", lists=("gold",), vip=True, priority=3),
        RoutingRule(id="beijing", numbers=("+8610*",), priority=50),
        RoutingRule(
            id="fluent", lines=("L1",), queues=("sales",), skills={"zh": 40}, agent="803", agent_wait_s=7
        ),
        RoutingRule(id="more", skills={"zh": 30, "en": 1}, agent="801", priority=2),
    )
    box = FakeBox(routed(*rules, priority=1))
    box.to_queue("L1", number=ME)
    expected = Need({"en": 1, "zh": 40}, "vip", "803", 7_000_000, ("gold", "fluent", "more"))
    assert need(box) == (6, expected)


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"languages": ("en",)}, True),
        ({"languages": ("zh",)}, False),
        ({"variables": {"product": "print*"}}, True),
        ({"variables": {"product": "print"}}, False),
        ({"variables": {"colour": "*"}}, False),
        ({"lines": ("hot",), "queues": ("q",)}, True),
        ({"queues": ("other",)}, False),
        ({"history": "served"}, True),
        ({"history": "abandoned"}, False),
        ({"history": "new"}, False),
        ({"numbers": ("010-8888 6666",)}, True),
        ({"numbers": ("+86108888666",)}, False),
    ],
)
def test_a_rule_holds_when_all_it_sets_does(rule: dict[str, Any], fits: bool) -> None:
    call = Call(1, Direction.INBOUND, 0, "hot", 0, number="01088886666", e164="+861088886666", language="en")
    call.variables["product"] = "printer"
    routing = Routing(Config(routing=(RoutingRule(id="r", priority=1, **rule),)))
    assert routing.need(call, Queue(id="q"), CallerKept("served", 0))[0] == int(fits)


def test_priorities_of_many_rules_stay_within_bounds() -> None:
    routing = Routing(Config(routing=tuple(RoutingRule(id=f"r{one}", priority=60) for one in range(9))))
    assert routing.need(Call(1, Direction.INBOUND, 0, "", 0), Queue(id="q"), None)[0] == 100


def test_a_caller_without_a_number_is_not_taken_for_a_new_one() -> None:
    rule = RoutingRule(id="new", history="new", priority=5)
    box = FakeBox(routed(rule))
    box.to_queue("L1", number="")
    assert need(box)[0] == 0
    box.to_queue("L2", number=ME)
    assert need(box)[0] == 5


def test_numbers_are_found_however_they_are_written() -> None:
    patterns = NumberPatterns([("+86 139-1234 5678", 1), ("(010) 8*", 2), ("+*", 3)])
    assert patterns.of("+8613912345678", ME) == {1, 3}
    assert patterns.of("", "01088886666") == {2}
    assert patterns.of("", "") == frozenset()
    assert patterns.of("+861", "010") == {3}


# -- the last agent, history ------------------------------------------------------------------------


def test_who_served_the_caller_last_serves_him_again() -> None:
    box = FakeBox(routed(last_agent=True, last_agent_wait_s=30))
    box.to_queue("L1")
    served_and_gone(box, "L1", "801")  # 801 is now the one who has been idle least
    box.to_queue("L2")
    assert need(box)[1] == Need(agent="801", wait_us=30_000_000, because=("last-agent",))
    offered = box.facts(f.AgentOffered)[-1]
    assert offered.agent == "801"
    assert "rules last-agent; preferred" in offered.why
    assert [one.reason for one in offered.others] == ["preferred", "preferred"]


def test_the_last_agent_is_waited_for_no_longer_than_the_queue_says() -> None:
    box = FakeBox(routed(last_agent=True, last_agent_wait_s=30))
    box.to_queue("L1")
    served_and_gone(box, "L1", "801")
    box.to_queue("L2", number="13000000000")
    box.to_queue("L3", number="13000000001")
    box.lift("802")
    box.lift("803")
    box.to_queue("L4", number="13000000002")
    box.lift("801")
    box.leave("L2")
    box.hang_up("802")
    box.wait(11)
    box.to_queue("L2")
    assert len(box.facts(f.AgentOffered)) == 4
    box.wait(29)
    assert len(box.facts(f.AgentOffered)) == 4
    box.wait(2)
    assert box.facts(f.AgentOffered)[-1].agent == "802"


def test_who_gave_up_waiting_is_known_when_calling_again() -> None:
    box = FakeBox(routed(RoutingRule(id="sorry", history="abandoned", priority=2)))
    for agent in ("801", "802", "803"):
        box.give(i.AgentOrder(id=f"o{agent}", author="admin", agent=agent, do="not-ready"))
    box.to_queue("L1")
    box.wait(5)
    box.leave("L1")
    box.to_queue("L2")
    assert need(box)[0] == 2


@pytest.mark.parametrize("how", ["erased", "old", "not-wanted"])
def test_callers_are_forgotten(how: str) -> None:
    config = routed(last_agent=True)
    days = 0 if how == "not-wanted" else 30
    box = FakeBox(
        msgspec.structs.replace(config, site=msgspec.structs.replace(config.site, remember_callers_days=days))
    )
    box.to_queue("L1")
    served_and_gone(box, "L1", "801")
    assert bool(box.engine.state.callers) is (how != "not-wanted")
    if how == "erased":
        box.give(i.ErasureOrder(id="e1", author="admin", why="asked", marks=("ab",)))
    elif how == "old":
        box.wait(29 * 86_400)
        assert box.engine.state.callers
        box.wait(2 * 86_400)
    assert not box.engine.state.callers
    box.to_queue("L2")
    assert need(box)[1].agent == ""


def test_no_more_callers_are_kept_than_there_is_room_for() -> None:
    kept: dict[str, CallerKept] = {}
    for number in range(MOST_CALLERS + 5):
        remember(kept, f"+{number}", "served", "801", number * DAY_US)
    assert len(kept) == MOST_CALLERS
    assert next(iter(kept)) == "+5"
    remember(kept, "+5", "abandoned", "", 0)
    assert list(kept)[-1] == "+5"
    assert kept["+5"].agent == "801"


def test_a_call_back_asks_for_the_same_as_the_caller_did() -> None:
    rule = RoutingRule(id="gold", lists=("gold",), skills={"zh": 40}, priority=3)
    box = FakeBox(routed(rule, callback_abandoned_after_s=5))
    box.to_queue("L1")
    box.wait(6)
    assert box.facts(f.AgentOffered) == []  # nobody knows that much
    box.leave("L1")
    (waiting,) = box.engine.state.acd.calls.values()
    assert (waiting.call, waiting.priority, waiting.need.skills) == (-1, 3, {"zh": 40})


# -- what is told -----------------------------------------------------------------------------------


def test_the_report_tells_why_not_the_others(tmp_path: Path) -> None:
    box = FakeBox(routed(RoutingRule(id="gold", lists=("gold",), vip=True)))
    box.to_queue("L1")
    rows: list[dict[str, Any]] = [{"id": 1}]
    archive = Archive(tmp_path, "box-1", "Asia/Shanghai", disk=VirtualDisk(), durable=False)
    try:
        archive.follow([decode(encode(record)) for record in box.records])
        choices.add(archive.db, rows)
    finally:
        archive.close()
    (choice,) = rows[0]["choices"]
    assert (choice["agent"], choice["result"], choice["rules"]) == ("801", None, ["gold"])
    assert [one["agent"] for one in choice["others"]] == ["802", "803"]
    assert json.dumps(rows)
    assert "and not: 802 (comes later: " in choices.text(rows, "en")
    assert "而非：802（排在其后：" in choices.text(rows, "zh")


def test_every_reason_is_said_in_both_languages() -> None:
    told = [
        ("1", "skill", "zh 40<50"),
        ("2", "talking", ""),
        ("3", "level", "2>1"),
        ("4", "kind", "supervisor"),
    ]
    assert choices.tell(told, "en") == (
        "1 (lacks zh 40<50); 2 (talking); 3 (of a later order 2>1); 4 (is supervisor)"
    )
    assert choices.tell(told, "zh") == (
        "1（技能不足 zh 40<50）；2（通话）；3（次序靠后 2>1）；4（坐席类型为 supervisor）"
    )


def test_an_older_record_without_need_and_others_is_still_read() -> None:
    old = b'{"type":"Enqueued","call":1,"queue":"q","priority":2}'
    assert msgspec.json.decode(old, type=f.Enqueued) == f.Enqueued(1, "q", 2)
    agent = Agent(id="1")
    assert agent.order == {}
