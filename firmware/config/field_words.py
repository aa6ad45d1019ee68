"""What people call the parts and keys of a configuration, in English and Chinese, and in which unit a key is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

UNITS = {
    "_s": ("s", "秒"),
    "_ms": ("ms", "毫秒"),
    "_h": ("h", "小时"),
    "_m": ("min", "分钟"),
    "_min": ("min", "分钟"),
    "_minutes": ("min", "分钟"),
    "_days": ("days", "天"),
    "_db": ("dB", "dB"),
    "_kb": ("kB", "kB"),
    "_mb": ("MB", "MB"),
    "_megabytes": ("MB", "MB"),
    "_percent": ("%", "%"),
    "_gb_per_day": ("GB/d", "GB/天"),
}
"""By a key's end."""


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """`part` and `key`: name to Chinese (and English where the key does not say it)."""
    return tomllib.loads(Path(__file__).with_name("field_words.toml").read_text("utf-8"))


def unit_of(key: str) -> tuple[str, str]:
    """In English and Chinese; empty where there is none."""
    for end, unit in sorted(UNITS.items(), key=lambda one: -len(one[0])):
        if key.endswith(end):
            return unit
    return "", ""


def part_name(kind: str, language: str) -> str:
    """Of a list of parts or a section, by its key: `queue`, `line_group`."""
    return words()["part"].get(kind, kind) if language == "zh" else kind.replace("_", " ")


def field_name(part: tuple[str, ...], key: str, language: str) -> tuple[str, str]:
    """Of a key of such parts, with its unit."""
    unit = unit_of(key)[language == "zh"]
    if language == "zh":
        own = words().get(part[-1] if part else "", {})
        return str(own.get(key) or words()["key"].get(key) or _plain(key)), unit
    return _plain(key), unit


@cache
def _helps() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("help_words.toml").read_text("utf-8"))


def help_of(part: str, key: str = "") -> str:
    """What a part or a key of it means, in Chinese; empty where nobody has written it yet."""
    return _helps().get(part, {}).get(key or "_", "")


def _plain(key: str) -> str:
    ends = [end for end in UNITS if key.endswith(end)]
    return key.removesuffix(max(ends, key=len, default="")).replace("_", " ")
