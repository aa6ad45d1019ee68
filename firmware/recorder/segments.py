"""The journal on disk: segments of records in the order of their (epoch, number). Reading gives each
record once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.recorder.framed import FileHead, FrameReader, Kind, Torn, decode_head

JOURNAL = Kind("journal", "segment", b"TPRJ")
Number = tuple[int, int]
"""(epoch, number): orders all records of a box."""
NOTHING: Number = (0, -1)
_HEAD_READ = 4096


def first_number(payload: bytes) -> Number:
    """(0, 0) for what is not a record."""
    try:
        record = journal.decode(payload)
    except msgspec.MsgspecError:
        return 0, 0
    return record.epoch, record.number


class JournalReader:
    """Iterate for the records after `after`, whole and once. `last` and `torn` say how far it came and
    what was broken.
    """

    def __init__(self, directory: Path, after: Number = NOTHING) -> None:
        self._directory = directory
        self.last = after
        self.torn: list[Torn] = []
        self.gaps: list[tuple[Number, Number]] = []
        """Between these two of one epoch records are missing."""

    def __iter__(self) -> Iterator[Record]:
        files = list(JOURNAL.files(self._directory).values())
        for path in files[_start(files, self.last) :]:
            reader = FrameReader(path, JOURNAL)
            yield from self._records(reader)
            if (torn := reader.torn()) is not None:
                self.torn.append(torn)

    def _records(self, reader: FrameReader) -> Iterator[Record]:
        for payload in reader.read():
            try:
                number = journal.number_of(payload)
                if number <= self.last:
                    continue
                record = journal.decode(payload)
            except msgspec.MsgspecError as error:
                self.torn.append(Torn(reader.path, reader.offset, f"not a record: {error}"))
                return
            if self.last != NOTHING and self.last[0] == number[0] and number[1] != self.last[1] + 1:
                self.gaps.append((self.last, number))
            self.last = number
            yield record


def read_records(directory: Path, after: Number = NOTHING) -> JournalReader:
    """What `Engine.restore` applies on top of a snapshot taken at `after`."""
    return JournalReader(directory, after)


def _start(files: list[Path], after: Number) -> int:
    """Index of the last file that begins at or before the record after `after`; the newest heads are read first."""
    for index in range(len(files) - 1, -1, -1):
        head = read_head(files[index])
        if head is not None and head.first <= after:
            return index
    return 0


def read_head(path: Path) -> FileHead | None:
    """None when the file's head is torn."""
    with path.open("rb") as file:
        try:
            return decode_head(JOURNAL, file.read(_HEAD_READ))
        except ValueError:
            return None


class SegmentInfo(Struct, frozen=True):
    """All its records come before `until`, the first of the next segment, which was opened at `closed_us`."""

    index: int
    until: Number
    closed_us: int


def droppable(
    segments: Iterable[SegmentInfo], snapshot: Number, archived: Number, now_us: int, keep_us: int
) -> list[int]:
    """Segments nobody needs: older than `keep_us` of box time, covered by a snapshot, applied to history.

    Box time does not jump when wall time is set, so a clock set forward drops nothing early.
    """
    return [
        segment.index
        for segment in segments
        if segment.closed_us <= now_us - keep_us and segment.until <= snapshot and segment.until <= archived
    ]


def survey(directory: Path) -> list[SegmentInfo]:
    """All segments but the newest, from their heads."""
    found = []
    heads = [(index, read_head(path)) for index, path in JOURNAL.files(directory).items()]
    for (index, _), (_, following) in itertools.pairwise(heads):
        if following is not None:
            found.append(SegmentInfo(index, following.first, following.opened_us))
    return found
