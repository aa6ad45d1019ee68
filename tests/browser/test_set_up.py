"""A newcomer sets a box up in a browser: first administrator, interview, apply; then a draft.

The web process alone: that the engine is told stands in `tests/webui`.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from firmware.config.newest import newest
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser
from tests.webui.served import Served

PASSWORD = "nine quiet herons"
MOST_CLICKS = 10


def at(box: Served, path: str) -> str:
    return f"http://127.0.0.1:{box.port}{path}"


def first_run(page: Page, box: Served) -> None:
    page.goto(at(box, "/"))
    for name, value in (("name", "anna"), ("password", PASSWORD), ("again", PASSWORD)):
        page.fill(f"#f-{name}", value)
    page.click("button.main")
    expect(page).to_have_url(re.compile("/interview$"))


def through(page: Page) -> int:
    """Next, next, apply; how many clicks that took."""
    page.click("a.button.main")
    clicks = 1
    while "/interview/step/" in page.url:
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click(".onward button.main")
        clicks += 1
    expect(page.locator(".chart svg").first).to_be_visible()
    return clicks


def test_ten_clicks_set_a_box_up(browser: Browser, tmp_path: Path) -> None:
    with Served(tmp_path) as box, browser.user(language=ZH, screen=PHONE) as anna:
        page = anna.page
        first_run(page, box)
        clicks = through(page)
        axe.check(anna)
        screens.keep(anna, "proposal")
        page.click(".onward button.main")
        assert clicks + 1 <= MOST_CLICKS
        expect(page.locator(".well")).to_contain_text("启动时生效")
        now = newest(box.places.config_db)
        assert now is not None and (now.author, now.note) == ("anna", "interview")
        in_a_draft(browser, box)


def in_a_draft(browser: Browser, box: Served) -> None:
    """What a form says is in force after 'apply', and not before."""
    with browser.user(language=EN, screen=DESKTOP) as boss:
        page = boss.page
        page.goto(at(box, "/settings"))
        page.fill("#f-name", "anna")
        page.fill("#f-password", PASSWORD)
        page.click("button.main")
        if page.locator("html").get_attribute("lang") != EN:
            page.click(".languages button")
        page.click("form[action$=begin] button")
        axe.check(boss)
        screens.keep(boss, "draft")
        page.click("ul.parts a[href$='/part/site']")
        page.fill("#k-name", "Jade Tea")
        page.click(".onward button.main")
        expect(page.locator("p.well")).to_be_visible()
        axe.check(boss)
        page.click(".onward a.button")
        expect(page.locator(".brand span")).not_to_have_text("Jade Tea")
        page.click("form[action$=apply] button")
        expect(page.locator("p.well")).to_contain_text("when it starts")
        expect(page.locator(".brand span")).to_have_text("Jade Tea")
