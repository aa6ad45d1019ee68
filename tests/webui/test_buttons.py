"""A button that only a script serves is out of order until the script runs: a click is never lost without a sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import webui

TEMPLATES = Path(webui.__file__).parent / "templates"
DIALOG = re.compile(r"<dialog.*?</dialog>", re.DOTALL)
"""Opened by the script itself."""
BUTTON = re.compile(r'<button type="button"[^>]*>')


def early(text: str) -> Iterator[str]:
    """Buttons of no form that could be clicked before anybody listens."""
    for button in BUTTON.findall(DIALOG.sub("", text)):
        if " disabled" not in button:
            yield button


def test_buttons_of_scripts_wait_for_them() -> None:
    pages = {path: path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    assert sum(len(BUTTON.findall(text)) for text in pages.values()) > 8
    assert {path.name: found for path, text in pages.items() if (found := list(early(text)))} == {}


def test_an_early_one_would_be_found() -> None:
    assert list(early('<p><button type="button" id="large"><dialog><button type="button"></dialog>')) == [
        '<button type="button" id="large">'
    ]
