from __future__ import annotations

import re
from pathlib import Path

import pytest

from firmware.config.check import load_config
from firmware.config.document import document

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.mark.lint
def test_the_page_says_what_the_schema_says() -> None:
    assert PAGE.read_text("utf-8") == document(), (
        "run: python -m firmware.config.document > docs/configuration.md"
    )


@pytest.mark.lint
def test_every_key_and_part_has_a_meaning() -> None:
    assert re.findall(r"^\| `\w+` .*\|  \|$", document(), re.MULTILINE) == []
    assert re.findall(r"^## .*\n\n\n", document(), re.MULTILINE) == []


def test_the_example_of_the_tests_is_a_whole_configuration() -> None:
    config, faults = load_config(Path(__file__).parent / "files" / "office.toml")
    assert config is not None
    assert faults == []
