"""Words spoken at a telephone of a living box become a prompt: what to dial is told, the message listed and used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Page, expect

from firmware.archive.tracks import read_samples
from firmware.config.newest import newest
from firmware.prompts.resampling import active_dbm0, trimmed
from firmware.store.history import NoHistory, read_history
from tests.browser import axe, screens
from tests.browser.browser import DESKTOP, EN, PHONE, ZH, Browser
from tests.browser.ways import first_run, follow, sign_in
from tests.browser.web_box import WebBox

BENCH = Path(__file__).with_name("booth.toml")
WORDS = "Welcome to the tea house. Please hold the line."
PATIENCE_MS = 30_000
DIALS = 3
"""Of somebody whose keys went under: a machine that stands still tears them, and he hears "no such number"."""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebBox]:
    with WebBox(tmp_path_factory.mktemp("box") / "data", BENCH) as running:
        yield running


def being_spoken(box: WebBox) -> bool:
    with suppress(NoHistory), closing(read_history(box.places.history_db)) as db:
        found = db.execute(
            "SELECT count(*) FROM recordings WHERE kind = 'voicemail' AND taped_us IS NOT NULL"
        )
        return bool(found.fetchone()[0])
    return False


def audit(box: WebBox) -> list[tuple[str, str, str]]:
    with closing(read_history(box.places.history_db)) as db:
        found = db.execute("SELECT author, action, why FROM audit ORDER BY id").fetchall()
    return [(str(who), str(what), str(why)) for who, what, why in found]


def passes(box: WebBox, seconds: float) -> None:
    box.sim("hear", "801", "--seconds", str(seconds), "--wav", str(box.places.root / "heard.wav"))


def begins(box: WebBox) -> None:
    """801 dials what the page says, again where it was not understood, and is taped."""
    for _ in range(DIALS):
        box.sim("lift", "801")
        passes(box, 1.5)
        box.sim("dial", "801", "500")
        if box.until(lambda: being_spoken(box), 15.0):
            return
        box.sim("hang", "801")
        passes(box, 1.5)
    raise AssertionError(box.log())


def ends(box: WebBox) -> float:
    """How long the words were."""
    passes(box, 1.5)
    said = box.sim("say", "801", WORDS)
    seconds = float(json.loads(said)["seconds"]) if said.startswith("{") else 4.0
    passes(box, seconds + 2.0)
    box.sim("dial", "801", "#")
    passes(box, 1.0)
    box.sim("hang", "801")
    return seconds


def open_page(page: Page, box: WebBox) -> None:
    page.goto(box.at("/prompts/one?name=welcome"))


def heard(page: Page, box: WebBox) -> None:
    button = page.locator("button.message")
    button.click()
    expect(page.locator("button.message[data-on=yes]")).to_be_visible(timeout=PATIENCE_MS)
    assert box.until(lambda: ("anna", "listen", "") in audit(box))
    button.click()


def test_words_spoken_at_a_telephone_become_a_prompt(browser: Browser, box: WebBox) -> None:
    with browser.user(language=EN, screen=DESKTOP) as anna:
        page = anna.page
        first_run(page, box.at("/"))
        open_page(page, box)
        expect(page.locator(".ways tbody tr").first).to_contain_text("500 (answers at once)")
        begins(box)
        open_page(page, box)
        expect(page.locator(".messages .badge")).to_have_text("being spoken or written")
        seconds = ends(box)
        assert box.until(lambda: listed(page, box), 40.0)
        expect(page.locator(".messages tbody tr").first).to_contain_text("801 · Wang")
        heard(page, box)
        follow(page, ".messages button.main")
        expect(page.locator("p.well")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("#measured")).to_contain_text("-16.0 dBm0")
        axe.check(anna)
        screens.keep(anna, "prompt-telephone")
    taken(box, seconds)
    in_chinese(browser, box)


def listed(page: Page, box: WebBox) -> bool:
    open_page(page, box)
    return page.locator("button.message").count() == 1


def taken(box: WebBox, seconds: float) -> None:
    now = newest(box.places.config_db)
    assert now is not None and (now.author, now.note) == ("anna", "prompt welcome")
    samples, rate = soundfile.read(box.places.prompts / now.config.prompts[0].en_wav)
    assert rate == 8000 and active_dbm0(samples) == pytest.approx(-16.0, abs=0.3)
    assert seconds - 1.0 < len(samples) / rate < seconds + 0.6, "neither the silence around it nor the key"
    (tape,) = (box.places.root / "recordings").rglob("*.wav")
    untouched = trimmed(read_samples(tape)[:, 0] / 32768)
    assert len(untouched) > len(samples) + rate, "the key is on the tape, behind two seconds of silence"
    assert box.until(lambda: ("anna", "export", "prompt welcome") in audit(box))


def in_chinese(browser: Browser, box: WebBox) -> None:
    with browser.user(language=ZH, screen=PHONE) as anna:
        page = anna.page
        open_page(page, box)
        sign_in(page, language=ZH)
        open_page(page, box)
        expect(page.locator(".ways tbody tr").first).to_contain_text("500（直接应答）")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe.check(anna)
        screens.keep(anna, "prompt-telephone")
