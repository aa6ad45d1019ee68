"""A call is searched, found, told, heard, jumped in and noted; the day is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from drivers.clock import MonotonicClock
from tests.browser import axe, budget, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser, Screen, User
from tests.browser.ways import follow, sign_in
from tests.webui.house import PASSWORD
from tests.webui.past import DAY, calls_of, change, put_past, put_recording, waiting_accesses
from tests.webui.served import Served
from webui.access.doors import Doors
from webui.access.people import Person
from webui.access.schema import WEB_FILE

NUMBER = "13800138000"


class Shop(Served):
    """Pages with a morning behind them, beside no engine."""

    def settle(self) -> None:
        self.places.make()
        put_past(self)
        self.call = calls_of(self, "801")[0]
        change(
            self,
            "UPDATE calls SET from_number = ?, from_name = '王小明 <b>' WHERE id = ?",
            (NUMBER, self.call),
        )
        change(self, "UPDATE parties SET text = ? WHERE text = '13800138000'", (NUMBER,))
        self.recording = put_recording(self, self.call)
        with closing(Doors(self.places.root / WEB_FILE, MonotonicClock.wall_us)) as doors:
            doors.first(Person("mei", "admin", agent="800"), PASSWORD, "127.0.0.1")

    def sign_in(self, user: User, path: str) -> None:
        user.page.goto(self.at(path))
        sign_in(user.page, "mei", PASSWORD)
        expect(user.page.locator("nav.side")).to_be_visible()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("shop"))
    made.settle()
    with made:
        yield made


def position(user: User) -> float:
    return float(user.page.locator(".player").get_attribute("data-position") or 0)


@pytest.mark.parametrize("language", [EN, ZH])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
def test_a_call_is_found_heard_and_jumped_in(
    browser: Browser, shop: Shop, language: str, screen: Screen
) -> None:
    with browser.user(language=language, screen=screen) as mei:
        shop.sign_in(mei, "/calls")
        page = mei.page
        screens.keep(mei, "calls")
        axe.check(mei)
        page.goto(shop.at(f"/calls?recorded=yes&from={DAY}"))
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody strong")).to_have_text("王小明 <b>")
        follow(page, "tbody a")
        expect(page.locator(".player[data-ready]")).to_be_visible()
        assert waiting_accesses(shop) == [] or language == ZH or screen is PHONE
        page.locator(".play").click()
        expect(page.locator(".player")).to_have_attribute("data-position", re.compile(r"^(0\.[5-9]|[1-9])"))
        assert waiting_accesses(shop)
        box = page.locator(".wave").bounding_box()
        assert box is not None
        page.locator(".wave").click(position={"x": box["width"] * 2 / 3, "y": 20})
        expect(page.locator(".player")).to_have_attribute("data-position", re.compile(r"^[456]"))
        page.locator(".play").click()
        page.locator(".wave").press("Home")
        page.locator(".wave").press("ArrowRight")
        assert abs(position(mei) - 5) < 0.1
        page.locator(".wave").press("m")
        page.locator(".player form input").fill(f"<i>{language}{screen.name}")
        page.locator(".player form button").click()
        expect(page.locator(".notes .prose", has_text=f"<i>{language}{screen.name}")).to_be_visible()
        screens.keep(mei, "call")
        axe.check(mei)


@pytest.mark.parametrize("language", [EN, ZH])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
def test_the_day_is_looked_at(browser: Browser, shop: Shop, language: str, screen: Screen) -> None:
    with browser.user(language=language, screen=screen) as mei:
        shop.sign_in(mei, f"/reports?from={DAY}&to={DAY}")
        expect(mei.page.locator("svg.plot")).to_have_count(3)
        screens.keep(mei, "reports")
        axe.check(mei)
        mei.page.goto(shop.at(f"/abandoned?from={DAY}&to={DAY}"))
        expect(mei.page.locator("tr[data-call]").first).to_be_visible()
        screens.keep(mei, "abandoned")
        axe.check(mei)


@pytest.mark.slow  # judges time: of a calm machine
@pytest.mark.parametrize(
    "path", ["/calls", f"/reports?from={DAY}&to={DAY}", f"/abandoned?from={DAY}&to={DAY}"]
)
def test_pages_are_light(browser: Browser, shop: Shop, path: str) -> None:
    with browser.user(screen=PHONE) as mei:
        shop.sign_in(mei, "/calls")
        budget.check(mei, shop.at(path), ready="main h1")


def test_without_an_engine_a_call_back_says_so(browser: Browser, shop: Shop) -> None:
    with browser.user() as mei:
        shop.sign_in(mei, f"/abandoned?from={DAY}&to={DAY}")
        with mei.expecting("503"):
            mei.page.locator(".call-back").first.click()
            expect(mei.page.locator("#told")).to_have_text(re.compile("starting again"), timeout=40_000)
