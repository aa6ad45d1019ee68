"""People who may sign in, as an administrator has them: made, altered, switched off, removed; the last one stays."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.webui.house import PASSWORD, House
from webui.pages.people import PARTS, suggestion

XSS = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>"
NEW = "seven grey otters"


def post(house: House, path: str, who: str = "admin", **form: str) -> TestResponse:
    return house.client(who).post(path, data={"csrf": house.csrf(who)} | form)


def sign_in(house: House, name: str, password: str) -> TestResponse:
    return house.browser().post("/sign-in", data={"name": name, "password": password})


def test_somebody_made_has_to_change_the_password(house: House) -> None:
    answer = post(house, "/people", name="li.na", shown="李娜", role="agent", agent="810", password=NEW)
    assert answer.headers["Location"] == "/people?told=added"
    made = house.doors.person("li.na")
    assert made and (made.role, made.agent, made.shown, made.must_change) == ("agent", "810", "李娜", True)
    browser = house.browser()
    browser.post("/sign-in", data={"name": "li.na", "password": NEW})
    assert browser.get("/desk").headers["Location"] == "/password"
    assert "李娜" in house.client("admin").get("/people").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "mei"}, "has this name already"),
        ({"name": "two words"}, "without spaces"),
        ({"password": "short"}, "fewer than 10"),
        ({"role": "owner"}, "no such role"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(house: House, form: dict[str, str], said: str) -> None:
    before = house.doors.people()
    answer = post(house, "/people", **({"name": "new", "role": "agent", "password": NEW} | form))
    assert answer.status_code == 422 and said in answer.text
    assert house.doors.people() == before


def test_a_role_is_altered_and_an_agent_nobody_has_is_not_taken(house: House) -> None:
    house.client("agent")
    post(house, "/people/person", name="wang", role="supervisor", shown="Wang", agent="999")
    found = house.doors.person("wang")
    assert found and (found.role, found.shown, found.agent, found.is_off) == ("supervisor", "Wang", "", False)
    assert house.client("agent").get("/desk").status_code == 302


def test_who_is_switched_off_is_out_at_once(house: House) -> None:
    house.client("agent")
    post(house, "/people/person", name="wang", role="agent", agent="800", is_off="on")
    assert house.client("agent").get("/").headers["Location"].startswith("/sign-in")
    assert sign_in(house, "wang", PASSWORD).status_code == 401


def test_a_new_password_ends_sessions_and_has_to_be_changed(house: House) -> None:
    house.client("supervisor")
    assert post(house, "/people/password", name="mei", password=NEW).status_code == 302
    assert house.client("supervisor").get("/").headers["Location"].startswith("/sign-in")
    found = house.doors.person("mei")
    assert found and found.must_change
    assert sign_in(house, "mei", NEW).status_code == 302


def test_ones_own_password_wants_the_old_one(house: House) -> None:
    assert post(house, "/people/password", name="boss", password=NEW).status_code == 400
    assert 'action="/people/password"' not in house.client("admin").get("/people/person?name=boss").text


def test_the_last_administrator_stays(house: House) -> None:
    for path, form in (
        ("/people/remove", {}),
        ("/people/person", {"role": "agent"}),
        ("/people/person", {"role": "admin", "is_off": "on"}),
    ):
        answer = post(house, path, name="boss", **form)
        assert answer.status_code == 422 and "Nobody would be left" in answer.text
    found = house.doors.person("boss")
    assert found and found.role == "admin" and not found.is_off


def test_somebody_is_removed(house: House) -> None:
    house.client("agent")
    assert post(house, "/people/remove", name="wang").status_code == 302
    assert house.doors.person("wang") is None
    assert house.client("agent").get("/").headers["Location"].startswith("/sign-in")
    assert post(house, "/people/remove", name="wang").status_code == 404


def test_names_are_text(house: House) -> None:
    post(house, "/people", name="eve", shown=XSS, role="agent", password=NEW)
    post(house, "/people", name=XSS, role="agent", password=NEW)
    for path in ("/people", "/people/person?name=eve"):
        text = house.client("admin").get(path).text
        assert "<script>alert" not in text and "<img" not in text and "&lt;script&gt;" in text


def test_who_came_in_lately(house: House) -> None:
    sign_in(house, "wang", "not this one")
    house.client("supervisor")
    text = house.client("admin").get("/people").text
    assert "wrong password" in text and "signed in" in text and "127.0.0.1" in text


def test_others_see_nothing_of_it(house: House) -> None:
    for role in ("agent", "supervisor", "technician"):
        assert house.client(role).get("/people").status_code == 403
        assert post(house, "/people/remove", role, name="mei").status_code == 403
    assert house.doors.person("mei")


def test_suggested_passwords_differ_and_may_be_taken(house: House) -> None:
    made = {suggestion() for _ in range(50)}
    assert len(made) == 50 and all(one.count("-") == PARTS - 1 for one in made)
    assert post(house, "/people", name="new", role="agent", password=made.pop()).status_code == 302
