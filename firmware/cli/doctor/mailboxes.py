"""Mailboxes that wait for somebody: full, not heard in time, or with a PIN that is being guessed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import in_history
from firmware.protocol.places import Places
from firmware.store import queries

GUESSED_WITHIN_US = 7 * 86_400_000_000


def look(places: Places) -> Iterator[Finding]:
    return in_history(places, _found)


def _found(db: Database) -> Iterator[Finding]:
    for mailbox, level in db.execute(
        "SELECT mailbox, level FROM mailbox_levels WHERE to_us IS NULL AND level <> 'ample' ORDER BY mailbox"
    ).fetchall():
        yield Finding("mailbox-full" if level == "full" else "mailbox-nearly-full", {"mailbox": mailbox})
    for mailbox, count in db.execute(
        "SELECT mailbox, messages FROM mailbox_checks WHERE checked_us IS NULL"
        " GROUP BY mailbox HAVING at_us = max(at_us) ORDER BY mailbox"
    ).fetchall():
        yield Finding("mailbox-unchecked", {"mailbox": mailbox, "count": count})
    since_us = queries.now_us(db) - GUESSED_WITHIN_US
    for of, who, locks in db.execute(
        "SELECT of, who, count(*) FROM pin_attempts WHERE of LIKE 'mailbox:%' AND until_us > 0 AND at_us > ?"
        " GROUP BY of, who ORDER BY of, who",
        (since_us,),
    ).fetchall():
        data = {"mailbox": str(of).partition(":")[2] or "?", "who": who, "locks": locks}
        yield Finding("mailbox-pin-guessed", data)
