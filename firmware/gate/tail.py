"""The newest of the journal as it is put into its ring: looked at, never taken. It may yet be lost with power."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from firmware.protocol import journal
from firmware.protocol.journal import Record
from firmware.protocol.ring import Overtaken, Ring

MOST_RECORDS = 500
"""So many a look: others are served in between."""


class Tail:
    """Begins with what is put from now on."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._position = ring.put_until
        self.unreadable = 0
        """Records of another version's making."""

    def read(self) -> Iterator[Record]:
        """Raises Overtaken when some were missed; what follows is read the next time."""
        for _ in range(MOST_RECORDS):
            try:
                found = self._ring.look(self._position)
            except Overtaken:
                self._position = self._ring.put_until
                raise
            if found is None:
                return
            data, self._position = found
            try:
                record = journal.decode(data)
            except msgspec.MsgspecError:
                self.unreadable += 1
                continue
            yield record
