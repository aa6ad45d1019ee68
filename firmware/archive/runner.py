"""The archive's process: follows what is durable, cuts what has ended, lets go what is done or past its time."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from drivers.ports import Clock
from firmware.archive.archive import Archive
from firmware.archive.health import MOST_COUNTED, ArchiveStatus, figures
from firmware.archive.line_quality import LineKeeper
from firmware.archive.pruning import prune_journal
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.mark import DurableMark
from firmware.protocol.order_client import give_order
from firmware.protocol.places import Places
from firmware.protocol.recorder_status import RecorderStatus, read_status
from firmware.protocol.rings import Rings
from firmware.protocol.status_file import StatusFile
from firmware.store.disk import Disk
from firmware.store.reserve import Reserve

ROLE = "archive"
STEP_US = 500_000
PRUNE_US = 3_600_000_000
RETRY_US = 5_000_000
EARLY_US = 60_000_000
"""So often it is looked for more to purge while the disk is nearly full."""
PURGE_LEVELS = ("purge", "full")
STATUS_US = 1_000_000
ORDER_S = 1.0
GiveOrder = Callable[[AnyOrder], bool]


class Archivist:
    """Keeps an Archive going: after an error of the disk it begins a new one, which takes up where rows
    end.
    """

    def __init__(
        self,
        data: Path,
        box: str,
        zone: str,
        mark: DurableMark,
        *,
        disk_level: Callable[[], str] = lambda: "ample",
        give: GiveOrder = lambda _order: False,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """`give` hands an order to the engine and says whether it was taken; `beat` says that long work goes on."""
        self._data, self._box, self._zone, self._mark = data, box, zone, mark
        self._disk_level, self._give, self._beat = disk_level, give, beat
        self._archive: Archive | None = None
        self._prune_us = self._purge_us = self._retry_us = self._orders_us = 0
        self._caught_up_us: int | None = None
        self._told = ArchiveStatus()
        self.failures = 0
        self.last_error = ""

    def step(self, at_us: int) -> None:
        if at_us < self._retry_us:
            return
        try:
            self._work(at_us)
        except (OSError, sqlite3.Error) as error:
            self.failures += 1
            self.last_error = str(error)
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
                Reserve(self._data).give_up()
            self._tell(last_error_us=at_us)
            self._retry_us = at_us + RETRY_US
            self._drop()

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def status(self, at_us: int) -> ArchiveStatus:
        """How it stands. While the disk fails, counts of history.db are those of before. Raises nothing."""
        archive, mark = self._archive, self._mark.read()
        waiting = 0
        try:
            if archive is not None:
                self._tell(**structs.asdict(figures(archive.history.book)), bad_blocks=archive.bad_blocks)
                self._tell(torn=archive.torn, history_us=archive.history.at_us)
                waiting = archive.waiting(mark, MOST_COUNTED)
            usage = shutil.disk_usage(self._data)
            self._tell(free_share=round(usage.free / usage.total, 4))
        except (OSError, sqlite3.Error) as error:
            self.last_error = str(error)
        since_us = at_us if self._caught_up_us is None else self._caught_up_us
        self._tell(
            at_us=at_us,
            behind_s=round((at_us - since_us) / 1e6, 1) if archive is None or waiting else 0.0,
            behind_records=waiting,
            durable_s=round(max(0, at_us - mark.complete_us) / 1e6, 1),
            failures=self.failures,
            last_error=self.last_error,
        )
        return self._told

    def _tell(self, **figures: float | str) -> None:
        self._told = structs.replace(self._told, **figures)

    def _work(self, at_us: int) -> None:
        if self._archive is None:
            self._archive = Archive(self._data, self._box, self._zone, beat=self._beat)
        archive = self._archive
        taken = archive.follow_files(self._mark.read())
        self._caught_up_us = at_us
        cut = [] if Reserve.given_up(self._data) else archive.cut(at_us)
        self._tell(taken=self._told.taken + taken, cut=self._told.cut + len(cut))
        archive.release_reels()
        archive.enter_calls()
        archive.erase(at_us)
        self._purge(archive, at_us)
        if at_us >= self._prune_us:
            self._prune_us = at_us + PRUNE_US
            prune_journal(self._data, archive.history.last, at_us, Disk())
        archive.complete_erasures(at_us)
        self._give_orders(archive, at_us)

    def _purge(self, archive: Archive, at_us: int) -> None:
        """A batch a step, till nothing is found; then again after an hour, sooner while the disk is nearly full."""
        early = self._disk_level() in PURGE_LEVELS
        if at_us < (min(self._purge_us, self._told.purged_us + EARLY_US) if early else self._purge_us):
            return
        purged = archive.purge_expired(at_us, early)
        self._tell(
            purged_recordings=self._told.purged_recordings + purged.recordings,
            purged_calls=self._told.purged_calls + purged.calls,
        )
        if not purged.recordings and not purged.calls:
            self._purge_us = at_us + PRUNE_US
            self._tell(purged_us=at_us)

    def _give_orders(self, archive: Archive, at_us: int) -> None:
        """What the engine must be told; an order not taken is given again."""
        if at_us < self._orders_us:
            return
        for order in archive.owed_orders():
            self._orders_us = at_us + RETRY_US
            if not self._give(order):
                return

    def _drop(self) -> None:
        """What it had not committed is taken from the files again."""
        archive, self._archive = self._archive, None
        if archive is not None:
            archive.abandon()


def run(
    data: Path,
    run_directory: Path,
    box: str,
    zone: str,
    *,
    clock: Clock,
    wall_us: Callable[[], int],
    stopped: Callable[[], bool],
) -> None:
    """Returns after `stopped()`. Raises StoreError when the history is newer than this software."""
    places = Places(data)
    heartbeat = Heartbeat(places.beat(ROLE))
    archivist = Archivist(
        data,
        box,
        zone,
        Rings(run_directory).mark,
        disk_level=lambda: (read_status(places.status("recorder")) or RecorderStatus()).level,
        give=lambda order: give_order(places, order, ORDER_S).done,
        beat=lambda: heartbeat.beat(clock.now_us()),
    )
    lines = LineKeeper(places, wall_us)
    status, told_us = StatusFile(places.status(ROLE)), 0
    try:
        while not stopped():
            now_us = clock.now_us()
            heartbeat.beat(now_us)
            archivist.step(now_us)
            lines.step(now_us)
            if now_us >= told_us + STATUS_US:
                told_us = now_us
                told = archivist.status(now_us)
                status.write(structs.replace(told, line_minutes_lost=lines.failures))
            clock.wait_until(now_us + STEP_US)
    finally:
        archivist.close()
        lines.close()
        status.close()
        heartbeat.close()
