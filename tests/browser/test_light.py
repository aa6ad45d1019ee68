"""Every page the menu leads to, and what lies behind it: its bytes, and when a telephone can use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from drivers.clock import MonotonicClock
from tests.browser import budget, screens
from tests.browser.browser import PHONE, ZH, Browser, User
from tests.browser.ways import sign_in
from tests.browser.web_box import WebBox
from webui.access.doors import Doors
from webui.access.people import Person
from webui.access.schema import WEB_FILE

PASSWORD = "three green apples"
BEHIND = (
    "/settings/flows",
    "/tokens/webhooks",
    "/erasures",
    "/contacts/new",
    "/interview/step/people",
    "/lines/hat/1",
)
MOST_PAGES = 40
PICTURED = {
    "/settings": "settings",
    "/health": "health",
    "/tokens": "tokens",
    "/contacts/new": "contact-form",
}
"""Of pages no other test keeps a picture of on a telephone."""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebBox]:
    made = WebBox(tmp_path_factory.mktemp("light") / "data")
    made.places.make()
    with closing(Doors(made.places.root / WEB_FILE, MonotonicClock.wall_us)) as doors:
        doors.first(Person("mei", "admin"), PASSWORD, "127.0.0.1")
    with made:
        yield made


def pages(user: User, box: WebBox) -> list[str]:
    """Signs in; where the menu leads, and what is not in it."""
    user.page.goto(box.at("/"))
    sign_in(user.page, "mei", PASSWORD)
    menu = user.page.locator("nav.side a")
    expect(menu.first).to_be_attached()
    found = [str(one.get_attribute("href")) for one in menu.all()]
    assert 10 < len(found) < MOST_PAGES
    return [*found, *BEHIND]


def _weighed(user: User, box: WebBox, path: str) -> int:
    load = budget.measure(user, box.at(path), None, "main h1")
    if path in PICTURED:
        screens.keep(user, PICTURED[path])
    return load.total


def test_every_page_is_small(browser: Browser, box: WebBox) -> None:
    with browser.user(language=ZH, screen=PHONE) as mei:
        loads = {path: _weighed(mei, box, path) for path in pages(mei, box)}
    assert {path: size for path, size in loads.items() if size > budget.MAX_BYTES} == {}
    assert min(loads.values()) > 1_000


@pytest.mark.slow  # judges time: of a calm machine
def test_every_page_is_usable_within_a_second(browser: Browser, box: WebBox) -> None:
    with browser.user(language=ZH, screen=PHONE) as mei:
        loads = {path: budget.check(mei, box.at(path), ready="main h1") for path in pages(mei, box)}
    for path, load in sorted(loads.items(), key=lambda row: -row[1].usable_ms):
        print(f"{path:<26} {load.total:>8} bytes {load.usable_ms:>6.0f} ms")
