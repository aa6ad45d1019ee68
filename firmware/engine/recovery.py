"""Bringing an engine back: newest snapshot, then the facts of every record after it, from disk and from the ring."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from firmware.engine.engine import Engine
from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.recorder.segments import NOTHING, Number, read_records
from firmware.recorder.snapshots import SNAPSHOTS, Snapshots

JOURNAL = "journal"
RECENT = 256
"""Records whose commands may not have reached the switch; far more than one turn of the engine's loop makes."""


class Recovered(Struct, frozen=True):
    engine: Engine
    recent: tuple[Record, ...]
    """The newest records, oldest first: for `Keeper`."""


def recover(data: Path, journal_ring: Ring, box: str) -> Recovered:
    """The engine as it was after its last journalled decision; a new one where there is no history.

    The ring is looked at before the files, so that a record the recorder moves meanwhile is met twice rather than
    never. Raises OSError.
    """
    waiting = [journal.decode(payload) for payload in journal_ring.peek()]
    journal_ring.rewind()
    snapshot = Snapshots(data / SNAPSHOTS).latest()
    after = (snapshot.epoch, max(0, snapshot.number - RECENT)) if snapshot else NOTHING
    recent: deque[Record] = deque(maxlen=RECENT)
    records = _kept(_in_order(data / JOURNAL, after, waiting), recent)
    engine = Engine.restore(snapshot.state if snapshot else None, records, box=box)
    return Recovered(engine, tuple(recent))


def _kept(records: Iterator[Record], recent: deque[Record]) -> Iterator[Record]:
    for record in records:
        recent.append(record)
        yield record


def _in_order(directory: Path, after: Number, waiting: list[Record]) -> Iterator[Record]:
    last = after
    for record in (*read_records(directory, after), *waiting):
        number = (record.epoch, record.number)
        if number > last:
            last = number
            yield record
