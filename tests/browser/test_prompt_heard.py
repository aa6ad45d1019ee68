"""A recording sent by a browser is what the next caller of the living box hears; nothing was restarted for it."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from playwright.sync_api import expect

from firmware.cli.told import read_told
from firmware.prompts.watch import Sounds
from tests.browser.browser import EN, Browser
from tests.browser.ways import first_run, follow
from tests.browser.web_box import WebBox

TONE_HZ, SECONDS = 1000.0, 1.5
"""A tone for longer says to a caller's telephone that nobody is there any more."""
FRAME = 160
HEARD_S = 0.5
"""Enough to know it by: how whole speech is on a slow machine is judged elsewhere."""
LINE, CALLER = "62345699", "13800138000"


def tone() -> bytes:
    made = io.BytesIO()
    soundfile.write(
        made, 0.3 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(SECONDS * 8000)) / 8000), 8000, format="WAV"
    )
    return made.getvalue()


def tonal_s(path: Path) -> float:
    """Seconds of what was heard in which nearly all energy is at the tone's frequency."""
    samples, rate = soundfile.read(path)
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    wave = np.exp(-2j * np.pi * TONE_HZ * np.arange(FRAME) / rate)
    at_tone = 2 * np.abs(frames @ wave) ** 2 / FRAME
    energy = np.sum(frames**2, axis=1)
    return float(np.count_nonzero((energy > FRAME * 1e-4) & (at_tone > 0.8 * energy)) * FRAME / rate)


def heard(box: WebBox, path: Path) -> float:
    """The menu's own words have no such tone."""
    box.sim("call", LINE, "--from", CALLER, "--seconds", "12", "--wav", str(path))
    return tonal_s(path)


def switch_epoch(box: WebBox) -> int:
    """The switch tells it within its first second."""
    assert box.until(lambda: read_told(box.places, "switch")), box.log()
    found: int = read_told(box.places, "switch")["epoch"]
    return found


def is_told(box: WebBox, version: int) -> bool:
    try:
        return msgspec.json.decode(box.places.sounds.read_bytes(), type=Sounds).version >= version
    except (OSError, msgspec.MsgspecError):
        return False


def test_the_next_caller_hears_what_was_sent(browser: Browser, tmp_path: Path) -> None:
    with WebBox(tmp_path / "data") as box, browser.user(language=EN) as anna:
        page = anna.page
        first_run(page, box.at("/"))
        epoch = switch_epoch(box)
        for language in ("zh", "en"):
            page.goto(box.at("/prompts/one?name=language-menu"))
            page.select_option("#language", language)
            page.set_input_files("#file", {"name": "tone.wav", "mimeType": "audio/wav", "buffer": tone()})
            follow(page, "form[action$='/prompts/upload'] button.main")
            expect(page.locator("p.well")).to_be_visible(timeout=20_000)
        assert box.until(lambda: is_told(box, 3))
        assert heard(box, tmp_path / "after.wav") > HEARD_S
        assert switch_epoch(box) == epoch
