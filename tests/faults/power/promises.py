"""What a box promised over all its lives, and whether the disk that a power cut left keeps it."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from firmware.archive.tracks import NotARecording, read_samples
from firmware.engine.engine import Engine
from firmware.protocol import journal
from firmware.recorder.framed import FrameReader
from firmware.recorder.segments import JOURNAL, read_records
from firmware.recorder.snapshots import Snapshots
from firmware.store.migrations import STEPS
from tests.faults.power import notes
from tests.faults.power.audio_truth import AudioTruth
from tests.faults.power.history_shadow import Shadow, opened_copy
from tests.faults.power.notes import Note, Number, digest

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


class Promises:
    """Feed it each life's notes, then `check` the image the cut left. Findings are sentences."""

    def __init__(self, image: Path, scratch: Path, *, overheard: bool = True) -> None:
        """`overheard`: the notes have every transaction and every tick; else what a witness saw."""
        self._overheard = overheard
        self._seen: notes.HistorySeen | None = None
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
        self.audio = AudioTruth(self._data)
        self._erasures: list[notes.ErasureSaved] = []
        self._former_erasures: list[notes.ErasureSaved] = []
        self._due_erasures: list[notes.ErasureSaved] = []
        self._times: dict[Number, int] = {}
        self._segments: dict[str, list[tuple[Number, str]]] = {}
        self._now_us = self._life_us = self._begun_us = 0
        self.checked: Counter[str] = Counter()

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
        self.audio.power_failed()
        return wrong

    def _take(self, note: Note) -> list[str]:
        """Writes a promise down; what is wrong already."""
        match note:
            case notes.Began() | notes.SwitchBegan():
                return self._begun(note)
            case notes.SecretMade(name, told):
                another = self._secrets.setdefault(name, told) != told
                return [f"the box's key {name} is another one"] if another else []
            case notes.Found(wrong):
                self.checked["inspections"] += 1
                self._due_erasures = self._former_erasures
                return list(wrong)
            case notes.Died(trace):
                return [f"the box died: {trace}"]
            case _:
                self._promised(note)
        return []

    def _promised(self, note: Note) -> None:
        match note:
            case notes.Taped() | notes.TapeStopped() | notes.Reached():
                self._lived(note)
            case notes.Statements():
                self.shadow.tell(note)
            case notes.Committed():
                self.shadow.committed()
            case notes.Journalled(epoch, number, at_us, told):
                self._journalled[epoch, number] = (told, at_us)
            case _:
                self._numbered(note)

    def _numbered(self, note: Note) -> None:
        match note:
            case notes.Durable(epoch, number):
                self._now_durable((epoch, number))
            case notes.OrderSaved(epoch, number):
                self._orders.append((epoch, number))
            case notes.SnapshotSaved(epoch, number):
                self._snapshot = (epoch, number)
            case notes.ErasureSaved():
                self._erasures.append(note)
            case notes.Pruned(epoch, number):
                self._oldest = max(self._oldest, (epoch, number))
            case notes.LetGo(recording):
                self.audio.let_go(recording)
            case notes.ConfigSaved(version, told):
                self._configs[version] = told
            case notes.HistorySeen():
                self._seen = note

    def _lived(self, note: notes.Taped | notes.TapeStopped | notes.Reached) -> None:
        self.audio.told(note)
        if isinstance(note, notes.Reached):
            self._life_us = note.at_us

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
            self.audio.switch_began()
            return [f"switch life {note.epoch} begins after life {former}"] if note.epoch <= former else []
        wrong = []
        self._begun_us = self._life_us = note.at_us
        self._former_erasures = list(self._erasures)
        if note.at_us < self._now_us:
            wrong.append(f"box time went back from {self._now_us} to {note.at_us}")
        if note.engine_epoch <= self._engine_epoch:
            wrong.append(f"engine life {note.engine_epoch} begins after life {self._engine_epoch}")
        return wrong

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
        gaps = [
            one
            for one, after in itertools.pairwise(sorted(found))
            if after > self._oldest and _gap(one, after)
        ]
        back = [
            after for one, after in itertools.pairwise(sorted(found)) if self._times[after] < self._times[one]
        ]
        wrong += [f"box time goes back at record {number}" for number in back]
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
                self._times[record.epoch, record.number] = record.at_us
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
        if number[1] + 1 < self._oldest[1]:
            wrong.append(f"records before {self._oldest} were let go, the newest snapshot is of {number}")
        if number > last:
            wrong.append(f"the snapshot of {number} is ahead of the journal, which ends at {last}")
        if self._oldest == (0, -1) and not wrong and not self._states_agree(found.state, number):
            wrong.append(f"snapshot {number} and what followed give another state than the whole journal")
        return wrong

    def _states_agree(self, state: bytes, number: Number) -> bool:
        journal_files = self._data / "journal"
        try:
            whole = Engine.restore(None, iter(read_records(journal_files)))
            after = Engine.restore(state, iter(read_records(journal_files, number)))
        except LookupError:
            return False  # records are missing in between
        return whole.snapshot() == after.snapshot()

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
            wrong = _intact(db, "history.db")
            wrong += self.shadow.differs(db) if self._overheard else self._seen_there(db)
            if not _migrated(db):
                return wrong
            self.checked["transactions"] += self.shadow.transactions
            progress = db.execute("SELECT epoch, number FROM progress").fetchone()
            if progress and tuple(progress) > last:
                wrong.append(f"history is at {tuple(progress)}, ahead of the journal, which ends at {last}")
            wrong += _unrelated(db)
            for row in db.execute("SELECT * FROM journal_gaps").fetchall():
                wrong.append(f"history met a hole in the journal: {row}")
            wrong += self._still_known(db)
            return wrong + (self.audio.check(db) if self._overheard else _files_whole(db, self._data))

    def _still_known(self, db: sqlite3.Connection) -> list[str]:
        """Of erasures that were saved before the last life, which lived long enough to carry them out."""
        self.checked["erasures"] += len(self._due_erasures)
        wrong = []
        for one in self._due_erasures:
            calls = db.execute(
                "SELECT c.id, count(r.id) FROM calls c LEFT JOIN recordings r ON r.call = c.id AND r.path <> ''"
                " WHERE c.from_number = ? AND c.released_us < ? GROUP BY c.id",
                (one.number, one.at_us),
            ).fetchall()
            wrong += [f"{one.number} was erased at {one.at_us} and is known of call {call}" for call in calls]
        return wrong

    def _seen_there(self, db: sqlite3.Connection) -> list[str]:
        seen = self._seen
        if seen is None:
            return []
        found = db.execute("SELECT epoch, number FROM progress").fetchone() or (0, -1)
        calls = db.execute("SELECT id, outcome, cause, released_us FROM calls").fetchall()
        recordings = db.execute("SELECT id, path, sha256 FROM recordings WHERE cut = 1").fetchall()
        rows = {repr(row) for row in (*calls, *recordings)}
        self.checked["rows seen"] += len(seen.rows)
        wrong = [f"a row that was seen is lost: {row}" for row in seen.rows if row not in rows]
        if tuple(found) < (seen.epoch, seen.number):
            wrong.append(f"history was seen at {(seen.epoch, seen.number)} and is at {tuple(found)}")
        return wrong


def _files_whole(db: sqlite3.Connection, data: Path) -> list[str]:
    """Every recording that has a row has its file, with the samples the row tells of."""
    wrong = []
    for recording, path, sha256 in db.execute(
        "SELECT id, path, sha256 FROM recordings WHERE path <> ''"
    ).fetchall():
        try:
            samples = read_samples(data / path)
        except (OSError, NotARecording) as error:
            wrong.append(f"recording {recording}: {error}")
            continue
        if hashlib.sha256(samples.tobytes()).hexdigest() != sha256:
            wrong.append(f"recording {recording} is another than its row says")
    return wrong


def _gap(number: Number, after: Number) -> bool:
    return number[0] == after[0] and after[1] != number[1] + 1


def _migrated(db: sqlite3.Connection) -> bool:
    """False where the power failed while the tables were made; they are empty then."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
        return False
    return {name for (name,) in db.execute("SELECT name FROM _sqlite_migrations")} >= set(STEPS)


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
