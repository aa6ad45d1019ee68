"""How full the disk is, in four levels with hysteresis: a table fed by what statvfs says and by writes that were
refused. It decides nothing but the level; who acts upon it is said in `Level`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from msgspec import Struct

LARGEST_BYTES = 128 << 30
"""A larger disk counts as one of this size with the same room left: 5 % of 128 GiB is room for months of calls."""
MARGIN = 0.02
"""A mark counts as left only so far below it, as a share of the disk."""
HELD_US = 30_000_000
"""After a reel was refused the disk counts as full at least so long: a quota shows in no figure."""


class Figures(Struct, frozen=True):
    """What statvfs says: bytes and inodes in all (for us) and free (for us). 0 inodes in all: it has no limit."""

    bytes_all: int
    bytes_free: int
    inodes_all: int = 0
    inodes_free: int = 0

    @property
    def space_used(self) -> float:
        """0..1 of the disk, or of LARGEST_BYTES where it is larger."""
        return _used(min(self.bytes_all, LARGEST_BYTES), self.bytes_free)

    @property
    def inodes_used(self) -> float:
        """0..1."""
        return _used(self.inodes_all, self.inodes_free)

    @property
    def used(self) -> float:
        """The fuller of both."""
        return max(self.space_used, self.inodes_used)

    def less(self, size: int) -> Figures:
        """The same with `size` bytes taken."""
        return Figures(self.bytes_all, max(self.bytes_free - size, 0), self.inodes_all, self.inodes_free)


def _used(whole: int, free: int) -> float:
    return max(0.0, 1.0 - free / whole) if whole else 0.0


class Marks(Struct, frozen=True):
    """Shares of the disk, ascending, further apart than MARGIN."""

    warn: float = 0.85
    purge: float = 0.90
    stop: float = 0.95


class Level(Enum):
    AMPLE = "ample"
    WARN = "warn"
    """People are told."""
    PURGE = "purge"
    """What may go is let go by the archive before its time."""
    FULL = "full"
    """Nothing new is recorded; calls, call records and journal go on."""


class Seen(Enum):
    """Where the disk stands among the marks; `NEAR_…`: less than MARGIN below one."""

    AMPLE = "ample"
    NEAR_WARN = "near-warn"
    WARN = "warn"
    NEAR_PURGE = "near-purge"
    PURGE = "purge"
    NEAR_STOP = "near-stop"
    STOP = "stop"
    NO_ROOM = "no-room"
    """A write was refused for want of room, or the reserve is given up."""


@dataclass(frozen=True, slots=True)
class LevelRose:
    """Fuller than before: an alarm."""


@dataclass(frozen=True, slots=True)
class LevelFell:
    """Less full than before."""


STEPS: Mapping[tuple[Level, Seen], tuple[Level, type[LevelRose | LevelFell]]] = {
    (Level.AMPLE, Seen.WARN): (Level.WARN, LevelRose),
    (Level.AMPLE, Seen.NEAR_PURGE): (Level.WARN, LevelRose),
    (Level.AMPLE, Seen.PURGE): (Level.PURGE, LevelRose),
    (Level.AMPLE, Seen.NEAR_STOP): (Level.PURGE, LevelRose),
    (Level.AMPLE, Seen.STOP): (Level.FULL, LevelRose),
    (Level.AMPLE, Seen.NO_ROOM): (Level.FULL, LevelRose),
    (Level.WARN, Seen.AMPLE): (Level.AMPLE, LevelFell),
    (Level.WARN, Seen.PURGE): (Level.PURGE, LevelRose),
    (Level.WARN, Seen.NEAR_STOP): (Level.PURGE, LevelRose),
    (Level.WARN, Seen.STOP): (Level.FULL, LevelRose),
    (Level.WARN, Seen.NO_ROOM): (Level.FULL, LevelRose),
    (Level.PURGE, Seen.AMPLE): (Level.AMPLE, LevelFell),
    (Level.PURGE, Seen.NEAR_WARN): (Level.WARN, LevelFell),
    (Level.PURGE, Seen.WARN): (Level.WARN, LevelFell),
    (Level.PURGE, Seen.STOP): (Level.FULL, LevelRose),
    (Level.PURGE, Seen.NO_ROOM): (Level.FULL, LevelRose),
    (Level.FULL, Seen.AMPLE): (Level.AMPLE, LevelFell),
    (Level.FULL, Seen.NEAR_WARN): (Level.WARN, LevelFell),
    (Level.FULL, Seen.WARN): (Level.WARN, LevelFell),
    (Level.FULL, Seen.NEAR_PURGE): (Level.PURGE, LevelFell),
    (Level.FULL, Seen.PURGE): (Level.PURGE, LevelFell),
}
"""Whatever else is seen leaves the level as it is."""


class Watermark:
    """`look` whenever there are figures; `refuse` at a write refused for want of room."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.level = Level.AMPLE
        self._held_until_us: int | None = None

    def look(
        self, figures: Figures, at_us: int, reserve_held: bool = True
    ) -> type[LevelRose | LevelFell] | None:
        """What happened to the level, if anything."""
        if self._held_until_us is not None and at_us >= self._held_until_us:
            self._held_until_us = None
        held = self._held_until_us is not None or not reserve_held
        return self._step(Seen.NO_ROOM if held else self.seen(figures.used))

    def refuse(self, held_until_us: int | None = None) -> type[LevelRose | LevelFell] | None:
        """A write found no room; till then no figure is believed."""
        self._held_until_us = held_until_us
        return self._step(Seen.NO_ROOM)

    def relieve(self) -> None:
        """There is proof of room."""
        self._held_until_us = None

    def seen(self, used: float) -> Seen:
        """Of a share used, 0..1."""
        marks = self.marks
        for mark, reached, near in (
            (marks.stop, Seen.STOP, Seen.NEAR_STOP),
            (marks.purge, Seen.PURGE, Seen.NEAR_PURGE),
            (marks.warn, Seen.WARN, Seen.NEAR_WARN),
        ):
            if used >= mark:
                return reached
            if used >= mark - MARGIN:
                return near
        return Seen.AMPLE

    def _step(self, seen: Seen) -> type[LevelRose | LevelFell] | None:
        step = STEPS.get((self.level, seen))
        if step is None:
            return None
        self.level, told = step
        return told
