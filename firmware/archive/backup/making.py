"""Making a backup of a box, also while it runs: what is durable at one moment, everything that belongs together.

Order matters: reels are opened first (the archive may let them go meanwhile), then history is read in one
transaction, then what may be ahead of it (snapshot, journal, newer reels): a record that history does not know yet is
in the journal, and a recording that is not cut yet is on a reel.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from sqlite_utils import Database

from firmware.access.schema import TABLES as WEB_TABLES
from firmware.access.schema import WEB_FILE
from firmware.archive.backup import business as of_business
from firmware.archive.backup import contents as c
from firmware.archive.backup import people
from firmware.archive.backup.sealed import SealedWriter
from firmware.business.migrations import TABLES
from firmware.business.store import BUSINESS_FILE
from firmware.config.versions import ConfigStore
from firmware.protocol import journal
from firmware.protocol.places import Places
from firmware.recorder.reels import REELS
from firmware.recorder.segments import NOTHING, Number, read_records
from firmware.recorder.snapshots import Snapshots
from firmware.store.history import HISTORY_FILE, NoHistory, read_history
from firmware.store.migrations import HISTORY

ROWS_AT_ONCE = 500
RECORDS_AT_ONCE = 200
TABLES_LEFT_OUT = ("sqlite_sequence", "_sqlite_migrations")
"""SQLite's and the migrations' own: they come back by themselves."""
LEAST_PASSPHRASE = 12
DRAFTS, CONFIG_FILE = "drafts", "config.db"

Progress = Callable[[int, int], None]
"""Called with plain bytes done and about to be done in all."""


class BackupError(Exception):
    """Root of what making, checking and restoring a backup raise; the text is for people."""


class WeakPassphrase(BackupError, ValueError):
    """A passphrase so short that a stolen file would be opened by trying."""


class Scope(Struct, frozen=True):
    """What is wanted in it, and what is said in its manifest."""

    software: str
    made_at: int
    at_us: int
    box: str
    recordings: bool = True


def make(
    places: Places, sealed: SealedWriter, scope: Scope, progress: Progress = lambda _, __: None
) -> c.End:
    """Writes everything and finishes the sealed file; what went in. Raises OSError, sqlite3.Error, StoreError."""
    return _Making(places, sealed, scope, progress).run()


class _Making:
    def __init__(self, places: Places, sealed: SealedWriter, scope: Scope, progress: Progress) -> None:
        self._places, self._sealed, self._scope, self._progress = places, sealed, scope, progress
        self._configs = self._rows = self._records = self._files = self._bytes = 0
        self._left_out: list[str] = []
        self._in_all = 0

    def run(self) -> c.End:
        with contextlib.ExitStack() as held:
            reels = {index: held.enter_context(path.open("rb")) for index, path in self._reels()}
            history = _history(self._places)
            business = of_business.reading(self._places.business_db)
            web = people.reading(self._places.root / WEB_FILE)
            for db in (history, business, web):
                if db is not None:
                    held.callback(db.close)
            self._write_all(history, business, web, reels)
        end = c.End(self._configs, self._rows, self._records, self._files, self._bytes, tuple(self._left_out))
        self._put(end)
        self._sealed.finish()
        return end

    def _write_all(
        self,
        history: Database | None,
        business: Database | None,
        web: Database | None,
        reels: Mapping[int, BinaryIO],
    ) -> None:
        wanted = [*self._secrets(), *self._prompts(), *self._recordings(history)]
        self._in_all = sum(path.stat().st_size for _, _, path in wanted if path.is_file())
        self._put(self._manifest(history, business, web))
        self._put_configs()
        for db, tables, name in (
            (history, _tables(history), HISTORY_FILE),
            (business, TABLES, BUSINESS_FILE),
            (web, WEB_TABLES, WEB_FILE),
        ):
            self._put_database(db, tables, name)
        after = self._put_snapshot(_progress_of(history))
        self._put_journal(after)
        for index, file in reels.items():
            self._put_open("reel", str(index), file)
        for index, path in self._reels():
            if index not in reels:
                self._put_file("reel", str(index), path)
        for kind, name, path in wanted:
            self._put_file(kind, name, path)

    def _manifest(
        self, history: Database | None, business: Database | None, web: Database | None
    ) -> c.Manifest:
        steps = tuple(step.name for step in HISTORY.applied(history)) if history is not None else ()
        scope = self._scope
        epoch = _switch_epoch(self._places)
        return c.Manifest(
            scope.box,
            scope.software,
            scope.made_at,
            scope.at_us,
            steps,
            epoch,
            self._in_all,
            of_business.steps(business),
            people.steps(web),
        )

    def _put(self, frame: c.Frame) -> None:
        self._sealed.write(c.encode(frame))

    # -- databases ----------------------------------------------------------------------------------

    def _put_configs(self) -> None:
        if not self._places.config_db.is_file():
            return
        with ConfigStore(self._places.config_db) as store:
            for one in reversed(store.history()):
                self._put(c.ConfigRow(one.version, one.author, one.at_us, one.note, one.json))
                self._configs += 1
            if self._configs:
                self._put_table(Database(store.connection), DRAFTS, CONFIG_FILE)

    def _put_database(self, db: Database | None, tables: Iterable[str], name: str) -> None:
        there = db.table_names() if db is not None else ()
        for table in tables:
            if db is not None and table in there:
                self._put_table(db, table, name)

    def _put_table(self, db: Database, table: str, database: str) -> None:
        columns = tuple(column.name for column in db[table].columns)
        names = ", ".join(f'"{column}"' for column in columns)
        cursor = db.execute(f'SELECT {names} FROM "{table}"')  # noqa: S608 - names are the schema's own
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            self._put(c.Rows(table, columns, tuple(tuple(row) for row in rows), database))
            self._rows += len(rows)

    # -- the engine's memory --------------------------------------------------------------------------

    def _put_snapshot(self, archived: Number) -> Number:
        """The newest snapshot; returns the record after which the journal is wanted."""
        snapshot = Snapshots(self._places.snapshots).latest()
        if snapshot is None:
            return NOTHING
        name = f"{snapshot.epoch:010d}-{snapshot.number:020d}"
        self._put_file("snapshot", name, self._places.snapshots / f"snapshot-{name}.state")
        return min((snapshot.epoch, snapshot.number), archived)

    def _put_journal(self, after: Number) -> None:
        """Without a snapshot all the journal there is; records of a torn end are not durable and not there."""
        waiting: list[bytes] = []
        if not self._places.journal.is_dir():
            return
        for record in read_records(self._places.journal, after):
            waiting.append(journal.encode(record))
            self._records += 1
            if len(waiting) == RECORDS_AT_ONCE:
                self._put(c.Records(tuple(waiting)))
                waiting = []
        if waiting:
            self._put(c.Records(tuple(waiting)))

    # -- files ----------------------------------------------------------------------------------------

    def _reels(self) -> list[tuple[int, Path]]:
        return list(REELS.files(self._places.reels).items())

    def _secrets(self) -> Iterator[tuple[str, str, Path]]:
        for path in _inside(self._places.secrets):
            yield "secret", path.name, path
        for path in _inside(self._places.secrets / "sip"):
            yield "telephone", path.stem, path
        for path in _inside(self._places.secrets / "webhooks"):
            yield "webhook", path.stem, path
        for path in _inside(self._places.secrets / "web"):
            yield "certificate", path.name, path

    def _prompts(self) -> Iterator[tuple[str, str, Path]]:
        for path in _inside(self._places.prompts):
            yield "prompt", path.name, path

    def _recordings(self, history: Database | None) -> Iterator[tuple[str, str, Path]]:
        if history is None or not self._scope.recordings:
            return
        for name, path in history.execute("SELECT id, path FROM recordings WHERE path != '' ORDER BY id"):
            yield "recording", name, self._places.root / path

    def _put_file(self, kind: str, name: str, path: Path) -> None:
        """A file that is not there any more, or that no restore would take, is named in the end of the backup."""
        try:
            c.path_of(c.File(kind, name, 0))
            file = path.open("rb")
        except (OSError, c.BadContents):
            self._left_out.append(f"{kind}:{name}")
            return
        with file:
            self._put_open(kind, name, file)

    def _put_open(self, kind: str, name: str, file: BinaryIO) -> None:
        size = file.seek(0, 2)
        file.seek(0)
        self._put(c.File(kind, name, size))
        self._put_pieces(file.read, size)
        self._files += 1

    def _put_pieces(self, read: Callable[[int], bytes], size: int) -> None:
        """Exactly `size` bytes: a reel may grow meanwhile; one that is cut short meanwhile is filled with zeros."""
        left = size
        while left:
            data = read(min(left, c.PIECE_BYTES)) or bytes(min(left, c.PIECE_BYTES))
            self._put(c.packed(data))
            left -= len(data)
            self._bytes += len(data)
            self._progress(self._bytes, max(self._in_all, self._bytes))


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _history(places: Places) -> Database | None:
    """Open, and inside one reading transaction."""
    try:
        db = read_history(places.history_db)
    except NoHistory:
        return None
    try:
        db.execute("BEGIN")
        db.execute("SELECT 1 FROM progress").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db


def _tables(db: Database | None) -> list[str]:
    names = db.table_names() if db is not None else ()
    return sorted(name for name in names if name not in TABLES_LEFT_OUT)


def _progress_of(db: Database | None) -> Number:
    found = db.execute("SELECT epoch, number FROM progress").fetchone() if db is not None else None
    return (found[0], found[1]) if found else NOTHING


def _switch_epoch(places: Places) -> int:
    try:
        return int((places.root / "switch.epoch").read_text("ascii"))
    except (OSError, ValueError):
        return 0


def check_passphrase(passphrase: str) -> None:
    """Raises WeakPassphrase."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise WeakPassphrase(f"the passphrase has {len(passphrase)} characters; at least {LEAST_PASSPHRASE}")
