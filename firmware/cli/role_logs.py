"""What processes said, kept in memory and bounded: the disk may be full, slow or gone."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 1 << 20
_TAIL = 4096


class RoleLog:
    """One role's log, as the guardian sees it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known_bytes = self._bytes()

    def _bytes(self) -> int:
        with suppress(OSError):
            return self._path.stat().st_size
        return 0

    def trim(self) -> None:
        """A log beyond MOST_BYTES keeps its second half. Writers append, so they write on behind it."""
        if self._bytes() <= MOST_BYTES:
            return
        with suppress(OSError):
            kept = self._path.read_bytes()[-MOST_BYTES // 2 :]
            os.truncate(self._path, 0)
            with self._path.open("ab") as log:
                log.write(kept.partition(b"\n")[2])
        self._known_bytes = self._bytes()

    def last_words(self) -> str:
        """The last line, e.g. an error's name and text; empty when nothing was said since it was asked last."""
        known, self._known_bytes = self._known_bytes, self._bytes()
        if self._known_bytes == known:
            return ""
        with suppress(OSError), self._path.open("rb") as log:
            log.seek(max(0, self._known_bytes - _TAIL))
            lines = log.read().decode("utf-8", "replace").split("\n")
            return next((line.strip() for line in reversed(lines) if line.strip()), "")
        return ""
