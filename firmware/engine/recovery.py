"""Bringing an engine back: newest snapshot, then the facts of every record after it, from disk and from the ring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from firmware.engine.engine import Engine
from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.recorder.segments import NOTHING, Number, read_records
from firmware.recorder.snapshots import SNAPSHOTS, Snapshots

JOURNAL = "journal"


def recover(data: Path, journal_ring: Ring, box: str) -> Engine:
    """The engine as it was after its last journalled decision; a new one where there is no history.

    The ring is looked at before the files, so that a record the recorder moves meanwhile is met twice rather than
    never. Raises OSError.
    """
    waiting = [journal.decode(payload) for payload in journal_ring.peek()]
    journal_ring.rewind()
    snapshot = Snapshots(data / SNAPSHOTS).latest()
    after = (snapshot.epoch, snapshot.number) if snapshot else NOTHING
    records = _in_order(data / JOURNAL, after, waiting)
    return Engine.restore(snapshot.state if snapshot else None, records, box=box)


def _in_order(directory: Path, after: Number, waiting: list[Record]) -> Iterator[Record]:
    last = after
    for record in (*read_records(directory, after), *waiting):
        number = (record.epoch, record.number)
        if number > last:
            last = number
            yield record
