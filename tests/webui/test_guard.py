"""Every route, method and role against the reviewed table; forged requests; headers; names of this box."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from tests.webui.house import House
from webui.access.tries import REFILL_US
from webui.api.scopes import is_api
from webui.security.rights import Right, check_all, needs

TABLE = Path(__file__).with_name("rights.txt")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = ("", "agent", "supervisor", "technician", "admin")
ANYTHING = {"int": "1", "string": "x", "path": "x", "default": "x", "uuid": "0", "float": "1.0"}
MOST_OPEN = 9
"""Views a stranger reaches: static files, door, first run, language, what an alarm system asks."""


def rules(app: Flask) -> Iterator[Rule]:
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def table(house: House) -> list[str]:
    """One row for each route and method: what each role gets, `-` refused, `door` sent to sign in, `ok` let in.

    What tokens reach has a table of its own: `test_api_doors`, and no role reaches it.
    """
    rows = []
    for rule in rules(house.app):
        if is_api(rule.endpoint):
            continue
        for method in METHODS:
            if method in (rule.methods or ()):
                rows.append(
                    f"{rule.rule} {method} " + " ".join(_verdict(house, rule, method, role) for role in ROLES)
                )
    return rows


def _verdict(house: House, rule: Rule, method: str, role: str) -> str:
    values = {name: _any(rule, name) for name in rule.arguments}
    with house.app.test_request_context():
        path = house.app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
    answer = house.client(role).open(path, method=method, data={"csrf": house.csrf(role) if role else ""})
    assert answer.status_code < 500, (rule, method, role)
    answer.close()
    house.forget(role)  # it may have signed out
    house.clock.us += REFILL_US  # or tried a wrong password
    if answer.status_code == 403:
        return "-"
    to_door = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?next=")
    return "door" if to_door or (answer.status_code == 401 and rule.endpoint != "account.sign_in") else "ok"


def _any(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    return 1 if isinstance(converter, IntegerConverter) else "x"


def test_who_may_what_is_as_reviewed(house: House) -> None:
    """`UPDATE=1` writes the table anew: review the difference line by line."""
    found = "\n".join(table(house)) + "\n"
    if os.environ.get("UPDATE"):
        TABLE.write_text(found, "utf-8")
    assert found == TABLE.read_text("utf-8")


def test_few_views_are_open(house: House) -> None:
    open_rows = {row.split()[0] for row in TABLE.read_text("utf-8").splitlines() if row.split()[2] == "ok"}
    assert len(open_rows) <= MOST_OPEN, open_rows


def test_a_view_nobody_gave_a_right_keeps_the_app_from_starting(house: House) -> None:
    house.app.view_functions["planted"] = lambda: "secret"
    with pytest.raises(LookupError, match="planted"):
        check_all(house.app)


def test_a_right_lost_is_found(house: House) -> None:
    """The table would tell: planted, the wallboard is open."""
    view = house.app.view_functions["wallboard.show"]
    house.app.view_functions["wallboard.show"] = needs(Right.ANYBODY)(lambda: "open")
    assert "\n".join(table(house)) + "\n" != TABLE.read_text("utf-8")
    house.app.view_functions["wallboard.show"] = view


VARIANTS = (
    "//{0}",
    "/{0}/",
    "/./{0}",
    "/x/../{0}",
    "/{0}/.",
    "/{0}%00",
    "/{0};x=1",
    "/{0}..;/",
    "/%2e/{0}",
    "/{1}",
    "/{0}.",
)


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_spelling_of_a_path_goes_round_the_guard(house: House, variant: str) -> None:
    for rule in rules(house.app):
        path = variant.format(rule.rule.lstrip("/"), rule.rule.lstrip("/").upper())
        if "<" in path or path.strip("/.") in ("", "first-run", "sign-in"):
            continue
        answer = house.client("").get(path)
        answer.close()
        allowed = answer.status_code in (302, 308, 400, 401, 404, 405)
        assert allowed and "wallboard" not in answer.text.lower().replace("/wallboard", ""), (
            path,
            answer.status,
        )


def unsafe(app: Flask) -> list[tuple[str, str]]:
    return [
        (rule.rule, method)
        for rule in rules(app)
        for method in ("POST", "PUT", "PATCH", "DELETE")
        if method in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith("/api/")
    ]


def test_what_changes_something_wants_the_pages_own_token(house: House) -> None:
    found = unsafe(house.app)
    assert len(found) >= 3
    for path, method in found:
        answer = house.client("admin").open(path, method=method, data={"csrf": "forged"})
        assert answer.status_code in (403, 404), (path, method)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_another_page_cannot_ask(house: House, headers: dict[str, str]) -> None:
    told = {"csrf": house.csrf("agent")}
    assert house.client("agent").post("/sign-out", data=told, headers=headers).status_code == 403
    assert house.client("agent").post("/sign-out", data=told).status_code == 302


def test_browsers_are_told_to_run_nothing_foreign(house: House) -> None:
    for path in ("/", "/sign-in", "/nosuch", "/static/css/tipring.css"):
        answer = house.client("admin").get(path)
        answer.close()
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert (
            "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        )
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_a_foreign_name_is_refused(house: House, host: str) -> None:
    assert house.client("").get("/sign-in", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "P/"])
def test_a_program_under_a_foreign_name_is_told_so_in_its_form(house: House, host: str) -> None:
    told = house.client("").post("/api/v1/orders/telephone", headers={"Host": host}, json={})
    assert (told.status_code, told.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "header", ["X-Forwarded-User", "Remote-User", "X-Forwarded-For", "X-Original-URL", "X-Rewrite-URL"]
)
def test_headers_of_a_proxy_that_is_not_there_say_nothing(house: House, header: str) -> None:
    assert (
        house.client("")
        .get("/wallboard", headers={header: "admin"})
        .headers["Location"]
        .startswith("/sign-in")
    )
