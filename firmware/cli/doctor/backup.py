"""How old the last backup is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from drivers.clock import MonotonicClock
from firmware.archive.backup.last import LAST, LastBackup
from firmware.cli.doctor.finding import Finding
from firmware.protocol.places import Places
from firmware.store.history import StoreError, read_history

DAY_US = 86_400_000_000
DAY_S = 86_400
OLDEST_DAYS = 30
NEW_DAYS = 7


def look(places: Places) -> Iterator[Finding]:
    """A box without history has nothing to lose; one that is new need not be saved yet."""
    used_us = _used_us(places)
    if used_us is None:
        return
    try:
        last = msgspec.json.decode((places.root / LAST).read_bytes(), type=LastBackup)
    except (OSError, msgspec.MsgspecError):
        used = {"days": used_us // DAY_US}
        yield Finding("backup-none" if used_us > NEW_DAYS * DAY_US else "backup-none-yet", used)
        return
    days = max(0, MonotonicClock.wall_us() // 1_000_000 - last.made_at) // DAY_S
    yield Finding("backup-old" if days > OLDEST_DAYS else "backup", {"days": days})


def _used_us(places: Places) -> int | None:
    """Box time from the first call to the newest record; None without a history that can be read."""
    try:
        db = read_history(places.history_db)
    except (StoreError, sqlite3.Error):
        return None
    try:
        found = db.execute("SELECT at_us - (SELECT min(offered_us) FROM calls) FROM progress").fetchone()
    except sqlite3.Error:
        return None
    finally:
        db.close()
    return int(found[0]) if found and found[0] is not None else None
