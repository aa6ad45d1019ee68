"""The interview for programs: answers kept where they have no fault, proposals as the pages show them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from firmware.interview.check import read_answers
from firmware.interview.found import found
from tests.webui.house import House
from tests.webui.past import HOSTILE
from tests.webui.programs import Program
from tests.webui.test_interview_pages import NEW_BOX, answer
from webui.api.in_force import MOST_FAULTS
from webui.interviewing import kept
from webui.settings import putting

XSS = "<script>alert(1)</script>"


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json


def keep(program: Program, answers: object, **headers: str) -> TestResponse:
    return program.ask("PUT", "/interview", {"answers": answers}, **headers)


def propose(program: Program, answers: object = None, **headers: str) -> TestResponse:
    body = {} if answers is None else {"answers": answers}
    return program.post("/interview/proposal", body, Idempotency_Key="", **headers)


def on_disk(house: House) -> kept.Kept | None:
    return kept.read(house.places.root)


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[House]:
    """Cards and nothing else."""
    made = House(tmp_path / "new", NEW_BOX)
    made.settle()
    yield made
    made.close()


# -- answers ----------------------------------------------------------------------------------------------


def test_without_answers_the_boxs_own_stand(house: House) -> None:
    found = told(Program(house, "read:settings").get("/interview"))
    assert not found["begun"] and found["answers"] == kept.defaults(house.site.config)
    assert found["answers"]["site"]["name"] == "Office" and on_disk(house) is None


def test_the_form_says_what_an_answer_may_be(house: House) -> None:
    form = told(Program(house).get("/interview"))["form"]
    parts = form["$defs"]
    assert form["$ref"] == "#/$defs/Answers" and set(parts["Answers"]["properties"]) == set(
        kept.defaults(house.site.config)
    )
    assert parts["Answers"]["properties"]["goal"]["enum"] == ["answer", "sell", "support", "book"]
    assert parts["Person"]["properties"]["languages"]["items"]["enum"] == ["zh", "en"]
    load = parts["Load"]["properties"]["calls_a_day"]
    assert (load["minimum"], load["maximum"], load["description"]) == (0, 20_000, "On an ordinary day.")
    assert all(
        one["description"] for name in ("Load", "Wishes") for one in parts[name]["properties"].values()
    )


def test_answers_are_kept_for_programs_and_pages_alike(house: House) -> None:
    program = Program(house)
    given = {"site": {"name": "Jade Tea"}, "goal": "sell", "load": {"calls_a_day": 400}}
    found = told(keep(program, given))
    assert found["begun"] and found["warnings"] == [] and found == told(keep(program, given))
    there = told(program.get("/interview"))
    assert there["begun"] and there["answers"] == found["answers"]
    assert there["answers"]["load"] == {**kept.defaults(house.site.config)["load"], "calls_a_day": 400}
    assert (
        there["answers"]["site"]["country"] == "CN" and there["answers"]["department"][0]["name"] == "Sales"
    )
    admin = house.client("admin")
    assert 'value="Jade Tea"' in admin.get("/interview/step/business").text
    for step in ("people", "departments", "hours", "load", "wishes"):
        assert answer(house, step).status_code == 302, step
    assert told(program.get("/interview"))["answers"]["goal"] == "sell"
    assert house.site.config_version == 1 and house.engine.orders == []


def test_what_a_page_left_unanswered_goes_with_the_goal(house: House) -> None:
    """A page drops its one department when the goal is another one."""
    answer(house, "business", goal="sell")
    program = Program(house)
    there = told(program.get("/interview"))
    assert there["answers"]["department"][0]["name"] == "Sales"
    assert 'value="Sales"' in house.client("admin").get("/interview/step/departments").text
    assert told(propose(program)) == told(propose(program, there["answers"]))


def test_no_answers_forget_those_there_were(house: House) -> None:
    program = Program(house)
    told(keep(program, {"site": {"name": "Jade Tea"}}))
    found = told(keep(program, {}))
    assert not found["begun"] and found["answers"] == kept.defaults(house.site.config)
    assert on_disk(house) == kept.Kept() and not told(program.get("/interview"))["begun"]


def test_who_read_older_answers_is_told_so_and_nothing_is_lost(house: House) -> None:
    program = Program(house)
    asked = program.get("/interview")
    mine = told(keep(program, {"goal": "sell"}, If_Match=asked.headers["ETag"]))
    assert asked.headers["ETag"] == asked.json["etag"] != mine["etag"]  # type: ignore[index]
    for stale in (asked.headers["ETag"], '""', "*", '"0000000000000000"'):
        refused = keep(program, {"goal": "support"}, If_Match=stale)
        assert refused.status_code == 412 and refused.headers["ETag"] == mine["etag"], stale
    assert told(program.get("/interview"))["answers"]["goal"] == "sell"
    assert sorted(house.places.root.glob(f"{kept.FILE}.*")) == []
    answer(house, "business", goal="support")
    assert keep(program, {}, If_Match=mine["etag"]).status_code == 412
    assert told(keep(program, {"goal": "sell"}))["begun"]


FAULTY: dict[str, Any] = {
    "goal": "rule",
    "load": {"calls_a_day": 1.5, "percent": 100, "x": 1},
    "person": [{"name": ""}, {"name": "Li", "extension": "110"}],
    "department": [{"name": "Sales", "people": ["Nobody"]}],
    "opening": {"open": {"mon": ["late"], "someday": []}, "working": ["tomorrow"]},
}
PLACES = {
    "$.answers.goal", "$.answers.load.calls_a_day", "$.answers.load.percent", "$.answers.load.x",
    "$.answers.person[0].name", "$.answers.person[1].extension", "$.answers.department[0].people[0]",
    "$.answers.opening.open.mon[0]", "$.answers.opening.working[0]",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_faults_are_told_with_place_and_remedy_and_nothing_is_kept(house: House, language: str) -> None:
    program = Program(house)
    told(keep(program, {"goal": "book"}))
    before = on_disk(house)
    for ask in (keep, propose):
        found = told(ask(program, FAULTY, Accept_Language=language), 422)
        assert found["type"] == "urn:tipring:problem:faulty-answers"
        assert {one["at"] for one in found["faults"]} >= PLACES
        assert all(one["text"] and one["remedy"] and one["slug"] for one in found["faults"])
        texts = "".join(one["text"] for one in found["faults"])
        assert any("\u4e00" <= sign <= "\u9fff" for sign in texts) == (language == "zh")
    assert on_disk(house) == before


def test_each_wording_of_the_check_reaches_programs(house: House) -> None:
    """As the check itself tells it."""
    _, findings = read_answers(FAULTY, house.site.config)
    found = told(propose(Program(house), FAULTY), 422)
    assert [one["slug"] for one in found["faults"]] == [
        one.wording.slug for one in findings if not one.wording.warning
    ]


@pytest.mark.parametrize(
    "body", [{}, {"answers": None}, {"answers": []}, {"answers": "x"}, {"answers": {}, "later": True}]
)
def test_a_body_without_answers_keeps_nothing(house: House, body: object) -> None:
    assert told(Program(house).ask("PUT", "/interview", body), 400)["faults"]
    assert on_disk(house) is None


def test_a_disk_that_is_full_keeps_what_there_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "write", full)
    answer = keep(Program(house), {"goal": "book"})
    assert told(answer, 503)["type"] == "urn:tipring:problem:busy" and answer.headers["Retry-After"]


def test_a_name_of_the_box_that_is_too_long_for_an_answer_is_told(house: House) -> None:
    program = Program(house)
    text = told(program.get("/settings"))["toml"].replace('"Office"', f'"{"O" * 70}"')
    told(program.ask("PUT", "/settings", {"toml": text}, If_Match='"1"'))
    found = told(keep(program, {"goal": "book"}), 422)
    assert [one["at"] for one in found["faults"]] == ["$.answers.site.name"] and on_disk(house) is None
    told(keep(program, {"goal": "book", "site": {"name": "Office"}}))


# -- proposals --------------------------------------------------------------------------------------------


def test_a_proposal_is_what_the_page_shows(house: House) -> None:
    answer(house, "business", site__name="Jade Tea", goal="sell")
    answer(house, "departments", department__0__name="Orders", department__0__key="3")
    answer(house, "load", load__calls_a_day="400", load__talk_s="300")
    found = told(propose(Program(house, "read:settings"), Accept_Language="en"))
    page = html.unescape(house.client("admin").get("/interview/proposal").text)
    for one in (*found["changes"], *found["todo"], *found["why"]):
        assert f"<li>{one}</li>" in page, one
    assert page.count("<li>") == len(found["changes"]) + len(found["todo"]) + len(
        found["why"]
    ) + page.partition("<main")[0].count("<li>")
    staffing = found["staffing"]
    assert f"<dd>{100 * staffing['service_level']:.0f} %</dd>" in page
    assert f"<dd>{staffing['lines_wanted']}</dd>" in page
    (pool,) = staffing["pools"]
    assert pool["names"] == ["Orders"] and "<h3>Orders</h3>" in page
    assert f"{pool['wanted']} people wanted at the busiest time, {pool['people']} there" in page
    for hour in pool["hours"]:
        assert (
            f'<td>{hour["begins"]}</td><td class="n">{hour["calls"]:.1f}</td><td class="n">{hour["people"]}'
            in page
        )
    assert max(one["agents"] for one in pool["quarters"]) == pool["wanted"]
    assert sum(one["calls"] for one in pool["quarters"]) == pytest.approx(400, rel=0.01)
    assert house.site.config_version == 1 and house.engine.orders == []


def test_what_is_proposed_is_put_in_force_as_text(new_house: House) -> None:
    program = Program(new_house)
    found = told(propose(program, {"site": {"name": "Jade Tea"}, "goal": "book"}))
    assert on_disk(new_house) is None, "asking keeps nothing"
    assert told(program.post("/settings/check", {"toml": found["toml"]})) == {
        "usable": True, "faults": [], "more": False
    }  # fmt: skip
    done = told(program.ask("PUT", "/settings", {"toml": found["toml"]}, If_Match=found["etag"]))
    assert done["version"] == 2 and done["warnings"] == [] and done["is_well"]
    config = new_house.site.config
    assert config.site.name == "Jade Tea" and len(config.queues) == 1 and len(config.extensions) == 2
    again = told(propose(program, found["answers"]))
    assert again["changes"] == [] and again["etag"] == '"2"'
    assert again["toml"] == told(program.get("/settings"))["toml"]


def test_a_proposal_is_on_top_of_what_was_in_force_then(house: House) -> None:
    program = Program(house)
    found = told(propose(program, {"goal": "sell"}))
    text = told(program.get("/settings"))["toml"].replace('"Wang"', '"Wang Li"')
    told(program.ask("PUT", "/settings", {"toml": text}, If_Match='"1"'))
    answer = Program(house).ask("PUT", "/settings", {"toml": found["toml"]}, If_Match=found["etag"])
    assert answer.status_code == 412 and house.site.config.agents[0].name == "Wang Li"


def test_the_scenario_is_a_day_of_the_proposed_box(house: House) -> None:
    found = told(propose(Program(house), {"load": {"calls_a_day": 100}}))
    assert 'name = "expected-day"' in found["scenario"] and "[[arrivals]]" in found["scenario"]
    assert found["answers"]["load"]["calls_a_day"] == 100


def test_faulty_answers_that_a_page_kept_are_told(house: House) -> None:
    assert answer(house, "people", person__0__extension="110").status_code == 422
    program = Program(house)
    found = told(propose(program), 422)
    assert "$.answers.person[0].extension" in [one["at"] for one in found["faults"]]
    assert told(program.get("/interview"))["answers"]["person"][0]["extension"] == "110"
    assert told(propose(program, {}))["changes"], "those of the box have none"


def test_warnings_do_not_hinder(tmp_path: Path) -> None:
    made = House(tmp_path / "no-line", NEW_BOX.replace('"fxo"', '"empty"'))
    made.settle()
    program = Program(made)
    found = told(propose(program, {}, Accept_Language="en"))
    assert [(one["at"], one["slug"]) for one in found["warnings"]] == [("$.answers.channel", "no-line")]
    assert told(keep(program, {"goal": "book"}))["warnings"][0]["remedy"]
    made.close()


def test_a_chinese_proposal_is_chinese(house: House) -> None:
    found = told(propose(Program(house), Accept_Language="zh"))
    assert any("分机" in one for one in found["why"]) and all("：" in one or "，" in one or "。" in one
                                                              for one in found["why"])  # fmt: skip


def test_two_proposals_are_not_made_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(putting, "PATIENCE_S", 0.0)
    program = Program(house)
    with putting.a_turn():
        assert propose(program).status_code == keep(program, {"goal": "book"}).status_code == 503
    told(propose(program))


# -- anything ---------------------------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(HOSTILE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NESTED = b'{"answers": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001
LIKELY = st.sampled_from(
    ["", "zh", "en", "XX", "DE", "us", "801", "802", "803", "*", "9", "13900001111", "Wang", "Zhao", "Sales", "line-1",
     "staff", "supervisor", "sell", "mon", "sun", "00:00-24:00", "22:00-06:00", "2026-10-01", "2026-13-01",
     0, 1, 5, 99, 100, 200, 20_000, 2**63, -1, True, False]
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def bent(answers: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    made = dict(answers) if isinstance(answers, dict) else list(answers)
    made[path[0]] = bent(made[path[0]], path[1:], new)
    return made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_answers_break_the_check_and_good_ones_make_a_good_box(house: House, data: st.DataObject) -> None:
    program = Program(house)
    answers: Any = kept.defaults(house.site.config)
    answers["channel"] = [
        {"line": one, "number": "", "department": ""} for one in found(house.site.config).ways_in
    ]
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from([one for one in places(answers) if one]))
        answers = bent(answers, path, data.draw(LIKELY | ANYTHING))
    made = propose(program, answers)
    assert made.status_code in (200, 400, 422), made.text
    stored = keep(program, answers)
    assert stored.status_code == made.status_code or stored.status_code == 422
    if made.status_code == 200:
        toml = told(made)["toml"]
        assert told(program.post("/settings/check", {"toml": toml}))["usable"], toml
    if stored.status_code == 200:
        told(propose(program))
    assert "NaN" not in made.text and json.loads(made.text)


@pytest.mark.parametrize("text", [b'{"answers": {"\\ud800": 1}}', NESTED,
                                  b'{"answers": {"load": {"percent": ' + b"9" * 5000 + b"}}}"])  # fmt: skip
def test_strange_documents_are_only_faulty(house: House, text: bytes) -> None:
    program = Program(house)
    for method, path in (("PUT", "/interview"), ("POST", "/interview/proposal")):
        answer = program.ask(method, path, text)
        assert answer.status_code in (400, 422) and answer.mimetype == "application/problem+json"


def test_words_of_answers_are_told_as_they_are(house: House) -> None:
    found = told(propose(Program(house), {"department": [{"name": XSS}]}))
    assert found["staffing"]["pools"][0]["names"] == [XSS]


# -- who --------------------------------------------------------------------------------------------------


def test_reading_is_not_writing_and_the_other_way_round(house: House) -> None:
    reads, writes, other = (Program(house, one) for one in ("read:settings", "write:settings", "supervise"))
    assert keep(reads, {}).status_code == keep(other, {}).status_code == 403
    assert writes.get("/interview").status_code == propose(writes).status_code == 403
    assert reads.get("/interview").status_code == propose(reads).status_code == 200
    assert other.get("/interview").status_code == propose(other).status_code == 403


def test_thousands_of_spans_are_told_of_one_by_one(house: House) -> None:
    """Each with each took a minute and gigabytes."""
    spans = {"mon": ["09:00-18:00"] * 5_000}
    answer = Program(house).post("/interview/proposal", {"answers": {"opening": {"open": spans}}})
    assert answer.status_code == 422 and answer.text.count("$.answers.opening.open.mon") == MOST_FAULTS
