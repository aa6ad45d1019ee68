"""The recorder: appends what the rings hold and syncs it once a second; nothing else, so nothing else can
stop it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from msgspec import Struct

from firmware.protocol.mark import DurableMark, Mark
from firmware.protocol.ring import Ring
from firmware.protocol.snapshots import unpack
from firmware.recorder.lane import Chain, Lane
from firmware.recorder.reels import REELS, first_tick
from firmware.recorder.room import Room
from firmware.recorder.segments import JOURNAL, first_number
from firmware.recorder.snapshots import SNAPSHOTS, Snapshots
from firmware.recorder.watched_disk import NO_ROOM
from firmware.store.disk import Disk

SYNC_EVERY_US = 1_000_000
SYNC_FILL = 0.5
"""A ring this full is synced at once: it is emptied only by a sync."""
JOURNAL_FOLDER, REELS_FOLDER = "journal", "reels"


class Rotation(Struct, frozen=True):
    """When the next file begins."""

    segment_bytes: int = 4 << 20
    """An engine that comes back reads the newest from its beginning: 60 ms of a small box's time."""
    segment_us: int = 3_600_000_000
    reel_bytes: int = 64 << 20
    reel_us: int = 300_000_000


class Recorder:
    """`step` often, at box time. What it has synced is told by `mark`; "saved" may be said of that and no
    more.
    """

    def __init__(
        self,
        journal_ring: Ring,
        audio_ring: Ring,
        directory: Path,
        *,
        box: str = "box-1",
        snapshot_ring: Ring | None = None,
        mark: DurableMark | None = None,
        disk: Disk | None = None,
        rotation: Rotation | None = None,
        room: Room | None = None,
        lane: type[Lane] = Lane,
    ) -> None:
        """Without `room` the disk counts as endless: virtual time."""
        disk, turn = disk or Disk(), rotation or Rotation()
        self.mark = mark or DurableMark.in_memory()
        self._marked = self.mark.read().reels
        journal = Chain(
            JOURNAL, directory / JOURNAL_FOLDER, box, first_number, turn.segment_bytes, turn.segment_us
        )
        reels = Chain(REELS, directory / REELS_FOLDER, box, first_tick, turn.reel_bytes, turn.reel_us)
        self.journal, self.reels = lane(journal_ring, journal, disk), lane(audio_ring, reels, disk)
        self._snapshot_ring = snapshot_ring
        self._snapshots = Snapshots(directory / SNAPSHOTS, disk)
        self.room = room
        self.records = self.blocks = self.syncs = 0
        self._sync_us = self._refusals = 0
        self._begun = False

    @property
    def deadline_us(self) -> int:
        """When the next sync is due."""
        return self._sync_us

    def step(self, at_us: int) -> int:
        """Appends all that waits; syncs when a second has passed or a ring fills. Returns how many records and
        blocks were appended.

        The tape is looked at before the journal: what is on a reel is explained by a record that was there already.
        """
        if self.room is not None:
            self.room.look(at_us)
        blocks = self._write_reels(at_us)
        records = self._write_journal(at_us)
        if self._may_tape():
            self.reels.turn_idle(at_us)
        self.records, self.blocks = self.records + records, self.blocks + blocks
        if not self._begun or at_us >= self._sync_us or self._fuller_than(SYNC_FILL):
            self._begun, self._sync_us = True, at_us + SYNC_EVERY_US
            self.sync(at_us)
        return records + blocks

    def sync(self, at_us: int) -> None:
        """The journal first: the mark never shows a taped block without the record that explains it.

        Reels are synced, and the audio ring emptied, also while the journal fails; the mark waits then.
        """
        snapshots = self._snapshot_ring.peek() if self._snapshot_ring else []
        if snapshots:
            self.records += self._write_journal(at_us)
        journal_synced = self._sync_journal(at_us)
        reels_synced = self._may_tape() and self.reels.sync(at_us)
        self._note_refusal(at_us)
        if journal_synced:
            self._marked = self.reels.durable
        complete_us = min(self.journal.complete_us, self.reels.complete_us)
        self.mark.write(Mark(self.journal.durable, self._marked, complete_us))
        self.syncs += journal_synced and reels_synced
        if self._snapshot_ring is not None and snapshots:
            self._save(snapshots if journal_synced else [], self._snapshot_ring)

    def close(self, at_us: int) -> None:
        """Everything still in the rings is written and synced, as far as the disk takes it."""
        self.journal.close(at_us)
        if self._may_tape():
            self.reels.close(at_us)
        self.sync(at_us)

    @property
    def failing(self) -> Lane | None:
        """The lane that could not write at its last attempt; the journal first."""
        return next((lane for lane in (self.journal, self.reels) if lane.error is not None), None)

    def _fuller_than(self, fill: float) -> bool:
        return max(self.journal.ring.fill, self.reels.ring.fill) > fill

    # -- room -------------------------------------------------------------------------------------

    def _write_reels(self, at_us: int) -> int:
        if not self._may_tape():
            return 0
        blocks = self.reels.write(at_us)
        self._note_refusal(at_us)
        return blocks

    def _write_journal(self, at_us: int) -> int:
        """For want of room the reserve is given up, and it is tried again at once."""
        records = self.journal.write(at_us)
        return self.journal.write(at_us) if self._room_made(at_us) else records

    def _sync_journal(self, at_us: int) -> bool:
        if self.journal.sync(at_us):
            return True
        if not self._room_made(at_us):
            return False
        self.records += self.journal.write(at_us)
        return self.journal.sync(at_us)

    def _room_made(self, at_us: int) -> bool:
        if not _no_room(self.journal) or self.room is None or not self.room.give_up_reserve(at_us):
            return False
        self.journal.try_at_once()
        return True

    def _may_tape(self) -> bool:
        """What the reserve makes room for is not for the tape; the ring keeps it meanwhile."""
        return self.room is None or not self.room.short

    def _note_refusal(self, at_us: int) -> None:
        """A new one."""
        if self.room is not None and _no_room(self.reels) and self.reels.failures > self._refusals:
            self.room.refused(at_us)
        self._refusals = self.reels.failures

    def _save(self, payloads: list[bytes], ring: Ring) -> None:
        """Only the newest matters; it covers records that are durable now. A disk that does not take it gets the
        next.
        """
        with contextlib.suppress(OSError):
            if payloads:
                newest = unpack(payloads[-1])
                self._snapshots.save(newest.state, newest.epoch, newest.number)
                if any(unpack(one).turn for one in payloads):
                    self.journal.turn()
        ring.release() if payloads else ring.rewind()


def _no_room(lane: Lane) -> bool:
    return lane.error is not None and lane.error.errno in NO_ROOM
