"""A lane: one ring and the chain of files it is written to. Nothing leaves the ring before it is synced."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from firmware.protocol.mark import Place
from firmware.protocol.ring import Ring
from firmware.recorder.framed import HEAD_BYTES, FileHead, FrameWriter, Kind
from firmware.store.disk import Disk

STEP_BYTES = 8 << 20
RETRY_US = 1_000_000


class Chain(Struct, frozen=True):
    """Where a lane's files go and when the next one begins; `first_of` reads the first payload's ordering
    number.
    """

    kind: Kind
    directory: Path
    box: str
    first_of: Callable[[bytes], tuple[int, int]]
    rotate_bytes: int
    rotate_us: int


class Lane:
    """Errors of the disk never leave it: the file is abandoned, the ring keeps all, a new file is begun
    after a second.
    """

    def __init__(self, ring: Ring, chain: Chain, disk: Disk) -> None:
        self.ring = ring
        self._chain, self._disk = chain, disk
        self._writer: FrameWriter | None = None
        self._retry_us: int | None = None
        self._settled = self._turn = False
        self.durable = Place()
        self.complete_us = self._emptied_us = 0
        """Box time: all that was put into the ring before is durable; and written."""
        self.failures = 0
        self.error: OSError | None = None
        """Of the attempt that failed last; None since one succeeded."""
        self.failing_since_us: int | None = None
        self.fullest = 0.0
        """The most of the ring that was filled, 0..1."""

    def write(self, at_us: int) -> int:
        """Appends what waits in the ring; returns the number of records."""
        if self._waits(at_us):
            return 0
        self.fullest = max(self.fullest, self.ring.fill)
        payloads = self.ring.peek(STEP_BYTES)
        emptied = not self.ring.waiting
        if not payloads:
            self._emptied_us = at_us
            return 0
        try:
            self._writer_for(payloads[0], at_us).append(payloads)
        except OSError as error:
            self._abandon(error, at_us)
            return 0
        if emptied:
            self._emptied_us = at_us
        return len(payloads)

    def sync(self, at_us: int) -> bool:
        """What was written is durable and out of the ring. False when the disk failed; the ring still has
        it then.
        """
        if self._waits(at_us):
            return False
        try:
            if not self._settled:
                self._settle()
            if self._writer is not None:
                self._sync(self._writer)
        except OSError as error:
            self._abandon(error, at_us)
            return False
        self.fullest = max(self.fullest, self.ring.fill)
        self.ring.release()
        self.complete_us = self._emptied_us
        self._retry_us = self.error = self.failing_since_us = None
        return True

    def try_at_once(self) -> None:
        """What stood in the way is gone: no waiting after the last error."""
        self._retry_us = None

    def turn(self) -> None:
        """The next record begins a new file."""
        self._turn = True

    def turn_idle(self, at_us: int) -> None:
        """An old file nobody adds to is followed by an empty one, so that what it holds can be let go."""
        writer = self._writer
        idle = writer is not None and not self.ring.used and writer.size > HEAD_BYTES
        if writer is None or not idle or self._waits(at_us) or not self._full(writer, at_us):
            return
        try:
            self._begin((0, 0), at_us)
        except OSError as error:
            self._abandon(error, at_us)

    def close(self, at_us: int) -> None:
        """Once more, whatever failed before. What still cannot be written stays in the ring."""
        self.try_at_once()
        while self.write(at_us):
            pass
        self.sync(at_us)
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._disk.close(self._writer_gone())

    def _waits(self, at_us: int) -> bool:
        """After an error the disk is left alone for a moment."""
        return self._retry_us is not None and at_us < self._retry_us

    def _sync(self, writer: FrameWriter) -> None:
        writer.sync()
        self.durable = Place(writer.head.index, writer.size)

    def _settle(self) -> None:
        """What a former recorder wrote, or only named, and did not live to sync."""
        self._disk.make_directory(self._chain.directory)
        files = self._chain.kind.files(self._chain.directory)
        own = self._writer.head.index if self._writer else -1
        for index, path in list(files.items())[-2:]:
            if index != own:
                self._sync_file(path)
                self.durable = max(self.durable, Place(index, path.stat().st_size))
        self._disk.sync_directory(self._chain.directory)
        self._settled = True

    def _sync_file(self, path: Path) -> None:
        handle = self._disk.open(path)
        try:
            self._disk.sync(handle)
        finally:
            self._disk.close(handle)

    def _writer_for(self, payload: bytes, at_us: int) -> FrameWriter:
        writer = self._writer
        if writer is not None and not self._full(writer, at_us) and not self._turn:
            return writer
        return self._begin(self._chain.first_of(payload), at_us)

    def _begin(self, first: tuple[int, int], at_us: int) -> FrameWriter:
        """The next file; the one before it is synced and closed. Raises OSError."""
        writer = self._writer
        if writer is not None:
            self._sync(writer)
            self._disk.close(self._writer_gone())
        chain = self._chain
        self._disk.make_directory(chain.directory)
        index = max(chain.kind.files(chain.directory), default=0) + 1
        head = FileHead(index, at_us, first, chain.box)
        self._writer = FrameWriter(self._disk, chain.directory, chain.kind, head)
        self._turn = False
        return self._writer

    def _full(self, writer: FrameWriter, at_us: int) -> bool:
        return (
            writer.size >= self._chain.rotate_bytes or at_us - writer.head.opened_us >= self._chain.rotate_us
        )

    def _writer_gone(self) -> int:
        assert self._writer is not None
        handle, self._writer = self._writer.handle, None
        return handle

    def _abandon(self, error: OSError, at_us: int) -> None:
        self.failures += 1
        self.error = error
        self.failing_since_us = at_us if self.failing_since_us is None else self.failing_since_us
        self._retry_us = at_us + RETRY_US
        self.ring.rewind()
        self._emptied_us = self.complete_us
        if self._writer is None:
            return
        index, path = self._writer.head.index, self._writer.path
        with contextlib.suppress(OSError):
            self._disk.close(self._writer_gone())
        if index > self.durable.index:
            with contextlib.suppress(OSError):
                self._disk.remove(path)
