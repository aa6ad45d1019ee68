"""A text is looked at, becomes the configuration in force, an old version does again: for pages and programs alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from firmware.config.check import check_config, known_names
from firmware.config.drafts.draft import look, plain
from firmware.config.drafts.store import OtherVersion
from firmware.config.faults import Fault
from firmware.config.load import loads
from firmware.config.schema import Config
from firmware.config.versions import Version
from webui.applying import config_store, one_change
from webui.site import the_site

LONGEST_NOTE = 120
PATIENCE_S = 5.0
_turn = threading.BoundedSemaphore(1)
"""A long text takes seconds of the processor that the pages want, too."""


class NotUsable(ValueError):
    """This firmware would not take that version as it is."""


class Crowded(RuntimeError):
    """Somebody else's text is looked at just now."""


@contextmanager
def a_turn() -> Iterator[None]:
    """Raises Crowded."""
    if not _turn.acquire(timeout=PATIENCE_S):
        raise Crowded
    try:
        yield
    finally:
        _turn.release()


def read_text(text: str) -> tuple[Config | None, list[Fault]]:
    """A TOML text as a configuration, None where it has faults (not only warnings), and all that is wrong with it."""
    return loads(text.removeprefix("\ufeff"), Config, (check_config,), known_names())


def put(config: Config, seen: int, author: str, note: str) -> Version:
    """A checked configuration on top of version `seen`; the caller tells the box. Raises OtherVersion, sqlite3.Error.

    What changes nothing makes no version. Asked again after the answer was lost it is found done (RFC 9110, 13.1.1).
    """
    with config_store() as store, one_change(store):
        current = store.current()
        number = current.version if current else 0
        if current and current.config == config and (number == seen or current.author == author):
            return current
        if number != seen:
            raise OtherVersion(seen, number)
        return store.get(store.put(config, author, the_site().wall_us(), note or "apply"))


def put_back(number: int, author: str, since: int | None = None) -> Version:
    """An old version as a new one; the caller tells the box. Raises NoSuchVersion, NotUsable, sqlite3.Error.

    `since`: what was in force when it was asked for first; if it was done since, that version is the answer.
    """
    with config_store() as store, one_change(store):
        there = store.get(number)
        done = None if since is None else store.rolled_back(number, author, since)
        if done is not None:
            return done
        if not _is_usable(there):
            raise NotUsable(number)
        return store.get(store.rollback(number, author, the_site().wall_us()))


def _is_usable(version: Version) -> bool:
    try:
        return look(plain(version.config)).config is not None
    except msgspec.ValidationError:
        return False
