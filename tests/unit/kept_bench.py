"""A bench for what is kept: calls of known people in journal, reels, history; time that jumps; a whole-disk grep."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import msgspec

from firmware.archive.archive import Archive
from firmware.archive.number_marks import NumberMarks
from firmware.archive.pruning import prune_journal
from firmware.config.schema import Config, DialPlan, Extension, Line, Mailbox, Queue, Site
from firmware.protocol import facts as f
from firmware.protocol import journal, tape
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.names import Presentation
from firmware.protocol.ring import Ring
from firmware.protocol.snapshots import pack
from firmware.recorder.recorder import Recorder, Rotation
from firmware.store.disk import Disk, VirtualDisk
from tests.unit.journal_bench import SECOND_US, blocks, story

SUBJECT, OTHER = "13800138000", "13911122233"
NAME = "Wang Xiaoming"
DAY_US = 86_400 * SECOND_US
AREA = "10"


def config(**site: int) -> Config:
    return Config(
        site=Site(area=AREA, **site),  # type: ignore[arg-type]
        lines=(Line(name="line-1", card="hat", slot=1),),
        extensions=(Extension(number="801", card="hat", slot=5),),
        queues=(Queue(id="sales"), Queue(id="short", retention_days=10), Queue(id="ever", retention_days=0)),
        mailboxes=(Mailbox(id="box", retention_days=30),),
    )


def call_of(number: str, call: int, at_s: int, queue: str = "sales") -> list[tuple[int, tuple[f.Fact, ...]]]:
    """One inbound call of this number, recorded for four seconds."""
    e164 = f"+86{number}" if number else ""
    known = f.CallerKnown(
        call, number, e164, NAME if number == SUBJECT else "Li", Presentation.ALLOWED, "fsk"
    )
    return [(at_us, tuple(_as(fact, known, queue) for fact in facts)) for at_us, facts in story(call, at_s)]


def _as(fact: f.Fact, known: f.CallerKnown, queue: str) -> f.Fact:
    if isinstance(fact, f.CallerKnown):
        return known
    if isinstance(fact, f.RecordingBegan):
        return msgspec.structs.replace(fact, queue=queue)
    return fact


class KeptBox:
    """Engine, switch and clock of a box are this class; recorder and archive are real."""

    def __init__(self, directory: Path, disk: Disk | None = None, durable: bool = False) -> None:
        self.directory, self.disk, self.durable = directory, disk or VirtualDisk(), durable
        self.now_us = 0
        self.number = 0
        self._journal, self._audio = Ring.in_memory(1 << 20), Ring.in_memory(8 << 20)
        self._snapshots = Ring.in_memory(1 << 16)
        self.recorder = Recorder(
            self._journal,
            self._audio,
            directory,
            snapshot_ring=self._snapshots,
            disk=VirtualDisk(),
            rotation=Rotation(reel_bytes=100_000),
        )
        self.archive = self.open()

    def __enter__(self) -> KeptBox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.archive.close()

    def open(self) -> Archive:
        return Archive(self.directory, disk=self.disk, durable=self.durable)

    def reopen(self) -> None:
        self.archive.close()
        self.archive = self.open()

    # -- what happens -----------------------------------------------------------------------------

    def tell(self, *facts: f.Fact) -> None:
        self.number += 1
        record = Record(1, self.number, self.now_us, TimeReached(), facts, ())  # type: ignore[arg-type]
        assert self._journal.put(journal.encode(record))

    def configure(self, **site: int) -> None:
        self.tell(f.ConfigTaken(1, "test", msgspec.json.encode(config(**site)).decode()))

    def call(self, number: str, call: int, queue: str = "sales") -> None:
        """A whole call with its tape, beginning now."""
        at_s = self.now_us // SECOND_US
        for at_us, facts in call_of(number, call, at_s, queue):
            self.now_us = at_us
            self.tell(*facts)
        for block in blocks(call, at_s):
            assert self._audio.put(tape.encode(block))

    def snapshot(self, turn: bool = False) -> None:
        assert self._snapshots.put(pack(b"state", 1, self.number, turn))

    def marks(self, number: str) -> tuple[str, ...]:
        look = NumberMarks(self.archive.history.book.erasure_key, DialPlan(), AREA)
        return tuple(sorted(look.of(number)))

    def erase(self, number: str = SUBJECT, erasure: str = "erasure-1", at_once: bool = False) -> None:
        self.tell(f.ErasureOrdered(erasure, "hu", "request", self.marks(number), at_once))

    def work(self, times: int = 3) -> None:
        """The recorder syncs, the archive follows; the engine's word on what the archive owes comes back."""
        for _ in range(times):
            self.now_us += 2 * SECOND_US
            self.recorder.step(self.now_us)
            self.archive.follow_files(self.recorder.mark.read())
            self.archive.cut(self.now_us)
            self.archive.release_reels()
            self.archive.erase(self.now_us)
            prune_journal(self.directory, self.archive.history.last, self.now_us, VirtualDisk())
            self.archive.complete_erasures(self.now_us)

    def pass_days(self, days: float) -> None:
        self.now_us += round(days * DAY_US)

    def purge(self, early: bool = False) -> tuple[int, int]:
        recordings = calls = 0
        while (purged := self.archive.purge_expired(self.now_us, early)).recordings or purged.calls:
            recordings, calls = recordings + purged.recordings, calls + purged.calls
        return recordings, calls

    # -- looking ----------------------------------------------------------------------------------

    def one(self, statement: str, *parameters: object) -> object:
        row = self.archive.db.execute(statement, parameters).fetchone()
        return row[0] if row else None

    def wavs(self) -> list[str]:
        return sorted(path.stem for path in (self.directory / "recordings").rglob("*.wav"))

    def found_in(self, *words: str) -> list[str]:
        """Files below the data directory with any of these words, as ASCII, UTF-8 or UTF-16."""
        needles = [word.encode(form) for word in words for form in ("utf-8", "utf-16-le", "utf-16-be")]
        return sorted(
            path.relative_to(self.directory).as_posix()
            for path in self.directory.rglob("*")
            if _has(path, needles)
        )


def _has(path: Path, needles: Iterable[bytes]) -> bool:
    if not path.is_file():
        return False
    data = path.read_bytes()
    return any(needle in data for needle in needles)
