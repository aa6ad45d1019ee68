"""A small menu is drawn with the keyboard alone, held against the checks, tried and put in force.

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

MOST_TABS = 120
SAYS = "For tea, press one."


def tab_to(page: Page, selector: str) -> None:
    """From where the focus is, in the page's own order, to what the selector names."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("one => !!document.activeElement?.matches(one)", selector):
            return
    raise AssertionError(f"no way to {selector} by Tab")


def write(page: Page, selector: str, text: str) -> None:
    """Into a field, or a choice of that word."""
    tab_to(page, selector)
    page.keyboard.type(text)


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    enter(page)


def enter(page: Page) -> None:
    """Another page follows."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def boxes(page: Page) -> list[str]:
    labels = [one.get_attribute("aria-label") or "" for one in page.locator("svg.flow a.box").all()]
    return [label.split(",")[0] for label in labels]


def test_a_menu_is_drawn_tried_and_applied_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    with Served(tmp_path) as box:
        with browser.user(language=EN, screen=DESKTOP) as anna:
            first_run(anna.page, box.at("/"))
            begin(anna.page, box)
            draw(anna.page)
            axe.check(anna)
            top(anna.page)
            screens.keep(anna, "flow-editor")
            walk(anna.page)
            drag(anna.page)
            call(anna.page)
            axe.check(anna)
            top(anna.page)
            screens.keep(anna, "flow-try")
            compare(anna.page)
            axe.check(anna)
            apply(anna.page)
        now = newest(box.places.config_db)
        assert now is not None and now.author == "anna"
        front = next(flow for flow in now.config.flows if flow.id == "front")
        menu = next(node for node in front.nodes if node.id == "ask")
        assert (front.start, menu.keys, menu.otherwise) == ("ask", {"1": "sales"}, "sales")
        on_a_phone(browser, box)


def top(page: Page) -> None:
    page.evaluate("scrollTo(0, 0)")


def begin(page: Page, box: Served) -> None:
    page.goto(box.at("/settings"))
    press(page, "form[action$=begin] button")
    press(page, "a.button[href$='/flow']")
    write(page, "#name", "front")
    enter(page)
    expect(page.locator("h1")).to_have_text("front")


def draw(page: Page) -> None:
    write(page, "#a-kind", "Menu")
    write(page, "#a-name", "ask")
    enter(page)
    expect(page.locator("#step")).to_be_focused()
    expect(page.locator("#faults")).to_contain_text("menu")
    write(page, "#a-kind", "Queue")
    write(page, "#a-name", "sales")
    enter(page)
    expect(page.locator("#step")).to_contain_text("sales")
    write(page, "#k-queue", "sales")
    enter(page)
    expect(page.locator("p.well")).to_be_visible()
    press(page, "a.box[data-id=ask]")
    expect(page.locator("#step")).to_contain_text("ask")
    write(page, "#says-en", SAYS)
    write(page, "select[name='to.otherwise']", "sales")
    press(page, ".stepform button.main")
    expect(page.locator("#faults .badge.bad")).to_have_count(0)
    assert boxes(page) == ["ask", "sales"]


def walk(page: Page) -> None:
    """Tab goes from box to box as the flow does; arrows too."""
    tab_to(page, "a.box[data-id=ask]")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.id") == "sales"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.id") == "ask"


def drag(page: Page) -> None:
    """From a step's foot to another step: the form has that way in it, to be kept."""
    foot, target = (
        page.locator(one).bounding_box() for one in (".handle[data-from='0']", "a.box[data-id=sales]")
    )
    assert foot and target
    page.mouse.move(foot["x"] + foot["width"] / 2, foot["y"] + foot["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + 30, steps=4)
    with page.expect_navigation():
        page.mouse.up()
    assert "node=0&to=sales" in page.url
    expect(page.locator("select[name='more-to']")).to_have_value("sales")


def call(page: Page) -> None:
    page.locator("h1").evaluate("one => { one.tabIndex = -1; one.focus(); }")
    press(page, "a[href$='/try']")
    expect(page.locator("#trial")).to_be_focused()
    write(page, "#t-caller", "13912345678")
    enter(page)
    expect(page.locator("#call")).to_be_focused()
    expect(page.locator(".call")).to_contain_text(SAYS)
    expect(page.locator("a.here")).to_have_attribute("data-id", "ask")
    press(page, ".keypad button[value='1']")
    expect(page.locator(".panel [role=status]")).to_have_text("The caller waits in queue sales.")
    expect(page.locator("a.here")).to_have_attribute("data-id", "sales")


def compare(page: Page) -> None:
    page.locator("h1").evaluate("one => { one.tabIndex = -1; one.focus(); }")
    press(page, "a[href$='/difference']")
    expect(page.locator("svg.flow .box.added")).to_have_count(2)
    press(page, ".crumbs a[href*='/flow/']")


def apply(page: Page) -> None:
    page.locator("h1").evaluate("one => { one.tabIndex = -1; one.focus(); }")
    press(page, "form[action$='/apply'] button")
    expect(page.locator("p.well")).to_contain_text("when it starts")


def on_a_phone(browser: Browser, box: Served) -> None:
    with browser.user(language=ZH, screen=PHONE) as anna:
        page = anna.page
        page.goto(box.at("/settings/flows/front"))
        sign_in(page, language=ZH)
        expect(page.locator("svg.flow .box")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe.check(anna)
        screens.keep(anna, "flow")
        follow(page, "form[action$='/begin'] button.main")
        follow(page, "a.box[data-id=ask]")
        expect(page.locator("#step")).to_contain_text("菜单")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe.check(anna)
        top(page)
        screens.keep(anna, "flow-editor")
