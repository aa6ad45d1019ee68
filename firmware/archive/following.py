"""Following a chain of files up to the durable mark, across the files' ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from firmware.protocol.mark import Place
from firmware.recorder.framed import FrameReader, Kind, Torn

EVERYTHING = Place(1 << 62, 0)
"""The mark of a chain nobody writes to any more."""


class Follower:
    """Yields each record of the chain once, and never one beyond the mark."""

    def __init__(self, directory: Path, kind: Kind) -> None:
        self._directory, self._kind = directory, kind
        self._reader: FrameReader | None = None
        self.index = 0
        """The file that is being read; all before it are read to their end."""
        self.torn: list[Torn] = []

    def read(self, mark: Place) -> Iterator[bytes]:
        for index, path in self._kind.files(self._directory).items():
            if index < self.index or index > mark.index:
                continue
            if index > self.index or self._reader is None:
                self.index, self._reader = index, FrameReader(path, self._kind)
            yield from self._reader.read(mark.offset if index == mark.index else None)
            torn = self._reader.torn()
            if torn is not None and index < mark.index and torn not in self.torn:
                self.torn.append(torn)

    def waiting(self, mark: Place, most: int) -> int:
        """Records up to the mark that were not read yet, counted up to `most`. Raises OSError."""
        count = 0
        for index, path in self._kind.files(self._directory).items():
            if index < self.index or index > mark.index:
                continue
            offset = self._reader.offset if self._reader is not None and index == self.index else 0
            for _ in FrameReader(path, self._kind, offset).read(mark.offset if index == mark.index else None):
                count += 1
                if count >= most:
                    return count
        return count
