"""Prompts in a browser: a text is typed and heard, a recording sent and measured, what is no sound refused in words."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, expect

from firmware.config.newest import newest
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser, Screen
from tests.browser.ways import first_run, follow
from tests.webui.served import Served

WORDS = {EN: ("2.0 s of WAV", "cannot be read as sound"), ZH: ("长 2.0 秒", "无法作为声音读取")}


def recording() -> bytes:
    made = io.BytesIO()
    soundfile.write(made, 0.02 * np.sin(np.arange(32_000) / 5), 16_000, format="WAV")
    return made.getvalue()


def typed(page: Page, box: Served) -> None:
    page.goto(box.at("/prompts"))
    page.fill("#name", "welcome")
    follow(page, "form[action$='/prompts/one'] button")
    page.fill("#text-zh", "欢迎致电")
    page.fill("#text-en", "Welcome to the tea house")
    page.click("button.try[data-language=en]")
    expect(page.locator("button.try[data-heard='1'][data-language=en]")).to_be_visible(timeout=20_000)
    page.fill("#text-en", "")
    page.click("button.try[data-language=zh]")
    expect(page.locator("button.try[data-heard='1'][data-language=zh]")).to_be_visible(timeout=20_000)
    page.fill("#text-en", "Welcome to the tea house")
    follow(page, "form[action$='/prompts/text'] button.main")
    expect(page.locator("p.well")).to_be_visible()


def sent(page: Page, language: str) -> None:
    measured, refused = WORDS[language]
    page.select_option("#language", "en")
    page.set_input_files("#file", {"name": "tea.wav", "mimeType": "audio/wav", "buffer": recording()})
    follow(page, "form[action$='/prompts/upload'] button.main")
    expect(page.locator("#measured")).to_contain_text(measured)
    expect(page.locator("#measured")).to_contain_text("-16.0 dBm0")
    page.set_input_files("#file", {"name": "tea.wav", "mimeType": "audio/wav", "buffer": b"no sound at all"})
    follow(page, "form[action$='/prompts/upload'] button.main")
    expect(page.locator(".fault[role=alert]").first).to_contain_text(refused)


@pytest.mark.parametrize(("language", "screen"), [(EN, DESKTOP), (ZH, PHONE)])
def test_a_prompt_is_typed_heard_sent_and_in_force(
    browser: Browser, tmp_path: Path, language: str, screen: Screen
) -> None:
    with Served(tmp_path) as box, browser.user(language=language, screen=screen) as anna:
        page = anna.page
        first_run(page, box.at("/"))
        typed(page, box)
        found = newest(box.places.config_db)
        assert found is not None and (found.author, found.note) == ("anna", "prompt welcome")
        assert found.config.prompts[0].en == "Welcome to the tea house"
        with anna.expecting("422"):
            sent(page, language)
        axe.check(anna)
        screens.keep(anna, "prompt")
        page.goto(box.at("/prompts"))
        row = page.locator("table.prompts tbody tr").first
        expect(row).to_contain_text("welcome")
        row.locator("a.hear").first.click()
        expect(row.locator("a.hear[data-on]").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe.check(anna)
        page.fill("#q", "tea house")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("table.prompts tbody tr")).to_have_count(1)
        screens.keep(anna, "prompts")
