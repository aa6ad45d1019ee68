"""A queue's call and a program's orders, event by event."""

from __future__ import annotations

import pytest

from firmware.protocol.inputs import AgentOrder, CallOrder
from firmware.protocol.names import Cause
from firmware.protocol.order_format import OrderAnswer, Verdict
from tests.unit.gate_rig import GateRig, Row, gated


@pytest.fixture
def rig() -> GateRig:
    return GateRig()


def of(rows: list[Row], name: str) -> list[Row]:
    return [row for row in rows if row.get("Event") == name]


def test_a_queue_call_is_told_from_its_first_ring_to_its_end(rig: GateRig) -> None:
    wall = rig.program("wall")
    box = rig.box
    box.to_queue("L1", number="13912345678")
    box.wait(5)
    box.lift("801")
    box.wait(20)
    box.leave("L1")
    rows = wall.hears()
    names = [row["Event"] for row in rows]
    wanted = (
        "Newchannel", "NewCallerid", "Newstate", "QueueCallerJoin", "DialBegin", "AgentCalled", "QueueCallerLeave",
        "AgentConnect", "BridgeCreate", "BridgeEnter", "AgentComplete", "Hangup",
    )  # fmt: skip
    places = [names.index(name) for name in wanted]
    assert places == sorted(places), names
    assert of(rows, "DialEnd")[0]["DialStatus"] == "ANSWER"
    assert len(of(rows, "BridgeEnter")) == len(of(rows, "BridgeLeave")) == 2
    assert len(of(rows, "Newchannel")) == len(of(rows, "Hangup")) == 2
    (join,), (connect,), (complete,) = (
        of(rows, one) for one in ("QueueCallerJoin", "AgentConnect", "AgentComplete")
    )
    assert (join["Queue"], join["Position"], join["Count"]) == ("sales", "1", "1")
    assert (connect["Interface"], connect["HoldTime"], connect["RingTime"]) == ("Agent/801", "5", "5")
    assert (complete["TalkTime"], complete["HoldTime"], complete["Reason"]) == ("20", "5", "caller")
    assert {row["Linkedid"] for row in rows if "Linkedid" in row} == {join["Linkedid"]}
    assert join["Uniqueid"] == join["Linkedid"] != connect["DestUniqueid"]
    assert connect["CallerIDNum"] == connect["DestConnectedLineNum"] == join["CallerIDNum"]
    assert not (rig.hub.floor.channels or rig.hub.floor.calls or rig.hub.floor.bridges)


def test_who_gives_up_and_who_lets_it_ring_are_told(rig: GateRig) -> None:
    wall = rig.program("wall")
    rig.box.to_queue("L1")
    rig.box.wait(16)
    rows = wall.hears()
    (missed, *_) = of(rows, "AgentRingNoAnswer")
    assert missed["RingTime"] == "15000"
    rig.box.leave("L1")
    (gone,) = of(wall.hears(), "QueueCallerAbandon")
    assert (gone["HoldTime"], gone["Position"], gone["OriginalPosition"]) == ("16", "1", "1")


def test_agents_are_members_while_they_are_signed_in(rig: GateRig) -> None:
    program = rig.program()
    rows = program.does("QueueStatus", ActionID="q")
    assert {row["Location"] for row in of(rows, "QueueMember")} == {"Agent/801", "Agent/802", "Agent/803"}
    assert rows[-1]["Event"] == "QueueStatusComplete"
    assert {row["ActionID"] for row in rows} == {"q"}
    (paused,) = [
        row
        for row in program.does("QueuePause", Interface="Tipring/802", Paused="true", Reason="lunch")
        if "Response" in row
    ]
    assert paused["Message"] == "Interface paused successfully"
    assert rig.orders == [AgentOrder(rig.orders[0].id, "gate:all", "802", "not-ready", "lunch")]  # type: ignore[union-attr]
    (told,) = of(
        program.does("QueuePause", Interface="Agent/801", Paused="1", Reason="tea"), "QueueMemberPause"
    )
    assert (told["Interface"], told["Paused"], told["Reason"]) == ("Agent/801", "1", "tea")
    rig.give(AgentOrder("x", "boss", "803", "sign-out"), lambda answer: None)
    assert of(program.hears(), "QueueMemberRemoved")[0]["Interface"] == "Agent/803"
    (summary,) = of(program.does("QueueSummary"), "QueueSummary")
    assert (summary["LoggedIn"], summary["Available"]) == ("2", "0")


