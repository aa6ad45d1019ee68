"""Acceptance line 1: a box's first day in the browser, in both languages, each page kept as a picture.

First run, the interview and what it proposes in force, people, a contact, an agent at the telephone, a call that pops
before it is lifted, is held, handed on and wrapped up, is found again, is played, and stands in the day's report.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from firmware.config.times import DAYS
from tests.box_process import ROOT
from tests.browser import axe, screens
from tests.browser.browser import EN, PHONE, ZH, Browser, User
from tests.browser.ways import follow, sign_in
from tests.browser.web_box import WebBox

BENCH = Path(__file__).with_name("shop.toml")
PASSWORD, FIRST, OWN = "three green apples", "given by the boss", "seven quiet herons"
CALLER = "13911112222"
QUEUE, NOTES_S = "前台", "120"
SLOW_MS = 60_000
WHY = {ZH: "全部同时振铃", EN: "all rung at once"}
CALLERS = 4
"""So many ring until one of them is known by his number."""


class Shop:
    """One box and who uses it, in one language."""

    def __init__(self, box: WebBox, browser: Browser, language: str) -> None:
        self.box, self.browser, self.language = box, browser, language
        self.calls: list[subprocess.Popen[bytes]] = []

    def open(self, user: User, path: str) -> None:
        user.page.goto(self.box.at(path))

    def signs_in(self, user: User, name: str, password: str, path: str = "/") -> None:
        self.open(user, path)
        sign_in(user.page, name, password)

    def seen(self, user: User, name: str) -> None:
        axe.check(user)
        screens.keep(user, name)

    def rings(self, seconds: int = 60) -> None:
        """Somebody calls from outside and goes on talking."""
        argv = [sys.executable, "-m", "firmware.cli.main", "sim", "call", "62345678", "--from", CALLER]
        more = ["--seconds", str(seconds), "--says", "hello", "--data", str(self.box.places.root)]
        self.calls.append(
            subprocess.Popen([*argv, *more], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )

    def over(self) -> None:
        """Whoever called hangs up."""
        while self.calls:
            call = self.calls.pop()
            call.terminate()
            call.wait()


@pytest.fixture(params=[ZH, pytest.param(EN, marks=pytest.mark.slow)], ids=["zh", "en"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser) -> Iterator[Shop]:
    with WebBox(tmp_path / "data", BENCH) as box:
        made = Shop(box, browser, request.param)
        yield made
        made.over()


def test_a_first_day(shop: Shop) -> None:
    with shop.browser.user(language=shop.language) as boss:
        _first_run(shop, boss)
        _is_interviewed(shop, boss)
        _takes_somebody_on(shop, boss)
        _knows_a_customer(shop, boss)
        with shop.browser.user(language=shop.language) as wang:
            _comes_to_work(shop, wang)
            _serves_a_call(shop, wang, boss)
        _finds_the_call(shop, boss)
        _plays_the_call(shop, boss)
        _reads_the_report(shop, boss)
    with shop.browser.user(language=shop.language, screen=PHONE) as boss:
        _looks_from_outside(shop, boss)


def _first_run(shop: Shop, boss: User) -> None:
    shop.open(boss, "/")
    expect(boss.page).to_have_url(shop.box.at("/first-run"))
    shop.seen(boss, "first-run")
    boss.page.fill("[name=name]", "boss")
    boss.page.fill("[name=password]", PASSWORD)
    boss.page.fill("[name=again]", PASSWORD)
    follow(boss.page, "button.main")
    shop.open(boss, "/")
    expect(boss.page.locator("nav.side a[href='/wallboard']")).to_be_visible()
    shop.seen(boss, "home")


def _is_interviewed(shop: Shop, boss: User) -> None:
    """Next, next, apply; and the queue it proposed is live."""
    shop.open(boss, "/interview")
    shop.seen(boss, "interview")
    follow(boss.page, "a.button.main")
    while (address := boss.page.url).find("/interview/step/") > 0:
        step = address.rsplit("/", 1)[1]
        if step in SAYS:
            SAYS[step](boss)
        shop.seen(boss, f"interview-{step}")
        follow(boss.page, ".onward button.main")
    expect(boss.page.locator(".chart svg").first).to_be_visible()
    shop.seen(boss, "proposal")
    follow(boss.page, ".onward button.main")
    expect(boss.page.locator("p.well")).to_be_visible(timeout=SLOW_MS)
    shop.seen(boss, "interview-applied")
    shop.open(boss, "/wallboard")
    expect(boss.page.locator("#queues")).to_contain_text(QUEUE, timeout=SLOW_MS)


def _open_day_and_night(boss: User) -> None:
    """Whatever the day is on which the test runs."""
    for day in DAYS:
        boss.page.check(f"[name='opening.is-open.{day}']")
        boss.page.fill(f"[name='opening.open.{day}']", "00:00-24:00")


def _notes_take_a_while(boss: User) -> None:
    boss.page.click("main details summary")
    boss.page.fill("[name='load.notes_s']", NOTES_S)


SAYS = {"hours": _open_day_and_night, "load": _notes_take_a_while}


def _takes_somebody_on(shop: Shop, boss: User) -> None:
    shop.open(boss, "/people")
    boss.page.fill("[name=name]", "wang")
    boss.page.select_option("[name=role]", "agent")
    boss.page.select_option("[name=agent]", "800")
    boss.page.fill("[name=password]", FIRST)
    follow(boss.page, "main form button.main")
    expect(boss.page.locator("tbody >> text=wang").first).to_be_visible()
    shop.seen(boss, "people")


def _knows_a_customer(shop: Shop, boss: User) -> None:
    shop.open(boss, "/contacts/new")
    boss.page.fill("[name=name]", "李明")
    boss.page.fill("[name=company]", "Acme")
    boss.page.locator("[name=number]").first.fill("139 1111 2222")
    boss.page.check("[name=vip]")
    shop.seen(boss, "contact-form")
    follow(boss.page, "button.main")
    expect(boss.page.locator("h1")).to_contain_text("李明")
    shop.seen(boss, "contact")
    shop.open(boss, "/contacts?q=李")
    shop.seen(boss, "contacts")


def _comes_to_work(shop: Shop, wang: User) -> None:
    shop.signs_in(wang, "wang", FIRST)
    expect(wang.page).to_have_url(shop.box.at("/password"))
    shop.seen(wang, "password")
    for name, text in (("old", FIRST), ("password", OWN), ("again", OWN)):
        wang.page.fill(f"[name={name}]", text)
    follow(wang.page, "button.main")
    shop.open(wang, "/desk")
    state = wang.page.locator("#state")
    expect(state).not_to_be_empty(timeout=SLOW_MS)
    if wang.page.locator("#signed-out").is_visible():
        wang.page.click("[data-agent=sign-in]")
    _is_ready(wang)
    shop.seen(wang, "desk")


def _is_ready(wang: User) -> None:
    if wang.page.locator("#ready").is_enabled():
        wang.page.click("#ready")
    expect(wang.page.locator("#state.good")).to_be_visible(timeout=SLOW_MS)


def _serves_a_call(shop: Shop, wang: User, boss: User) -> None:
    shop.open(boss, "/wallboard")
    call = wang.page.locator(".call")
    _rings_and_is_known(shop, wang)
    expect(wang.page.locator("#who")).to_contain_text("李明", timeout=SLOW_MS)
    expect(wang.page.locator("#who")).to_contain_text("Acme")
    expect(wang.page.locator("#who")).to_contain_text(WHY[shop.language])
    shop.seen(wang, "desk-pop")
    expect(boss.page.locator("#calls")).to_contain_text(CALLER, timeout=SLOW_MS)
    shop.seen(boss, "wallboard")
    shop.box.sim("lift", "801")
    expect(call).to_have_attribute("data-phase", "talking", timeout=SLOW_MS)
    deeds = wang.page.locator(".deeds button")
    deeds.first.click()
    expect(call).to_have_attribute("data-phase", "held", timeout=SLOW_MS)
    wang.page.reload()
    expect(call).to_have_attribute("data-phase", "held", timeout=SLOW_MS)
    deeds.first.click()
    expect(call).to_have_attribute("data-phase", "talking", timeout=SLOW_MS)
    wang.page.fill("#code", "sold")
    wang.page.fill("#note", "wants a quote")
    wang.page.click("#disposition button")
    expect(wang.page.locator("#kept")).to_be_visible(timeout=SLOW_MS)
    shop.seen(wang, "desk-talking")
    wang.page.fill("#number", "802")
    wang.page.click("[data-do=transfer]")
    expect(wang.page.locator("#end-wrap-up")).to_be_visible(timeout=SLOW_MS)
    shop.seen(wang, "desk-wrap-up")
    shop.box.sim("hang", "801")
    shop.box.sim("lift", "802")
    wang.page.click("#end-wrap-up")
    expect(wang.page.locator("#state.good")).to_be_visible(timeout=SLOW_MS)
    expect(boss.page.locator("#calls")).to_contain_text("802", timeout=SLOW_MS)
    boss.page.locator("#calls .danger").first.click()
    expect(boss.page.locator("#calls")).not_to_contain_text(CALLER, timeout=SLOW_MS)
    shop.box.sim("hang", "802")


def _rings_and_is_known(shop: Shop, wang: User) -> None:
    """On a machine that stands still for a moment the exchange's caller ID is lost, as it would be on bad copper."""
    call, who = wang.page.locator(".call"), wang.page.locator("#who dd").first
    for _ in range(CALLERS):
        shop.rings()
        expect(call).to_have_attribute("data-phase", "ringing", timeout=SLOW_MS)
        expect(who).not_to_be_empty(timeout=SLOW_MS)
        if CALLER in who.inner_text():
            return
        shop.over()
        expect(call).to_have_count(0, timeout=SLOW_MS)
        _is_ready(wang)


