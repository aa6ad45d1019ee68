"""A disk under observation: how long syncs take, how much is written, what fails; and a sign of life before and
after each operation, so that only a single one that hangs counts as hanging.
"""

from __future__ import annotations

import errno
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware.store.disk import Disk

SYNCS_KEPT = 256
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def errno_name(error: OSError) -> str:
    """`ENOSPC`, `EIO`…"""
    return errno.errorcode.get(error.errno or 0, f"E{error.errno}")


class SyncTimes:
    """The last SYNCS_KEPT syncs and the longest ever, in microseconds."""

    def __init__(self) -> None:
        self._latest: list[int] = []
        self.longest_us = 0
        self.count = 0

    def add(self, took_us: int) -> None:
        if len(self._latest) < SYNCS_KEPT:
            self._latest.append(took_us)
        else:
            self._latest[self.count % SYNCS_KEPT] = took_us
        self.count += 1
        self.longest_us = max(self.longest_us, took_us)

    def percentiles(self, *percents: float) -> list[int]:
        """Each the smallest time that so many percent do not exceed; 0 for none yet."""
        ordered = sorted(self._latest)
        ranks = [index / len(ordered) * 100 for index in range(1, len(ordered) + 1)]
        return [ordered[bisect_left(ranks, percent)] if ordered else 0 for percent in percents]


class WatchedDisk(Disk):
    """Passes everything on to `disk`."""

    def __init__(self, disk: Disk, now_us: Callable[[], int], alive: Callable[[int], None]) -> None:
        """`alive(now_us)` is the heartbeat."""
        self._disk, self._now_us, self._alive = disk, now_us, alive
        self.syncs = SyncTimes()
        self.bytes_written = 0
        self.failures: Counter[str] = Counter()
        """By name of the error."""
        self.last_error = ""
        """`EIO: Input/output error: write`."""
        self.last_error_us = 0

    def create(self, path: Path) -> int:
        with self._watching("create"):
            return self._disk.create(path)

    def open(self, path: Path) -> int:
        with self._watching("open"):
            return self._disk.open(path)

    def write(self, handle: int, data: bytes) -> None:
        with self._watching("write"):
            self._disk.write(handle, data)
            self.bytes_written += len(data)

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        with self._watching("write"):
            self._disk.write_at(handle, data, offset)
            self.bytes_written += len(data)

    def allocate(self, handle: int, size: int) -> None:
        with self._watching("allocate"):
            self._disk.allocate(handle, size)

    def sync(self, handle: int) -> None:
        with self._watching("sync", timed=True):
            self._disk.sync(handle)

    def close(self, handle: int) -> None:
        with self._watching("close"):
            self._disk.close(handle)

    def replace(self, source: Path, target: Path) -> None:
        with self._watching("rename"):
            self._disk.replace(source, target)

    def remove(self, path: Path) -> None:
        with self._watching("remove"):
            self._disk.remove(path)

    def sync_directory(self, path: Path) -> None:
        with self._watching("sync", timed=True):
            self._disk.sync_directory(path)

    def statvfs(self, path: Path) -> os.statvfs_result:
        with self._watching("statvfs"):
            return self._disk.statvfs(path)

    @contextmanager
    def _watching(self, what: str, timed: bool = False) -> Iterator[None]:
        began_us = self._now_us()
        self._alive(began_us)
        try:
            yield
        except OSError as error:
            self.failures[errno_name(error)] += 1
            self.last_error = f"{errno_name(error)}: {error.strerror}: {what}"
            self.last_error_us = began_us
            raise
        finally:
            ended_us = self._now_us()
            self._alive(ended_us)
            if timed:
                self.syncs.add(ended_us - began_us)
