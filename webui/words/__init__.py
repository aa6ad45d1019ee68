"""What pages say, in English and Chinese: `webui/words/NOUN.toml`, each key a table with `en` and `zh`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """`noun.key` → language → text. Raises ValueError where one language is missing."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for key, texts in tomllib.loads(path.read_text("utf-8")).items():
            if set(texts) != set(LANGUAGES) or not all(texts.values()):
                raise ValueError(f"{path.name}: {key} wants a text in each of {', '.join(LANGUAGES)}")
            found[f"{path.stem}.{key}"] = texts
    return found


def say(language: str, key: str, /, **values: object) -> str:
    """Raises KeyError for words nobody wrote."""
    text = catalogue()[key][language]
    return text.format_map(values) if values else text
