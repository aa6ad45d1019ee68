"""Cutting: recordings that have ended become files, with what is missing of them named by its ticks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec import Struct
from sqlite_utils import Database

from firmware.archive.book import Book
from firmware.archive.finding import mark_recorded
from firmware.archive.tracks import Cut, Tracks
from firmware.protocol.tape import TapeBlock
from firmware.store.disk import Disk

GRACE_US = 10_000_000
"""So long after its end a recording waits for blocks that are still to come."""


class Ended(Struct, frozen=True):
    """A recording to be cut."""

    id: str
    from_tick: int | None
    to_tick: int | None
    ended_us: int
    why: str


_ENDED = (
    "SELECT id, from_tick, to_tick, ended_us, why FROM recordings"
    " WHERE cut = 0 AND ended_us IS NOT NULL ORDER BY ended_us, id"
)
_ALL = (
    "SELECT id, from_tick, to_tick, coalesce(ended_us, 0), coalesce(why, '') FROM recordings"
    " WHERE cut = 0 ORDER BY began_us, id"
)


class Cutter:
    """Gathers the blocks of recordings and finishes those that are over. Knows which reels hold what is not cut."""

    def __init__(self, db: Database, book: Book, directory: Path, disk: Disk) -> None:
        """Raises OSError."""
        self._db, self._book = db, book
        self.tracks = Tracks(directory, disk)
        self._reels_of: dict[str, set[int]] = {}
        """Reels that still hold audio of a recording."""
        self._closed: set[str] = set()
        """Recordings met on reels that need no cutting (any more)."""
        self.reel = 0
        """The newest that has audio."""

    def take(self, block: TapeBlock, reel: int) -> None:
        """One tick of tape; each recording's ticks in order. Raises OSError."""
        self.reel = reel
        wanted = [index for index, one in enumerate(block.recordings) if self._wants(one, reel)]
        if wanted:
            self.tracks.take(block, np.array(wanted, np.intp))

    def cut(self, complete_us: int) -> list[Cut]:
        """Those that are all there, and those whose rest will not come: all before `complete_us` was read."""
        return self._cut([one for one in self._rows(_ENDED) if self._due(one, complete_us)])

    def cut_all(self) -> list[Cut]:
        """Also what still runs."""
        return self._cut(self._rows(_ALL))

    def needed(self) -> set[int]:
        """Reels with audio that is not cut."""
        return {index for reels in self._reels_of.values() for index in reels}

    def drop_orphans(self, reel: int) -> None:
        """Audio whose record a power cut took from the journal is gone everywhere."""
        for recording, reels in list(self._reels_of.items()):
            known = self._book.row("SELECT 1 FROM recordings WHERE id = ?", recording)
            if not known and max(reels) < reel:
                self.tracks.discard(recording)
                del self._reels_of[recording]
                self._closed.add(recording)

    def forget_closed(self) -> None:
        """The reels on which they were met are gone."""
        self._closed.clear()

    def close(self) -> None:
        self.tracks.close()

    def _wants(self, recording: str, reel: int) -> bool:
        if recording in self._closed:
            return False
        if recording not in self._reels_of and self._is_cut(recording):
            self._closed.add(recording)
            return False
        self._reels_of.setdefault(recording, set()).add(reel)
        return True

    def _is_cut(self, recording: str) -> bool:
        return bool(self._book.row("SELECT 1 FROM recordings WHERE id = ? AND cut = 1", recording))

    def _rows(self, statement: str) -> list[Ended]:
        return [Ended(*row) for row in self._book.rows(statement)]

    def _due(self, one: Ended, complete_us: int) -> bool:
        complete = one.to_tick is not None and self.tracks.reached(one.id) >= one.to_tick
        return complete or complete_us >= one.ended_us + GRACE_US

    def _cut(self, ended: list[Ended]) -> list[Cut]:
        """Files first, then one transaction with their rows, and only then may reels go."""
        cuts: list[Cut] = []
        if not ended:
            return cuts
        done = [(one.id, self._file_of(one)) for one in ended]
        self._db.begin()
        for recording, cut in done:
            self._write_down(recording, cut)
            cuts.extend([cut] if cut else [])
        self._db.commit()
        for recording, _ in done:
            if self._reels_of.pop(recording, None) is not None:
                self._closed.add(recording)
        return cuts

    def _file_of(self, one: Ended) -> Cut | None:
        if one.why == "too-short":
            self.tracks.discard(one.id)
            return None
        return self.tracks.cut(one.id, one.from_tick, one.to_tick)

    def _write_down(self, recording: str, cut: Cut | None) -> None:
        book = self._book
        if cut is None:
            book.do("UPDATE recordings SET cut = 1, seconds = 0 WHERE id = ?", recording)
            return
        book.do(
            "UPDATE recordings SET cut = 1, path = ?, seconds = ?, sha256 = ?, audio_from_tick = ?,"
            " from_tick = coalesce(from_tick, ?), epoch = ? WHERE id = ?",
            cut.path.as_posix(),
            cut.seconds,
            cut.sha256,
            cut.from_tick,
            cut.from_tick,
            cut.epoch,
            recording,
        )
        mark_recorded(book, recording)
        for gap in cut.gaps:
            book.do(
                "INSERT INTO ledger_gaps (recording, from_tick, to_tick, reason) VALUES (?, ?, ?, ?)",
                recording,
                gap.from_tick,
                gap.to_tick,
                gap.reason,
            )
