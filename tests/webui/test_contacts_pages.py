"""Contacts in the browser: kept, found, changed by two at once, taken in and written out, hostile texts inert."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.webui.house import House

XSS = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
FORMULA = '=HYPERLINK("http://evil.example","x")'


def post(house: House, path: str, role: str = "agent", **told: Any) -> TestResponse:
    return house.client(role).post(
        path, data={"csrf": house.csrf(role)} | told, content_type="multipart/form-data"
    )


def add(house: House, **told: str) -> str:
    """The path of the contact that is made."""
    answer = post(
        house, "/contacts/new", **({"name": "李明", "number": "139 1111 2222", "kind": "mobile"} | told)
    )
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_a_contact_is_kept_and_found_by_any_part(house: House) -> None:
    path = add(
        house,
        company="Acme",
        tags="gold; north",
        vip="on",
        field="City",
        text="Beijing",
        note="first\nsecond",
    )
    page = house.client("agent").get(path).text
    for wanted in (
        "李明",
        "Acme",
        "139 1111 2222",
        "+8613911112222",
        "gold",
        "VIP",
        "City",
        "Beijing",
        "second",
    ):
        assert wanted in page, wanted
    for text in ("李", "acm", "1111", "+86139"):
        assert "李明" in house.client("agent").get("/contacts", query_string={"q": text}).text, text
    assert "李明" not in house.client("agent").get("/contacts?q=nobody").text


def test_hostile_texts_are_shown_as_they_are_and_do_nothing(house: House) -> None:
    path = add(house, name=XSS, company=XSS, tags=XSS, field="f", text=XSS, note=XSS)
    post(house, f"{path}/notes", text=XSS)
    for page in (path, f"{path}/edit", "/contacts", "/contacts/new?name=" + XSS):
        text = house.client("agent").get(page).text
        assert "<script>alert" not in text and "<img src=x" not in text, page
        assert "&lt;script&gt;" in text, page


def test_formulas_are_inert_in_the_file_and_come_back_as_they_were(house: House) -> None:
    add(house, name=FORMULA, number="+86 139 1111 2222")
    written = house.client("supervisor").get("/contacts/all.csv").data.decode("utf-8-sig")
    assert "\n=" not in written and ",=" not in written and '"=' not in written
    assert "+86 139 1111 2222" in written
    post(house, _only(house) + "/erase", "supervisor", version="1")
    answer = post(house, "/contacts/files", "supervisor", file=(io.BytesIO(written.encode()), "all.csv"))
    assert "Added 1" in answer.text
    assert house.client("agent").get(_only(house)).text.count("HYPERLINK(&#34;http") >= 1


def _only(house: House) -> str:
    page = house.client("agent").get("/contacts").text
    return "/contacts/" + page.partition('<td><a href="/contacts/')[2].partition('"')[0]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(house: House) -> None:
    answer = post(house, "/contacts/new", name="Li", number="not a number", kind="mobile")
    assert answer.status_code == 422 and "not a number" in answer.text and 'value="Li"' in answer.text
    assert post(house, "/contacts/new", name="").status_code == 422


def test_who_changes_what_somebody_changed_meanwhile_is_told(house: House) -> None:
    path = add(house)
    assert post(house, f"{path}/edit", name="Li one", version="1").status_code == 302
    answer = post(house, f"{path}/edit", name="Li two", version="1")
    assert answer.status_code == 409 and "Li one" in answer.text
    assert "Li one" in house.client("agent").get(path).text


def test_a_file_with_a_fault_changes_nothing_and_names_the_lines(house: House) -> None:
    text = "name,mobile\nLi,13911112222\nWang,nonsense\nSun,also bad\n"
    answer = post(house, "/contacts/files", "supervisor", file=(io.BytesIO(text.encode()), "x.csv"))
    assert answer.status_code == 422
    assert "Line 3:" in answer.text and "Line 4:" in answer.text
    assert "0 found" in house.client("agent").get("/contacts").text


def test_a_dry_run_only_says(house: House) -> None:
    told = {"file": (io.BytesIO(b"name,mobile\nLi,13911112222\n"), "x.csv"), "dry": "on"}
    assert "Would add 1" in post(house, "/contacts/files", "supervisor", **told).text
    assert not house.places.business_db.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.binary(max_size=400))
def test_any_file_gets_an_answer(house: House, data: bytes) -> None:
    answer = post(house, "/contacts/files", "supervisor", file=(io.BytesIO(data), "x.vcf"), dry="on")
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize(
    "path", ["/contacts/nosuch", "/contacts/nosuch/edit", "/contacts/..%2f..%2fetc", "/contacts/all.exe"]
)
def test_what_is_not_there_is_not_found(house: House, path: str) -> None:
    assert house.client("admin").get(path).status_code == 404


def test_agents_neither_erase_nor_carry_all_away(house: House) -> None:
    path = add(house)
    assert post(house, f"{path}/erase", version="1").status_code == 403
    assert house.client("agent").get("/contacts/all.csv").status_code == 403
    assert "Erase" not in house.client("agent").get(path).text


def test_cards_go_out_and_come_in(house: House) -> None:
    add(house, company="Acme", note="likes tea")
    cards = house.client("supervisor").get("/contacts/all.vcf").data
    assert b"BEGIN:VCARD" in cards
    post(house, _only(house) + "/erase", "supervisor", version="1")
    assert "Added 1" in post(house, "/contacts/files", "supervisor", file=(io.BytesIO(cards), "x.vcf")).text
    assert "likes tea" in house.client("agent").get(_only(house)).text
