"""Tokens for programs: told, made once with a secret that is told once, revoked; none gives more than it may itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.webui.house import House
from tests.webui.programs import Program
from tests.webui.test_api_people import KEY, faults, told
from webui.access.tokens import DAY_US, MOST
from webui.api.scopes import GIVEN, OF_THE_HOUSE, Scope

CRM = {"note": "CRM, Ms Li", "scopes": ["call", "read:live"], "agent": "800", "days": 30}


@pytest.fixture
def program(house: House) -> Program:
    return Program(house)


def there(house: House) -> list[str]:
    return [one.id for one in house.doors.tokens.all()]


def opens(house: House, secret: str) -> bool:
    return house.doors.tokens.find(secret) is not None


# -- told -----------------------------------------------------------------------------------------------


def test_all_tokens_are_told_without_secrets(house: House) -> None:
    revoked, over, on = Program(house, "call"), Program(house, days=1), Program(house)
    house.doors.tokens.revoke(revoked.token.id, "boss")
    house.clock.us += DAY_US
    answer = on.get("/tokens")
    found = {one["id"]: one for one in told(answer)["tokens"]}
    assert [found[one.token.id]["state"] for one in (revoked, over, on)] == ["revoked", "over", "on"]
    assert found[revoked.token.id] | {"used_at": 0} == {
        "id": revoked.token.id, "note": "test", "scopes": ["call"], "agent": "", "made_at": revoked.token.made_at,
        "made_by": "boss", "until_at": 0, "used_at": 0, "revoked_at": revoked.token.made_at, "state": "revoked",
    }  # fmt: skip
    assert found[on.token.id]["used_at"] == house.clock.wall_us()
    assert on.secret not in answer.text and "secret" not in answer.text


def test_only_administer_reaches_tokens(house: House) -> None:
    other = Program(house, *(str(one) for one in GIVEN if one is not Scope.ADMINISTER))
    assert other.get("/tokens").status_code == other.post("/tokens", CRM).status_code == 403
    assert other.ask("DELETE", f"/tokens/{other.token.id}").status_code == 403 and opens(house, other.secret)


# -- made -----------------------------------------------------------------------------------------------


def test_a_token_is_made_and_opens_what_it_was_made_for(house: House, program: Program) -> None:
    made = told(program.post("/tokens", CRM), 201)
    kept = house.doors.tokens.find(made["secret"])
    assert kept and kept.id == made["id"] and kept.scopes == ("read:live", "call") and kept.agent == "800"
    assert (made["made_by"], made["state"], made["repeated"]) == (program.token.author, "on", False)
    assert made["until_at"] == house.clock.wall_us() + 30 * DAY_US and made["used_at"] == 0
    assert house.doors.entries(1)[0][1:] == (program.token.author, "", "add-token", f"{kept.id} CRM, Ms Li")
    plain = told(program.post("/tokens", {"note": " x ", "scopes": ["call", "call"]}), 201)
    assert (plain["note"], plain["scopes"], plain["agent"], plain["until_at"]) == ("x", ["call"], "", 0)


def test_asked_again_it_is_the_same_token_and_the_secret_is_not_told(house: House, program: Program) -> None:
    first, again = (told(program.post("/tokens", CRM, Idempotency_Key=KEY), 201) for _ in range(2))
    assert again == first | {"secret": "", "repeated": True} and len(there(house)) == 2
    assert program.post("/tokens", CRM | {"days": 0}, Idempotency_Key=KEY).status_code == 422
    told(program.ask("DELETE", f"/tokens/{first['id']}"), 204)
    late = told(program.post("/tokens", CRM, Idempotency_Key=KEY), 201)
    assert late["state"] == "revoked" and late["repeated"] and not opens(house, first["secret"])
    own = told(Program(house).post("/tokens", CRM, Idempotency_Key=KEY), 201)
    assert not own["repeated"], "another program's key is another key"


def test_asked_by_several_at_once_one_is_told_the_secret(house: House, program: Program) -> None:
    with ThreadPoolExecutor(4) as pool:
        asks = [pool.submit(program.post, "/tokens", CRM, Idempotency_Key=KEY) for _ in range(8)]
        answers = [told(one.result(), 201) for one in asks]
    assert len([one for one in answers if one["secret"]]) == 1 and len(there(house)) == 2


def test_who_dies_while_one_is_made_has_made_none(
    house: House, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr("webui.api.tokens.once", dies)
        program.post("/tokens", CRM, Idempotency_Key=KEY)
    assert there(house) == [program.token.id]
    made = told(program.post("/tokens", CRM, Idempotency_Key=KEY), 201)
    assert not made["repeated"] and opens(house, made["secret"])


@pytest.mark.parametrize(
    ("body", "at", "said"),
    [
        ({"note": " "}, "$.note", "what the token is for"),
        ({"note": "x" * 121}, "$.note", "120 characters"),
        ({"scopes": []}, "$.scopes", "what it may do"),
        ({"scopes": ["call", "fly"]}, "$.scopes[1]", "no such scope"),
        ({"scopes": ["any"]}, "$.scopes[0]", "no such scope"),
        ({"scopes": ["call", 7]}, "$.scopes[1]", "Expected `str`"),
        ({"scopes": "call"}, "$.scopes", "Expected `array`"),
        ({"agent": "999"}, "$.agent", "no such agent"),
        ({"days": -1}, "$.days", ">= 0"),
        ({"days": 367}, "$.days", "<= 366"),
        ({"secret": "x"}, "$.secret", "No such field"),
    ],
)
def test_what_cannot_be_is_told_by_field(
    house: House, program: Program, body: dict[str, object], at: str, said: str
) -> None:
    found = faults(program.post("/tokens", CRM | body, Accept_Language="en"))
    assert list(found) == [at] and said in found[at]
    assert there(house) == [program.token.id]


def test_all_faults_are_told_at_once_in_the_readers_language(program: Program) -> None:
    wrong = {"note": "", "scopes": ["fly", "supervise"], "agent": "999"}
    found = faults(program.post("/tokens", wrong, Accept_Language="zh"))
    assert list(found) == ["$.note", "$.scopes[0]", "$.scopes[1]", "$.agent"]
    assert "没有这种权限" in found["$.scopes[0]"] and "监听" in found["$.scopes[1]"]
    many = faults(program.post("/tokens", CRM | {"scopes": ["fly"] * 1000}))
    assert len(many) == 50


@pytest.mark.parametrize("scope", sorted(OF_THE_HOUSE))
def test_a_token_of_one_agent_has_nothing_of_the_house(house: House, program: Program, scope: Scope) -> None:
    asked: dict[str, Any] = {"note": "x", "scopes": [str(scope)], "agent": "800"}
    assert list(faults(program.post("/tokens", asked))) == ["$.scopes[0]"]
    assert told(program.post("/tokens", asked | {"agent": ""}), 201)["scopes"] == [str(scope)]


def test_a_token_gives_nothing_it_may_not_do_itself(house: House) -> None:
    program = Program(house, "administer", "read:live")
    asked = {"note": "x", "scopes": ["read:live", "call", "administer", "write:settings"]}
    answer = program.post("/tokens", asked, Idempotency_Key=KEY, Accept_Language="en")
    found = faults(answer, 403)
    assert list(found) == ["$.scopes[1]", "$.scopes[3]"] and "may not do itself" in found["$.scopes[1]"]
    assert answer.json and answer.json["type"] == "urn:tipring:problem:out-of-scope"
    assert there(house) == [program.token.id]
    given = told(program.post("/tokens", asked | {"scopes": ["administer"]}, Idempotency_Key=KEY), 201)
    assert opens(house, given["secret"]) and not given["repeated"], "what was refused used no key up"


def test_there_are_so_many_at_most(house: House, program: Program) -> None:
    for _ in range(MOST - 1):
        house.doors.tokens.make("x", ("call",), "boss")
    answer = program.post("/tokens", CRM, Idempotency_Key=KEY)
    assert told(answer, 409)["type"] == "urn:tipring:problem:too-many-tokens"
    told(
        program.ask("DELETE", f"/tokens/{next(one for one in there(house) if one != program.token.id)}"), 204
    )
    assert not told(program.post("/tokens", CRM, Idempotency_Key=KEY), 201)["repeated"]


# -- revoked --------------------------------------------------------------------------------------------


def test_a_revoked_token_opens_nothing_from_the_next_request_on(house: House, program: Program) -> None:
    other = Program(house)
    assert other.get("/live").status_code == 200
    told(program.ask("DELETE", f"/tokens/{other.token.id}"), 204)
    assert other.get("/live").status_code == 401
    assert house.doors.entries(1)[0][1:] == (program.token.author, "", "revoke-token", other.token.id)
    before = house.doors.entries()
    assert program.ask("DELETE", f"/tokens/{other.token.id}").status_code == 404, "it is revoked already"
    assert program.ask("DELETE", "/tokens/nobody").status_code == 404
    assert house.doors.entries() == before


def test_a_token_may_revoke_itself(program: Program) -> None:
    told(program.ask("DELETE", f"/tokens/{program.token.id}"), 204)
    assert program.get("/tokens").status_code == 401


def test_none_gives_a_token_that_lives_longer(house: House) -> None:
    short = Program(house, "administer", "call", days=2)
    wish = {"note": "n", "scopes": ["call"]}
    for days in (0, 3, 366):
        assert set(faults(short.post("/tokens", wish | {"days": days}), 403)) == {"$.days"}
    assert told(short.post("/tokens", wish | {"days": 2}), 201)["until_at"] == short.token.until_at
    house.clock.us += DAY_US
    assert set(faults(short.post("/tokens", wish | {"days": 2}), 403)) == {"$.days"}
