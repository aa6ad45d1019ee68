"""Recorded inputs decided upon once more: the same code in the same state comes to the same facts and commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from firmware.engine.engine import Engine
from firmware.engine.process.recovery import JOURNAL
from firmware.protocol.facts import AnyFact, CallEnded, EngineStarted, InputPassedOver
from firmware.protocol.journal import Record
from firmware.recorder.segments import NOTHING, read_records
from firmware.recorder.snapshots import SNAPSHOTS, Snapshot, Snapshots

MOST_TOLD = 20
"""After so many differences it is enough."""
KEPT = 500
"""Records between two states to go back to."""


class NoBeginning(LookupError):
    """Neither the journal's first record is there nor a snapshot with records after it."""


class Difference(Struct, frozen=True):
    """One input that led to something else."""

    epoch: int
    number: int
    at_us: int
    input: str
    recorded: str
    """The first fact or command that is not the same; empty: there is one more now."""
    decided: str


class Again(Struct):
    """What came of it."""

    records: int = 0
    """Decided upon again."""
    alike: int = 0
    """Of those, with the same facts and the same commands."""
    ended: int = 0
    """Calls that ended among the records."""
    outcomes: int = 0
    """Of those, how many ended the same way: outcome, cause, by whom."""
    passed_over: int = 0
    """Inputs the box had passed over: their facts are taken as they stand."""
    missing: int = 0
    """Records that nobody has; what comes after is decided upon as if they had not been."""
    differences: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return self.alike == self.records and self.outcomes == self.ended and not self.missing


class _Past:
    """An engine as recorded facts make it, which can be had again after it decided otherwise."""

    def __init__(self, state: bytes | None, box: str, key: bytes) -> None:
        self._box, self._key = box, key
        self._state, self._since = state, list[Record]()
        self.engine = self._restored()

    def _restored(self) -> Engine:
        engine = Engine.restore(self._state, self._since, self._box)
        engine.use_key(self._key)
        return engine

    def keep(self, record: Record) -> None:
        """Decided as recorded."""
        self._since.append(record)
        if len(self._since) >= KEPT:
            self._state = self.engine.snapshot()
            self._since.clear()

    def put_right(self, record: Record) -> None:
        """As recorded, whatever was decided."""
        self._since.append(record)
        self.engine = self._restored()


def decide_again(data: Path, key: bytes = b"") -> Again:
    """From the oldest snapshot that has records after it, or from the first record. Nothing is written.

    `key`: the box's own, which its PINs are sealed with.

    Raises NoBeginning, UnknownSnapshot, OSError.
    """
    box, snapshot, records = _beginning(data)
    past = _Past(snapshot.state if snapshot else None, box, key)
    found = Again()
    for record in records:
        engine = past.engine
        if engine.number and record.epoch == engine.epoch:
            found.missing += max(0, record.number - engine.number - 1)
        if any(isinstance(fact, InputPassedOver) for fact in record.facts):
            found.passed_over += 1
            past.put_right(record)
            continue
        _one(past, record, found)
        if len(found.differences) >= MOST_TOLD:
            break
    return found


def _one(past: _Past, record: Record, found: Again) -> None:
    made = past.engine.take(record.input, record.at_us)
    facts, commands = (made.facts, made.commands) if made is not None else ((), ())
    found.records += 1
    ends, again = list(_ends(record.facts)), list(_ends(facts))
    found.ended += len(ends)
    found.outcomes += sum(one in again for one in ends)
    if (facts, commands) == (record.facts, record.commands):
        found.alike += 1
        past.keep(record)
        return
    pair = _first_unlike((*record.facts, *record.commands), (*facts, *commands))
    found.differences.append(
        Difference(record.epoch, record.number, record.at_us, type(record.input).__name__, *pair)
    )
    past.put_right(record)


def _ends(facts: Iterable[AnyFact]) -> Iterator[CallEnded]:
    return (fact for fact in facts if isinstance(fact, CallEnded))


def _first_unlike(recorded: tuple[object, ...], decided: tuple[object, ...]) -> tuple[str, str]:
    length = max(len(recorded), len(decided))
    for one, other in zip(_padded(recorded, length), _padded(decided, length), strict=True):
        if one != other:
            return repr(one) if one is not None else "", repr(other) if other is not None else ""
    return "", ""


def _padded(parts: tuple[object, ...], length: int) -> tuple[object, ...]:
    return parts + (None,) * (length - len(parts))


def _beginning(data: Path) -> tuple[str, Snapshot | None, Iterator[Record]]:
    """The box's name where there is no snapshot to know it. Raises NoBeginning."""
    first = next(iter(read_records(data / JOURNAL)), None)
    if first is None:
        raise NoBeginning(str(data / JOURNAL))
    if first.number == 1:
        box = next((fact.box for fact in first.facts if isinstance(fact, EngineStarted)), "")
        return box, None, iter(read_records(data / JOURNAL, NOTHING))
    snapshots = Snapshots(data / SNAPSHOTS)
    for number, _ in reversed(snapshots.files()):
        found = snapshots.latest(number)
        if found is not None and (found.epoch, found.number) >= (first.epoch, first.number - 1):
            return "", found, iter(read_records(data / JOURNAL, (found.epoch, found.number)))
    raise NoBeginning(str(data / SNAPSHOTS))
