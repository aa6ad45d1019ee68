"""Lets every single file operation of a store fail once, in this process (started with the shim); prints what came.

`python store_worker.py config|archive FOLDER ERRNO STRIDE`; one JSON object: operations, refusals, faults found.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from firmware.archive.archive import Archive
from firmware.config.schema import Config, Site
from firmware.config.versions import ConfigStore, ConfigStoreError
from firmware.protocol import journal, tape
from firmware.protocol.mark import DurableMark
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder, Rotation
from firmware.store.disk import VirtualDisk
from tests.faults.disk.shim import Page
from tests.unit.journal_bench import blocks, records, story

END_US = 100_000_000
BEFORE, AFTER = Config(site=Site(name="before")), Config(site=Site(name="after"))
REFUSALS = (OSError, sqlite3.Error, ConfigStoreError)


class Trial:
    """One attempt with operation `at` failing. `refused`: it said so. `fault`: what is wrong afterwards."""

    def __init__(self, page: Page, at: int, error: int) -> None:
        self.page, self.at, self.error = page, at, error
        self.refused = False
        self.fault = ""
        self.operations = 0

    def attempt(self, work: Callable[[], object]) -> None:
        page = self.page
        before = page["operations"]
        page["error"], page["fail_for"], page["fail_at"] = self.error, 1, before + self.at
        try:
            work()
        except REFUSALS:
            self.refused = True
        finally:
            self.operations = page["operations"] - before
            page.heal()


def config(trial: Trial, folder: Path) -> None:
    """A configuration is put while the disk fails: the old or the new one is there, and the new one if it was said."""
    path = folder / "config.db"
    with ConfigStore(path) as store:
        store.put(BEFORE, "test", 0)

    def put() -> None:
        with ConfigStore(path) as store:
            store.put(AFTER, "test", 1)

    trial.attempt(put)
    with ConfigStore(path) as store:
        found = store.current()
        if found is None or found.config not in (BEFORE, AFTER):
            trial.fault = f"neither the old nor the new configuration: {found}"
        elif not trial.refused and found.config != AFTER:
            trial.fault = "said to be in force and is not"
        if store.put(AFTER, "test", 2) < 2:
            trial.fault = "nothing can be put any more"


def careless(trial: Trial, folder: Path) -> None:
    """Planted: as `config`, by somebody who does not tell that it failed."""
    trial.attempt = lambda work: _hidden(work, Trial.attempt, trial)  # type: ignore[method-assign]
    config(trial, folder)


def _hidden(
    work: Callable[[], object], attempt: Callable[[Trial, Callable[[], object]], None], trial: Trial
) -> None:
    attempt(trial, work)
    trial.refused = False


def archive(trial: Trial, folder: Path) -> None:
    """The archive works on a disk that fails once, begins anew, and has everything in the end."""
    mark = _recorded(folder)

    def work() -> None:
        archive = Archive(folder)
        try:
            _follow(archive, mark)
        except BaseException:
            archive.abandon()
            raise
        archive.close()

    trial.attempt(work)
    archive = Archive(folder)
    _follow(archive, mark)
    files = sorted((folder / "recordings").rglob("*.wav"))
    halves = list((folder / "recordings").rglob("*.part"))
    (calls,) = archive.db.execute("SELECT count(*) FROM calls WHERE outcome = 'answered'").fetchone()
    if not archive.balance().balances or len(files) != 1 or halves or calls != 1:
        trial.fault = f"balance {archive.balance()}, {len(files)} files, {len(halves)} halves, {calls} calls"
    archive.close()


def _recorded(folder: Path) -> DurableMark:
    ring, audio, mark = Ring.in_memory(1 << 18), Ring.in_memory(1 << 19), DurableMark.in_memory()
    recorder = Recorder(
        ring, audio, folder, disk=VirtualDisk(), mark=mark, rotation=Rotation(reel_bytes=30_000)
    )
    for record in records(story(1, talk_s=2)):
        ring.put(journal.encode(record))
    for block in blocks(1, talk_s=2):
        audio.put(tape.encode(block))
    recorder.close(END_US)
    return mark


def _follow(archive: Archive, mark: DurableMark) -> None:
    archive.follow_files(mark.read())
    archive.cut(END_US)
    archive.release_reels()


WORK: dict[str, Callable[[Trial, Path], None]] = {"config": config, "careless": careless, "archive": archive}


def main(what: str, base: Path, error: int, stride: int) -> dict[str, object]:
    page, at, refusals = Page(), 1, 0
    faults: list[str] = []
    while True:
        folder = base / f"{what}-{at}"
        folder.mkdir()
        trial = Trial(page, at, error)
        try:
            WORK[what](trial, folder)
        except REFUSALS as refusal:
            trial.fault = f"not usable afterwards: {refusal!r}"
        faults += [f"operation {at}: {trial.fault}"] if trial.fault else []
        refusals += trial.refused
        shutil.rmtree(folder)
        if trial.operations < at:
            return {"operations": trial.operations, "refusals": refusals, "faults": faults}
        at += stride


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
