"""A draft is rehearsed on a day that was, in a browser: chosen, watched, compared, applied. The box stays as it is.

The box's day was lived through by the event model; the rehearsal is the real command.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from firmware.config.newest import newest
from firmware.protocol.places import Places
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser
from tests.browser.ways import first_run, follow, sign_in
from tests.scenario.past_days import lived, office
from tests.webui.served import Served
from webui.rehearsing import kept

LONG_MS = 240_000
NOT_LIVE = frozenset({"web.db", "web.db-wal", "web.db-shm", "interview.json"})
"""Sessions and such: what the pages keep of themselves."""


def hashes(places: Places) -> dict[str, str]:
    """Of all that a box lives by: configuration, history, journal, recordings, prompts."""
    return {
        str(path.relative_to(places.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(places.root.rglob("*"))
        if path.is_file()
        and path.name not in NOT_LIVE
        and not path.name.endswith("-shm")
        and kept.FOLDER not in path.parts
    }


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("day") / "box"
    lived(office(1.0, 5), data)
    return data


def changed_draft(page: Page, box: Served) -> str:
    """A draft in which agents take three quarters of a minute for their notes."""
    page.goto(box.at("/settings"))
    follow(page, "form[action$=begin] button")
    draft = page.url
    queues = page.locator("ul.parts a[href$='/part/queue'] + .badge").inner_text()
    for number in range(int(queues)):
        page.goto(f"{draft}/part/queue.{number}")
        page.fill("#k-wrap_up_s", "60")
        follow(page, ".onward button.main")
        expect(page.locator("p.well")).to_be_visible()
    return draft


def put_day(day: Path, box: Served) -> None:
    """Its history and its configuration, in place of those of a box that was made for serving."""
    for name in ("history.db", "config.db"):
        for old in box.places.root.glob(f"{name}*"):
            old.unlink()
        shutil.copy(day / name, box.places.root / name)


def test_a_draft_is_rehearsed_and_then_applied(browser: Browser, day: Path, tmp_path: Path) -> None:
    with Served(tmp_path) as box:
        put_day(day, box)
        with browser.user(language=ZH, screen=DESKTOP) as anna:
            page = anna.page
            first_run(page, box.at("/"))
            draft = changed_draft(page, box)
            page.goto(draft)
            follow(page, "a[href$='/rehearsal']")
            before = hashes(box.places)
            axe.check(anna)
            screens.keep(anna, "rehearsal-asked")
            follow(page, "form.ask button.main")
            expect(page.locator("progress")).to_be_visible()
            screens.keep(anna, "rehearsal-runs")
            page.reload()
            expect(page.locator("progress")).to_be_visible()
            expect(page.locator("#told")).to_contain_text("随机种子", timeout=LONG_MS)
            expect(page.locator("#result")).to_be_visible(timeout=LONG_MS)
            assert hashes(box.places) == before
            expect(page.locator("#result p").first).to_contain_text("随机种子 1, 2, 3")
            expect(page.locator(".badge.bad").first).to_have_text("变差")
            axe.check(anna)
            screens.keep(anna, "rehearsal")
        compare_and_apply(browser, box, draft)
        found = newest(box.places.config_db)
        assert found is not None and {one.wrap_up_s for one in found.config.queues} == {60.0}
        assert hashes(box.places) != before, "the hashes would have told of a change"


def compare_and_apply(browser: Browser, box: Served, draft: str) -> None:
    with browser.user(language=EN, screen=PHONE) as boss:
        page = boss.page
        page.goto(box.at("/sign-in"))
        sign_in(page, language=EN)
        page.goto(f"{draft}/rehearsal")
        expect(page.locator("#result svg").first).to_be_visible()
        expect(page.locator("nav.side a[aria-current=true]")).to_have_text("Settings")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe.check(boss)
        screens.keep(boss, "rehearsal")
        follow(page, ".apply button.main")
        expect(page.locator("p.well, p.fault")).to_be_visible()
