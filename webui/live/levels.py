"""Each queue's service level of the day so far, as history has it: read now and then by a thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware.config.schema import Config
from firmware.store import queries
from firmware.store.days import queue_levels
from firmware.store.history import StoreError, read_history


class DayLevels:
    """`now` is replaced and never changed."""

    def __init__(self, history_db: Path, config: Callable[[], Config], wall_us: Callable[[], int]) -> None:
        self._history_db, self._config, self._wall_us = history_db, config, wall_us
        self.now: Mapping[str, float] = {}
        """Queue to percent; queues nobody has left today are not in it."""

    def read(self) -> None:
        """Without a history, or one that is busy: what is not known is not told."""
        try:
            self.now = self._read()
        except (StoreError, sqlite3.Error):
            self.now = {}

    def _read(self) -> Mapping[str, float]:
        levels = {one.id: one.service_level_s for one in self._config().queues}
        with closing(read_history(self._history_db)) as db:
            today = datetime.fromtimestamp(self._wall_us() // 1_000_000, ZoneInfo(queries.zone(db))).date()
            return queue_levels(db, today, levels)
