"""What was answered so far: one file of the box, so that a phone that was put away goes on where it was."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from firmware.config.load import look_at
from firmware.config.schema import Config
from firmware.interview.answers import Answers
from firmware.interview.completing import completed

FILE = "interview.json"
Document = dict[str, Any]
_TURN = threading.Lock()


class OtherAnswers(Exception):
    """Somebody answered since."""


class Kept(Struct):
    """`answers` is a plain document: it may hold what cannot be used yet."""

    answers: Document = field(default_factory=dict)
    later: bool = False
    """Somebody said: not now."""


def read(root: Path) -> Kept | None:
    """None: nobody was ever asked. A file that cannot be read counts as none."""
    try:
        return msgspec.json.decode((root / FILE).read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError):
        return None


def mark_of(root: Path) -> str:
    """Another one for other answers; none and nothing answered are alike."""
    there = read(root) or Kept()
    return hashlib.sha256(msgspec.json.encode(there.answers)).hexdigest()[:16]


def write(root: Path, kept: Kept, seen: str = "") -> str:
    """The mark of what is written: the old one or the new one, never half of it, whoever writes beside.

    Raises OSError, and OtherAnswers where `seen`, a mark, is not that of what is there.
    """
    new = root / f"{FILE}.{os.getpid()}-{threading.get_ident()}.new"
    new.write_bytes(msgspec.json.encode(kept))
    with _TURN:
        if seen and seen != mark_of(root):
            new.unlink()
            raise OtherAnswers
        new.replace(root / FILE)
        return mark_of(root)


def answers_of(root: Path, config: Config) -> Document:
    """As they were left; else those the box would give itself."""
    kept = read(root)
    return kept.answers if kept and kept.answers else defaults(config)


def defaults(config: Config) -> Document:
    return filled(Answers(), config)


def whole(document: Document, config: Config) -> Document:
    """Answers, whatever they hold, and behind them what the box answers itself where they are silent."""
    return filled(look_at(document, Answers)[0], config) | document


def filled(answers: Answers, config: Config) -> Document:
    """What was left out answered by the box as it stands."""
    document: Document = msgspec.json.decode(msgspec.json.encode(completed(answers, config)))
    return document


def is_wanted(root: Path, config: Config) -> bool:
    """The box has no queue yet, or nobody was ever asked."""
    return not config.queues or read(root) is None
