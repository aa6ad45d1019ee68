"""The menu shows where one is, on a page of its own entry and on the pages within."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.webui.house import House
from webui.menu import ENTRIES, WITHIN, current


def marked(page: str) -> list[tuple[str, str]]:
    side = page.partition('<nav class="side"')[2].partition("</nav>")[0]
    return re.findall(r'<a href="([^"]*)" aria-current="(\w+)"', side)


@pytest.mark.parametrize("path", ["/settings", "/wallboard", "/calls", "/people", "/"])
def test_a_page_marks_its_entry(house: House, path: str) -> None:
    assert marked(house.client("admin").get(path).text) == [(path, "page")]


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/settings/history", "/settings"),
        ("/settings/draft/1", "/settings"),
        ("/settings/draft/1/part/queue.0", "/settings"),
        ("/people/person?name=boss", "/people"),
        ("/interview/step/business", "/interview"),
    ],
)
def test_a_page_within_marks_the_entry_it_belongs_to(house: House, path: str, entry: str) -> None:
    house.client("admin").post("/settings/begin", data={"csrf": house.csrf("admin")})
    answer = house.client("admin").get(path)
    assert answer.status_code == 200
    assert marked(answer.text) == [(entry, "true")]


def test_a_page_of_nobodys_marks_nothing(house: House) -> None:
    assert marked(house.client("admin").get("/password").text) == []
    assert current(None) == ("", "")


def test_what_belongs_to_an_entry_is_there(house: House) -> None:
    app: Flask = house.app
    entries = {one.endpoint.partition(".")[0] for one in ENTRIES}
    assert set(WITHIN.values()) <= entries
    assert set(WITHIN) <= set(app.blueprints)
