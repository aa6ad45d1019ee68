"""The page of webhooks: how each fares in both languages, a secret shown once, wishes that reach who delivers."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from firmware.jobs.webhooks.signing import read_secret
from firmware.jobs.webhooks.standing import (
    Delivery,
    Standing,
    Standings,
    Wish,
    put_wish,
    take_wishes,
    write_standings,
)
from tests.webui.house import OFFICE, House
from webui.hooks import SILENT_US
from webui.pages.webhooks import why
from webui.words import LANGUAGES

XSS = "<script>alert(1)</script>"
HOOKED = f"""{OFFICE}
[[webhook]]
name = "crm"
url = "https://crm.example/hook?a=<b>"
events = ["call.began", "call.ended"]

[[webhook]]
name = "old"
url = "https://old.example/"
enabled = false
"""
AT = 1_795_000_000_000_000


@pytest.fixture
def hooked(tmp_path: Path) -> House:
    made = House(tmp_path, HOOKED)
    made.settle()
    return made


def post(house: House, path: str, **form: str) -> TestResponse:
    return house.client("admin").post(f"/tokens/webhooks{path}", data={"csrf": house.csrf("admin")} | form)


def page(house: House) -> str:
    return house.client("admin").get("/tokens/webhooks").text


def test_a_secret_is_shown_once_and_signs_from_then_on(hooked: House) -> None:
    assert "has no secret" in page(hooked)
    answer = post(hooked, "/secret", name="crm")
    kept = read_secret(hooked.places.secrets, "crm")
    assert kept is not None and kept.current in answer.text and kept.made_by == "boss"
    assert kept.current not in page(hooked) and "has no secret" not in page(hooked)
    post(hooked, "/secret", name="crm")
    again = read_secret(hooked.places.secrets, "crm")
    assert again is not None and again.former == kept.current and again.current != kept.current


def test_a_secret_is_made_for_endpoints_that_are_there_alone(hooked: House) -> None:
    assert post(hooked, "/secret", name="../../x").status_code == 404
    assert post(hooked, "/secret", name="").status_code == 404
    assert not (hooked.places.secrets / "webhooks").exists()


def test_how_an_endpoint_fares_is_shown_and_nothing_of_it_acts(hooked: House) -> None:
    post(hooked, "/secret", name="crm")
    aside = Delivery("1-7-0", XSS, AT, "status-422", 10, 31)
    one = Standing(
        "crm", failed_at=AT, reason=f"fault-{XSS}", failing_at=AT, next_at=AT, waiting=1000, waiting_more=True,
        delivered=4711, given_up=3, aside=(aside,), latest=(Delivery("test-a", "test", AT),),
    )  # fmt: skip
    write_standings(hooked.places.run, Standings(hooked.clock.now_us(), (one,)))
    text = page(hooked)
    for said in ("more than 1000", "4711", "fails", "1-7-0", "answered 422", "switched off", "Try now"):
        assert said in text, said
    assert "<script>alert" not in text and "Nobody delivers" not in text
    hooked.clock.us += SILENT_US + 1
    assert "Nobody delivers" in page(hooked)


@pytest.mark.parametrize(
    ("form", "wish"),
    [
        ({"do": "test"}, Wish("test", "crm")),
        ({"do": "now"}, Wish("now", "crm")),
        ({"do": "again", "id": "3-14-1"}, Wish("again", "crm", id="3-14-1")),
        ({"do": "since", "hours": "24"}, Wish("since", "crm", at_us=5_000_000)),
    ],
)
def test_a_wish_reaches_who_delivers_once(hooked: House, form: dict[str, str], wish: Wish) -> None:
    hooked.clock.us = 24 * 3_600_000_000 + 5_000_000
    answer = post(hooked, "/wish", name="crm", **form)
    assert answer.headers["Location"] == f"/tokens/webhooks?told={wish.do}"
    assert [one for _, one in take_wishes(hooked.places.run)] == [wish]
    assert list(take_wishes(hooked.places.run)) == []
    assert 'role="status"' in hooked.client("admin").get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"do": "dance"},
        {"do": "again", "id": "x"},
        {"do": "since", "hours": "9999"},
        {"do": "since", "hours": "-1"},
    ],
)
def test_what_is_no_wish_is_refused(hooked: House, form: dict[str, str]) -> None:
    assert post(hooked, "/wish", name="crm", **form).status_code == 400
    assert post(hooked, "/wish", name="nobody", do="test").status_code == 404
    assert list(take_wishes(hooked.places.run)) == []


def test_soup_among_the_wishes_is_taken_away(hooked: House) -> None:
    put_wish(hooked.places.run, Wish("test", "crm"))
    (hooked.places.run / "webhook-wishes" / "0.json").write_bytes(b'{"do":"dance"}')
    assert [one.do for _, one in take_wishes(hooked.places.run)] == ["test"]
    assert list((hooked.places.run / "webhook-wishes").glob("*.json")) == []


def test_endpoints_are_changed_in_a_draft_of_the_settings(hooked: House) -> None:
    answer = post(hooked, "/draft")
    assert answer.status_code == 302
    text = hooked.client("admin").get(answer.headers["Location"]).text
    assert "crm" in text and "old" in text


def test_reasons_have_words(hooked: House) -> None:
    reasons = ("refused", "timed-out", "tls", "certificate", "redirect", "network", "no-http", "status-500")
    for language in LANGUAGES:
        with hooked.app.test_request_context("/", headers={"Accept-Language": language}):
            assert all(why(one) not in ("", one) for one in reasons)
            assert why("fault-X") == "fault-X"
