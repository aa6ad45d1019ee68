"""One life of a powered box in a process of its own: everything it promises is overheard and written down."""

from __future__ import annotations

import os
import sqlite3
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlite_utils import Database

import firmware.archive.archive as archive_module
import firmware.archive.runner as archive_runner
import firmware.protocol.box_secret as box_secret
import firmware.recorder.recorder as recorder_module
import firmware.store.history as history_store
from firmware.archive.pruning import prune_journal
from firmware.recorder.segments import JOURNAL, read_head
from firmware.recorder.snapshots import Snapshots
from firmware.store.disk import Disk
from tests.faults.power import inspection, notes, powered_box
from tests.faults.power.history_shadow import Overheard
from tests.faults.power.mortal_disk import MortalDisk
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
    except BaseException:  # noqa: BLE001 - whatever it is, the rig must hear of it
        noted.write(notes.Died(traceback.format_exc()))
        return 1
    return 0


def overhear(book: NoteBook) -> None:
    """From here on the product's own classes tell what they have made durable."""
    current: list[Overheard] = []

    def database(connection: sqlite3.Connection) -> Database:
        current[:] = [Overheard(connection, book)]
        return Database(connection)

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

    def removing(path: Path) -> None:
        if path.suffix == ".wav" and path.exists():
            book.write(notes.LetGo(path.stem))
        if path.suffix == f".{JOURNAL.suffix}":
            after = next(one for one in JOURNAL.files(path.parent).values() if one.name > path.name)
            head = read_head(after)
            assert head is not None
            book.write(notes.Pruned(*head.first))

    def prune(data: Path, archived: tuple[int, int], now_us: int, disk: Disk) -> list[int]:
        return prune_journal(data, archived, now_us, disk, KEEP_US)

    MortalDisk.removing = staticmethod(removing)
    wrapped = box_secret._made

    def made(folder: Path, name: str) -> bytes:
        key = wrapped(folder, name)
        book.write(notes.SecretMade(name, notes.digest(key)))
        return key

    box_secret._made = made
    vars(archive_module)["Disk"] = MortalDisk
    vars(history_store)["Database"] = database
    vars(recorder_module)["Snapshots"] = NotedSnapshots
    vars(archive_runner).update(prune_journal=prune, PRUNE_US=PRUNE_US, Disk=MortalDisk)
    vars(powered_box)["Archivist"] = NotedArchivist


def _inspect(book: NoteBook, box: PoweredBox) -> None:
    """Some seconds after its start nothing of its former lives may be left undone."""
    box.archive_now()
    wrong = inspection.left_undone(box.archive.db.conn, box.data, box.begin_us)
    book.write(notes.Found(tuple(wrong)))


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
