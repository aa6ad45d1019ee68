"""Each key has both languages; pages ask for no other key and miss none; placeholders agree."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from webui import words
from webui.words import LANGUAGES, catalogue, say

WEBUI = Path(words.__file__).parents[1]
ASKED = re.compile(r"""\bt\(\s*["']([\w.-]+)["']""")


def sources() -> str:
    files = [*WEBUI.glob("**/*.py"), *WEBUI.glob("templates/**/*.html")]
    return "\n".join(path.read_text("utf-8") for path in files)


def test_every_key_asked_for_is_there() -> None:
    asked = set(ASKED.findall(sources()))
    parts = {one for one in asked if one.endswith((".", "-"))}
    assert asked - parts - set(catalogue()) == set()
    assert [one for one in parts if not any(key.startswith(one) for key in catalogue())] == []


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    wrong = [key for key, texts in catalogue().items() if fields(texts["en"]) != fields(texts["zh"])]
    assert wrong == []


def test_chinese_is_chinese_and_english_is_not() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    assert [key for key, texts in catalogue().items() if han.search(texts["en"])] == []
    assert [
        key
        for key, texts in catalogue().items()
        if not han.search(texts["zh"]) and texts["zh"] != texts["en"]
    ] == []


def test_a_missing_language_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.toml").write_text('key = { en = "only" }\n')
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    catalogue.cache_clear()
    with pytest.raises(ValueError, match="key wants a text"):
        catalogue()
    monkeypatch.undo()
    catalogue.cache_clear()


def test_values_are_put_in() -> None:
    assert {say(one, "account.wait", seconds=7).count("7") for one in LANGUAGES} == {1}
