"""Webhooks on a whole box in a browser: a secret is made, a test arrives signed, a call is told, a trouble is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs
from playwright.sync_api import Page, expect

from firmware.config.newest import newest
from firmware.config.schema import Jobs, Webhook
from firmware.config.versions import ConfigStore
from firmware.jobs.webhooks.signing import make_secret
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser
from tests.browser.ways import first_run, follow
from tests.browser.web_box import WebBox
from tests.unit.webhook_example import Heard

SOON_MS = 20_000


@pytest.fixture
def box(tmp_path: Path) -> Iterator[WebBox]:
    with WebBox(tmp_path / "data") as running:
        yield running


@pytest.fixture
def heard(box: WebBox, tmp_path: Path) -> Iterator[Heard]:
    made = Heard("", str(tmp_path / "seen.db"), fails=0)
    yield made
    made.close()


def name_endpoints(box: WebBox, port: int) -> None:
    """One that listens, one that nobody is at."""
    there = newest(box.places.config_db)
    assert there is not None
    url = f"http://127.0.0.1:{port}/hook"
    hooks = (
        Webhook(name="crm", url=url),
        Webhook(name="help-desk", url="http://127.0.0.1:9/", events=("call.ended", "voicemail.left")),
    )
    rules = Jobs(networks=("127.0.0.1/32",), schemes=("https", "http"), ports=(443, 9, port))
    with ConfigStore(box.places.config_db) as store:
        store.put(structs.replace(there.config, webhooks=hooks, jobs=rules), "test", 0)


def card(page: Page, name: str) -> str:
    return f"section.card:has(h2:has-text('{name}'))"


def make_one(page: Page, name: str) -> str:
    follow(page, f"{card(page, name)} form[action$=secret] button")
    secret = page.locator("section[role=status] code").inner_text()
    assert secret.startswith("tipring_hook_")
    return secret


def until_seen(page: Page, box: WebBox, text: str) -> None:
    """The page is fetched anew till it says so."""

    def is_there() -> bool:
        page.reload()
        return text in page.content()

    assert box.until(is_there, SOON_MS / 1000), text


@pytest.mark.parametrize(("language", "said"), [(EN, "taken"), (ZH, "已收下")])
def test_a_webhook_from_its_secret_to_what_it_was_told(
    browser: Browser, box: WebBox, heard: Heard, language: str, said: str
) -> None:
    name_endpoints(box, heard.port)
    with browser.user(language=language, screen=DESKTOP) as anna:
        page = anna.page
        first_run(page, box.at("/"))
        page.goto(box.at("/tokens"))
        follow(page, "a[href$=webhooks]")
        axe.check(anna)
        heard.trust(make_one(page, "crm"))
        page.goto(box.at("/tokens/webhooks"))
        make_secret(box.places.secrets, "help-desk", "anna", 0)
        page.reload()
        follow(
            page, f"{card(page, 'crm')} button:has-text('{'test event' if language == EN else '测试事件'}')"
        )
        assert heard.hears("test")
        follow(page, f"{card(page, 'help-desk')} input[value=test] ~ button")
        until_seen(page, box, f">{said}<")
        until_seen(page, box, "nobody listens there" if language == EN else "对方没有监听")
        page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        axe.check(anna)
        screens.keep(anna, "webhooks")
        page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe.check(anna)
        page.set_viewport_size({"width": DESKTOP.width, "height": DESKTOP.height})
        follow(page, "form[action$=draft] button")
        expect(page).to_have_url(re.compile("/part/webhook$"))
        follow(page, "td a:has-text('crm')")
        expect(page.locator("input[value='call.began']")).to_be_visible()
        axe.check(anna)