def _finds_the_call(shop: Shop, boss: User) -> None:
    """It is among the customer's once the archive has it."""
    shop.open(boss, "/contacts?q=李")
    follow(boss.page, "main table a")
    expect(boss.page.locator("h1")).to_contain_text("李明")
    contact = boss.page.url

    def is_told() -> bool:
        boss.page.goto(contact)
        return QUEUE in boss.page.inner_text("main")

    assert shop.box.until(is_told, SLOW_MS / 1000), boss.page.inner_text("main")
    shop.seen(boss, "contact-history")
    shop.open(boss, f"/calls?number={CALLER}")
    expect(boss.page.locator("tbody strong").first).to_contain_text("李明")


def _plays_the_call(shop: Shop, boss: User) -> None:
    """The recording is there once the archive has ended it."""
    found = shop.box.at(f"/calls?number={CALLER}&recorded=yes")
    ready = boss.page.locator("tbody a").first

    def is_there() -> bool:
        boss.page.goto(found)
        return ready.is_visible()

    assert shop.box.until(is_there, SLOW_MS / 1000), boss.page.inner_text("main")
    follow(boss.page, ready)
    player = boss.page.locator(".player[data-ready]").first
    expect(player).to_be_visible(timeout=SLOW_MS)
    player.locator(".play").click()
    expect(player).to_have_attribute("data-position", re.compile(r"^(0\.[5-9]|[1-9])"), timeout=SLOW_MS)
    expect(boss.page.locator("main")).to_contain_text("wants a quote")
    shop.seen(boss, "call-played")


def _reads_the_report(shop: Shop, boss: User) -> None:
    shop.open(boss, "/reports")
    expect(boss.page.locator("svg.plot").first).to_be_visible()
    expect(boss.page.locator("main")).to_contain_text(QUEUE)
    shop.seen(boss, "report-of-the-day")


def _looks_from_outside(shop: Shop, boss: User) -> None:
    shop.signs_in(boss, "boss", PASSWORD, "/wallboard")
    expect(boss.page.locator("#queues .tile").first).to_be_visible(timeout=SLOW_MS)
    shop.seen(boss, "wallboard")
    shop.open(boss, "/")
    shop.seen(boss, "home")
