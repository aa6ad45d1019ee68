"""Room on the recorder's disk: looks once a second, keeps the reserve, knows the level."""

from __future__ import annotations

import contextlib
from pathlib import Path

from firmware.recorder.watched_disk import NO_ROOM
from firmware.recorder.watermark import HELD_US, MARGIN, Figures, Level, Marks, Watermark
from firmware.store.disk import Disk
from firmware.store.reserve import Reserve

LOOK_US = 1_000_000
TAKE_US = 5_000_000
"""So often it is tried to take the reserve again."""
MOST_RESERVED = 0.02
"""Share of the disk that the reserve never exceeds."""


def figures_of(disk: Disk, path: Path) -> Figures:
    """As we may use it: what is kept for root alone is not there. Raises OSError."""
    told = disk.statvfs(path)
    used_bytes = (told.f_blocks - told.f_bfree) * told.f_frsize
    used_inodes = told.f_files - told.f_ffree
    return Figures(
        bytes_all=used_bytes + told.f_bavail * told.f_frsize,
        bytes_free=told.f_bavail * told.f_frsize,
        inodes_all=used_inodes + told.f_favail if told.f_files else 0,
        inodes_free=told.f_favail,
    )


class Room:
    """`look` often; `refused` when a write found no room."""

    def __init__(self, data: Path, disk: Disk, marks: Marks, reserve_bytes: int) -> None:
        """Raises nothing; `reserve_bytes` is cut to MOST_RESERVED of the disk."""
        self._data, self._disk = data, disk
        self.figures: Figures | None = None
        self._measure()
        whole = self.figures.bytes_all if self.figures else reserve_bytes
        self.reserve = Reserve(data, min(reserve_bytes, int(whole * MOST_RESERVED)), disk)
        self.watermark = Watermark(marks)
        self.reserve_held = False
        """As it was seen last."""
        self._not_for_room = False
        """The reserve could not be taken for another reason than want of room."""
        self._look_us = self._take_us = 0

    @property
    def level(self) -> Level:
        return self.watermark.level

    @property
    def short(self) -> bool:
        """What room there is belongs to the journal."""
        return self.figures is not None and not self.reserve_held and not self._not_for_room

    def look(self, at_us: int) -> None:
        """Figures anew once a second; the reserve is taken again when it fits below the stop mark."""
        if at_us < self._look_us:
            return
        self._look_us = at_us + LOOK_US
        self._measure()
        if self.figures is None:
            return
        self.reserve_held = self.reserve.held
        if not self.reserve_held and at_us >= self._take_us:
            self._take_us = at_us + TAKE_US
            self._take(self.figures)
        self.watermark.look(self.figures, at_us, reserve_held=not self.short)

    def refused(self, at_us: int) -> None:
        """A reel found no room: the journal still has its reserve."""
        self.watermark.refuse(at_us + HELD_US)

    def give_up_reserve(self, at_us: int) -> bool:
        """The journal found no room. False when there is nothing left to give."""
        had = self.reserve_held
        self.reserve.give_up()
        self.reserve_held = self._not_for_room = False
        self._take_us = at_us + TAKE_US
        self.watermark.refuse()
        return had

    def _take(self, figures: Figures) -> None:
        self._not_for_room = False
        if figures.less(self.reserve.size).used >= self.watermark.marks.stop - MARGIN:
            return
        try:
            self.reserve.take()
            self.reserve_held = True
            self.watermark.relieve()
        except OSError as error:
            self._not_for_room = error.errno not in NO_ROOM
            self.reserve.give_up()
        self._measure()

    def _measure(self) -> None:
        """A disk that does not even answer this keeps its former figures; its errors are counted elsewhere."""
        with contextlib.suppress(OSError):
            self.figures = figures_of(self._disk, self._data)
