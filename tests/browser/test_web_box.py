"""The box that pages are tried on: it answers a browser, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.box_process import processes_of
from tests.browser import web_box
from tests.browser.browser import Browser
from tests.browser.web_box import WebBox


def test_a_box_answers_a_browser_and_is_gone_without_a_trace(browser: Browser, tmp_path: Path) -> None:
    with WebBox(tmp_path / "data") as box, browser.user() as anna:
        answer = anna.page.goto(box.at("/"))
        assert answer is not None and answer.ok
        assert len(processes_of(box.places)) > 5
        assert "801" in box.sim("status")
    assert not processes_of(box.places)
    assert not box.answers()


def test_a_box_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match=r"nowhere\.toml"),
        WebBox(tmp_path / "data", tmp_path / "nowhere.toml"),
    ):
        pass


def test_pages_that_stay_away_end_the_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_box, "START_S", 3.0)
    monkeypatch.setattr(WebBox, "answers", lambda box: False)
    box = WebBox(tmp_path / "data")
    with pytest.raises(AssertionError, match="no pages"), box:
        pass
    assert not processes_of(box.places)
