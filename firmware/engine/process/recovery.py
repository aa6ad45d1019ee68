"""Bringing an engine back: newest snapshot, then the facts of every record after it, from disk and from the ring.

Damage never stops it: a snapshot that cannot be read makes room for an older one, records that are gone are counted,
facts that fit nothing any more are left out, and what is left is made whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.engine.engine import Engine
from firmware.engine.essence import digest
from firmware.engine.process.handover import Handover
from firmware.engine.process.mend import mend
from firmware.engine.process.replay import Replay
from firmware.engine.state import State, UnknownSnapshot, thaw
from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.recorder.segments import NOTHING, Number, read_records
from firmware.recorder.snapshots import SNAPSHOTS, Snapshot, Snapshots

JOURNAL = "journal"
RECENT = 256
"""Records whose commands may not have reached the switch; far more than one turn of the engine's loop makes."""


class Damage(Struct, frozen=True):
    """What was found on the way; all empty on a whole box."""

    missing: int = 0
    """Records that the journal no longer has."""
    left_out: int = 0
    """Facts about something that was lost with them."""
    refused: tuple[str, ...] = ()
    """Why a snapshot, a record or a file was not read, one sentence each."""
    snapshots: int = 0
    """How many snapshots were refused."""


class Recovered(Struct, frozen=True):
    engine: Engine
    recent: tuple[Record, ...]
    """The newest records, oldest first: for `Keeper`."""
    replayed: int = 0
    damage: Damage = Damage()
    left_us: int = 0
    """When a former version stopped deciding for this one; 0: it did not."""


def recover(data: Path, journal_ring: Ring, box: str, handed: Handover | None = None) -> Recovered:
    """The engine as it was after its last journalled decision; a new one where there is no history.

    The ring is looked at before the files, so that a record the recorder moves meanwhile is met twice rather than
    never. `handed` is used when nothing newer is in the ring.
    """
    refused: list[str] = []
    waiting = _waiting(journal_ring)
    if handed is not None:
        found = _handed_over(handed, waiting, box, refused)
        if found is not None:
            return found
    snapshot, state, snapshots = _newest_readable(Snapshots(data / SNAPSHOTS), refused)
    after = (snapshot.epoch, max(0, snapshot.number - RECENT)) if snapshot else NOTHING
    recent: deque[Record] = deque(maxlen=RECENT)
    replay = Replay(State(box) if state is None else state)
    for record in _in_order(data / JOURNAL, after, waiting, refused):
        recent.append(record)
        replay.take(record)
    if replay.damaged:
        mend(replay.state)
    damage = Damage(replay.missing, replay.left_out, tuple(refused), snapshots)
    return Recovered(Engine(box, replay.state), tuple(recent), replay.records, damage)


def _handed_over(handed: Handover, waiting: list[bytes], box: str, refused: list[str]) -> Recovered | None:
    newest = next(_decoded(waiting[-1:], []), None)
    if newest is not None and (newest.epoch, newest.number) > (handed.epoch, handed.number):
        return None
    try:
        state, records = thaw(handed.state), tuple(handed.records())
    except (UnknownSnapshot, msgspec.MsgspecError) as error:
        refused.append(f"the state handed over: {error}")
        return None
    if digest(state) != handed.essence:
        refused.append("the state handed over means something else here")
        return None
    return Recovered(Engine(box, state), records, left_us=handed.left_us)


def _newest_readable(
    snapshots: Snapshots, refused: list[str]
) -> tuple[Snapshot, State, int] | tuple[None, None, int]:
    """The newest snapshot this version can read, and how many were passed over."""
    passed, not_after = 0, None
    while (snapshot := _latest(snapshots, not_after, refused)) is not None:
        try:
            return snapshot, thaw(snapshot.state), passed
        except UnknownSnapshot as error:
            refused.append(f"snapshot {snapshot.epoch}-{snapshot.number}: {error}")
            passed += 1
            not_after = (snapshot.epoch, snapshot.number - 1)
    return None, None, passed


def _latest(snapshots: Snapshots, not_after: Number | None, refused: list[str]) -> Snapshot | None:
    try:
        return snapshots.latest(not_after)
    except OSError as error:
        refused.append(f"snapshots: {error}")
        return None


def _waiting(ring: Ring) -> list[bytes]:
    """What waits for the recorder; it stays there."""
    found = ring.peek()
    ring.rewind()
    return found


def _decoded(payloads: list[bytes], refused: list[str]) -> Iterator[Record]:
    for payload in payloads:
        try:
            yield journal.decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            refused.append(f"a record in the ring: {error}")


def _in_order(directory: Path, after: Number, waiting: list[bytes], refused: list[str]) -> Iterator[Record]:
    last = after
    for records in (_from_files(directory, after, refused), _decoded(waiting, refused)):
        for record in records:
            number = (record.epoch, record.number)
            if number > last:
                last = number
                yield record


def _from_files(directory: Path, after: Number, refused: list[str]) -> Iterator[Record]:
    """A file that cannot be read ends what files can tell; the ring may know more."""
    reader = read_records(directory, after)
    try:
        yield from reader
    except OSError as error:
        refused.append(f"journal: {error}")
    refused += [f"{torn.path.name} at {torn.offset}: {torn.reason}" for torn in reader.torn]
