"""Reading a backup into a scratch directory: every part is checked before it is written, all of it before it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from firmware.access.schema import STEPS as WEB_STEPS
from firmware.access.schema import TABLES as WEB_TABLES
from firmware.access.schema import WEB_FILE
from firmware.archive.backup import business, people
from firmware.archive.backup import contents as c
from firmware.archive.backup.making import CONFIG_FILE, DRAFTS
from firmware.business.migrations import STEPS as BUSINESS_STEPS
from firmware.business.migrations import TABLES
from firmware.business.store import BUSINESS_FILE
from firmware.config.drafts.draft import look
from firmware.config.drafts.store import DraftStore
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, Version
from firmware.protocol import journal
from firmware.recorder.framed import FileHead, FrameWriter
from firmware.recorder.segments import JOURNAL, first_number
from firmware.store.disk import Disk
from firmware.store.history import HISTORY_FILE
from firmware.store.migrations import HISTORY, STEPS

MOST_OVER = 1.5
MARGIN_BYTES = 256 << 20
"""What may come beyond the size the manifest tells: reels grow while a backup is made. More is refused."""


VALUES = (int, float, str, bytes, type(None))


class Reader:
    """Takes frames in order and builds a data directory at `root`, which is empty.

    `take` raises BadContents, OSError, sqlite3.Error. What it built counts when `finish` has returned.
    """

    def __init__(self, root: Path, disk: Disk | None = None) -> None:
        self._root, self._disk = root, disk or Disk()
        self.manifest: c.Manifest | None = None
        self.end: c.End | None = None
        self._configs: ConfigStore | None = None
        self._history: Database | None = None
        self._business: sqlite3.Connection | None = None
        self._web: sqlite3.Connection | None = None
        self._segment: FrameWriter | None = None
        self._handle: int | None = None
        self._file: c.File | None = None
        self._left = 0
        self._numbers = (0, -1)
        self._counts = dict.fromkeys(("configs", "rows", "records", "files", "bytes"), 0)
        self._takers: dict[type, Callable[[Any], None]] = {
            c.Manifest: self._begin,
            c.ConfigRow: self._config,
            c.Rows: self._rows,
            c.Records: self._records,
            c.File: self._begin_file,
            c.Piece: self._piece,
            c.End: self._end,
        }

    def take_all(self, frames: Iterable[c.Frame]) -> None:
        for frame in frames:
            self.take(frame)

    def take(self, frame: c.Frame) -> None:
        if self.end is not None:
            raise c.BadContents("something follows the end")
        if isinstance(frame, c.Manifest) != (self.manifest is None):
            raise c.BadContents("the manifest is not the first part")
        if isinstance(frame, c.Piece) != (self._left > 0):
            raise c.BadContents("a file is shorter or longer than it claims")
        self._takers[type(frame)](frame)

    def finish(self) -> None:
        """Everything is durable. Raises BadContents when the end has not come."""
        if self.end is None:
            raise c.BadContents("the end is missing")
        self.close()
        for folder in sorted(path for path in self._root.rglob("*") if path.is_dir()):
            self._disk.sync_directory(folder)
        self._disk.sync_directory(self._root)

    def close(self) -> None:
        """Lets everything go that is open; safe at any time."""
        if self._configs is not None:
            self._configs.close()
        if self._history is not None:
            self._history.close()
        if self._business is not None:
            self._business.close()
        if self._web is not None:
            self._web.close()
        if self._handle is not None:
            self._disk.close(self._handle)
        if self._segment is not None:
            self._segment.sync()
            self._disk.close(self._segment.handle)
        self._configs = self._history = self._business = self._web = self._handle = self._segment = None

    # -- parts --------------------------------------------------------------------------------------

    def _begin(self, manifest: c.Manifest) -> None:
        _refuse_newer(manifest.steps, STEPS)
        _refuse_newer(manifest.business_steps, BUSINESS_STEPS)
        _refuse_newer(manifest.web_steps, WEB_STEPS)
        self.manifest = manifest
        if manifest.switch_epoch > 0:
            self._disk.write_whole(self._root / "switch.epoch", b"%d\n" % manifest.switch_epoch)
        if manifest.steps:
            self._history = _empty_history(self._root / HISTORY_FILE, manifest.steps)
        if manifest.business_steps:
            self._business = business.begin(self._root, manifest.business_steps)
        if manifest.web_steps:
            self._web = people.begin(self._root, manifest.web_steps)

    def _config(self, row: c.ConfigRow) -> None:
        try:
            msgspec.json.decode(row.json, type=Config)
        except msgspec.MsgspecError as error:
            raise c.BadContents(f"configuration version {row.version}: {error}") from error
        if self._configs is None:
            self._configs = ConfigStore(self._root / "config.db")
        try:
            self._configs.put_version(Version(row.version, row.author, row.at_us, row.note, row.json))
        except (sqlite3.IntegrityError, OverflowError) as error:
            raise c.BadContents(f"configuration version {row.version}: {error}") from error
        self._counts["configs"] += 1

    def _rows(self, frame: c.Rows) -> None:
        db = self._database(frame)
        known = {column.name for column in db[frame.table].columns}
        if not frame.columns or len(set(frame.columns)) != len(frame.columns) or set(frame.columns) - known:
            raise c.BadContents(f"table {frame.table} has no such columns")
        if any(len(row) != len(frame.columns) for row in frame.rows):
            raise c.BadContents(f"a row of {frame.table} has another length")
        if any(not isinstance(value, VALUES) for row in frame.rows for value in row):
            raise c.BadContents(f"a row of {frame.table} holds something else than a value")
        names, places = ", ".join(f'"{one}"' for one in frame.columns), ", ".join("?" * len(frame.columns))
        statement = f'INSERT OR REPLACE INTO "{frame.table}" ({names}) VALUES ({places})'  # noqa: S608 - checked above
        try:
            db.conn.executemany(statement, frame.rows)
        except (sqlite3.IntegrityError, OverflowError) as error:
            raise c.BadContents(f"a row of {frame.table}: {error}") from error
        self._counts["rows"] += len(frame.rows)

    def _database(self, frame: c.Rows) -> Database:
        db = self._history if frame.database == HISTORY_FILE else None
        if frame.database == BUSINESS_FILE and self._business is not None and frame.table in TABLES:
            db = Database(self._business)
        elif frame.database == WEB_FILE and self._web is not None and frame.table in WEB_TABLES:
            db = Database(self._web)
        elif frame.database == CONFIG_FILE and self._configs is not None and frame.table == DRAFTS:
            db = Database(self._configs.connection)
        if db is None or frame.table not in db.table_names():
            raise c.BadContents(f"there is no table called {frame.table[:40]!r}")
        return db

    def _records(self, frame: c.Records) -> None:
        for payload in frame.payloads:
            try:
                record = journal.decode(payload)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise c.BadContents(f"a journal record cannot be read: {error}") from error
            if (record.epoch, record.number) <= self._numbers:
                raise c.BadContents("journal records are out of order")
            self._numbers = (record.epoch, record.number)
        if frame.payloads:
            self._segment_for(frame.payloads[0]).append(list(frame.payloads))
        self._counts["records"] += len(frame.payloads)

    def _segment_for(self, payload: bytes) -> FrameWriter:
        if self._segment is None:
            manifest = self.manifest
            assert manifest is not None
            folder = self._root / "journal"
            self._disk.make_directory(folder)
            head = FileHead(1, manifest.at_us, first_number(payload), manifest.box)
            self._segment = FrameWriter(self._disk, folder, JOURNAL, head)
        return self._segment

    # -- files --------------------------------------------------------------------------------------

    def _begin_file(self, file: c.File) -> None:
        assert self.manifest is not None
        target = self._root / c.path_of(file)
        most = round(self.manifest.plain_bytes * MOST_OVER) + MARGIN_BYTES
        if file.size < 0 or self._counts["bytes"] + file.size > most:
            raise c.BadContents(f"more than the {self.manifest.plain_bytes} bytes it claims to hold")
        self._disk.make_directory(target.parent)
        try:
            self._handle = self._disk.create(target)
        except FileExistsError as error:
            raise c.BadContents(f"{file.kind} {file.id} comes twice") from error
        self._file, self._left = file, file.size
        self._counts["files"] += 1
        self._end_file()

    def _piece(self, piece: c.Piece) -> None:
        data = c.unpacked(piece)
        if not data or len(data) > self._left or self._handle is None:
            raise c.BadContents("a file is longer than it claims")
        self._disk.write(self._handle, data)
        self._left -= len(data)
        self._counts["bytes"] += len(data)
        self._end_file()

    def _end_file(self) -> None:
        if self._left == 0 and self._handle is not None:
            handle, self._handle = self._handle, None
            self._disk.sync(handle)
            self._disk.close(handle)

    def _end(self, end: c.End) -> None:
        told = {name: getattr(end, name) for name in self._counts}
        if told != self._counts:
            raise c.BadContents(f"it should hold {told}, it holds {self._counts}")
        if self._history is not None:
            self._history.conn.commit()
            HISTORY.apply(self._history)
        if self._business is not None:
            business.complete(self._business)
        if self._web is not None:
            people.complete(self._web)
        if self._configs is not None:
            _check_drafts(self._configs)
        self.end = end


def _check_drafts(store: ConfigStore) -> None:
    """Raises BadContents for one that no page could show."""
    try:
        for draft in DraftStore(store).all():
            look(draft.document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TypeError, AttributeError) as error:
        raise c.BadContents(f"a draft cannot be read: {error}") from error


def _refuse_newer(steps: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = sorted(set(steps) - set(known))
    if unknown or tuple(steps) != known[: len(steps)]:
        raise c.BadContents(f"made by newer software ({', '.join(unknown) or 'another order of tables'})")


def _empty_history(path: Path, steps: tuple[str, ...]) -> Database:
    """Tables as they were when the backup was made."""
    db = Database(sqlite3.connect(path))
    db.conn.execute("PRAGMA journal_mode = WAL")
    db.conn.execute("PRAGMA synchronous = FULL")
    following = STEPS[len(steps) : len(steps) + 1]
    HISTORY.apply(db, stop_before=following or None)
    return db
