"""The recorder: appends what the rings hold and syncs it once a second; nothing else, so nothing else can
stop it.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from firmware.protocol.mark import DurableMark, Mark
from firmware.protocol.ring import Ring
from firmware.protocol.snapshots import unpack
from firmware.recorder.lane import Chain, Lane
from firmware.recorder.reels import REELS, first_tick
from firmware.recorder.segments import JOURNAL, first_number
from firmware.recorder.snapshots import SNAPSHOTS, Snapshots
from firmware.store.disk import Disk

SYNC_EVERY_US = 1_000_000
SYNC_FILL = 0.5
"""A ring this full is synced at once: it is emptied only by a sync."""
JOURNAL_FOLDER, REELS_FOLDER = "journal", "reels"


class Rotation(Struct, frozen=True):
    """When the next file begins."""

    segment_bytes: int = 16 << 20
    segment_us: int = 3_600_000_000
    reel_bytes: int = 64 << 20
    reel_us: int = 300_000_000


class Health(Struct, frozen=True):
    """What `doctor` wants to know of the recorder. Fills are 0..1; failures count disk errors survived."""

    records: int
    blocks: int
    syncs: int
    failures: int
    last_error: str
    journal_fill: float
    audio_fill: float
    refused: int


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
    ) -> None:
        disk, turn = disk or Disk(), rotation or Rotation()
        self.mark = mark or DurableMark.in_memory()
        journal = Chain(
            JOURNAL, directory / JOURNAL_FOLDER, box, first_number, turn.segment_bytes, turn.segment_us
        )
        reels = Chain(REELS, directory / REELS_FOLDER, box, first_tick, turn.reel_bytes, turn.reel_us)
        self._journal, self._reels = Lane(journal_ring, journal, disk), Lane(audio_ring, reels, disk)
        self._snapshot_ring = snapshot_ring
        self._snapshots = Snapshots(directory / SNAPSHOTS, disk)
        self._records = self._blocks = self._syncs = self._snapshot_failures = 0
        self._sync_us = 0
        self._begun = False

    @property
    def deadline_us(self) -> int:
        """When the next sync is due."""
        return self._sync_us

    def step(self, at_us: int) -> int:
        """Appends all that waits; syncs when a second has passed or a ring fills. Returns how many records
        and blocks were
        appended.
        """
        records, blocks = self._journal.write(at_us), self._reels.write(at_us)
        self._records, self._blocks = self._records + records, self._blocks + blocks
        if not self._begun or at_us >= self._sync_us or self._fuller_than(SYNC_FILL):
            self._begun, self._sync_us = True, at_us + SYNC_EVERY_US
            self.sync(at_us)
        return records + blocks

    def _fuller_than(self, fill: float) -> bool:
        return max(self._journal.ring.fill, self._reels.ring.fill) > fill

    def sync(self, at_us: int) -> None:
        """The journal first: a taped block never lasts without the record that explains it."""
        snapshots = self._snapshot_ring.peek() if self._snapshot_ring else []
        if snapshots:
            self._records += self._journal.write(at_us)
        journal_synced = self._journal.sync(at_us)
        reels_synced = journal_synced and self._reels.sync(at_us)
        self.mark.write(Mark(self._journal.durable, self._reels.durable))
        self._syncs += journal_synced and reels_synced
        if self._snapshot_ring is not None and snapshots:
            self._save(snapshots if journal_synced else [], self._snapshot_ring)

    def close(self, at_us: int) -> None:
        """Everything still in the rings is written and synced."""
        self._journal.close(at_us)
        self._reels.close(at_us)
        self.sync(at_us)

    def health(self) -> Health:
        lanes = (self._journal, self._reels)
        return Health(
            self._records,
            self._blocks,
            self._syncs,
            sum(lane.failures for lane in lanes) + self._snapshot_failures,
            next((lane.last_error for lane in lanes if lane.last_error), ""),
            self._journal.ring.fill,
            self._reels.ring.fill,
            sum(lane.ring.refused for lane in lanes),
        )

    def _save(self, payloads: list[bytes], ring: Ring) -> None:
        """Only the newest matters; it covers records that are durable now."""
        try:
            if payloads:
                epoch, number, snapshot = unpack(payloads[-1])
                self._snapshots.save(snapshot, epoch, number)
        except OSError:
            self._snapshot_failures += 1
        ring.release() if payloads else ring.rewind()
