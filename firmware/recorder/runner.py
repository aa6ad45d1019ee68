"""The recorder's process: its loop, its end, what it tells of itself."""

from __future__ import annotations

from collections.abc import Callable

from drivers.ports import Clock
from firmware.config.schema import Storage
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.places import Places
from firmware.protocol.recorder_status import DAY_S, FAILED, FULL, RecorderStatus, life_years
from firmware.protocol.rings import Rings
from firmware.protocol.status_file import StatusFile
from firmware.recorder.recorder import Recorder
from firmware.recorder.room import Room
from firmware.recorder.watched_disk import NO_ROOM, WatchedDisk
from firmware.recorder.watermark import Level, Marks
from firmware.store.disk import Disk

ROLE = "recorder"
STEP_US = 50_000
STATUS_US = 1_000_000
SECOND_US = 1_000_000


class RecorderProcess:
    """Everything one recorder process holds; `step` is one turn of its loop."""

    def __init__(
        self,
        places: Places,
        box: str,
        storage: Storage,
        clock: Clock,
        disk: Disk | None = None,
    ) -> None:
        self._clock = clock
        self._budget = round(storage.wear_gb_per_day * 1e9)
        self._heartbeat = Heartbeat(places.beat(ROLE))
        self._begun = False
        self._disk = WatchedDisk(disk or Disk(), clock.now_us, self._alive)
        self._rings = rings = Rings(places.run)
        marks = Marks(storage.warn_percent / 100, storage.purge_percent / 100, storage.stop_percent / 100)
        self.room = Room(places.root, self._disk, marks, storage.reserve_mb << 20)
        self.recorder = Recorder(
            rings.journal,
            rings.audio,
            places.root,
            box=box,
            snapshot_ring=rings.snapshots,
            mark=rings.mark,
            disk=self._disk,
            room=self.room,
        )
        self._status_file = StatusFile(places.status(ROLE))
        self._began_us = self._told_us = clock.now_us()
        self._told_bytes, self._told_put = 0, rings.audio.put_until
        self._tell(self._began_us)
        self._begun = True

    def step(self) -> None:
        """Stands still as long as the disk does."""
        now_us = self._clock.now_us()
        self._alive(now_us)
        self.recorder.step(now_us)

    def close(self) -> None:
        """Everything is synced that was in the rings, as far as the disk takes it."""
        self.recorder.close(self._clock.now_us())
        self._tell(self._clock.now_us())
        self._status_file.close()
        self._heartbeat.close()

    def _alive(self, at_us: int) -> None:
        """Also between two operations of a slow disk: many of them are no silence."""
        self._heartbeat.beat(at_us)
        if self._begun and at_us >= self._told_us + STATUS_US:
            self._tell(at_us)

    def _tell(self, at_us: int) -> None:
        self._status_file.write(self.status(at_us))
        self._told_us, self._told_bytes = at_us, self._disk.bytes_written
        self._told_put = self._rings.audio.put_until

    def status(self, at_us: int) -> RecorderStatus:
        recorder, disk, room, rings = self.recorder, self._disk, self.room, self._rings
        p50_us, p99_us = disk.syncs.percentiles(50, 99)
        failing, figures = recorder.failing, room.figures
        lasted_us = max(at_us - self._began_us, SECOND_US)
        per_day = round(disk.bytes_written * DAY_S * SECOND_US / lasted_us)
        return RecorderStatus(
            at_us=at_us,
            level=room.level.value,
            stop=FULL if room.level is Level.FULL else "",
            trouble=_trouble(failing.error) if failing else "",
            failing_since_us=(failing.failing_since_us or 0) if failing else 0,
            space_used=round(figures.space_used, 4) if figures else 0.0,
            inodes_used=round(figures.inodes_used, 4) if figures else 0.0,
            bytes_all=figures.bytes_all if figures else 0,
            bytes_free=figures.bytes_free if figures else 0,
            reserve_held=room.reserve_held,
            reserve_bytes=room.reserve.size,
            journal_fill=round(rings.journal.fill, 4),
            journal_fill_most=round(recorder.journal.fullest, 4),
            audio_fill=round(rings.audio.fill, 4),
            audio_fill_most=round(recorder.reels.fullest, 4),
            audio_seconds_left=self._seconds_left(at_us),
            records_refused=rings.journal.refused,
            blocks_refused=rings.audio.refused,
            records=recorder.records,
            blocks=recorder.blocks,
            syncs=recorder.syncs,
            sync_us_p50=p50_us,
            sync_us_p99=p99_us,
            sync_us_most=disk.syncs.longest_us,
            bytes_per_s=round((disk.bytes_written - self._told_bytes) * 1e6 / max(at_us - self._told_us, 1)),
            bytes_written=disk.bytes_written,
            bytes_per_day=per_day,
            budget_bytes_per_day=self._budget,
            life_years=life_years(figures.bytes_all if figures else 0, per_day),
            failures=dict(disk.failures),
            last_error=disk.last_error,
            last_error_us=disk.last_error_us,
        )

    def _seconds_left(self, at_us: int) -> float:
        """At the pace of the time since it was told last."""
        audio = self._rings.audio
        grown = audio.put_until - self._told_put
        return (
            round((audio.capacity - audio.used) * (at_us - self._told_us) / SECOND_US / grown, 1)
            if grown
            else 0.0
        )


def _trouble(error: OSError | None) -> str:
    return "" if error is None else FULL if error.errno in NO_ROOM else FAILED


def run(places: Places, box: str, storage: Storage, *, clock: Clock, stopped: Callable[[], bool]) -> None:
    """Returns after `stopped()` with everything synced that was in the rings, as far as the disk takes it."""
    process = RecorderProcess(places, box, storage, clock)
    while not stopped():
        process.step()
        clock.wait_until(clock.now_us() + STEP_US)
    process.close()
