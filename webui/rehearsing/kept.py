"""What came of a draft's last rehearsal, one file a draft; it goes when the draft is gone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from firmware.config.drafts.draft import Document

FOLDER = "rehearsals"


class Outcome(Struct, frozen=True):
    draft: int
    digest: str
    """Of the draft's document as it was played."""
    by: str
    at_us: int
    """Wall time of its begin."""
    in_force: int
    """Version that was in force then."""
    found: dict[str, Any] | None = None
    """The comparison; None: it failed."""
    failure: str = ""
    """What the command said."""


def digest(document: Document) -> str:
    return hashlib.blake2b(msgspec.json.encode(document, order="sorted"), digest_size=12).hexdigest()


def read(root: Path, draft: int) -> Outcome | None:
    """A file that cannot be read counts as none."""
    try:
        return msgspec.json.decode(_path(root, draft).read_bytes(), type=Outcome)
    except (OSError, msgspec.MsgspecError):
        return None


def write(root: Path, outcome: Outcome) -> None:
    """The old one or the new one, never half of it. Raises OSError."""
    path = _path(root, outcome.draft)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_bytes(msgspec.json.encode(outcome))
    new.replace(path)


def tidy(root: Path, drafts: Container[int]) -> None:
    """What belongs to no draft any more is thrown away. Raises OSError."""
    for path in (root / FOLDER).glob("*.json"):
        if not path.stem.isdecimal() or int(path.stem) not in drafts:
            path.unlink(missing_ok=True)


def _path(root: Path, draft: int) -> Path:
    return root / FOLDER / f"{draft}.json"
