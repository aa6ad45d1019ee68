"""The whole process tree under power cuts: `tipring run --sim` on a disk whose power fails, in real time.

A witness outside looks on: what the durable mark covers, what a reader of history.db sees, what is answered "saved".
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from drivers.clock import MonotonicClock
from firmware.cli.box_plan import read_plan
from firmware.cli.main import CommandError
from firmware.config.versions import ConfigStore
from firmware.protocol import journal
from firmware.protocol.inputs import AgentOrder
from firmware.protocol.mark import MARK_BYTES, DurableMark
from firmware.protocol.order_client import give_order
from firmware.protocol.order_format import Verdict
from firmware.protocol.places import MEMORY_VARIABLE, Places
from firmware.recorder.framed import FrameReader
from firmware.recorder.segments import JOURNAL
from tests.faults.power import inspection, notes
from tests.faults.power.fuse_mount import NEVER, Aim
from tests.faults.power.history_shadow import opened_copy
from tests.faults.power.life import spawn
from tests.faults.power.notes import NoteBook, digest, read_notes
from tests.faults.power.power_supply import Failed, PowerSupply
from tests.faults.power.promises import Promises

BENCH = Path(__file__).with_name("power.toml")
LOOK_US = 100_000
LIFE_S = 18.0
SETTLE_S = 16.0
STOP_S = 30.0
MOST_LOST_US = 2_000_000


class RealChain:
    """One box of real processes from its first start on; `cut` again and again, then `settle`."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._rng = folder, random.Random(seed)
        self._memory = folder / "memory"
        for place in (self._memory, folder / "scratch"):
            place.mkdir(parents=True)
        os.environ[MEMORY_VARIABLE] = str(self._memory)
        self._data = folder / "mount" / "data"
        self._places = Places(self._data)
        self._supply = PowerSupply(folder / "mount", folder / "image")
        self.promises = Promises(folder / "image", folder / "scratch", overheard=False)
        self._clock = MonotonicClock()
        self._lives = 0
        self._cuts_us: list[int] = []
        self.lost_us: list[int] = []
        self.box_s = 0.0

    def cut(self) -> tuple[Failed, list[str]]:
        """Starts the box, lets the power fail at some step, and looks for what was promised."""
        self._lives += 1
        limit = self._rng.randint(1, 60) if self._rng.random() < 0.2 else self._rng.randint(100, 1000)
        began_us = self._clock.now_us()
        box, witness = self._start(Aim(limit, self._rng.random() < 0.5))
        self._supply.waiting(witness, LIFE_S)
        hit = self._supply.waiting(witness, 0)
        self._note_instant()
        self._kill_all()
        failed = self._supply.failed() if hit else self._supply.cut_now()
        self._supply.off(self._rng.getrandbits(32))
        self._bury(box, witness)
        self.box_s += (self._clock.now_us() - began_us) / 1e6
        return failed, self._check()

    def settle(self) -> list[str]:
        """A last life in peace; after it nothing may be left undone."""
        self._lives += 1
        box, witness = self._start(NEVER)
        began_us = self._clock.now_us()
        while not self._offset_us() and self._clock.now_us() < began_us + 1_000_000 * STOP_S:
            self._wait(LOOK_US)
        begin_us = self._clock.now_us() + self._offset_us()
        self._wait(round(SETTLE_S * 1e6))
        box.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            box.wait(STOP_S)
        stopped = box.poll() == 0
        self._kill_all()
        self._supply.cut_now()
        self._supply.off(self._rng.getrandbits(32))
        self._bury(box, witness)
        wrong = [] if stopped else [f"the box did not stop in order: {box.poll()}"]
        return wrong + self._check() + list(self._inspect(begin_us))

    def close(self) -> None:
        self._kill_all()
        self._supply.close()

    # -- a life -----------------------------------------------------------------------------------

    def _start(self, aim: Aim) -> tuple[subprocess.Popen[bytes], int]:
        self._supply.on(aim)
        self._book = self._folder / f"notes-{self._lives}"
        argv = [
            sys.executable,
            "-m",
            "firmware.cli.main",
            "run",
            "--sim",
            str(BENCH),
            "--data",
            str(self._data),
        ]
        log = (self._folder / f"log-{self._lives}").open("wb")
        with log:
            box = subprocess.Popen([*argv, "--quiet"], stdout=log, stderr=log, start_new_session=True)
        self._witness = spawn(partial(watch, self._data, self._book))
        return box, os.pidfd_open(self._witness)

    def _offset_us(self) -> int:
        """0 before the box has started. Looks at memory alone: nobody here may wait for the disk."""
        try:
            return read_plan(self._places).offset_us + 1
        except CommandError:
            return 0

    def _note_instant(self) -> None:
        if offset_us := self._offset_us():
            self._cuts_us.append(self._clock.now_us() + offset_us)

    def _kill_all(self) -> None:
        """Every process that was told this box's memory; they may need the disk's end to die."""
        for pid in _told(self._memory):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _bury(self, box: subprocess.Popen[bytes], witness: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._witness, signal.SIGKILL)
        os.waitpid(self._witness, 0)
        os.close(witness)
        until_us = self._clock.now_us() + round(STOP_S * 1e6)
        while list(_told(self._memory)) and self._clock.now_us() < until_us:
            self._kill_all()
            box.poll()
            self._wait(20_000)
        box.wait(STOP_S)
        for left in self._memory.iterdir():
            shutil.rmtree(left)

    def _wait(self, us: int) -> None:
        self._clock.wait_until(self._clock.now_us() + us)

    # -- judging ----------------------------------------------------------------------------------

    def _check(self) -> list[str]:
        told = list(read_notes(self._book)) if self._book.exists() else []
        return self.promises.told(iter(told)) + self.promises.check()

    def _inspect(self, begin_us: int) -> Iterator[str]:
        data = self._folder / "image" / "data"
        with closing(opened_copy(data / "history.db", self._folder / "scratch")) as db:
            yield from inspection.left_undone(db, data, begin_us)
            yield from self._losses(db)

    def _losses(self, db: sqlite3.Connection) -> Iterator[str]:
        """Of what was being taped when the power failed: how much the file ends before that.

        A box whose power fails again while it recovers has not closed it yet: the first failure counts.
        """
        for recording, taped_us, seconds, ended_us in db.execute(
            "SELECT id, taped_us, coalesce(seconds, 0), ended_us FROM recordings"
            " WHERE taped_us IS NOT NULL AND cut = 1"
        ).fetchall():
            cut_us = next((at_us for at_us in self._cuts_us if taped_us < at_us < ended_us), None)
            if cut_us is None:
                continue
            lost_us = cut_us - (taped_us + round(seconds * 1e6))
            self.lost_us.append(max(0, lost_us))
            if lost_us > MOST_LOST_US:
                yield f"recording {recording} lost {lost_us / 1e6:.2f} s at {cut_us}"