def test_who_waits_is_listed_in_order(rig: GateRig) -> None:
    program = rig.program()
    for agent in ("801", "802", "803"):
        rig.give(AgentOrder(f"p{agent}", "boss", agent, "not-ready", "lunch"), lambda answer: None)
    rig.box.to_queue("L1", number="13911111111")
    rig.box.wait(3)
    rig.box.to_queue("L2", number="13922222222")
    rig.catch_up()
    entries = of(program.does("QueueStatus", Queue="sales"), "QueueEntry")
    assert [row["Position"] for row in entries] == ["1", "2"]
    assert entries[0]["CallerIDNum"].endswith("13911111111")
    assert int(entries[0]["Wait"]) > int(entries[1]["Wait"]) == 0
    assert of(program.does("QueueStatus", Queue="other"), "QueueParams") == []


def test_channels_are_the_same_for_a_gate_that_came_later(rig: GateRig) -> None:
    program = rig.program()
    rig.box.to_queue("L1")
    rig.box.lift("801")
    program.hears()
    before = program.does("CoreShowChannels")
    rig.look_again()
    after = program.does("CoreShowChannels")
    same = ("Channel", "Uniqueid", "Linkedid", "ChannelStateDesc", "CallerIDNum", "BridgeId")
    assert [[row.get(key) for key in same] for row in before] == [
        [row.get(key) for key in same] for row in after
    ]
    assert len(of(after, "CoreShowChannel")) == 2
    assert (
        of(program.does("Status", Channel=after[1]["Channel"]), "Status")[0]["Channel"] == after[1]["Channel"]
    )
    assert program.does("Status", Channel="SIP/9-1")[0]["Message"] == "No such channel"


# -- orders -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["Tipring/804", "SIP/804", "Local/804@from-internal/n", "804"])
def test_a_program_lets_a_telephone_dial(rig: GateRig, channel: str) -> None:
    program = rig.program()
    (answer, *_) = program.does("Originate", Channel=channel, Exten="802", Async="true", ActionID="o1")
    assert (answer["Response"], answer["ActionID"]) == ("Success", "o1")
    rig.box.lift("804")
    (ended,) = of(program.hears(), "OriginateResponse")
    assert (ended["Response"], ended["Reason"], ended["ActionID"]) == ("Success", "4", "o1")
    assert ended["Channel"].startswith("Tipring/804-")
    assert rig.box.leg("802") is not None, "and it rings there"


def test_an_originate_that_waits_is_answered_when_the_telephone_is_lifted(rig: GateRig) -> None:
    program = rig.program()
    rows = program.does("Originate", Channel="Tipring/804", Exten="802", ActionID="o2")
    assert [row for row in rows if "Response" in row] == []
    rig.box.lift("804")
    (answer,) = [row for row in program.hears() if "Response" in row]
    assert (answer["Response"], answer["ActionID"]) == ("Success", "o2")


def test_a_telephone_that_nobody_lifts_is_told(rig: GateRig) -> None:
    program = rig.program()
    program.does("Originate", Channel="Tipring/804", Exten="802", Async="true", ActionID="o3")
    rig.box.wait(31)
    (ended,) = of(program.hears(), "OriginateResponse")
    assert (ended["Response"], ended["Reason"]) == ("Failure", "3")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Channel": "Tipring/999", "Exten": "802"}, "Channel is no telephone of this box"),
        ({"Channel": "Tipring/../x", "Exten": "802"}, "Channel is no telephone of this box"),
        (
            {"Channel": "Tipring/804", "Exten": "*21900"},
            "Exten must be digits: feature codes are not dialled for programs",
        ),
        (
            {"Channel": "Tipring/804", "Exten": ""},
            "Exten must be digits: feature codes are not dialled for programs",
        ),
        (
            {"Channel": "Tipring/804", "Application": "System", "Data": "rm"},
            "Application is not allowed: give Exten",
        ),
    ],
)
def test_what_a_program_may_not_dial(rig: GateRig, fields: dict[str, str], message: str) -> None:
    (row,) = rig.program().does("Originate", **fields)
    assert (row["Response"], row["Message"]) == ("Error", message)
    assert rig.orders == []


