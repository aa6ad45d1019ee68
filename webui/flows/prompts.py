"""What prompts say, for the boxes of a drawing: the draft's own, else the built-in ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from firmware import prompts

LANGUAGES = ("zh", "en")


@cache
def built_in() -> Mapping[str, Mapping[str, str]]:
    """Name to texts by language."""
    path = Path(prompts.__file__ or "").with_name("builtin.toml")
    entries = tomllib.loads(path.read_text("utf-8"))["prompt"]
    return {one["id"]: {lang: one.get(lang, "") for lang in LANGUAGES} for one in entries}


def text_of(document: Mapping[str, Any], prompt: str, language: str) -> str:
    """In this language or another; empty for a sound file, or a prompt nobody knows."""
    listed = document.get("prompt")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("id") == prompt:
            return _best(one, language)
    return _best(built_in().get(prompt, {}), language)


def _best(texts: Mapping[str, Any], language: str) -> str:
    order = (language, *(one for one in LANGUAGES if one != language))
    return next((str(texts[one]) for one in order if texts.get(one)), "")
