"""The archive: facts become history, reels become recordings, and what is done is let go. One writer of
history.db.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from firmware.archive.accounts import account_of_calls
from firmware.archive.cutting import Cutter
from firmware.archive.erasing import Eraser
from firmware.archive.finding import Entering
from firmware.archive.following import EVERYTHING, Follower
from firmware.archive.history import History
from firmware.archive.ledger import Balance, balance
from firmware.archive.owed import owed_orders
from firmware.archive.purging import Purged, Purger
from firmware.archive.reel_faults import ReelFaults
from firmware.archive.tracks import Cut, UnnamedRecording, recording_path
from firmware.archive.waiting_accesses import take_in
from firmware.protocol import journal, tape
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.journal import Record
from firmware.protocol.mark import Mark
from firmware.protocol.tape import TapeBlock
from firmware.recorder.recorder import JOURNAL_FOLDER, REELS_FOLDER
from firmware.recorder.reels import REELS
from firmware.recorder.segments import JOURNAL
from firmware.store.disk import Disk
from firmware.store.history import HISTORY_FILE, open_history

WHOLE = Mark(EVERYTHING, EVERYTHING, 1 << 62)
"""Nobody writes any more: all there is is complete."""
SECRETS = "secrets"


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
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """`durable` False, with a `VirtualDisk`, syncs nothing: virtual time. Long work of the database calls `beat`.

        Raises StoreError, OSError.
        """
        self.directory, self._disk = directory, disk or Disk()
        self.db = open_history(directory / HISTORY_FILE, durable=durable, beat=beat)
        try:
            self.history = History(self.db, box, zone, directory / SECRETS)
            book = self.history.book
            self._cutter = Cutter(self.db, book, directory, self._disk)
            self._eraser = Eraser(self.db, book, directory, self._disk)
            self._purger = Purger(self.db, book, directory, self._disk)
            self._entering = Entering(self.db, book)
            self._eraser.take_up()
            take_in(self.db, book, directory, self._disk)
        except BaseException:
            self.db.close()
            raise
        self._journal = Follower(directory / JOURNAL_FOLDER, JOURNAL)
        self._reels = Follower(directory / REELS_FOLDER, REELS)
        self._reel_faults = ReelFaults(book, self._reels)
        self._complete_us = 0 if REELS.files(directory / REELS_FOLDER) else WHOLE.complete_us
        """All before was read. What was taped before this Archive began is gathered again, and nothing given up."""
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
        self._reel_faults.look(block)
        self._cutter.take(block, self._reels.index)

    def cut(self, at_us: int) -> list[Cut]:
        """Finishes the recordings that have ended and are all there (or whose rest will not come)."""
        self.history.commit()
        return self._cutter.cut(min(at_us, self._complete_us))

    def finish(self) -> list[Cut]:
        """All is cut, also what still runs: the end of a rehearsal, or of a box that will not start again."""
        self.history.commit()
        return self._cutter.cut_all()

    def balance(self) -> Balance:
        """The ledger of all calls there are."""
        return balance(entry for _, entries in account_of_calls(self.db) for entry in entries)

    def close(self) -> None:
        self.history.commit()
        self._cutter.close()
        self.db.close()

    def abandon(self) -> None:
        """After an error: nothing more is written; a new Archive takes it all again."""
        with contextlib.suppress(sqlite3.Error):
            self.db.rollback()
        with contextlib.suppress(OSError):
            self._cutter.close()
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
        self.history.commit()
        self._complete_us = mark.complete_us
        return taken

    @property
    def torn(self) -> int:
        """Files of journal and tape that were damaged before their end."""
        return len(self._journal.torn) + len(self._reels.torn)

    def waiting(self, mark: Mark, most: int) -> int:
        """Durable records not applied yet, counted up to `most`."""
        return self._journal.waiting(mark.journal, most)

    def release_reels(self) -> list[int]:
        """Removes the reels whose every recording is cut, or belongs to no call; never the one being read."""
        self._cutter.drop_orphans(self._reels.index)
        needed = self._cutter.needed()
        directory = self.directory / REELS_FOLDER
        gone = [
            index for index in REELS.files(directory) if index < self._reels.index and index not in needed
        ]
        for index in gone:
            self._disk.remove(REELS.path(directory, index))
        if gone:
            self._disk.sync_directory(directory)
            self._cutter.forget_closed()
        return gone

    def enter_calls(self) -> int:
        """A batch of the calls that former software wrote can be searched; 0 when all can. Raises sqlite3.Error."""
        self.history.commit()
        return self._entering.work()

    # -- what is kept -----------------------------------------------------------------------------

    def erase(self, at_us: int) -> None:
        """Works on the erasures that are open. Raises OSError, sqlite3.Error: it is taken up again."""
        self.history.commit()
        self._eraser.work(at_us, self._cutter.reel, self.history.last)

    def complete_erasures(self, at_us: int) -> None:
        """Drops what erasures wait for as soon as it may go, and says which are complete. Raises OSError."""
        self._eraser.complete(at_us, self.history.last)

    def owed_orders(self) -> list[AnyOrder]:
        """What the engine must be told and has not been, as far as its own facts say. Raises OSError."""
        return owed_orders(self.history.book, self.directory)

    def purge_expired(self, at_us: int, early: bool = False) -> Purged:
        """A batch of what is past its time by box time, oldest first; call again while it finds something.

        `early`: the disk is nearly full, and what the configuration allows to go before its time goes too. Raises
        OSError, sqlite3.Error: it is taken up again.
        """
        self.history.commit()
        return self._purger.purge(at_us, early)


def message_path(directory: Path, recording: str) -> Path | None:
    """A voicemail message as a file for the switch to play; None while it is not cut."""
    try:
        path = directory / recording_path(recording)
    except UnnamedRecording:
        return None
    return path if path.is_file() else None
