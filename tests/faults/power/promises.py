"""What a box promised over all its lives, and whether the disk that a power cut left keeps it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from drivers.dsp.g711 import SILENCE
from firmware.archive.tracks import NotARecording, read_samples, wav_head
from firmware.engine.engine import Engine
from firmware.protocol import journal
from firmware.protocol.tape import TICK_SAMPLES
from firmware.recorder.framed import FrameReader
from firmware.recorder.segments import JOURNAL, read_records
from firmware.recorder.snapshots import Snapshots
from tests.faults.power import notes
from tests.faults.power.history_shadow import Shadow, opened_copy
from tests.faults.power.notes import Note, Number, digest
from tests.faults.power.powered_box import spoken

MOST_LOST_TICKS = 100
"""2 s of audio."""
SOON_US = 2_500_000
RELATIONS = (
    ("legs", "call", "calls", "id"),
    ("talks", "call", "calls", "id"),
    ("holds", "call", "calls", "id"),
    ("queue_visits", "call", "calls", "id"),
    ("flow_visits", "call", "calls", "id"),
    ("agent_offers", "call", "calls", "id"),
    ("recordings", "call", "calls", "id"),
    ("not_recorded", "call", "calls", "id"),
    ("recording_marks", "recording", "recordings", "id"),
    ("ledger_gaps", "recording", "recordings", "id"),
    ("voicemails", "recording", "recordings", "id"),
)


class TapeTold(Struct):
    """What was taped of a recording: ticks `first` … `last` of switch life `epoch` (`last` excluded)."""

    epoch: int
    first: int
    last: int
    stopped_us: int = 1 << 62
    powerless: bool = False
    """The power failed while it ran, or soon after."""


class Promises:
    """Feed it each life's notes, then `check` the image the cut left. Findings are sentences."""

    def __init__(self, image: Path, scratch: Path) -> None:
        self._data, self._scratch = image / "data", scratch
        self._records: dict[Number, str] = {}
        self._journalled: dict[Number, tuple[str, int]] = {}
        self._saved: Number = (0, -1)
        self._oldest: Number = (0, -1)
        self._configs: dict[int, str] = {}
        self._secrets: dict[str, str] = {}
        self._snapshot: Number | None = None
        self._epoch = self._engine_epoch = 0
        self._orders: list[Number] = []
        self.shadow = Shadow()
        self._tapes: dict[str, TapeTold] = {}
        self._running: set[str] = set()
        self._verified: dict[str, tuple[int, int]] = {}
        self._segments: dict[str, list[tuple[Number, str]]] = {}
        self._now_us = self._life_us = self._begun_us = 0
        self.checked: Counter[str] = Counter()
        self.losses: dict[str, int] = {}
        """Ticks of audio lost by power cuts, by recording."""

    @property
    def lived_s(self) -> float:
        """Box time of the last life."""
        return (self._life_us - self._begun_us) / 1e6

    # -- what was said ----------------------------------------------------------------------------

    def told(self, life: Iterator[Note]) -> list[str]:
        """One life's notes; returns what was wrong in them already."""
        wrong: list[str] = []
        for note in life:
            wrong += self._take(note)
        for tape in self._tapes.values():
            tape.powerless |= tape.stopped_us >= self._life_us - SOON_US
            tape.stopped_us = min(tape.stopped_us, 0)
        self._running.clear()
        return wrong

    def _take(self, note: Note) -> list[str]:
        match note:
            case notes.Journalled(epoch, number, at_us, told):
                self._journalled[epoch, number] = (told, at_us)
            case notes.Durable(epoch, number):
                self._now_durable((epoch, number))
            case notes.OrderSaved(epoch, number):
                self._orders.append((epoch, number))
            case notes.Statements():
                self.shadow.tell(note)
            case notes.Committed():
                self.shadow.committed()
            case notes.ConfigSaved(version, told):
                self._configs[version] = told
            case notes.SnapshotSaved(epoch, number):
                self._snapshot = (epoch, number)
            case notes.SecretMade(name, told):
                if self._secrets.setdefault(name, told) != told:
                    return [f"the box's key {name} is another one"]
            case notes.Pruned(epoch, number):
                self._oldest = (epoch, number)
            case notes.Began() | notes.SwitchBegan():
                return self._begun(note)
            case notes.Taped() | notes.TapeStopped() | notes.Reached():
                self._taped(note)
            case notes.Found(wrong):
                self.checked["inspections"] += 1
                return list(wrong)
            case notes.Died(trace):
                return [f"the box died: {trace}"]
        return []

    def _now_durable(self, upto: Number) -> None:
        for number, (told, at_us) in self._journalled.items():
            if number <= upto:
                self._records[number] = told
                self._now_us = max(self._now_us, at_us)
        self._journalled = {number: one for number, one in self._journalled.items() if number > upto}
        self._saved = upto

    def _begun(self, note: notes.Began | notes.SwitchBegan) -> list[str]:
        if isinstance(note, notes.SwitchBegan):
            former, self._epoch = self._epoch, max(self._epoch, note.epoch)
            for recording in self._running:
                self._tapes[recording].stopped_us = self._life_us
            self._running.clear()
            return [f"switch life {note.epoch} begins after life {former}"] if note.epoch <= former else []
        wrong = []
        self._begun_us = self._life_us = note.at_us
        if note.at_us < self._now_us:
            wrong.append(f"box time went back from {self._now_us} to {note.at_us}")
        if note.engine_epoch <= self._engine_epoch:
            wrong.append(f"engine life {note.engine_epoch} begins after life {self._engine_epoch}")
        return wrong

    def _taped(self, note: notes.Taped | notes.TapeStopped | notes.Reached) -> None:
        if isinstance(note, notes.Taped):
            self._tapes[note.recording] = TapeTold(note.epoch, note.tick, note.tick)
            self._running.add(note.recording)
        elif isinstance(note, notes.TapeStopped):
            self._running.discard(note.recording)
            if note.recording in self._tapes:
                self._tapes[note.recording].last = note.tick
                self._tapes[note.recording].stopped_us = self._life_us
        else:
            self._life_us = note.at_us
            for recording in self._running:
                self._tapes[recording].last = max(self._tapes[recording].first, note.tick)

    # -- what is there ----------------------------------------------------------------------------

    def check(self) -> list[str]:
        """The instant after the cut, before the box starts again."""
        last, wrong = self._check_journal()
        wrong += self._check_epochs()
        wrong += self._check_snapshots(last)
        wrong += self._check_configs()
        wrong += self._check_secrets()
        return wrong + self._check_history(last)

    def _check_journal(self) -> tuple[Number, list[str]]:
        found: dict[Number, str] = {}
        directory = self._data / "journal"
        for path in JOURNAL.files(directory).values() if directory.is_dir() else ():
            found.update(self._segment(path))
        last = max(found, default=(0, -1))
        promised = {number: told for number, told in self._records.items() if number >= self._oldest}
        self.checked["journal records"] += len(promised)
        self.checked["orders"] += len(self._orders)
        lost = [number for number, told in promised.items() if found.get(number) != told]
        wrong = [f"{len(lost)} durable records lost or changed, first {min(lost)}"] if lost else []
        if self._saved > last:
            wrong.append(f"records were saved up to {self._saved}, the journal ends at {last}")
        wrong += [
            f"order {number} was answered saved and is gone" for number in self._orders if number > last
        ]
        gaps = [number for number, after in _pairs(sorted(found)) if _gap(number, after)]
        wrong += [f"the journal has a hole after {number}" for number in gaps]
        self._records.update({number: told for number, told in found.items() if number not in self._records})
        self._journalled.clear()
        self._saved = last
        self._engine_epoch = max(self._engine_epoch, last[0])
        return last, wrong

    def _segment(self, path: Path) -> list[tuple[Number, str]]:
        """Its whole records; read anew only when the file changed."""
        key = f"{path.name}:{path.stat().st_mtime_ns}"
        if key not in self._segments:
            found = []
            for payload in FrameReader(path, JOURNAL).read():
                record = journal.decode(payload)
                found.append(((record.epoch, record.number), digest(payload)))
                self._now_us = max(self._now_us, record.at_us)
            self._segments[key] = found
        return self._segments[key]

    def _check_epochs(self) -> list[str]:
        try:
            epoch = int((self._data / "switch.epoch").read_text("ascii"))
        except (OSError, ValueError) as error:
            return [f"the switch's life {self._epoch} is forgotten: {error}"] if self._epoch else []
        self.checked["switch lives"] += 1
        return [f"the switch's life is {epoch}, not {self._epoch}"] if epoch < self._epoch else []

    def _check_snapshots(self, last: Number) -> list[str]:
        found = Snapshots(self._data / "snapshots").latest()
        if found is None:
            return [f"the snapshot of {self._snapshot} is gone"] if self._snapshot else []
        self.checked["snapshots"] += 1
        number = (found.epoch, found.number)
        wrong = []
        if self._snapshot and number < self._snapshot:
            wrong.append(f"the newest snapshot is of {number}, not of {self._snapshot}")
        if number > last:
            wrong.append(f"the snapshot of {number} is ahead of the journal, which ends at {last}")
        if self._oldest == (0, -1):
            told = Engine.restore(None, iter(read_records(self._data / "journal"))).snapshot()
            after = Engine.restore(found.state, iter(read_records(self._data / "journal", number))).snapshot()
            if told != after:
                wrong.append(f"snapshot {number} and what followed give another state than the whole journal")
        return wrong

    def _check_configs(self) -> list[str]:
        path = self._data / "config.db"
        if not path.exists():
            return ["config.db is gone"] if self._configs else []
        with closing(opened_copy(path, self._scratch)) as db:
            wrong = _intact(db, "config.db")
            there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'versions'").fetchone()
            found = dict(db.execute("SELECT version, json FROM versions").fetchall()) if there else {}
        self.checked["configurations"] += len(self._configs)
        for version, text in found.items():
            try:
                msgspec.json.decode(text)
            except msgspec.MsgspecError as error:
                wrong.append(f"configuration {version} is half there: {error}")
        told = {version: digest(text.encode()) for version, text in found.items()}
        wrong += [
            f"configuration {version} is lost or another"
            for version, one in self._configs.items()
            if told.get(version) != one
        ]
        self._configs.update(told)
        return wrong

    def _check_secrets(self) -> list[str]:
        wrong = []
        for name, told in self._secrets.items():
            path = self._data / "secrets" / name
            self.checked["keys"] += 1
            if not path.exists() or digest(path.read_bytes()) != told:
                wrong.append(f"the box's key {name} is lost")
        return wrong

    def _check_history(self, last: Number) -> list[str]:
        path = self._data / "history.db"
        if not path.exists():
            return ["history.db is gone"] if self.shadow.transactions else []
        with closing(opened_copy(path, self._scratch)) as db:
            wrong = _intact(db, "history.db") + self.shadow.differs(db)
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'progress'").fetchone():
                return wrong
            self.checked["transactions"] += self.shadow.transactions
            progress = db.execute("SELECT epoch, number FROM progress").fetchone()
            if progress and tuple(progress) > last:
                wrong.append(f"history is at {tuple(progress)}, ahead of the journal, which ends at {last}")
            wrong += _unrelated(db)
            for row in db.execute("SELECT * FROM journal_gaps").fetchall():
                wrong.append(f"history met a hole in the journal: {row}")
            return wrong + self._check_recordings(db)

    def _check_recordings(self, db: sqlite3.Connection) -> list[str]:
        wrong: list[str] = []
        gaps: dict[str, list[tuple[int, int]]] = {}
        for recording, start, end in db.execute("SELECT recording, from_tick, to_tick FROM ledger_gaps"):
            gaps.setdefault(recording, []).append((start, end))
        for recording, path, sha256, first, why in db.execute(
            "SELECT id, path, sha256, audio_from_tick, coalesce(why, '') FROM recordings WHERE cut = 1"
        ).fetchall():
            self.checked["recordings"] += 1
            if path:
                wrong += self._check_file(recording, path, sha256, first, gaps.get(recording, []))
            elif why != "too-short":
                wrong += self._lost(recording, 0, 0)
        return wrong

    def _check_file(
        self, recording: str, path: str, sha256: str, first: int, gaps: list[tuple[int, int]]
    ) -> list[str]:
        file = self._data / path
        if not file.exists():
            return [f"recording {recording} has a row and no file"]
        state = (file.stat().st_mtime_ns, file.stat().st_size)
        if self._verified.get(recording) == state:
            return []
        try:
            samples = read_samples(file)
        except NotARecording as error:
            return [f"recording {recording}: {error}"]
        self._verified[recording] = state
        if hashlib.sha256(samples.tobytes()).hexdigest() != sha256:
            return [f"recording {recording} is another than its row says"]
        count = len(samples) // TICK_SAMPLES
        return self._foreign(recording, file, first, gaps) + self._lost(recording, first, count)

    def _foreign(self, recording: str, file: Path, first: int, gaps: list[tuple[int, int]]) -> list[str]:
        """Every tick is the one that was taped there, or silence that the ledger states."""
        told = self._tapes.get(recording)
        if told is None:
            return [f"recording {recording} was never taped"]
        data = np.frombuffer(file.read_bytes(), np.uint8)[len(wav_head(0)) :]
        ticks = data.reshape(-1, TICK_SAMPLES, 2)
        for place, tick in enumerate(ticks):
            number = first + place
            if any(start <= number < end for start, end in gaps) and (tick == SILENCE["alaw"]).all():
                continue
            meant = np.frombuffer(spoken(recording, told.epoch, number), np.uint8).reshape(2, TICK_SAMPLES).T
            if not np.array_equal(meant, tick):
                return [f"recording {recording} holds another sound at tick {number}"]
        return []

    def _lost(self, recording: str, first: int, count: int) -> list[str]:
        """Audio that was taped and is not in the file."""
        told = self._tapes.get(recording)
        if told is None:
            return []
        end = first + count if count else told.first
        lost = max(0, told.last - max(end, told.first)) + max(0, first - told.first if count else 0)
        if lost:
            self.losses[recording] = lost
        if lost > MOST_LOST_TICKS or (lost and not told.powerless):
            return [f"recording {recording} lost {lost / 50:.2f} s of {(told.last - told.first) / 50:.2f} s"]
        return []


def _pairs(numbers: list[Number]) -> Iterator[tuple[Number, Number]]:
    return zip(numbers, numbers[1:], strict=False)


def _gap(number: Number, after: Number) -> bool:
    return number[0] == after[0] and after[1] != number[1] + 1


def _intact(db: sqlite3.Connection, name: str) -> list[str]:
    try:
        said = [row[0] for row in db.execute("PRAGMA integrity_check").fetchall()]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    return [] if said == ["ok"] else [f"{name} is damaged: {said[:3]}"]


def _unrelated(db: sqlite3.Connection) -> list[str]:
    wrong = []
    for table, column, parent, key in RELATIONS:
        (count,) = db.execute(
            f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT {key} FROM {parent})"
        ).fetchone()
        if count:
            wrong.append(f"{count} rows of {table} belong to no row of {parent}")
    return wrong
