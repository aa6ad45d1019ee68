"""The set-up interview's pages: defaults suffice, answers are kept, a proposal is applied as it was seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from firmware.config.newest import newest
from firmware.config.versions import ConfigStore
from firmware.interview.check import read_answers
from firmware.protocol.inputs import ConfigApplied
from firmware.protocol.order_format import Verdict
from tests.webui.house import PASSWORD, House
from webui.interviewing import kept
from webui.interviewing.steps import OF_STEP, STEPS, after

XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>"
FIELDS = r"(person|department|channel)\.[0-9]{1,3}\.[a-z_]{1,9}|(site|load|opening|wishes)\.[a-z_.]{1,12}"
NEW_BOX = """
[site]
name = "Tea"
language = "en"

[[card]]
name = "hat"
slots = ["fxo", "empty", "empty", "empty", "fxs", "fxs", "empty", "empty"]
"""


@pytest.fixture
def new_house(tmp_path: Path) -> Iterator[House]:
    """Cards and nothing else."""
    made = House(tmp_path / "new", NEW_BOX)
    yield made
    made.close()


def post(house: House, path: str, **form: str) -> TestResponse:
    return house.client("admin").post(path, data={"csrf": house.csrf("admin")} | form)


def answer(house: House, step: str, **changed: str) -> TestResponse:
    """The page's own form, sent back as it came but for what is `changed` (`.` written `__`)."""
    form = fields(house.client("admin").get(f"/interview/step/{step}").text)
    for name, value in changed.items():
        form[name.replace("__", ".")] = value
    return house.client("admin").post(f"/interview/step/{step}", data=form)


def fields(page: str) -> MultiDict[str, str]:
    """What a browser would send of the page's form."""
    form: MultiDict[str, str] = MultiDict()
    main = page.partition('class="questions')[2].partition("</form>")[0]
    for tag in re.findall(r"<input [^>]*>", main):
        name, value = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value"))
        is_box = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and (not is_box or " checked" in tag):
            form.add(name[1], value[1] if value else "")
    for name, inner in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', main, re.DOTALL):
        found = re.search(r'<option value="([^"]*)" selected', inner)
        form.add(name, found[1] if found else "")
    return form


def seen(house: House) -> str:
    found = re.search(r'name="seen" value="(\w+)"', house.client("admin").get("/interview/proposal").text)
    assert found
    return found[1]


def test_ten_clicks_make_a_box_of_cards(new_house: House) -> None:
    new_house.settle()
    clicks, step = 1, "business"
    while step:
        where = answer(new_house, step).headers["Location"]
        clicks, step = clicks + 1, after(step)
        assert where == (f"/interview/step/{step}" if step else "/interview/proposal")
    told = post(new_house, "/interview/apply", seen=seen(new_house))
    assert clicks + 1 <= 10 and told.status_code == 200 and "Version 2 is in force" in told.text
    config = new_house.site.config
    assert len(config.queues) == 1 and len(config.extensions) == 2 and config.lines[0].target
    assert next(one for one in new_house.engine.orders if isinstance(one, ConfigApplied)).author == "boss"
    now = newest(new_house.places.config_db)
    assert now and (now.version, now.author, now.note) == (2, "boss", "interview")


def test_the_same_again_changes_nothing(new_house: House) -> None:
    new_house.settle()
    post(new_house, "/interview/apply", seen=seen(new_house))
    text = new_house.client("admin").get("/interview/proposal").text
    assert "the box is set up so already" in text and ">Apply<" not in text


def test_who_came_first_lands_at_the_interview_and_may_say_later(new_house: House) -> None:
    browser = new_house.browser()
    first = {"name": "anna", "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/first-run", data=first).headers["Location"] == "/interview"
    token = browser.get("/interview").text.partition('name="csrf" content="')[2].partition('"')[0]
    assert browser.post("/interview/later", data={"csrf": token}).headers["Location"] == "/"
    there = kept.read(new_house.places.root)
    assert there and there.later