def test_the_telephones_class_of_service_holds_for_programs(rig: GateRig) -> None:
    """803 may call inside the house only."""
    program = rig.program()
    program.does("Originate", Channel="Tipring/803", Exten="9013800138000", Async="true")
    if rig.box.ringing:
        rig.box.lift("803")
    assert rig.box.leg("L1") is rig.box.leg("L4") is None, "no outside line is taken"
    refused = [fact.reason for record in rig.box.records for fact in record.facts if hasattr(fact, "reason")]
    assert "not-allowed" in refused


def test_a_busy_telephone_is_refused_at_once(rig: GateRig) -> None:
    program = rig.program()
    rig.box.lift("804")
    rows = program.does("Originate", Channel="Tipring/804", Exten="802", Async="true", ActionID="b")
    (answer,) = [row for row in rows if "Response" in row]
    assert (answer["Response"], answer["Message"]) == ("Error", "Refused: telephone-busy")


def test_the_same_order_id_dials_once(rig: GateRig) -> None:
    first, second = rig.program(), rig.program()
    fields = {"Channel": "Tipring/804", "Exten": "802", "Async": "true", "OrderID": "crm-17"}
    first.does("Originate", **fields)
    calls = rig.box.engine.state.calls_made
    (again,) = [row for row in second.does("Originate", **fields) if "Response" in row]
    assert (again["Response"], again["Repeated"]) == ("Success", "yes")
    assert rig.box.engine.state.calls_made == calls


def test_equal_action_ids_are_two_orders(rig: GateRig) -> None:
    """Programs count them from the beginning after each start."""
    first = rig.program()
    first.does("Originate", Channel="Tipring/804", Exten="802", Async="true", ActionID="1")
    first.does("Originate", Channel="Tipring/801", Exten="802", Async="true", ActionID="1")
    assert len({one.id for one in rig.orders if isinstance(one, CallOrder)}) == 2


def test_a_program_orders_only_so_many_calls_a_minute() -> None:
    rig = GateRig(gated(originate_per_minute=2))
    program = rig.program()
    told = [program.does("Originate", Channel="Tipring/999x", Exten="802")[0]["Message"] for _ in range(3)]
    assert set(told) == {"Channel is no telephone of this box"}, "what is no order is not counted"
    for _ in range(2):
        program.does("Originate", Channel="Tipring/804", Exten="802", Async="true")
    assert program.does("Originate", Channel="Tipring/804", Exten="802")[0]["Message"] == (
        "Too many calls ordered, try later"
    )
    program.does("Originate", Channel="Tipring/801", Exten="110", Async="true")
    assert rig.orders[-1].number == "110", "help is never too much"  # type: ignore[union-attr]


@pytest.mark.parametrize(("a_minute", "allowed"), [(1, 1), (0, 0)])
def test_fewer_calls_a_minute_hold_at_once(a_minute: int, allowed: int) -> None:
    rig = GateRig(gated(originate_per_minute=30))
    program = rig.program()
    program.does("Originate", Channel="Tipring/804", Exten="802", Async="true")
    rig.hub.use(gated(originate_per_minute=a_minute))
    told = [program.does("Originate", Channel="Tipring/803", Exten="802", Async="true") for _ in range(3)]
    refused = [row for rows in told for row in rows if row.get("Message", "").startswith("Too many")]
    assert len(refused) == 3 - allowed


def test_another_change_gives_nobody_his_calls_back() -> None:
    rig = GateRig(gated(originate_per_minute=1))
    assert rig.hub.may_order("all", 0)
    rig.hub.use(gated(originate_per_minute=1, most_clients=3))
    assert not rig.hub.may_order("all", 0)


