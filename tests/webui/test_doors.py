"""Coming in: the first admin, wrong passwords, sessions that end here."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webui.house import PASSWORD, House
from webui.access.people import Person, why_not_password
from webui.access.sessions import IDLE_US, LONGEST_US
from webui.access.tries import MOST, REFILL_US, Tries
from webui.pages.account import _inside


def test_a_new_box_answers_nothing_but_its_first_question(empty_house: House) -> None:
    stranger = empty_house.client("")
    for path in ("/", "/wallboard", "/sign-in", "/password"):
        assert stranger.get(path).headers["Location"] == "/first-run"
    assert stranger.get("/first-run").status_code == 200


def test_the_first_admin_is_made_once(empty_house: House) -> None:
    told = {"name": "boss", "password": PASSWORD, "again": PASSWORD}
    assert empty_house.client("").post("/first-run", data=told).status_code == 302
    assert empty_house.client("").get("/").status_code == 200
    other = empty_house.browser()
    assert other.post("/first-run", data=told | {"name": "thief"}).status_code == 404
    with pytest.raises(ValueError, match="not-new"):
        empty_house.doors.first(Person("thief", "admin"), PASSWORD, "")
    assert [one.name for one in empty_house.doors.people()] == ["boss"]


@pytest.mark.parametrize(
    "password", ["short", "password123", "1111111111", "boss123456", "admin!!!!!", "x" * 201]
)
def test_poor_passwords_are_refused(empty_house: House, password: str) -> None:
    told = {"name": "boss", "password": password, "again": password}
    assert empty_house.client("").post("/first-run", data=told).status_code == 422
    assert empty_house.doors.is_new


@given(st.text(), st.text())
def test_any_password_gets_a_verdict(password: str, name: str) -> None:
    assert why_not_password(password, name) in (
        "", "access.password-short", "access.password-long", "access.password-guessed"
    )  # fmt: skip


def test_a_wrong_password_looks_like_a_wrong_name(house: House) -> None:
    stranger = house.client("")
    wrong = stranger.post("/sign-in", data={"name": "boss", "password": "not this one"})
    nobody = stranger.post("/sign-in", data={"name": "nosuch", "password": "not this one"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text.replace("boss", "") == nobody.text.replace("nosuch", "")


def test_after_so_many_wrong_ones_even_the_right_one_waits(house: House) -> None:
    stranger = house.client("")
    for _ in range(MOST):
        assert stranger.post("/sign-in", data={"name": "boss", "password": "wrong wrong"}).status_code == 401
    right = {"name": "boss", "password": PASSWORD}
    assert stranger.post("/sign-in", data=right).status_code == 429
    house.clock.us += 2 * REFILL_US
    assert stranger.post("/sign-in", data=right).status_code == 302


def test_tries_take_bounded_memory_and_fill_again() -> None:
    tries = Tries()
    for number in range(20_000):
        tries.wrong(0, f"name {number}")
    assert len(tries._used) == 10_000
    for _ in range(MOST):
        tries.wrong(0, "one")
    assert 0 < tries.wait_us(0, "one") <= REFILL_US
    assert tries.wait_us(REFILL_US, "one") == 0


def test_a_session_ends_here_when_somebody_signs_out(house: House) -> None:
    client = house.client("agent")
    cookie = client.get_cookie("tipring")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Strict"
    assert client.post("/sign-out", data={"csrf": house.csrf("agent")}).status_code == 302
    thief = house.browser()
    thief.set_cookie("tipring", cookie.value)
    assert thief.get("/").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("after_us", [IDLE_US + 1, LONGEST_US + 1])
def test_a_session_ends_by_itself(house: House, after_us: int) -> None:
    house.client("agent")
    house.clock.us += after_us
    assert house.client("agent").get("/").status_code == 302


def test_who_works_on_stays_until_the_longest(house: House) -> None:
    client = house.client("agent")
    for _ in range(LONGEST_US // (IDLE_US // 3)):
        assert client.get("/").status_code == 200
        house.clock.us += IDLE_US // 3
    house.clock.us += IDLE_US // 3
    assert client.get("/").status_code == 302


def test_what_a_browser_brought_along_is_worth_nothing(house: House) -> None:
    """Session fixation: the cookie after signing in is another than before."""
    client = house.browser()
    client.set_cookie("tipring", "chosen-by-a-thief")
    client.post("/sign-in", data={"name": "wang", "password": PASSWORD})
    cookie = client.get_cookie("tipring")
    assert cookie is not None and cookie.value != "chosen-by-a-thief"


def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    other = house.browser()
    other.post("/sign-in", data={"name": "wang", "password": PASSWORD})
    assert other.get("/").status_code == 200
    told = {
        "old": PASSWORD,
        "password": "ten loud geese",
        "again": "ten loud geese",
        "csrf": house.csrf("agent"),
    }
    assert house.client("agent").post("/password", data=told).status_code == 302
    assert other.get("/").status_code == 302
    assert house.client("agent").get("/").status_code == 200


def test_the_last_admin_stays(house: House) -> None:
    with pytest.raises(ValueError, match="last-admin"):
        house.doors.remove("boss", "boss")
    with pytest.raises(ValueError, match="last-admin"):
        house.doors.alter(Person("boss", "agent"), "boss")
    assert [one.name for one in house.doors.people() if one.role == "admin"] == ["boss"]


def test_who_is_switched_off_is_out_at_once(house: House) -> None:
    client = house.client("agent")
    house.doors.alter(Person("wang", "agent", agent="800", is_off=True), "boss")
    assert client.get("/").status_code == 302
    assert house.browser().post("/sign-in", data={"name": "wang", "password": PASSWORD}).status_code == 401


def test_neither_passwords_nor_sessions_are_in_the_file(house: House, tmp_path: Path) -> None:
    cookie = house.client("agent").get_cookie("tipring")
    assert cookie is not None
    house.close()
    held = b"".join(path.read_bytes() for path in (tmp_path / "box").glob("web.db*"))
    assert PASSWORD.encode() not in held
    assert cookie.value.encode() not in held
    assert b"wang" in held


def test_who_made_the_account_knows_the_password_so_it_is_changed(house: House) -> None:
    house.doors.set_password("wang", "chosen by boss", "boss")
    client = house.browser()
    client.post("/sign-in", data={"name": "wang", "password": "chosen by boss"})
    assert client.get("/wallboard").headers["Location"] == "/password"


def test_changes_within_one_are_all_done_or_none(house: House) -> None:
    doors, before = house.doors, (house.doors.people(), house.doors.tokens.all(), house.doors.entries())
    with pytest.raises(ValueError, match="name-taken"), doors.change():
        doors.remove("wang", "boss")
        _, token = doors.tokens.make("x", ("call",), "boss")
        doors.once.name(token.id, "key", "asked", "made")
        doors.add(Person("mei", "agent"), PASSWORD, "boss")
    assert (doors.people(), doors.tokens.all(), doors.entries()) == before
    assert doors.once.find(token.id, "key", "asked") is None
    with doors.change():
        doors.remove("wang", "boss")
        doors.add(Person("wang", "agent"), PASSWORD, "boss")
    assert doors.entries(2) != before[2][:2] and doors.person("wang") == Person("wang", "agent")


@given(st.text())
def test_nobody_is_sent_elsewhere(target: str) -> None:
    found = _inside(target)
    assert found == "" or (found.startswith("/") and found[1:2] not in ("/", "\\"))


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_a_way_out_is_none(target: str) -> None:
    assert _inside(target) == ""


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "web.db").write_bytes(b"no database at all, but long enough to be read" * 40)
    from webui.access.schema import open_web

    with pytest.raises(sqlite3.DatabaseError):
        open_web(tmp_path / "web.db")
