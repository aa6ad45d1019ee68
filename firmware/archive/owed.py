"""What the archive owes the engine: word of messages that are gone, and of erasures that are worked through."""

from __future__ import annotations

import hashlib
from pathlib import Path

from firmware.archive.book import Book
from firmware.protocol.inputs import AnyOrder, ErasureWorked, MessagesGone
from firmware.recorder.segments import Number
from firmware.recorder.snapshots import SNAPSHOTS, Snapshots

MOST_MESSAGES = 200
_GONE = (
    "SELECT id FROM (SELECT DISTINCT v.recording AS id, r.gone_us FROM voicemails v"
    " JOIN recordings r ON r.id = v.recording WHERE r.gone <> '' AND v.deleted_us IS NULL"
    " UNION SELECT g.recording, r.gone_us FROM greetings g"
    " JOIN recordings r ON r.id = g.recording WHERE r.gone <> '' AND g.dropped_us IS NULL)"
    " ORDER BY gone_us, id LIMIT ?"
)
_WORKED = (
    "SELECT id, at_once, epoch, number, erased_us,"
    " (SELECT count(*) FROM erasure_calls c WHERE c.erasure = e.id AND c.call <> 0),"
    " (SELECT coalesce(sum(recordings), 0) FROM erasure_calls c WHERE c.erasure = e.id)"
    " FROM erasures e WHERE erased_us IS NOT NULL AND told = 0 ORDER BY erased_us, id"
)


def owed_orders(book: Book, data: Path) -> list[AnyOrder]:
    """Each is owed until the fact that answers it has come back. Raises OSError."""
    owed: list[AnyOrder] = []
    gone = tuple(str(row[0]) for row in book.rows(_GONE, MOST_MESSAGES))
    if gone:
        name = hashlib.blake2b("".join(gone).encode(), digest_size=8).hexdigest()
        owed.append(MessagesGone(f"gone:{name}", gone))
    for erasure, at_once, epoch, number, erased_us, calls, recordings in book.rows(_WORKED):
        if not at_once or _has_snapshot(data, (epoch, number)):
            owed.append(ErasureWorked(f"worked:{erasure}:{erased_us}", erasure, calls, recordings))
    return owed


def _has_snapshot(data: Path, ordered: Number) -> bool:
    """The engine makes one when an erasure is ordered; the next record begins a segment that knows nothing of it."""
    newest = Snapshots(data / SNAPSHOTS).files()
    return bool(newest) and newest[0][0] >= ordered
