"""The archive: facts become history, reels become recordings, and what is done is let go. One writer of
history.db.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from firmware.archive.accounts import account_of_calls
from firmware.archive.following import EVERYTHING, Follower
from firmware.archive.history import History
from firmware.archive.ledger import Balance, balance
from firmware.archive.tracks import Cut, Tracks, UnnamedRecording, recording_path
from firmware.protocol import journal, tape
from firmware.protocol.journal import Record
from firmware.protocol.mark import Mark
from firmware.protocol.tape import TapeBlock
from firmware.recorder.recorder import JOURNAL_FOLDER, REELS_FOLDER
from firmware.recorder.reels import REELS
from firmware.recorder.segments import JOURNAL
from firmware.store.disk import Disk
from firmware.store.history import HISTORY_FILE, open_history

GRACE_US = 10_000_000
"""So long after its end a recording waits for blocks that are still to come."""
WHOLE = Mark(EVERYTHING, EVERYTHING)


class Archive:
    """Give it records and blocks in order, or let it `follow_files`; `cut` now and then; a crash at any
    point loses nothing.

    Everything is taken again from journal and reels when a new Archive begins on the same directory.
    """

    def __init__(
        self,
        directory: Path,
        box: str = "box-1",
        zone: str = "UTC",
        *,
        disk: Disk | None = None,
        durable: bool = True,
    ) -> None:
        """`durable` False, with a `VirtualDisk`, syncs nothing: virtual time. Raises StoreError, OSError."""
        self.directory, self._disk = directory, disk or Disk()
        self.db = open_history(directory / HISTORY_FILE, durable=durable)
        try:
            self.history = History(self.db, box, zone)
            self._tracks = Tracks(directory, self._disk)
        except BaseException:
            self.db.close()
            raise
        self._journal = Follower(directory / JOURNAL_FOLDER, JOURNAL)
        self._reels = Follower(directory / REELS_FOLDER, REELS)
        self._reels_of: dict[str, set[int]] = {}
        """Reels that still hold audio of a recording."""
        self._caught_up = not REELS.files(directory / REELS_FOLDER)
        """What was taped before this Archive began is gathered again; nothing is given up before."""
        self._closed: set[str] = set()
        """Recordings met on reels that need no cutting (any more)."""
        self.bad_blocks = 0

    # -- in one process, in virtual time ----------------------------------------------------------

    def apply(self, record: Record) -> None:
        self.history.apply(record)

    def follow(self, records: Iterable[Record]) -> None:
        for record in records:
            self.history.apply(record)
        self.history.commit()

    def take_block(self, block: TapeBlock) -> None:
        """One tick of tape; each recording's ticks in order."""
        wanted = [index for index, recording in enumerate(block.recordings) if self._wants(recording)]
        if wanted:
            self._tracks.take(block, np.array(wanted, np.intp))

    def cut(self, at_us: int) -> list[Cut]:
        """Finishes the recordings that have ended and are all there (or whose rest will not come)."""
        self.history.commit()
        return self._cut([row for row in self._ended() if self._due(row, at_us)])

    def finish(self) -> list[Cut]:
        """All is cut, also what still runs: the end of a rehearsal, or of a box that will not start again."""
        self.history.commit()
        rows = self.db.execute(
            "SELECT id, from_tick, to_tick, coalesce(ended_us, 0), coalesce(why, '') FROM recordings"
            " WHERE cut = 0 ORDER BY began_us, id"
        ).fetchall()
        return self._cut(rows)

    def balance(self) -> Balance:
        """The ledger of all calls there are."""
        return balance(entry for _, entries in account_of_calls(self.db) for entry in entries)

    def close(self) -> None:
        self.history.commit()
        self._tracks.close()
        self.db.close()

    def abandon(self) -> None:
        """After an error: nothing more is written; a new Archive takes it all again."""
        with contextlib.suppress(sqlite3.Error):
            self.db.rollback()
        with contextlib.suppress(OSError):
            self._tracks.close()
        self.db.close()

    # -- following files --------------------------------------------------------------------------

    def follow_files(self, mark: Mark = WHOLE) -> int:
        """Takes what became durable since the last call; returns how many records and blocks."""
        taken = 0
        for payload in self._journal.read(mark.journal):
            self.history.apply(journal.decode(payload))
            taken += 1
        self.history.commit()
        for payload in self._reels.read(mark.reels):
            taken += 1
            try:
                block = tape.decode(payload)
            except ValueError:
                self.bad_blocks += 1
                continue
            self.take_block(block)
        self._caught_up = self._caught_up or mark.reels.index > 0
        return taken

    def release_reels(self) -> list[int]:
        """Removes the reels whose every recording is cut, or belongs to no call; never the one being read."""
        self._drop_orphans()
        needed = {index for reels in self._reels_of.values() for index in reels}
        gone = [
            index
            for index in REELS.files(self._reels_directory)
            if index < self._reels.index and index not in needed
        ]
        for index in gone:
            self._disk.remove(REELS.path(self._reels_directory, index))
        if gone:
            self._disk.sync_directory(self._reels_directory)
            self._closed.clear()
        return gone

    def _drop_orphans(self) -> None:
        """Audio whose record a power cut took from the journal is gone everywhere."""
        for recording, reels in list(self._reels_of.items()):
            known = self.db.execute("SELECT 1 FROM recordings WHERE id = ?", (recording,)).fetchone()
            if not known and max(reels) < self._reels.index:
                self._tracks.discard(recording)
                del self._reels_of[recording]
                self._closed.add(recording)

    @property
    def _reels_directory(self) -> Path:
        return self.directory / REELS_FOLDER

    # -- cutting ----------------------------------------------------------------------------------

    def _wants(self, recording: str) -> bool:
        if recording in self._closed:
            return False
        if recording not in self._reels_of and self._is_cut(recording):
            self._closed.add(recording)
            return False
        self._reels_of.setdefault(recording, set()).add(self._reels.index)
        return True

    def _is_cut(self, recording: str) -> bool:
        return bool(
            self.db.execute("SELECT 1 FROM recordings WHERE id = ? AND cut = 1", (recording,)).fetchone()
        )

    def _ended(self) -> list[tuple[str, int | None, int | None, int, str]]:
        return self.db.execute(
            "SELECT id, from_tick, to_tick, ended_us, why FROM recordings"
            " WHERE cut = 0 AND ended_us IS NOT NULL ORDER BY ended_us, id"
        ).fetchall()

    def _due(self, row: tuple[str, int | None, int | None, int, str], at_us: int) -> bool:
        recording, _, to_tick, ended_us, _ = row
        complete = to_tick is not None and self._tracks.reached(recording) >= to_tick
        return complete or (self._caught_up and at_us >= ended_us + GRACE_US)

    def _cut(self, rows: list[tuple[str, int | None, int | None, int, str]]) -> list[Cut]:
        """Files first, then one transaction with their rows, and only then may reels go."""
        cuts: list[Cut] = []
        if not rows:
            return cuts
        done = [(row[0], self._file_of(row)) for row in rows]
        self.db.begin()
        for recording, cut in done:
            self._write_down(recording, cut)
            cuts.extend([cut] if cut else [])
        self.db.commit()
        for recording, _ in done:
            self._reels_of.pop(recording, None)
            self._closed.add(recording)
        return cuts

    def _file_of(self, row: tuple[str, int | None, int | None, int, str]) -> Cut | None:
        recording, from_tick, to_tick, _, why = row
        if why == "too-short":
            self._tracks.discard(recording)
            return None
        return self._tracks.cut(recording, from_tick, to_tick)

    def _write_down(self, recording: str, cut: Cut | None) -> None:
        book = self.history.book
        if cut is None:
            book.do("UPDATE recordings SET cut = 1, seconds = 0 WHERE id = ?", recording)
            return
        book.do(
            "UPDATE recordings SET cut = 1, path = ?, seconds = ?, sha256 = ?, audio_from_tick = ?,"
            " from_tick = coalesce(from_tick, ?) WHERE id = ?",
            cut.path.as_posix(),
            cut.seconds,
            cut.sha256,
            cut.from_tick,
            cut.from_tick,
            recording,
        )
        for gap in cut.gaps:
            book.do(
                "INSERT INTO ledger_gaps (recording, from_tick, to_tick, reason) VALUES (?, ?, ?, ?)",
                recording,
                gap.from_tick,
                gap.to_tick,
                gap.reason,
            )


def message_path(directory: Path, recording: str) -> Path | None:
    """A voicemail message as a file for the switch to play; None while it is not cut."""
    try:
        path = directory / recording_path(recording)
    except UnnamedRecording:
        return None
    return path if path.is_file() else None
