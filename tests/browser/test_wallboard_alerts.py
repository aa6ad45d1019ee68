"""A queue that is amiss says so in words, and to who listens: once when it begins, once when it is over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from drivers.clock import MonotonicClock
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, ZH, Browser
from tests.browser.ways import first_run
from tests.webui.served import Served

BOX = {"kind": "box", "id": "box", "engine": True, "switch": True, "alarms": []}
SALES: dict[str, Any] = {
    "kind": "queue", "id": "sales", "name": "Sales", "waiting": 3, "ready": 0, "busy": 1, "paused": 0, "seated": 1,
    "closed": "", "target_s": 20, "alert_s": 90, "alert_waiting": 3, "alert_level": 80, "level": 64, "callbacks": 0,
}  # fmt: skip
SAID = {
    EN: (
        "somebody waits longer than 1:30",
        "3 or more wait",
        "service level below 80 %",
        "no alert any more",
        "nobody is signed in",
    ),
    ZH: ("有人等待超过 1:30", "等待人数达到 3", "服务水平低于 80%", "警报解除", "无人签入"),
}


class Told:
    """What the box's stream tells the page; it ends after each telling, and the page asks again."""

    def __init__(self, page: Page, *things: dict[str, Any]) -> None:
        self.things = things
        page.route("**/events/live", self._answer)

    def _answer(self, route: Route) -> None:
        told = json.dumps({"things": [BOX, *self.things], "gone": []})
        body = f"retry: 200\nevent: all\ndata: {told}\n\n"
        route.fulfill(status=200, content_type="text/event-stream", body=body)


@pytest.mark.parametrize("language", [EN, ZH])
def test_alerts_are_words_and_are_spoken_once(browser: Browser, tmp_path: Path, language: str) -> None:
    now_ms = MonotonicClock.wall_us() // 1000
    waits, many, level, over, nobody = SAID[language]
    with Served(tmp_path) as box, browser.user(language=language, screen=DESKTOP) as anna:
        page = anna.page
        first_run(page, box.at("/"))
        told = Told(page, SALES | {"oldest": now_ms - 100_000})
        page.goto(box.at("/wallboard"))
        tile = page.locator("#queues .tile.alert")
        expect(tile.locator(".alerts li")).to_have_text([waits, many, level])
        expect(tile.locator(".badge.bad")).to_be_visible()
        spoken = page.locator("#spoken")
        expect(spoken).to_have_attribute("aria-live", "polite")
        expect(spoken).to_have_text(f"Sales: {waits}, {many}, {level}")
        axe.check(anna)
        screens.keep(anna, "wallboard-alerts")
        page.evaluate("document.getElementById('spoken').textContent = ''")
        told.things = (SALES | {"oldest": now_ms - 100_000, "busy": 2},)
        expect(tile.locator(".figures dd").nth(3)).to_have_text("2")
        expect(spoken).to_have_text("")
        told.things = (SALES | {"waiting": 1, "oldest": now_ms, "alert_s": 86_400, "alert_level": 60},)
        expect(spoken).to_have_text(f"Sales: {over}")
        expect(page.locator("#queues .tile.alert")).to_have_count(0)
        told.things = (
            SALES | {"waiting": 1, "oldest": now_ms, "alert_s": 86_400, "alert_level": 0, "seated": 0},
        )
        expect(spoken).to_contain_text(nobody)
