"""The simulated bench as a newcomer meets it: a telephone lifted and dialled, the menu called, heard and answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser, Screen, User
from tests.browser.ways import first_run, sign_in
from tests.browser.web_box import WebBox

LEVEL = """([least, most, ms]) => new Promise((done, fail) => {
    const until = performance.now() + ms;
    const look = () => {
        const level = document.getElementById('level').value;
        if (least <= level && level <= most) done(level);
        else if (performance.now() > until) fail(new Error(`the level stays ${level}`));
        else setTimeout(look, 20);
    };
    look();
})"""
"""The page's policy lets Playwright's own `wait_for_function` do nothing."""
SPEECH_DB, TONE_DB = 25, 35
"""Of the page's own meter: 0 is silence, 60 as loud as a telephone gets."""
DIAL_TONE = re.compile("^(special dial|dial|busy) tone$")
"""A machine that stands still tears it: in pieces of the same 450 Hz it sounds like the special one, or like busy."""
PATIENCE_MS = 40_000
CALLS, AGAIN_MS = 20, 2_000


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebBox]:
    with WebBox(tmp_path_factory.mktemp("box") / "data") as running:
        yield running


def put_down(box: WebBox) -> None:
    """Whatever a test before (or this one, begun anew) left off-hook."""
    lines = json.loads(box.sim("status", "--json"))["lines"].values()
    for who in ("804", *(line["with"] for line in lines if line["with"].startswith("visitor-"))):
        box.sim("hang", who)


def at_the_bench(box: WebBox, user: User) -> Page:
    put_down(box)
    page = user.page
    page.goto(box.at("/bench"))
    if page.url.endswith("/first-run"):
        first_run(page, page.url)
    else:
        sign_in(page, language=user.language)
    page.goto(box.at("/bench"))
    expect(page.locator("#telephones .handset")).to_have_count(4)
    expect(page.locator("#visitors .handset")).to_have_count(0, timeout=PATIENCE_MS)
    return page


def hears(page: Page, least: int, most: int = 60) -> None:
    page.evaluate(LEVEL, [least, most, PATIENCE_MS])


def test_a_telephone_is_lifted_dials_and_hears_by_keyboard_alone(browser: Browser, box: WebBox) -> None:
    with browser.user() as anna:
        page = at_the_bench(box, anna)
        expect(page.locator("#h-hand")).to_have_text("804 · You")
        expect(page.locator("#hand")).to_be_focused()
        page.keyboard.press("1")
        expect(page.locator("#dialled")).to_have_text("Lift first")
        page.keyboard.press("Space")
        hears(page, TONE_DB)
        expect(page.locator("#says")).to_have_text(DIAL_TONE, timeout=PATIENCE_MS)
        for key in "*43":  # no such code: it is told so
            page.keyboard.press(key)
        expect(page.locator("#dialled")).to_have_text("*43")
        hears(page, 0, 20)
        hears(page, SPEECH_DB)
        page.keyboard.press("Space")
        expect(page.locator("#says")).to_have_text("on-hook", timeout=PATIENCE_MS)
        expect(page.locator("#lift")).to_be_enabled()


def calls(page: Page) -> None:
    """Again where the box has not yet put the line of the caller before down."""
    taken = page.locator("#visitors .handset[aria-pressed=true]")
    for _ in range(CALLS):
        page.click("#call")
        expect(taken.or_(page.locator("#fault:not([hidden])"))).not_to_have_count(0)
        if taken.count():
            break
        page.wait_for_timeout(AGAIN_MS)
    expect(taken).to_have_count(1)  # beside those that found the line busy: they are told of for a while


@pytest.mark.parametrize(("language", "screen"), [(EN, DESKTOP), (ZH, PHONE)])
def test_a_newcomer_calls_the_menu_hears_it_and_is_answered(
    browser: Browser, box: WebBox, language: str, screen: Screen
) -> None:
    with browser.user(language=language, screen=screen) as anna:
        page = at_the_bench(box, anna)
        axe.check(anna)
        calls(page)
        expect(page.locator("#says")).to_have_text(
            "connected" if language == EN else "已接通", timeout=PATIENCE_MS
        )
        hears(page, SPEECH_DB)
        page.locator('[data-key="1"]').click()
        expect(page.locator("#caption")).not_to_be_empty()
        page.evaluate("scrollTo(0, 0)")
        screens.keep(anna, "bench")
        axe.check(anna)
        page.click("#hang")
        expect(page.locator("#visitors .handset")).to_have_count(0, timeout=PATIENCE_MS)
