"""Happenings out of the journal on the disk: in order, behind a position, and never one the box could forget again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.archive.following import Follower
from firmware.protocol import facts as f
from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.mark import Place
from firmware.recorder.segments import JOURNAL, Number, read_head
from firmware.stream.happenings import Happening, Position, Teller

BEGINNING: Position = (0, -1, 9999)
WHOLE_RECORD = 9999
"""Place behind all facts of a record."""
FORMER = 1
"""So many segments before the one in question are read as well: which call a leg is in, which agents a call has."""


class Told(Struct, frozen=True):
    happening: Happening
    at_us: int
    """Box time."""
    is_behind_gap: bool = False
    """Between it and the one before, records are missing."""


class Durable:
    """`mark` says how far the journal lasts, `offset_us` Unix time minus box time. Of one thread."""

    def __init__(self, directory: Path, mark: Callable[[], Place], offset_us: Callable[[], int]) -> None:
        self._directory, self._mark, self._now_offset_us = directory, mark, offset_us
        self.position: Position = BEGINNING
        """All up to it was read."""
        self._begin(0)

    def go_on(self, after: Position) -> None:
        """What follows is behind `after`. Raises OSError."""
        heads = self._heads()
        known = [index for index, first in heads if first <= after[:2]]
        self._begin(_former(heads, known[-1] if known else 0))
        self.position = after
        self._gap = bool(heads) and not known and heads[0][1] != (after[0], after[1] + 1)

    def go_since(self, at_us: int) -> None:
        """What follows happened at box time `at_us` or later. Raises OSError."""
        opened = self._heads(opened=True)
        known = [index for index, first in opened if first[0] <= at_us]
        self._begin(_former(opened, known[-1] if known else 0))
        self.position, self._since_us = BEGINNING, at_us

    def next(self, most: int = 5000) -> Told | None:
        """None: nothing in the next `most` records; `is_at_end` says whether there are more.

        Raises OSError for a journal that cannot be read.
        """
        for _ in range(most):
            if self._ready:
                told = self._ready.pop()
                self.position = told.happening.position
                return told
            if not self._take():
                return None
        self.is_at_end = False
        return None

    # -- parts ----------------------------------------------------------------------------------------

    def _begin(self, index: int) -> None:
        self._follower = Follower(self._directory, JOURNAL)
        self._follower.index = index
        self._payloads: Iterator[bytes] = iter(())
        self._teller, self._offset_us = Teller(), self._now_offset_us()
        self._ready: list[Told] = []
        """Of one record, the first one last."""
        self._last: Number | None = None
        self._gap, self._since_us = False, -(1 << 62)
        self._looked: Place | None = None
        self.is_at_end = False

    def _take(self) -> bool:
        """One record more; False: there is none now."""
        payload = next(self._payloads, None)
        if payload is None:
            mark = self._mark()
            if mark != self._looked:
                self._looked = mark
                self._payloads = self._follower.read(mark)
                payload = next(self._payloads, None)
        if payload is None:
            self.is_at_end = True
            return False
        self.is_at_end = False
        try:
            self._tell(journal.decode(payload))
        except msgspec.MsgspecError:
            self._gap = True
        return True

    def _tell(self, record: Record) -> None:
        number, former = (record.epoch, record.number), self._last
        self._last = number
        self._keep_time(record)
        happenings = list(self._teller.tell(record, self._offset_us))
        behind = self.position
        if number < behind[:2] or record.at_us < self._since_us:
            return
        if former is not None and former[0] == number[0] and number[1] > former[1] + 1:
            self._gap = True
        for one in reversed([one for one in happenings if one.position > behind]):
            self._ready.append(Told(one, record.at_us))
        if not self._ready:
            self.position = max(behind, (*number, WHOLE_RECORD))
        elif self._gap:
            self._ready[-1], self._gap = (
                Told(self._ready[-1].happening, record.at_us, is_behind_gap=True),
                False,
            )

    def _keep_time(self, record: Record) -> None:
        for fact in record.facts:
            if isinstance(fact, f.ClockTaken):
                self._offset_us = fact.offset_us

    def _heads(self, opened: bool = False) -> list[tuple[int, Number]]:
        """Index of each segment and its first record, or (when it was opened, 0)."""
        found = []
        for index, path in JOURNAL.files(self._directory).items():
            try:
                head = read_head(path)
            except FileNotFoundError:
                continue
            if head is not None:
                found.append((index, (head.opened_us, 0) if opened else head.first))
        return found


def _former(heads: list[tuple[int, Number]], index: int) -> int:
    before = [one for one, _ in heads if one < index]
    return before[-FORMER] if len(before) >= FORMER else index
