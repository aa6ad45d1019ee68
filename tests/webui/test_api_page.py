from __future__ import annotations

import re

import pytest

from webui.api.page import FILE, page

pytestmark = pytest.mark.lint


def test_the_page_of_the_api_says_what_the_code_says() -> None:
    assert FILE.read_text("utf-8") == page(), "run: make docs"


def test_every_type_is_there_and_every_link_leads_to_one() -> None:
    text = page()
    headings = {one.lower() for one in re.findall(r"^### (\w+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\(#(\w+)\)", text)) <= headings
