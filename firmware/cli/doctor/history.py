"""What history.db knows: whether answered time is accounted for, and what never fitted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database

from firmware.archive.accounts import account_of_calls
from firmware.archive.ledger import balance
from firmware.cli.doctor.finding import Finding
from firmware.protocol.places import Places
from firmware.store.history import NoHistory, StoreError, read_history


def look(places: Places) -> Iterator[Finding]:
    try:
        db = read_history(places.history_db)
    except NoHistory:
        return
    except (StoreError, sqlite3.Error) as error:
        yield Finding("history-unreadable", {"why": error})
        return
    try:
        yield _ledger(db)
        yield from _counted(db, "journal-gaps", "SELECT count(*) FROM journal_gaps")
        yield from _counted(
            db, "inputs-were-passed-over", "SELECT count(*) FROM oddities WHERE fact = 'InputPassedOver'"
        )
        yield from _counted(db, "oddities", "SELECT count(*) FROM oddities WHERE fact <> 'InputPassedOver'")
    except sqlite3.Error as error:
        yield Finding("history-unreadable", {"why": error})
    finally:
        db.close()


def _ledger(db: Database) -> Finding:
    found = balance(entry for _, entries in account_of_calls(db) for entry in entries)
    data = {
        "answered": f"{found.answered_s:.0f}",
        "audio": f"{found.audio_s:.0f}",
        "unexplained": f"{found.unexplained_s:.1f}",
    }
    return Finding("ledger" if found.balances else "ledger-unexplained", data)


def _counted(db: Database, slug: str, sql: str) -> Iterator[Finding]:
    (count,) = db.execute(sql).fetchone()
    if count:
        yield Finding(slug, {"count": count})
