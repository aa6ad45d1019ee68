"""Who uses a prompt, in words: `queue sales · comfort`."""

from __future__ import annotations

from typing import Any

from firmware.config.field_words import field_name, part_name
from firmware.config.lines import Path

NAMES = ("id", "number", "name")


def said(document: Any, path: Path, language: str) -> str:
    words, kind, value = [], "", document
    for at, step in enumerate(path):
        value = _within(value, step)
        if isinstance(step, int):
            if isinstance(value, dict):
                name = next((str(value[key]) for key in NAMES if value.get(key)), f"#{step + 1}")
                words.append(f"{part_name(kind, language)} {name}")
        elif at + 1 < len(path) and isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            kind = step
        elif isinstance(value, dict) and at + 1 < len(path):
            kind = step
            words.append(part_name(step, language))
        else:
            words.append(field_name((kind,), step, language)[0])
    return " · ".join(words)


def _within(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list | tuple) and isinstance(step, int) else None
