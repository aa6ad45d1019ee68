"""One life of a powered box in a process of its own: everything it promises is overheard and written down."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sqlite_utils import Database

import firmware.archive.runner as archive_runner
import firmware.recorder.recorder as recorder_module
import firmware.store.history as history_store
from firmware.archive.accounts import account_of_calls
from firmware.archive.ledger import UNEXPLAINED
from firmware.archive.pruning import prune_journal
from firmware.recorder.segments import JOURNAL, read_head
from firmware.recorder.snapshots import Snapshots
from firmware.store.disk import Disk
from tests.faults.power import notes
from tests.faults.power.history_shadow import Overheard
from tests.faults.power.notes import NoteBook
from tests.faults.power.planted import PLANTED
from tests.faults.power.powered_box import Life, PoweredBox

KEEP_US, PRUNE_US = 25_000_000, 6_000_000
"""Segments go after seconds instead of days, so that this too happens under power cuts."""


def live(life: Life, book: Path, planted: str = "") -> int:
    """The process's whole life; returns its exit code. Nothing is closed: the power fails at the end anyway."""
    noted = NoteBook(book)
    try:
        overhear(noted)
        if planted:
            PLANTED[planted]()
        PoweredBox.inspect = staticmethod(partial(_inspect, noted))
        PoweredBox(life, noted).run()
    except BaseException:
        noted.write(notes.Died(traceback.format_exc()))
        return 1
    return 0


def overhear(book: NoteBook) -> None:
    """From here on the product's own classes tell what they have made durable."""
    current: list[Overheard] = []

    def database(connection: object) -> Database:
        current[:] = [Overheard(connection, book)]  # type: ignore[arg-type]
        return Database(connection)  # type: ignore[arg-type]

    class NotedSnapshots(Snapshots):
        def save(self, state: bytes, epoch: int, number: int) -> Path:
            path = super().save(state, epoch, number)
            book.write(notes.SnapshotSaved(epoch, number))
            return path

    class NotedArchivist(archive_runner.Archivist):
        def step(self, at_us: int) -> None:
            super().step(at_us)
            for one in current:
                one.returned()

    class NotedDisk(Disk):
        def remove(self, path: Path) -> None:
            index = next(number for number, one in JOURNAL.files(path.parent).items() if one == path)
            head = read_head(JOURNAL.path(path.parent, index + 1))
            assert head is not None
            book.write(notes.Pruned(*head.first))
            super().remove(path)

    def prune(data: Path, archived: tuple[int, int], now_us: int, disk: Disk) -> list[int]:
        del disk
        return prune_journal(data, archived, now_us, NotedDisk(), KEEP_US)

    history_store.Database = database  # type: ignore[assignment,misc]
    recorder_module.Snapshots = NotedSnapshots  # type: ignore[misc]
    archive_runner.prune_journal = prune  # type: ignore[assignment]
    archive_runner.PRUNE_US = PRUNE_US
    import tests.faults.power.powered_box as box_module

    box_module.Archivist = NotedArchivist  # type: ignore[misc]


def _inspect(book: NoteBook, box: PoweredBox) -> None:
    """Some seconds after its start nothing of its former lives may be left undone."""
    box.archive_now()
    archive = box.archive
    wrong = [*_calls_left(box, archive.db), *_orphans(box, archive.db), *_unexplained(box, archive.db)]
    book.write(notes.Found(tuple(wrong)))


def _calls_left(box: PoweredBox, db: Database) -> Iterator[str]:
    for call, released_us, cause in db.execute(
        "SELECT id, released_us, cause FROM calls WHERE offered_us < ?", (box.begin_us,)
    ).fetchall():
        if released_us is None or not cause:
            yield f"call {call} was cut off by the power and is {'open' if released_us is None else 'without cause'}"
    for (recording,) in db.execute(
        "SELECT id FROM recordings WHERE cut = 0 AND began_us < ?", (box.begin_us,)
    ).fetchall():
        yield f"recording {recording} was cut off by the power and is not cut"


def _orphans(box: PoweredBox, db: Database) -> Iterator[str]:
    """Files without a row, rows without a file."""
    data = box.data
    files = {str(path.relative_to(data)) for path in (data / "recordings").rglob("*.wav")}
    rows = {path for (path,) in db.execute("SELECT path FROM recordings WHERE path <> ''").fetchall()}
    yield from (f"{path} belongs to no row" for path in sorted(files - rows))
    yield from (f"{path} has a row and is not there" for path in sorted(rows - files))


def _unexplained(box: PoweredBox, db: Database) -> Iterator[str]:
    for call, entries in account_of_calls(db):
        for entry in entries:
            if entry.reason == UNEXPLAINED and entry.to_us <= box.begin_us:
                yield f"call {call}: {(entry.to_us - entry.from_us) / 1e6:.2f} s without audio or reason"


def spawn(run: Callable[[], int]) -> int:
    """A child process that runs this and leaves at once; its id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = run()
        finally:
            os._exit(code)
    return pid
