"""The number of each life of the switch: tapes and events of different lives must never be taken for one."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from firmware.protocol.places import Places
from firmware.protocol.ring import NotARing, shared_memory

NAME = "switch.epoch"
STEP_US = 250_000
"""No switch lives so shortly. 2**32 steps, what a tape block holds, are 34 years."""
PATIENCE_S = 0.5
_WORD = struct.Struct("<Q")
_TICK = struct.Struct("<QQq")


class LastTick(NamedTuple):
    """The last tick of a life of the switch, and its box time."""

    epoch: int
    tick: int
    at_us: int


def next_epoch(data: Path, at_least: int = 1) -> int:
    """One more than any before, and `at_least`; on disk when this returns. A file that cannot be read is none.

    Raises OSError.
    """
    path, partial = data / NAME, data / f"{NAME}.part"
    try:
        epoch = max(int(path.read_text("ascii")) + 1, at_least)
    except (OSError, ValueError):
        epoch = at_least
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, b"%d\n" % epoch)
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.replace(path)
    directory = os.open(data, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return epoch


class Life:
    """A life's number that needs no disk, and waits for none longer than PATIENCE_S.

    Strategy: box time never goes back, and whatever reels and journal know of a life was written after it began; so
    the box time of a beginning, in steps of STEP_US, is higher than every former life's number. Memory of this boot
    and the file on disk are beside that for lives that follow one another too quickly.
    """

    def __init__(self, places: Places, at_us: int) -> None:
        """`at_us` is box time now."""
        self.findings: list[str] = []
        memory = self._memory(places.run / "switch.life")
        former = _WORD.unpack_from(memory)[0] if memory is not None else 0
        self.epoch = max(former + 1, at_us // STEP_US, 1)
        self._written = 0
        self._refused = "it takes too long"
        keeper = Thread(target=self._keep, args=(places.root, self.epoch), name="switch-life", daemon=True)
        keeper.start()
        keeper.join(PATIENCE_S)
        if self._written:
            self.epoch = self._written
        else:
            self.findings.append(f"the number of this life is not on the disk: {self._refused}")
        if memory is not None:
            _WORD.pack_into(memory, 0, self.epoch)
        self._ticks = self._memory(places.run / "switch.tick", _TICK.size)
        self.former = (
            LastTick(*_TICK.unpack_from(self._ticks)) if self._ticks is not None else LastTick(0, 0, 0)
        )
        """Of the life before, in this boot; all 0: none is known."""

    def ticked(self, tick: int, at_us: int) -> None:
        """Left in memory for the life after this one, however this one ends."""
        if self._ticks is not None:
            _TICK.pack_into(self._ticks, 0, self.epoch, tick, at_us)

    def _keep(self, data: Path, at_least: int) -> None:
        try:
            self._written = next_epoch(data, at_least)
        except OSError as error:
            self._refused = error.strerror or str(error)

    def _memory(self, path: Path, size: int = _WORD.size) -> memoryview | None:
        try:
            return shared_memory(path, size)
        except (OSError, NotARing) as error:
            self.findings.append(f"the number of the former life is not in memory: {error}")
            return None
