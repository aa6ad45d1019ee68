"""A newcomer sets a box up in a browser: first administrator, interview, apply; then a draft.

The web process alone: that the engine is told stands in `tests/webui`.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from firmware.config.newest import newest
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser
from tests.browser.ways import first_run, follow, sign_in
from tests.webui.served import Served

MOST_CLICKS = 10


def through(page: Page) -> int:
    """Next, next, apply; how many clicks that took."""
    follow(page, "a.button.main")
    clicks = 1
    while "/interview/step/" in page.url:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        follow(page, ".onward button.main")
        clicks += 1
    expect(page.locator(".chart svg").first).to_be_visible()
    return clicks


def test_ten_clicks_set_a_box_up(browser: Browser, tmp_path: Path) -> None:
    with Served(tmp_path) as box, browser.user(language=ZH, screen=PHONE) as anna:
        page = anna.page
        first_run(page, box.at("/"))
        clicks = through(page)
        axe.check(anna)
        screens.keep(anna, "proposal")
        follow(page, ".onward button.main")
        assert clicks + 1 <= MOST_CLICKS
        expect(page.locator(".well")).to_contain_text("启动时生效")
        now = newest(box.places.config_db)
        assert now is not None and (now.author, now.note) == ("anna", "interview")
        in_a_draft(browser, box)


def in_a_draft(browser: Browser, box: Served) -> None:
    """What a form says is in force after 'apply', and not before."""
    with browser.user(language=EN, screen=DESKTOP) as boss:
        page = boss.page
        page.goto(box.at("/settings"))
        sign_in(page, language=EN)
        follow(page, "form[action$=begin] button")
        axe.check(boss)
        screens.keep(boss, "draft")
        follow(page, "ul.parts a[href$='/part/site']")
        page.fill("#k-name", "Jade Tea")
        follow(page, ".onward button.main")
        expect(page.locator("p.well")).to_be_visible()
        axe.check(boss)
        follow(page, ".onward a.button")
        expect(page.locator(".brand span")).not_to_have_text("Jade Tea")
        follow(page, "form[action$=apply] button")
        expect(page.locator("p.well")).to_contain_text("when it starts")
        expect(page.locator(".brand span")).to_have_text("Jade Tea")