def test_a_box_that_was_asked_and_has_queues_is_not_asked_again(empty_house: House) -> None:
    kept.write(empty_house.places.root, kept.Kept(later=True))
    first = {"name": "anna", "password": PASSWORD, "again": PASSWORD}
    assert empty_house.browser().post("/first-run", data=first).headers["Location"] == "/"


def test_answers_are_kept_and_a_proposal_says_why(house: House) -> None:
    answer(house, "business", site__name="Jade Tea", goal="sell")
    answer(house, "departments", department__0__name="Orders", department__0__key="3")
    answer(house, "load", load__calls_a_day="400", load__talk_s="300")
    text = house.client("admin").get("/interview/proposal").text
    assert "Jade Tea" in text and "Orders" in text and "Erlang" in text and "<svg" in text
    assert 'class="short"' in text
    assert 'value="Jade Tea"' in house.client("admin").get("/interview/step/business").text


def test_a_fault_stands_at_its_question(house: House) -> None:
    told = answer(house, "people", person__0__extension="110")
    assert told.status_code == 422
    assert re.search(r'name="person.0.extension"[^>]*aria-invalid="true"', told.text)
    assert answer(house, "hours", opening__open__mon="late").status_code == 422
    page = house.client("admin").get("/interview/proposal").text
    assert "/interview/step/people" in page and "/interview/step/hours" in page
    assert post(house, "/interview/apply", seen="x").status_code == 409
    assert house.site.config_version == 1


def test_who_is_renamed_keeps_the_department(house: House) -> None:
    people = house.client("admin").get("/interview/step/people").text
    first = fields(people)["person.0.name"]
    form = fields(house.client("admin").get("/interview/step/departments").text)
    form.setlist("department.0.people", [first])
    house.client("admin").post("/interview/step/departments", data=form)
    answer(house, "people", person__0__name="Lin")
    there = kept.read(house.places.root)
    assert there and there.answers["department"][0]["people"] == ["Lin"]


def test_what_was_not_seen_is_not_applied(house: House) -> None:
    stale = seen(house)
    answer(house, "business", site__name="Other")
    told = post(house, "/interview/apply", seen=stale)
    assert told.status_code == 409 and "nothing was applied" in told.text
    shown = seen(house)
    with ConfigStore(house.places.config_db) as store:
        store.put(house.site.config, "somebody", 2)
    assert post(house, "/interview/apply", seen=shown).status_code == 409
    assert house.site.config_version == 2 and not house.engine.orders


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict.REFUSED, "refused it (misfit)"),
        (Verdict.NO_ENGINE, "not running"),
        (Verdict.UNKNOWN, "did not answer"),
    ],
)
def test_what_the_box_says_is_told(house: House, verdict: Verdict, said: str) -> None:
    house.engine.verdict, house.engine.reason = verdict, "misfit"
    assert said in post(house, "/interview/apply", seen=seen(house)).text


def test_words_people_type_are_text(house: House) -> None:
    answer(house, "business", site__name=XSS[:60])
    answer(house, "departments", department__0__name=XSS[:60])
    answer(house, "hours", opening__holidays=f"2026-10-01 {XSS[:50]}")
    for path in [f"/interview/step/{one}" for one in STEPS] + ["/interview/proposal", "/interview"]:
        text = house.client("admin").get(path).text
        assert "<script>alert" not in text and "<img" not in text, path


def test_chinese_pages_are_chinese(house: House) -> None:
    house.client("admin").post("/language", data={"csrf": house.csrf("admin"), "language": "zh"})
    text = house.client("admin").get("/interview/proposal").text
    assert "将怎样设置" in text and "分机" in text and "Erlang A" in text


def test_every_step_has_its_faults() -> None:
    assert set(OF_STEP.values()) == set(STEPS)


@given(
    st.sampled_from(list(STEPS)),
    st.dictionaries(
        st.from_regex(FIELDS, fullmatch=True),
        st.text(max_size=30),
        max_size=12,
    ),
)  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_form_breaks_the_check(house: House, step: str, form: dict[str, str]) -> None:
    config = house.site.config
    answers = STEPS[step](MultiDict(form), kept.defaults(config))
    read_answers(answers, config)
