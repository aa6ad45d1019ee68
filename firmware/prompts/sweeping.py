"""Sounds that no version of the configuration and no draft names leave the disk: texts that were only tried, files that
were sent and not kept, what a kill left half-written.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Set
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from firmware.prompts.render import LANGUAGES, Text
from firmware.prompts.watch import Sounds
from firmware.protocol.places import Places

FIRST_LOOK, LOOKS_A_DAY = 1_200, 172_800
"""Of half a second: ten minutes after the start, then once a day."""
KEPT_US = 24 * 3_600_000_000
_DIGEST = 12
_SENT = re.compile(rf"[A-Za-z0-9_-]+-(?:{'|'.join(LANGUAGES)})-[0-9a-f]{{{_DIGEST}}}\.wav")
"""Names that `sent_name` gives; anything else in that folder was put there by hand and is left alone."""
_JSON = "SELECT json FROM versions UNION ALL SELECT json FROM drafts"


class _Lenient(Struct):
    """A draft's prompts may hold what no configuration can."""

    prompt: Any = ()


class Named(Struct, frozen=True):
    """Names of files; every version and every draft finds its sounds again."""

    spoken: frozenset[str]
    sent: frozenset[str]


def sent_name(name: str, language: str, data: bytes) -> str:
    """Of a file that was sent for a prompt; `name` is safe in a path."""
    return f"{name}-{language}-{hashlib.sha256(data).hexdigest()[:_DIGEST]}.wav"


def named(config_db: Path) -> Named:
    """Raises sqlite3.Error."""
    spoken: set[str] = set()
    sent: set[str] = set()
    with closing(sqlite3.connect(config_db)) as connection:
        for (json,) in connection.execute(_JSON):
            sent |= set(_SENT.findall(json))
            spoken |= {one.spoken_file for one in _texts(json)}
    return Named(frozenset(spoken), frozenset(sent))


def _texts(json: str) -> Iterator[Text]:
    try:
        prompts = msgspec.json.decode(json, type=_Lenient).prompt
    except msgspec.MsgspecError:
        return
    for one in prompts if isinstance(prompts, list) else ():
        for language in LANGUAGES:
            text = one.get(language) if isinstance(one, dict) else None
            if isinstance(text, str) and text:
                yield Text("", language, text)


def sweep(places: Places, now_us: int) -> list[Path]:
    """What went. Only what is older than a day, by the wall clock. Raises sqlite3.Error, OSError, MsgspecError."""
    told = msgspec.json.decode(places.sounds.read_bytes(), type=Sounds)
    kept = named(places.config_db)
    said = kept.spoken | {Path(one.path).name for one in told.own}
    old_us = now_us - KEPT_US
    gone = [
        *(one for one in _old(places.spoken, old_us) if one.name not in said),
        *(one for one in _old(places.prompts, old_us) if _is_orphan(one, kept.sent)),
    ]
    for one in gone:
        one.unlink(missing_ok=True)
    return gone


def _old(folder: Path, old_us: int) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        for one in sorted(folder.iterdir()):
            with suppress(FileNotFoundError):
                if one.is_file() and not one.is_symlink() and one.stat().st_mtime_ns // 1000 < old_us:
                    yield one


def _is_orphan(path: Path, sent: Set[str]) -> bool:
    """By its name and its content one that was sent."""
    if path.name in sent or not _SENT.fullmatch(path.name):
        return False
    return path.stem.endswith(hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGEST])


class Sweeper:
    """Sweeps once a day; `look` is called every half second."""

    def __init__(self, places: Places, wall_us: Callable[[], int]) -> None:
        self._places, self._wall_us = places, wall_us
        self._left = FIRST_LOOK

    def look(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = LOOKS_A_DAY
            sweep(self._places, self._wall_us())
