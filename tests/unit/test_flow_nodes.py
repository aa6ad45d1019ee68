"""Each kind of node of a flow: what the caller hears, which way it leads, what is remembered."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Flow, Node, Service
from firmware.engine import spoken
from firmware.engine.ivr import flows, node_ways
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox
from tests.unit.flow_box import BYE, LOST, answer, called, hear_all, with_flow

MENU = Node(
    id="menu",
    kind="menu",
    prompt="main-menu",
    keys={"1": "bye"},
    retries=1,
    no_input="please-wait",
    wrong_input="unknown-reason",
    otherwise="lost",
)


def nodes_of(box: FakeBox) -> list[str]:
    return [one.node for one in box.facts(f.NodeEntered)]


# -- keys -------------------------------------------------------------------------------------------


def test_a_menu_says_its_own_words_when_nothing_or_something_wrong_is_keyed() -> None:
    box = called(MENU, BYE, LOST)
    box.heard("L1")
    box.wait(5.1)
    assert box.words("L1") == ["please-wait", "main-menu"]
    box.key("L1", "7")
    assert box.words("L1") == ["not-available"]
    box = called(MENU, BYE, LOST)
    box.key("L1", "7")
    assert box.words("L1") == ["unknown-reason", "main-menu"]


COLLECT = Node(
    id="ask", kind="collect", prompt="enter-number", digits=6, least=3, ends="*", variable="id", next="say"
)
SAY = Node(id="say", kind="say", value="{id}", next="bye")


def test_a_collection_ends_at_its_own_key() -> None:
    box = called(COLLECT, SAY, BYE)
    box.key("L1", "12#4*")
    assert box.call("L1").variables["id"] == "12#4"
    assert box.words("L1") == ["digit-1", "digit-2", "digit-hash", "digit-4"]


def test_too_few_digits_are_wrong_input() -> None:
    box = called(COLLECT, SAY, BYE)
    box.key("L1", "12*")
    assert box.words("L1") == ["wrong-input", "enter-number"]
    box.key("L1", "123")
    box.wait(5.1)
    assert box.call("L1").variables["id"] == "123"


def test_digits_are_read_back_and_kept_when_confirmed() -> None:
    box = called(structs.replace(COLLECT, confirm=True), SAY, BYE)
    box.key("L1", "123*")
    assert box.words("L1") == ["you-keyed", "digit-1", "digit-2", "digit-3", "confirm-digits"]
    box.key("L1", "2")
    assert box.words("L1") == ["enter-number"]
    box.key("L1", "456*")
    box.heard("L1")
    box.wait(5.1)
    assert box.words("L1") == ["no-input", "enter-number"]
    box.key("L1", "789*1")
    assert box.call("L1").variables["id"] == "789"
    assert box.facts(f.DigitsCollected) == [f.DigitsCollected(1, "ask", "789")]


# -- said, set, decided -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speak", "value", "words"),
    [
        ("digits", "10#", "digit-1 digit-0 digit-hash"),
        ("number", "0", "number-0"),
        ("number", "1205", "number-1 thousand number-200 number-5"),
        ("number", "-3.50", "minus number-3 point digit-5 digit-0"),
        ("number", "2000000", "number-2 million"),
        ("number", "12a", "digit-1 digit-2"),
        ("number", "1234567890", " ".join(f"digit-{one}" for one in "1234567890")),
        ("date", "2026-10-01", "month-10 number-1 number-20 number-20 number-6"),
        ("date", "2000-01-31", "month-1 number-30 number-1 number-2 thousand"),
        ("date", "yesterday", ""),
        ("time", "09:05", "number-9 number-0 number-5"),
        ("time", "13:00", "number-13 o-clock"),
        ("money", "12.5", "number-12 point digit-5 money-unit"),
    ],
)
def test_values_are_said(speak: str, value: str, words: str) -> None:
    box = called(Node(id="say", kind="say", speak=speak, value=value, next="bye"), BYE)
    said = [one for one in box.words("L1") if one != "goodbye"]
    assert said == words.split()


def test_mandarin_counts_in_ten_thousands() -> None:
    assert spoken.say("120305", "number", "zh") == (
        *("number-12", "ten-thousand", "number-0", "number-300", "number-0", "number-5"),
    )
    assert spoken.say("2026-10-01", "date", "zh")[-4:] == ("number-10", "month", "number-1", "day-of-month")
    assert spoken.say("09:05", "time", "zh") == (
        "number-9",
        "o-clock",
        "number-0",
        "number-5",
        "minutes-past",
    )


def test_a_branch_takes_the_first_case_that_is_true() -> None:
    branch = Node(
        id="who",
        kind="branch",
        cases={"starts-with(caller.number, '138')": "bye", "len(caller.number) = 11": "mobile"},
        otherwise="lost",
    )
    box = called(branch, BYE, LOST, Node(id="mobile", kind="play", prompt="welcome", next="bye"))
    assert nodes_of(box) == ["who", "mobile"]


def test_set_works_expressions_out() -> None:
    box = called(
        Node(id="a", kind="set", variable="x", expression="len(caller.number) * 2", next="b"),
        Node(id="b", kind="language", language="zh", next="c"),
        Node(id="c", kind="set", variable="y", value="{x}", next="bye"),
        BYE,
    )
    assert box.call("L1").variables == {"x": "22", "y": "22"}
    assert box.call("L1").language == "zh"


# -- flows in flows ---------------------------------------------------------------------------------


def sub(*nodes: Node, name: str = "sub") -> Flow:
    return Flow(id=name, start=nodes[0].id, nodes=nodes)


def test_a_called_flow_returns_behind_its_call() -> None:
    inner = sub(Node(id="hi", kind="play", prompt="welcome", next="back"), Node(id="back", kind="return"))
    box = called(Node(id="go", kind="call", flow="sub", next="bye"), BYE, flows=(inner,))
    assert box.words("L1") == ["welcome"]
    box.heard("L1")
    assert nodes_of(box) == ["go", "hi", "back", "bye"]
    assert [one.flow for one in box.facts(f.FlowReturned)] == ["main"]
    assert box.call("L1").within == []


def test_a_return_that_nobody_waits_for_hangs_up() -> None:
    box = called(Node(id="back", kind="return"))
    assert box.leg("L1") is None


def test_flows_that_call_themselves_come_to_an_end() -> None:
    box = called(Node(id="go", kind="call", flow="main", next="bye"), BYE)
    assert len(box.facts(f.FlowCalled)) == node_ways.DEEPEST
    assert box.words("L1") == ["goodbye"]


# -- somebody ---------------------------------------------------------------------------------------


def test_a_transfer_goes_where_the_admin_wrote() -> None:
    box = called(Node(id="go", kind="transfer", target="extension:804", otherwise="bye"), BYE)
    assert "804" in {leg.party for leg in box.engine.state.legs.values()}
    box.wait(31)
    assert box.words("L1") == ["goodbye"]


@pytest.mark.parametrize("target", ["outside:{id}", "queue:{id}", "flow:{id}", "voicemail:{id}"])
def test_what_was_keyed_leads_nowhere_but_to_telephones_of_the_house(target: str) -> None:
    """Toll fraud: digits of a caller are never dialled outside."""
    box = called(
        structs.replace(COLLECT, next="go"),
        Node(id="go", kind="transfer", target=target, otherwise="bye"),
        BYE,
    )
    box.key("L1", "804*")
    assert not box.sent(c.Dial)
    assert box.words("L1") == ["goodbye"]
    assert box.facts(f.AttemptRefused)[-1].reason == "not-allowed"


def test_what_was_keyed_may_choose_a_telephone() -> None:
    box = called(structs.replace(COLLECT, next="go"), Node(id="go", kind="transfer", target="extension:{id}"))
    box.key("L1", "804*")
    box.lift("804")
    assert box.talk("L1", "804")


# -- recorded ---------------------------------------------------------------------------------------

NOTE = Node(id="note", kind="record", prompt="leave-message-please", most_s=30, variable="note", next="bye")


def test_a_note_is_recorded_till_its_key() -> None:
    box = called(NOTE, BYE)
    assert box.words("L1") == ["leave-message-please", "tone:beep"]
    assert not box.recording
    box.heard("L1")
    began = box.facts(f.RecordingBegan)[-1]
    assert (began.kind, began.party) == ("note", "flow:main/note")
    box.wait(4)
    box.key("L1", "5#")
    assert box.call("L1").variables["note"] == began.recording
    assert not box.recording
    assert box.words("L1") == ["goodbye"]


def test_a_note_has_its_longest_time() -> None:
    box = called(NOTE, BYE)
    box.heard("L1")
    box.wait(30.1)
    assert not box.recording
    assert box.words("L1") == ["goodbye"]


# -- look-ups ---------------------------------------------------------------------------------------

LOOKUP = Node(
    id="ask",
    kind="http",
    lookup="crm",
    give={"number": "caller.e164", "word": "'a'"},
    within_s=2,
    prompt="one-moment",
    next="known",
    otherwise="lost",
)
KNOWN = Node(id="known", kind="say", value="{level}", next="bye")


def test_a_look_up_is_asked_and_its_answer_set() -> None:
    box = called(LOOKUP, KNOWN, BYE, LOST)
    asked = box.facts(f.JobAsked)[0]
    assert (asked.kind, asked.name, asked.call, asked.node) == ("http", "crm", 1, "ask")
    assert dict(asked.what) == {"number": "+8613912345678", "word": "a"}
    box.heard("L1")
    assert box.words("L1") == []
    answer(box, level="3", name="x" * 999, injected="1")
    assert box.words("L1") == ["digit-3"]
    assert box.call("L1").variables == {"name": "x" * 200, "level": "3"}


@pytest.mark.parametrize("result", ["failed", "unknown"])
def test_a_look_up_that_fails_goes_on_without(result: str) -> None:
    box = called(LOOKUP, KNOWN, BYE, LOST)
    answer(box, result)
    assert box.words("L1") == ["not-available"]


def test_a_look_up_that_hangs_never_delays_a_call() -> None:
    box = called(structs.replace(LOOKUP, within_s=0.15, prompt=""), KNOWN, BYE, LOST)
    box.wait(0.149)
    assert nodes_of(box)[-1] == "ask"
    box.wait(0.002)
    assert box.words("L1") == ["not-available"]
    answer(box, level="3")
    assert box.words("L1") == ["not-available"]


def test_an_answer_finds_nobody_who_left() -> None:
    box = called(LOOKUP, KNOWN, BYE, LOST)
    box.leave("L1")
    answer(box, level="3")
    assert box.facts(f.JobEnded)[-1].result == "done"


def test_an_empty_answer_is_no_answer() -> None:
    box = called(LOOKUP, KNOWN, BYE, LOST)
    answer(box)
    assert box.words("L1") == ["not-available"]


def test_a_secret_goes_to_the_job_by_its_handle_and_into_no_record() -> None:
    box = called(
        Node(id="pin", kind="collect", prompt="enter-pin", digits=4, secret=True, variable="pin", next="ask"),
        structs.replace(LOOKUP, give={"pin": "pin", "name": "caller.name"}),
        KNOWN,
        BYE,
        LOST,
    )
    box.key("L1", "8361")
    asked = box.facts(f.JobAsked)[0]
    assert dict(asked.hidden) == {"pin": "secret:1:pin"}
    assert dict(asked.what) == {"name": ""}
    assert box.engine.secret("secret:1:pin") == "8361"
    assert "8361" not in str(box.records)


def test_what_only_looks_like_a_handle_is_none() -> None:
    """A caller's name, say, or another call's secret."""
    box = called(LOOKUP, KNOWN, BYE, LOST)
    answer(box, level="secret:1:pin", name="")
    assert box.words("L1") != []
    assert "secret" not in " ".join(box.words("L1"))
    box = called(structs.replace(LOOKUP, give={"x": "level"}), KNOWN, BYE, LOST)
    assert box.facts(f.JobAsked)[0].hidden == ()


# -- living calls and new configurations ------------------------------------------------------------


def _reconfigured(box: FakeBox, *nodes: Node) -> None:
    box.give(i.ConfigApplied(2, "test", msgspec.json.encode(with_flow(*nodes)).decode()))


def test_whose_node_is_gone_begins_anew() -> None:
    box = called(MENU, BYE, LOST)
    _reconfigured(box, Node(id="hello", kind="play", prompt="welcome", next="bye"), BYE)
    box.heard("L1")
    assert box.words("L1") == ["welcome"]


def test_whose_node_became_another_kind_goes_on() -> None:
    box = called(MENU, BYE, LOST)
    box.heard("L1")
    _reconfigured(box, Node(id="menu", kind="play", prompt="welcome", next="bye"), BYE)
    box.wait(6)
    assert box.words("L1") == ["welcome"]


def test_whose_flow_is_gone_hears_a_last_word() -> None:
    box = called(MENU, BYE, LOST)
    box.give(i.ConfigApplied(2, "x", msgspec.json.encode(structs.replace(with_flow(BYE), flows=())).decode()))
    box.heard("L1")
    assert box.words("L1") == ["not-available"]


# -- telephones of the house, and nobody ------------------------------------------------------------


def test_a_telephone_of_the_house_runs_a_flow_too() -> None:
    box = FakeBox(with_flow(MENU, COLLECT, SAY, BYE, LOST))
    box.lift("804")
    box.key("804", "850")
    assert box.words("804") == ["main-menu"]
    box.heard("804")
    box.wait(5.1)
    assert box.words("804") == ["please-wait", "main-menu"]
    box.key("804", "1")
    assert box.words("804") == ["goodbye"]


def test_who_never_keys_anything_is_let_go_at_last() -> None:
    round_about = structs.replace(MENU, retries=0, otherwise="menu")
    box = called(round_about, BYE)
    for _ in range(flows.MOST_SILENT * 2):
        hear_all(box, most=1)
        box.wait(6)
    assert box.leg("L1") is None


# -- after the call ---------------------------------------------------------------------------------


def surveyed(**question: object) -> FakeBox:
    ask = structs.replace(
        Node(
            id="how", kind="survey", prompt="survey-question", digits=1, most=5, next="end", otherwise="end"
        ),
        **question,
    )
    asks = sub(ask, Node(id="end", kind="hang-up", prompt="survey-thanks"), name="after")
    queue = Node(id="sales", kind="queue", queue="sales")
    box = called(queue, flows=(asks,), survey="after")
    agent = next(one for one in ("801", "802", "803") if box.leg(one) is not None)
    box.lift(agent)
    assert box.talk("L1", agent)
    box.wait(20)
    box.hang_up(agent)
    return box


def test_who_stays_after_the_agent_left_is_asked() -> None:
    box = surveyed()
    agent = box.facts(f.AgentConnected)[0].agent
    assert box.facts(f.SurveyBegan) == [f.SurveyBegan(1, "sales", agent, "after")]
    assert box.words("L1") == ["survey-question"]
    assert box.agent(agent)[0] == "wrap-up"
    box.key("L1", "7")
    assert box.words("L1") == ["wrong-input", "survey-question"]
    box.key("L1", "4")
    assert box.facts(f.SurveyAnswered) == [f.SurveyAnswered(1, "sales", agent, "how", "4")]
    box.heard("L1")
    assert box.outcomes() == ["answered"]
    assert len(box.facts(f.RecordingEnded)) == len(box.facts(f.RecordingBegan))


def test_who_leaves_first_is_asked_nothing() -> None:
    asks = sub(BYE, name="after")
    box = called(Node(id="sales", kind="queue", queue="sales"), flows=(asks,), survey="after")
    agent = next(one for one in ("801", "802", "803") if box.leg(one) is not None)
    box.lift(agent)
    box.leave("L1")
    assert not box.facts(f.SurveyBegan)


def test_an_answer_has_up_to_three_keys() -> None:
    box = surveyed(digits=3, most=0)
    box.key("L1", "123")
    assert box.facts(f.SurveyAnswered)[0].answer == "123"
    box = surveyed(digits=3, most=0)
    box.key("L1", "12")
    box.wait(5.1)
    assert box.facts(f.SurveyAnswered)[0].answer == "12"


def test_phases_of_a_survey_are_those_of_a_flow() -> None:
    box = surveyed()
    leg = box.leg("L1")
    assert leg is not None
    assert leg.phase == Phase.FLOW


# -- services, call-backs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "heard"), [("day", "welcome"), ("night", "closed"), ("holiday", "information")]
)
def test_a_service_leads_by_its_mode(mode: str, heard: str) -> None:
    nodes = (
        Node(
            id="s", kind="service", service="desk", next="day", otherwise="night", modes={"holiday": "feast"}
        ),
        Node(id="day", kind="play", prompt="welcome", next="bye"),
        Node(id="night", kind="play", prompt="closed", next="bye"),
        Node(id="feast", kind="play", prompt="information", next="bye"),
        BYE,
    )
    box = FakeBox(structs.replace(with_flow(*nodes), services=(Service(id="desk"),)))
    box.engine.state.dialling.services["desk"] = mode
    box.ring("L1")
    assert box.words("L1") == [heard]


def test_a_call_back_is_offered_and_who_declines_goes_on() -> None:
    box = called(Node(id="cb", kind="callback", queue="sales", otherwise="bye"), BYE)
    assert "callback-confirm" in box.words("L1")
    box.key("L1", "*")
    assert box.words("L1") == ["goodbye"]


def test_who_cannot_be_called_back_goes_on() -> None:
    box = FakeBox(with_flow(Node(id="cb", kind="callback", queue="sales", otherwise="bye"), BYE))
    box.ring("L1", number="")
    assert box.words("L1") == ["goodbye"]
