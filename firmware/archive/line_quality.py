"""Takes the minutes the switch has measured of its lines and keeps them for days, each card in a ring of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from firmware.protocol.meters import (
    MINUTE_US,
    CardPorts,
    Meters,
    PortClass,
    Rows,
    meters_path,
    read_meters,
    read_minutes,
)
from firmware.protocol.places import Places
from firmware.store.line_quality import FOLDER, QualityFile, quality_path

LOOK_US = 10_000_000
RETRY_US = 60_000_000
MOST_FILES = 64
"""Of cards that are, and of those that were: the longest unused go."""
COPPER = (PortClass.FXO, PortClass.FXS)
"""Cards with none of these have no line to watch."""


class LineKeeper:
    """`step` now and then; an error of the disk loses minutes and nothing else."""

    def __init__(self, places: Places, wall_us: Callable[[], int]) -> None:
        self._places, self._wall_us = places, wall_us
        self._path = meters_path(places)
        self._files: dict[CardPorts, QualityFile] = {}
        self._after = -1
        self._due_us = 0
        self.failures = 0
        """Errors of the disk survived."""

    def step(self, now_us: int) -> None:
        if now_us < self._due_us:
            return
        self._due_us = now_us + LOOK_US
        try:
            self._keep(now_us)
        except OSError:
            self.failures += 1
            self._due_us = now_us + RETRY_US
            self.close()

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _keep(self, now_us: int) -> None:
        told = read_meters(self._path)
        if told is None:
            return
        offset_us = self._wall_us() - now_us
        for minute, cards, rows in read_minutes(self._path, self._after):
            if cards == told.cards:
                self._put((minute * MINUTE_US + offset_us) // MINUTE_US, told, rows)
            self._after = minute

    def _put(self, minute: int, told: Meters, rows: Rows) -> None:
        first = 0
        for card in told.cards:
            part = slice(first, first + card.ports)
            if np.isin(told.rows["kind"][part], COPPER).any():
                self._file(card).put(minute, rows[part])
            first += card.ports

    def _file(self, card: CardPorts) -> QualityFile:
        if card not in self._files:
            folder = self._places.root / FOLDER
            folder.mkdir(mode=0o700, exist_ok=True)
            self._files[card] = QualityFile(quality_path(self._places.root, card.name), card.ports)
            _drop_oldest(folder)
        return self._files[card]


def _drop_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.ring"), key=lambda one: one.stat().st_mtime_ns)
    for one in files[:-MOST_FILES]:
        one.unlink(missing_ok=True)
