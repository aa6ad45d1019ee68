"""The ledger of promised facts, kept outside the disk under test: what a box said was saved, as it said it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

Number = tuple[int, int]


class Began(Struct, frozen=True, tag=True):
    """A box started: at this box time, with this life of its switch and of its engine."""

    at_us: int
    switch_epoch: int
    engine_epoch: int


class SwitchBegan(Struct, frozen=True, tag=True):
    """The switch was started anew; this life's number was given out."""

    epoch: int


class Journalled(Struct, frozen=True, tag=True):
    """A record went into the journal ring."""

    epoch: int
    number: int
    at_us: int
    digest: str


class Durable(Struct, frozen=True, tag=True):
    """The recorder let this record, and all before it, out of the ring: they are saved."""

    epoch: int
    number: int


class OrderSaved(Struct, frozen=True, tag=True):
    """Somebody was answered "saved"; his order is this record."""

    epoch: int
    number: int


class Statements(Struct, frozen=True, tag=True):
    """What history.db was told since the last of these; the last one ends a transaction or stands alone."""

    told: tuple[str, ...]


class Committed(Struct, frozen=True, tag=True):
    """The database returned from the last statement told."""


class HistorySeen(Struct, frozen=True, tag=True):
    """A reader saw history as far as this record, and these rows of calls that are over and recordings that are cut."""

    epoch: int
    number: int
    rows: tuple[str, ...]


class ConfigSaved(Struct, frozen=True, tag=True):
    version: int
    digest: str


class SnapshotSaved(Struct, frozen=True, tag=True):
    epoch: int
    number: int


class SecretMade(Struct, frozen=True, tag=True):
    name: str
    digest: str


class Taped(Struct, frozen=True, tag=True):
    """The switch tapes a recording from this tick of its life on."""

    recording: str
    epoch: int
    tick: int


class TapeStopped(Struct, frozen=True, tag=True):
    recording: str
    tick: int


class Reached(Struct, frozen=True, tag=True):
    """The box lives: all ticks before `tick` of switch life `epoch` are in the audio ring."""

    at_us: int
    epoch: int
    tick: int


class Pruned(Struct, frozen=True, tag=True):
    """Journal records before this one may be gone from now on."""

    epoch: int
    number: int


class LetGo(Struct, frozen=True, tag=True):
    """The file of this recording may be gone from now on: erased, or past its time."""

    recording: str


class ErasureSaved(Struct, frozen=True, tag=True):
    """Somebody was told that his number will be erased: what is known of it at `at_us` has to go."""

    number: str
    at_us: int


class Found(Struct, frozen=True, tag=True):
    """The box looked at itself after its recovery: what is not as it should be."""

    wrong: tuple[str, ...]


class Died(Struct, frozen=True, tag=True):
    """An error nobody expected."""

    trace: str


Note = (
    Began
    | SwitchBegan
    | Journalled
    | Durable
    | OrderSaved
    | Statements
    | Committed
    | HistorySeen
    | ConfigSaved
    | SnapshotSaved
    | SecretMade
    | Taped
    | TapeStopped
    | Reached
    | Pruned
    | LetGo
    | ErasureSaved
    | Found
    | Died
)

_DECODER = msgspec.json.Decoder(Note)


class NoteBook:
    """Each note is out of the process when `write` returns; its death takes none back."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, *notes: Note) -> None:
        os.write(self._handle, b"".join(msgspec.json.encode(note) + b"\n" for note in notes))


def read_notes(path: Path) -> Iterator[Note]:
    """A last line that is cut short was never said."""
    data = path.read_bytes()
    for line in data[: data.rfind(b"\n") + 1].splitlines():
        yield _DECODER.decode(line)


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def together(parts: Iterable[str]) -> str:
    return digest("\n".join(parts).encode())