def _told(memory: Path) -> Iterator[int]:
    """Processes with this memory in their environment."""
    wanted = f"{MEMORY_VARIABLE}={memory}".encode()
    for place in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if place.name.isdigit() and wanted in (place / "environ").read_bytes().split(b"\0"):
                yield int(place.name)


# -- the witness, a process of its own ------------------------------------------------------------


def watch(data: Path, path: Path) -> int:
    """Writes down what it sees promised, until it is killed."""
    book, clock = NoteBook(path), MonotonicClock()
    places = Places(data)
    witness = _Witness(places, book)
    while True:
        with contextlib.suppress(OSError, ValueError, sqlite3.Error, msgspec.MsgspecError):
            witness.look()
        clock.wait_until(clock.now_us() + LOOK_US)


class _Witness:
    def __init__(self, places: Places, book: NoteBook) -> None:
        self._places, self._book = places, book
        self._readers: dict[int, FrameReader] = {}
        self._epoch = self._looks = 0

    def look(self) -> None:
        self._looks += 1
        self._journal()
        self._life()
        self._history()
        if self._looks % 20 == 5:
            self._order()
        if self._looks % 30 == 10:
            self._configure()

    def _journal(self) -> None:
        path = self._places.run / "durable.mark"
        if not path.exists():
            return
        mark = DurableMark(bytearray(path.read_bytes()[:MARK_BYTES])).read()
        for index, file in JOURNAL.files(self._places.journal).items():
            if index <= mark.journal.index:
                reader = self._readers.setdefault(index, FrameReader(file, JOURNAL))
                self._records(reader, mark.journal.offset if index == mark.journal.index else None)

    def _records(self, reader: FrameReader, until: int | None) -> None:
        for payload in reader.read(until):
            record = journal.decode(payload)
            told = notes.Journalled(record.epoch, record.number, record.at_us, digest(payload))
            self._book.write(told, notes.Durable(record.epoch, record.number))

    def _life(self) -> None:
        status = msgspec.json.decode(self._places.status("switch").read_bytes(), type=dict[str, object])
        epoch = status["epoch"]
        assert isinstance(epoch, int)
        if epoch > self._epoch:
            self._epoch = epoch
            self._book.write(notes.SwitchBegan(epoch))

    def _history(self) -> None:
        """What any reader sees is committed."""
        with closing(sqlite3.connect(f"file:{self._places.history_db}?mode=ro", uri=True)) as db:
            db.execute("BEGIN")
            progress = db.execute("SELECT epoch, number FROM progress").fetchone()
            calls = db.execute(
                "SELECT id, outcome, cause, released_us FROM calls WHERE released_us IS NOT NULL"
            ).fetchall()
            recordings = db.execute("SELECT id, path, sha256 FROM recordings WHERE cut = 1").fetchall()
        if progress:
            rows = tuple(repr(row) for row in (*calls, *recordings))
            self._book.write(notes.HistorySeen(progress[0], progress[1], rows))

    def _order(self) -> None:
        order = AgentOrder(f"{self._epoch}-{self._looks}", "rig", "801", "ready")
        answer = give_order(self._places, order, 3.0, wait_saved=True)
        if answer.verdict is Verdict.SAVED:
            self._book.write(notes.OrderSaved(answer.epoch, answer.number))

    def _configure(self) -> None:
        with ConfigStore(self._places.config_db) as store:
            current = store.current()
            if current is not None:
                version = store.put(current.config, "rig", MonotonicClock.wall_us())
                self._book.write(notes.ConfigSaved(version, digest(store.get(version).json.encode())))
