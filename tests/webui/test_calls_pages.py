"""Calls found and told: what people may see, addresses that can be shared, texts of callers that act nowhere."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from markupsafe import escape

from firmware.protocol.inputs import HoldOrder
from firmware.protocol.order_format import Verdict
from firmware.store.calls.search import search
from tests.webui.house import House
from tests.webui.past import DAY, HOSTILE, calls_of, change, look, put_past, put_recording, work_as
from webui.calls.asked import asked, page_of

LINK = re.compile(r'href="/calls/(\d+)"')


@pytest.fixture
def past(house: House) -> House:
    put_past(house)
    return house


def found(house: House, role: str, query: str = "") -> list[int]:
    answer = house.client(role).get(f"/calls{query}")
    assert answer.status_code == 200, answer.text
    return [int(one) for one in LINK.findall(answer.text)]


def test_a_box_without_calls_says_so(house: House) -> None:
    assert "No call fits" in house.client("supervisor").get("/calls").text
    assert house.client("supervisor").get("/calls/1").status_code == 404


def test_who_supervises_finds_every_call_newest_first(past: House) -> None:
    every = [int(str(row[0])) for row in look(past, "SELECT id FROM calls ORDER BY id DESC")]
    assert len(every) >= 6
    assert found(past, "supervisor") == found(past, "admin") == every


@pytest.mark.parametrize("query", ["", "?agent=802", "?outcome=answered", "?agent=&order=oldest"])
def test_an_agent_finds_the_calls_he_had_part_in_alone(past: House, query: str) -> None:
    work_as(past, "801")
    own = calls_of(past, "801")
    assert own and set(own) < {int(str(row[0])) for row in look(past, "SELECT id FROM calls")}
    assert sorted(found(past, "agent", query)) == own
    others = {int(str(row[0])) for row in look(past, "SELECT id FROM calls")} - set(own)
    assert {past.client("agent").get(f"/calls/{one}").status_code for one in own} == {200}
    assert {past.client("agent").get(f"/calls/{one}").status_code for one in others} == {404}


def test_an_account_that_is_no_agents_finds_nothing(past: House) -> None:
    work_as(past, "")
    assert found(past, "agent") == []
    assert past.client("agent").get(f"/calls/{calls_of(past, '801')[0]}").status_code == 404


def test_a_technician_sees_no_calls(past: House) -> None:
    assert past.client("technician").get("/calls").status_code == 403


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        (f"?from={DAY}&to={DAY}", "1"),
        ("?to=2020-01-01", "0"),
        ("?outcome=abandoned_in_queue", "outcome = 'abandoned_in_queue'"),
        ("?direction=inbound", "direction = 'inbound'"),
        ("?queue=nowhere", "0"),
        ("?wait-least=10&wait-most=20", "wait_s BETWEEN 10 AND 20"),
        ("?talk-least=5", "talk_s >= 5"),
        ("?recorded=yes", "recorded = 1"),
        ("?voicemail=no", "voicemail = 0"),
    ],
)
def test_the_address_says_what_is_found(past: House, query: str, condition: str) -> None:
    put_recording(past, calls_of(past, "801")[0])
    wanted = {int(str(row[0])) for row in look(past, f"SELECT id FROM calls WHERE {condition}")}
    assert set(found(past, "supervisor", query)) == wanted


def test_the_form_shows_what_was_asked(past: House) -> None:
    text = past.client("supervisor").get("/calls?number=%22%3E%3Cb%3E&wait-least=7&order=oldest").text
    assert 'value="&#34;&gt;&lt;b&gt;"' in text and 'value="7"' in text
    assert '<option value="oldest" selected>' in text


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=9999-12-31",
        "outcome=x",
        "wait-least=nan",
        "talk-most=-1",
        "recorded=2",
        "order=;--",
    ],
)
def test_what_cannot_be_read_is_named_and_left_out(past: House, query: str) -> None:
    answer = past.client("supervisor").get(f"/calls?{query}")
    assert answer.status_code == 200 and "Not understood" in answer.text
    assert len(LINK.findall(answer.text)) == len(look(past, "SELECT id FROM calls"))


def test_pages_go_on_behind_the_last_call(past: House, monkeypatch: pytest.MonkeyPatch) -> None:
    every = found(past, "supervisor", "?order=longest-wait")
    monkeypatch.setattr(
        "webui.pages.calls.search", lambda db, wanted, after=None: search(db, wanted, after, 2)
    )
    seen: list[int] = []
    address = "/calls?order=longest-wait"
    while address:
        text = past.client("supervisor").get(address).text
        seen += [int(one) for one in LINK.findall(text)]
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == every


def test_a_page_of_nobody_is_the_first() -> None:
    assert asked({"after": "'; --"}, "UTC").after is None
    after = asked({"after": "12:3.500000000"}, "UTC").after
    assert after is not None and page_of(after) == "12:3.500000000"


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_callers_sent_acts_nowhere(past: House, payload: str, language: str) -> None:
    change(past, "UPDATE calls SET from_name = ?, from_number = ?", (payload, payload))
    client = past.client("supervisor")
    client.post("/language", data={"language": language, "csrf": past.csrf("supervisor")})
    call = calls_of(past, "801")[0]
    change(
        past,
        "INSERT INTO dispositions (call, agent, code, note, author, at_us, at) VALUES (?, '801', ?, ?, 'x', 0, 0)",
        (call, payload, payload),
    )
    for path in ("/calls", f"/calls/{call}", f"/calls?name={quote(payload)}"):
        text = client.get(path).text
        assert "<script>alert" not in text and "<img src=x" not in text
        assert str(escape(payload)) in text, path


def test_the_story_has_every_moment_in_the_readers_language(past: House) -> None:
    call = calls_of(past, "801")[0]
    client = past.client("supervisor")
    english = client.get(f"/calls/{call}").text
    assert "waits in queue sales" in english and "talks with" in english and "call ends: " in english
    client.post("/language", data={"language": "zh", "csrf": past.csrf("supervisor")})
    assert "进入队列 sales" in client.get(f"/calls/{call}").text


def hold(house: House, role: str, path: str, why: str = "court order") -> int:
    return house.client(role).post(path, data={"csrf": house.csrf(role), "why": why}).status_code


def test_a_legal_hold_is_the_supervisors_order_and_ends_by_the_admins(past: House) -> None:
    call = calls_of(past, "801")[0]
    work_as(past, "801")
    assert hold(past, "agent", f"/calls/{call}/hold") == 403
    assert hold(past, "supervisor", f"/calls/{call}/hold") == 302
    (order,) = past.engine.orders
    assert isinstance(order, HoldOrder)
    assert (order.do, order.call, order.author, order.why) == ("place", call, "mei", "court order")
    change(
        past,
        "INSERT INTO legal_holds (id, author, why, call, recording, marks, shown, placed_us, placed_at)"
        " VALUES (?, 'mei', 'court order', ?, '', '[]', '', 1, 1795395600000000)",
        (order.id, call),
    )
    put_recording(past, call)
    text = past.client("supervisor").get(f"/calls/{call}").text
    assert "Held by mei" in text and "legal hold" in text and "End the hold" not in text
    assert hold(past, "supervisor", f"/calls/{call}/release") == 403
    assert hold(past, "admin", f"/calls/{call}/release", "closed") == 302
    last = past.engine.orders[-1]
    assert isinstance(last, HoldOrder) and (last.do, last.hold) == ("release", order.id)


def test_an_engine_that_refuses_is_told(past: House) -> None:
    past.engine.verdict, past.engine.reason = Verdict.REFUSED, "no-reason-given"
    answer = past.client("admin").post(
        f"/calls/{calls_of(past, '801')[0]}/hold", data={"csrf": past.csrf("admin"), "why": " "}
    )
    assert answer.status_code == 409 and "no reason given" in answer.text
