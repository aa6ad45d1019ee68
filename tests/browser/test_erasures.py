"""An administrator looks over what is known of a number and is about to erase it; nothing goes without an engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser, Screen
from tests.browser.test_calls import NUMBER, Shop
from tests.browser.ways import follow
from tests.webui.past import change

ERASED = (
    "INSERT INTO erasures (id, author, why, marks, at_once, ordered_us, ordered_at, epoch, number, looked_us,"
    " erased_us, known_epoch, known_number, known_reel, complete_us) VALUES ('erasure-1', 'mei', ?, '[]', 0, 5,"
    " 1795000000000000, 1, 1, 5, 6, 1, 1, 1, 7)"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("shop"))
    made.settle()
    change(made, ERASED, ("request of 2026-11-02 <b>",))
    with made:
        yield made


@pytest.mark.parametrize(("language", "screen"), [(EN, PHONE), (ZH, DESKTOP)])
def test_what_would_go_is_seen_before_it_goes(
    browser: Browser, shop: Shop, language: str, screen: Screen
) -> None:
    with browser.user(language=language, screen=screen) as mei:
        page = mei.page
        shop.sign_in(mei, "/contacts")
        follow(page, "a[href$=erasures]")
        axe.check(mei)
        page.fill("#f-number", NUMBER)
        page.fill("#f-why", "request of today")
        follow(page, "main button.main")
        expect(page.locator("dl.facts dd").first).to_have_text("1")
        assert NUMBER not in page.url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe.check(mei)
        screens.keep(mei, "erasures")
        with mei.expecting("409"):
            follow(page, "button.danger")
            expect(page.locator("p.fault")).to_be_visible()
        expect(page.locator("#f-why")).to_have_value("request of today")