def test_a_program_ends_a_call(rig: GateRig) -> None:
    program = rig.program()
    rig.box.to_queue("L1")
    rig.catch_up()
    channel = next(iter(rig.hub.floor.channels.values()))
    rows = program.does("Hangup", Channel=channel.name)
    assert of(rows, "Hangup")[0]["Cause"] == str(int(Cause.NORMAL_CLEARING))
    assert rig.hub.floor.calls == {}
    assert program.does("Hangup", Channel=channel.name)[0]["Message"] == "No such channel"


def test_an_engine_that_is_away_is_told_and_nothing_is_lost(rig: GateRig) -> None:
    program = rig.program()
    rig.silent = True
    assert program.does("Originate", Channel="Tipring/804", Exten="802", Async="true", ActionID="e") == []
    rig.unanswered[0](OrderAnswer(1, Verdict.NO_ENGINE))
    (row,) = program.hears()
    assert (row["Response"], row["Message"]) == ("Error", "the box is not running")


def test_a_class_refuses_before_anybody_is_rung(rig: GateRig) -> None:
    rows = rig.program().does("Originate", Channel="Tipring/803", Exten="9013800138000", Async="true")
    (answer,) = [row for row in rows if "Response" in row]
    assert (answer["Response"], answer["Message"]) == ("Error", "Refused: not-allowed")
    assert rig.box.ringing == {}


def test_a_talking_caller_is_sent_on_to_another_telephone(rig: GateRig) -> None:
    program = rig.program()
    rig.box.to_queue("L1")
    rig.box.lift("801")
    program.hears()
    (caller, agent) = rig.hub.floor.channels.values()
    assert program.does("Redirect", Channel=agent.name, Exten="804")[0]["Message"] == "Refused: not-possible"
    rows = program.does("Redirect", Channel=caller.name, Exten="804")
    assert [row["Message"] for row in rows if "Response" in row] == ["Redirect successful"]
    assert of(rows, "BlindTransfer")[0]["Extension"] == "extension:804"
    assert of(rows, "AgentComplete")[0]["Reason"] == "transfer"
    rig.box.lift("804")
    assert rig.box.talk("L1", "804")
    assert rig.box.leg("801") is None


def test_a_waiting_caller_is_sent_on_and_counts_where_he_got(rig: GateRig) -> None:
    program = rig.program()
    rig.box.to_queue("L1")
    rig.catch_up()
    channel = next(iter(rig.hub.floor.channels.values()))
    rows = program.does("Redirect", Channel=channel.name, Exten="804")
    assert "Redirect successful" in [row.get("Message") for row in rows]
    assert rig.box.engine.state.agents["801"].state == "ready"
    rig.box.lift("804")
    rig.box.leave("L1")
    assert rig.box.outcomes() == ["answered"]


@pytest.mark.parametrize("number", ["9013800138000", "9110", "12", "0"])
def test_nobody_is_sent_outside_by_a_program(rig: GateRig, number: str) -> None:
    program = rig.program()
    rig.box.to_queue("L1")
    rig.catch_up()
    channel = next(iter(rig.hub.floor.channels.values()))
    rows = program.does("Redirect", Channel=channel.name, Exten=number)
    assert [row["Message"] for row in rows if "Response" in row] == ["Refused: not-allowed"]
    assert rig.box.call("L1").waits


def test_an_agent_leaves_a_queue_and_joins_it_again(rig: GateRig) -> None:
    program = rig.program()
    rows = program.does("QueueRemove", Interface="Agent/801", Queue="sales")
    assert of(rows, "QueueMemberRemoved")[0]["Interface"] == "Agent/801"
    listed = of(program.does("QueueStatus"), "QueueMember")
    assert "Agent/801" not in {row["Location"] for row in listed}
    rig.look_again()
    listed = of(program.does("QueueStatus"), "QueueMember")
    assert "Agent/801" not in {row["Location"] for row in listed}
    rows = program.does("QueueAdd", Interface="Agent/801", Queue="sales")
    assert of(rows, "QueueMemberAdded")[0]["Interface"] == "Agent/801"
    assert program.does("QueueAdd", Interface="Agent/801", Queue="none")[0]["Response"] == "Error"
    assert program.does("QueueAdd", Interface="Agent/none", Queue="sales")[0]["Response"] == "Error"
