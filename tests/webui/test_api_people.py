"""People for programs: found, made once, changed, switched off, removed; the last administrator stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from firmware.access.schema import WEB_FILE
from tests.webui.house import PASSWORD, House
from tests.webui.programs import Program
from tests.webui.test_people import NEW, sign_in
from webui.access.people import Person
from webui.api.scopes import GIVEN, Scope

LI = {"name": "li.na", "role": "agent", "password": NEW, "shown": " 李娜 ", "agent": "810"}
WANG = {"role": "agent", "shown": "", "agent": "800", "is_off": False}
KEY = "the-same-key"


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json if answer.data else None


def faults(answer: TestResponse, status: int = 400) -> dict[str, str]:
    return {one["at"]: one["text"] for one in told(answer, status)["faults"]}


@pytest.fixture
def program(house: House) -> Program:
    return Program(house, "administer")


def is_in(house: House, role: str) -> bool:
    """Its session goes on."""
    return house.client(role).get("/wallboard").status_code == 200


# -- told -----------------------------------------------------------------------------------------------


def test_everybody_is_told_without_passwords(house: House, program: Program) -> None:
    answer = program.get("/people")
    assert [(one["name"], one["role"]) for one in told(answer)["people"]] == [
        ("boss", "admin"),
        ("mei", "supervisor"),
        ("tech", "technician"),
        ("wang", "agent"),
    ]
    assert told(program.get("/people/wang")) == {
        "name": "wang", "role": "agent", "shown": "", "agent": "800", "language": "en", "must_change": False,
        "is_off": False,
    }  # fmt: skip
    assert "scrypt" not in answer.text and "password" not in answer.text
    assert program.get("/people/nobody").status_code == 404


def test_only_administer_reaches_people(house: House) -> None:
    other = Program(house, *(str(one) for one in GIVEN if one is not Scope.ADMINISTER))
    assert other.get("/people").status_code == other.post("/people", LI).status_code == 403
    assert other.ask("DELETE", "/people/wang").status_code == 403 and house.doors.person("wang")


# -- made -----------------------------------------------------------------------------------------------


def test_somebody_made_has_to_change_the_password(house: House, program: Program) -> None:
    made = told(program.post("/people", LI), 201)
    assert made == {
        "name": "li.na", "role": "agent", "shown": "李娜", "agent": "810", "language": "", "must_change": True,
        "is_off": False, "repeated": False,
    }  # fmt: skip
    browser = house.browser()
    assert browser.post("/sign-in", data={"name": "li.na", "password": NEW}).status_code == 302
    assert browser.get("/desk").headers["Location"] == "/password"
    _, name, _, did, whom = next(one for one in house.doors.entries() if one[3] == "add-person")
    assert (name, did, whom) == (program.token.author, "add-person", "li.na")


def test_asked_again_nobody_is_made_twice(house: House, program: Program) -> None:
    told(program.post("/people", LI, Idempotency_Key=KEY), 201)
    again = told(program.post("/people", LI | {"password": "another one, 12"}, Idempotency_Key=KEY), 201)
    assert again["repeated"] and again["name"] == "li.na"
    assert sign_in(house, "li.na", NEW).status_code == 302, "what was asked first counts"
    assert len(house.doors.people()) == 5
    assert program.post("/people", LI | {"name": "other"}, Idempotency_Key=KEY).status_code == 422
    told(program.ask("DELETE", "/people/li.na"), 204)
    assert program.post("/people", LI, Idempotency_Key=KEY).status_code == 404, (
        "it was done; somebody undid it"
    )
    assert house.doors.person("li.na") is None


def test_asked_by_several_at_once_one_is_made(house: House, program: Program) -> None:
    with ThreadPoolExecutor(4) as pool:
        asks = [pool.submit(program.post, "/people", LI, Idempotency_Key=KEY) for _ in range(8)]
        answers = [told(one.result(), 201) for one in asks]
    assert sorted(one["repeated"] for one in answers) == [False, *[True] * 7]
    assert len(house.doors.people()) == 5


def test_a_key_is_not_used_up_by_what_was_refused(house: House, program: Program) -> None:
    assert program.post("/people", LI | {"name": "MEI"}, Idempotency_Key=KEY).status_code == 409
    assert program.post("/people", LI | {"password": "short"}, Idempotency_Key=KEY).status_code == 400
    assert not told(program.post("/people", LI, Idempotency_Key=KEY), 201)["repeated"]


def test_who_dies_while_somebody_is_made_has_made_nobody(
    house: House, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr("webui.api.people.once", dies)
        program.post("/people", LI, Idempotency_Key=KEY)
    assert house.doors.person("li.na") is None
    assert not any(one[3] == "add-person" and one[4] == "li.na" for one in house.doors.entries())
    assert not told(program.post("/people", LI, Idempotency_Key=KEY), 201)["repeated"]


@pytest.mark.parametrize(
    ("body", "at", "said"),
    [
        ({"name": "two words"}, "$.name", "without spaces"),
        ({"name": ""}, "$.name", "without spaces"),
        ({"name": "x" * 65}, "$.name", "1 to 64"),
        ({"role": "owner"}, "$.role", "no such role"),
        ({"password": "short"}, "$.password", "fewer than 10"),
        ({"password": "x" * 201}, "$.password", "more than 200"),
        ({"password": "password123"}, "$.password", "easily guessed"),
        ({"agent": "999"}, "$.agent", "no such agent"),
        ({"shown": "x" * 81}, "$.shown", "80"),
        ({"shown": "a\nb"}, "$.shown", ""),
        ({"is_off": True}, "$.is_off", "No such field"),
    ],
)
def test_what_cannot_be_is_told_by_field(
    house: House, program: Program, body: dict[str, object], at: str, said: str
) -> None:
    before = house.doors.people()
    found = faults(program.post("/people", LI | body, Accept_Language="en"))
    assert list(found) == [at] and said in found[at]
    assert house.doors.people() == before


def test_all_faults_are_told_at_once_in_the_readers_language(program: Program) -> None:
    wrong = {"name": "a b", "role": "x", "password": "y", "agent": "z"}
    found = faults(program.post("/people", wrong, Accept_Language="zh"))
    assert list(found) == ["$.name", "$.role", "$.password", "$.agent"]
    assert "密码不足" in found["$.password"] and "坐席" in found["$.agent"]


@pytest.mark.parametrize("name", ["mei", "MEI"])
def test_a_name_is_taken_once(house: House, program: Program, name: str) -> None:
    answer = program.post("/people", LI | {"name": name}, Accept_Language="en")
    assert "has this name already" in faults(answer, 409)["$.name"]
    assert answer.json and answer.json["type"] == "urn:tipring:problem:name-taken"
    assert len(house.doors.people()) == 4


def test_a_password_is_never_told_nor_kept_in_the_clear(house: House, program: Program) -> None:
    planted = "planted-secret-93417"
    bodies = (
        LI | {"password": planted},
        LI | {"name": "mei", "password": planted},
        LI | {"name": "a b", "password": planted},
        LI | {"password": [planted]},
        LI | {"password": planted, "x": 1},
    )
    answers = [program.post("/people", body) for body in bodies]
    answers += [program.post("/people/li.na/password", {"password": planted}), program.get("/people")]
    answers += [program.post("/people", f'{{"password": "{planted}"'.encode()), program.get("/people/li.na")]
    assert [one.status_code for one in answers] == [201, 409, 400, 400, 400, 200, 200, 400, 200]
    assert not [one.text for one in answers if planted in one.text]
    kept = b"".join(one.read_bytes() for one in house.places.root.glob(f"{WEB_FILE}*"))
    assert b"li.na" in kept and planted.encode() not in kept


# -- changed --------------------------------------------------------------------------------------------


def test_who_is_switched_off_is_out_at_once(house: House, program: Program) -> None:
    assert is_in(house, "supervisor")
    body = {"role": "supervisor", "shown": "Mei", "agent": "", "is_off": True}
    off = told(program.ask("PUT", "/people/MEI", body))
    assert (off["name"], off["is_off"], off["shown"], off["language"]) == ("mei", True, "Mei", "en")
    assert house.doors.entries(1)[0][1:] == (program.token.author, "", "change-person", "mei")
    assert not is_in(house, "supervisor") and sign_in(house, "mei", PASSWORD).status_code == 401
    told(program.ask("PUT", "/people/mei", body | {"is_off": False}))
    assert sign_in(house, "mei", PASSWORD).status_code == 302


def test_a_new_role_ends_sessions_and_a_new_shown_name_does_not(house: House, program: Program) -> None:
    assert is_in(house, "agent")
    told(program.ask("PUT", "/people/wang", WANG | {"shown": "Wang"}))
    assert is_in(house, "agent")
    told(program.ask("PUT", "/people/wang", WANG | {"role": "supervisor"}))
    assert not is_in(house, "agent")


def test_an_agent_that_is_gone_stays_till_another_is_chosen(house: House, program: Program) -> None:
    house.doors.alter(Person("wang", "agent", agent="gone"), "test")
    assert told(program.ask("PUT", "/people/wang", WANG | {"agent": "gone"}))["agent"] == "gone"
    assert told(program.ask("PUT", "/people/wang", WANG | {"agent": ""}))["agent"] == ""
    assert list(faults(program.ask("PUT", "/people/wang", WANG | {"agent": "gone"}))) == ["$.agent"]


@pytest.mark.parametrize(
    "body", [{"role": "owner"}, {"agent": "999"}, {"is_off": 1}, {"password": NEW}, {"shown": None}]
)
def test_what_somebody_cannot_become_is_refused(
    house: House, program: Program, body: dict[str, object]
) -> None:
    before = house.doors.people()
    assert list(faults(program.ask("PUT", "/people/wang", WANG | body))) == [f"$.{next(iter(body))}"]
    assert list(faults(program.ask("PUT", "/people/wang", {"role": "agent"}))) == [
        "$.shown",
        "$.agent",
        "$.is_off",
    ]
    assert house.doors.people() == before


def test_the_last_administrator_stays(house: House, program: Program) -> None:
    boss = WANG | {"role": "admin", "agent": ""}
    for method, body in (
        ("DELETE", None),
        ("PUT", boss | {"role": "agent"}),
        ("PUT", boss | {"is_off": True}),
    ):
        answer = program.ask(method, "/people/boss", body)
        assert told(answer, 409)["type"] == "urn:tipring:problem:last-admin"
    found = house.doors.person("boss")
    assert found and found.role == "admin" and not found.is_off and is_in(house, "admin")
    assert house.doors.entries(1)[0][3] == "sign-in", "what was not done is not noted"
    told(program.post("/people", LI | {"role": "admin"}), 201)
    told(program.ask("DELETE", "/people/boss"), 204)
    assert house.doors.person("boss") is None


# -- passwords, and removed -----------------------------------------------------------------------------


def test_a_new_password_ends_sessions_and_has_to_be_changed(house: House, program: Program) -> None:
    assert is_in(house, "supervisor")
    done = told(program.post("/people/mei/password", {"password": NEW}, Idempotency_Key=KEY))
    assert done["must_change"] and not done["repeated"] and not is_in(house, "supervisor")
    assert sign_in(house, "mei", PASSWORD).status_code == 401
    assert house.doors.entries(2)[-1][1:] == (program.token.author, "", "set-password", "mei")
    house.doors.set_password("mei", PASSWORD, "mei")
    assert told(program.post("/people/mei/password", {"password": NEW}, Idempotency_Key=KEY))["repeated"]
    assert sign_in(house, "mei", PASSWORD).status_code == 302, "it was set once, and changed since"
    other = program.post("/people/wang/password", {"password": NEW}, Idempotency_Key=KEY)
    assert other.status_code == 422 and sign_in(house, "wang", PASSWORD).status_code == 302


@pytest.mark.parametrize("password", ["short", "mei1234567890", "x" * 201, 1234567890])
def test_a_bad_password_changes_nothing(house: House, program: Program, password: object) -> None:
    assert is_in(house, "supervisor")
    assert list(faults(program.post("/people/mei/password", {"password": password}))) == ["$.password"]
    assert is_in(house, "supervisor")


def test_somebody_is_removed(house: House, program: Program) -> None:
    assert is_in(house, "agent")
    told(program.ask("DELETE", "/people/wang"), 204)
    assert house.doors.person("wang") is None and not is_in(house, "agent")
    assert house.doors.entries(1)[0][1:] == (program.token.author, "", "remove-person", "wang")
    before = house.doors.entries()
    assert program.ask("DELETE", "/people/wang").status_code == 404
    assert program.ask("PUT", "/people/wang", WANG).status_code == 404
    assert program.post("/people/wang/password", {"password": NEW}).status_code == 404
    assert house.doors.entries() == before


@pytest.mark.parametrize("name", ["a+b@c.cn", "李.娜", "_-"])
def test_names_stand_in_the_address(program: Program, name: str) -> None:
    told(program.post("/people", LI | {"name": name}), 201)
    assert told(program.get(f"/people/{name}"))["name"] == name
    told(program.ask("DELETE", f"/people/{name}"), 204)


def test_who_came_in_and_what_was_done_is_told(house: House, program: Program) -> None:
    sign_in(house, "boss", "not this one at all")
    told(program.post("/people", LI), 201)
    newest, before, *_ = told(program.get("/entries?most=3"))["entries"]
    assert (newest["did"], newest["name"], newest["detail"]) == ("add-person", program.token.author, "li.na")
    assert (before["did"], before["name"]) == ("wrong-password", "boss") and before["at"] <= newest["at"]
    assert len(told(program.get("/entries?most=1"))["entries"]) == 1
    told(Program(house, "write:settings").get("/entries"), 403)
