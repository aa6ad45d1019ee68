"""What pjproject was built from and with, as its manifest says; loads nothing."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import msgspec


class BuildInfo(msgspec.Struct, frozen=True):
    version: str
    source: str
    source_sha256: str
    trust: str
    """`pinned` (tried here), `signed` (Debian's archive), `given` (by the administrator)."""
    recipe: str
    limits: Mapping[str, int]


def home() -> Path | None:
    """Where library, headers and manifest are installed; None where pjproject was not built."""
    found = importlib.util.find_spec("pjproject")
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]) if places and (Path(places[0]) / "manifest.json").is_file() else None


def read() -> BuildInfo | None:
    """None where it was not built, or its manifest cannot be read."""
    place = home()
    try:
        return msgspec.json.decode((place / "manifest.json").read_bytes(), type=BuildInfo) if place else None
    except (OSError, msgspec.MsgspecError):
        return None
