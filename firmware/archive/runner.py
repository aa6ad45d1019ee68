"""The archive's process: follows what is durable, cuts what has ended, lets go what is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from drivers.ports import Clock
from firmware.archive.archive import Archive
from firmware.archive.pruning import prune_journal
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.mark import DurableMark
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from firmware.store.disk import Disk

ROLE = "archive"
STEP_US = 500_000
PRUNE_US = 3_600_000_000
RETRY_US = 5_000_000


class Archivist:
    """Keeps an Archive going: after an error of the disk it begins a new one, which takes up where rows
    end.
    """

    def __init__(self, data: Path, box: str, zone: str, mark: DurableMark) -> None:
        self._data, self._box, self._zone, self._mark = data, box, zone, mark
        self._archive: Archive | None = None
        self._prune_us = self._retry_us = 0
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
            self._retry_us = at_us + RETRY_US
            self._drop()

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def _work(self, at_us: int) -> None:
        if self._archive is None:
            self._archive = Archive(self._data, self._box, self._zone)
        self._archive.follow_files(self._mark.read())
        self._archive.cut(at_us)
        self._archive.release_reels()
        if at_us >= self._prune_us:
            self._prune_us = at_us + PRUNE_US
            prune_journal(self._data, self._archive.history.last, at_us, Disk())

    def _drop(self) -> None:
        """What it had not committed is taken from the files again."""
        archive, self._archive = self._archive, None
        if archive is not None:
            archive.abandon()


def run(
    data: Path, run_directory: Path, box: str, zone: str, *, clock: Clock, stopped: Callable[[], bool]
) -> None:
    """Returns after `stopped()`. Raises StoreError when the history is newer than this software."""
    archivist = Archivist(data, box, zone, Rings(run_directory).mark)
    heartbeat = Heartbeat(Places(data).beat(ROLE))
    try:
        while not stopped():
            now_us = clock.now_us()
            heartbeat.beat(now_us)
            archivist.step(now_us)
            clock.wait_until(now_us + STEP_US)
    finally:
        archivist.close()
