"""Who reaches what of the API: tokens by scope, and nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask

from tests.webui.house import House
from tests.webui.programs import Program
from webui.access.tokens import DAY_US
from webui.api.blueprint import OPERATIONS
from webui.api.entry import BUCKETS
from webui.api.limits import Buckets
from webui.api.operations import Operation
from webui.api.scopes import GIVEN, check_scopes, for_scope, scope_of
from webui.security.rights import Right, needs

TABLE = Path(__file__).with_name("api_scopes.txt")


def path_of(one: Operation) -> str:
    return "".join("1" if "<" in part else part for part in one.path.replace("/", " / ").split())


def table(house: House) -> list[str]:
    """One row for each operation: which scopes open it."""
    house.app.extensions[BUCKETS] = Buckets(burst=1e9)
    programs = {str(scope): Program(house, str(scope)) for scope in GIVEN}
    rows = []
    for one in sorted(OPERATIONS, key=lambda one: (one.path, one.method)):
        opens = [
            scope
            for scope, program in programs.items()
            if program.ask(one.method, path_of(one), {} if one.body else None).status_code not in (401, 403)
        ]
        rows.append(f"{one.path} {one.method} {' '.join(opens) if len(opens) < len(GIVEN) else 'any'}")
    return rows


def test_which_scope_opens_what_is_as_reviewed(house: House) -> None:
    """`UPDATE=1` writes the table anew: review the difference line by line."""
    found = "\n".join(table(house)) + "\n"
    if os.environ.get("UPDATE"):
        TABLE.write_text(found, "utf-8")
    assert found == TABLE.read_text("utf-8")


def test_a_view_of_the_api_without_scope_keeps_the_app_from_starting(house: House) -> None:
    house.app.view_functions["api.planted"] = needs(Right.TOKEN)(lambda: "secret")
    with pytest.raises(LookupError, match=r"api\.planted"):
        check_scopes(house.app)


@pytest.mark.parametrize("endpoint", ["api.planted", "planted"])
def test_tokens_reach_the_api_alone_and_roles_the_rest(house: House, endpoint: str) -> None:
    right = Right.ADMINISTER if endpoint.startswith("api") else Right.TOKEN
    view = for_scope(GIVEN[0])(lambda: "x") if endpoint.startswith("api") else (lambda: "x")
    house.app.view_functions[endpoint] = needs(right)(view)
    with pytest.raises(LookupError, match="planted"):
        check_scopes(house.app)


def test_every_operation_is_marked_as_its_row_says(house: House) -> None:
    app: Flask = house.app
    assert {one.name: one.scope for one in OPERATIONS} == {
        name.removeprefix("api."): scope_of(app, name) for name in app.view_functions if name.startswith("api.")
    }  # fmt: skip


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic Ym9zczp4", "Bearer tipring_" + "a" * 43, "bearer \udcff",
               "Bearer " + "a" * 9000]
)  # fmt: skip
def test_without_a_good_token_nothing_opens(house: House, header: str) -> None:
    client = house.client("admin")
    answer = client.get(
        "/api/v1/live", headers={"Authorization": header.encode("latin-1", "replace").decode()}
    )
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.mimetype == "application/problem+json" and answer.json is not None
    assert answer.json["type"] == "urn:tipring:problem:no-token"


def test_a_browser_that_is_signed_in_is_nobody_here(house: House) -> None:
    house.app.extensions[BUCKETS] = Buckets(burst=1e9)
    for one in OPERATIONS:
        answer = house.client("admin").open(f"/api/v1{path_of(one)}", method=one.method, json={})
        assert answer.status_code == 401, one.name
    assert (
        house.client("admin").post("/api/v1/orders/queue", json={"do": "close", "queue": "sales"}).status_code
        == 401
    )
    assert house.engine.orders == []


def test_a_token_ends_when_it_is_revoked_and_when_its_time_is_over(house: House) -> None:
    revoked, short, good = Program(house), Program(house, days=1), Program(house)
    assert [one.get("/live").status_code for one in (revoked, short, good)] == [200, 200, 200]
    assert house.doors.tokens.revoke(revoked.token.id, "boss")
    house.clock.us += DAY_US
    assert [one.get("/live").status_code for one in (revoked, short, good)] == [401, 401, 200]
    assert not house.doors.tokens.revoke(revoked.token.id, "boss"), "it is revoked already"


def test_secrets_are_not_kept(house: House) -> None:
    program = Program(house)
    kept = b"".join(one.read_bytes() for one in house.places.root.glob("web.db*"))
    assert program.token.id.encode() in kept and program.secret.encode() not in kept
    assert program.secret[8:].encode() not in kept


def test_its_last_use_is_known(house: House) -> None:
    program = Program(house)
    assert house.doors.tokens.all()[0].used_at == 0
    house.clock.us += DAY_US
    program.get("/live")
    assert house.doors.tokens.all()[0].used_at == house.clock.wall_us()


def test_one_that_asks_too_often_is_told_when_and_others_are_not_slowed(house: House) -> None:
    house.app.extensions[BUCKETS] = Buckets(burst=3, a_second=0.5)
    eager, calm = Program(house), Program(house)
    assert [eager.get("/live").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert eager.get("/live").headers["Retry-After"] == "2"
    assert calm.get("/live").status_code == 200
    house.clock.us += 2_000_000
    assert eager.get("/live").status_code == 200


def test_guessing_tokens_is_slowed(house: House) -> None:
    house.app.extensions[BUCKETS] = Buckets(burst=3, a_second=0.5)
    wrong = {"Authorization": "Bearer tipring_" + "a" * 43}
    client = house.client("")
    assert [client.get("/api/v1/live", headers=wrong).status_code for _ in range(4)] == [401, 401, 401, 429]


def test_the_page_makes_shows_once_and_revokes(house: House) -> None:
    admin, csrf = house.client("admin"), house.csrf("admin")
    told = {"csrf": csrf, "note": "<b>CRM</b>", "scope": ["read:live", "call"], "agent": "", "days": "30"}
    made = admin.post("/tokens", data=told)
    secret = "tipring_" + made.text.partition("<code>tipring_")[2].partition("<")[0]
    assert house.doors.tokens.find(secret) is not None
    page = admin.get("/tokens").text
    assert secret not in page and "&lt;b&gt;CRM" in page and "read:live, call" in page
    token = house.doors.tokens.all()[0]
    assert token.until_at == house.clock.wall_us() + 30 * DAY_US
    assert admin.post("/tokens/revoke", data={"csrf": csrf, "id": token.id}).status_code == 302
    assert house.doors.tokens.find(secret) is None
    assert admin.post("/tokens/revoke", data={"csrf": csrf, "id": token.id}).status_code == 404
    assert admin.get("/people").status_code == 200, "its journal has words for both"


@pytest.mark.parametrize(
    "asked", [{"note": ""}, {"scope": []}, {"agent": "800", "scope": ["supervise"]}, {"note": "x" * 121}]
)
def test_a_token_that_cannot_be_is_not_made(house: House, asked: dict[str, object]) -> None:
    told = {"csrf": house.csrf("admin"), "note": "x", "scope": ["call"], "agent": "", "days": "0"} | asked
    assert house.client("admin").post("/tokens", data=told).status_code == 422
    assert house.doors.tokens.all() == []
