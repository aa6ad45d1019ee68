"""Blocks shared with SIP legs: `int16[legs, 160]` both ways, once a tick, between two processes (blocks.h).

`Blocks` is the memory, `BoxSide` what a card of the switch does with it. The other side is C: media.c.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.ports import TICK_SAMPLES, Samples
from drivers.sip._blocks import ffi, lib
from drivers.sip.errors import BadBlocks

if TYPE_CHECKING:
    from drivers.sip._blocks import CData


class Counts(Struct, frozen=True):
    """Of the side with the legs, since the memory was laid out. Blocks are 20 ms."""

    carried: int
    late: int
    """Carried when the box had already given the next one."""
    skipped: int
    """Given and never carried: that side stood still."""
    alone: int
    """Moved by its own clock: the box stood still."""
    turn_us: int
    """All its work, one turn of the bridge a block."""
    turn_us_most: int
    wake_us_most: int


class Blocks:
    """Memory for so many legs: of this process alone, or of a file that several map."""

    def __init__(self, memory: mmap.mmap, legs: int) -> None:
        self.memory = memory
        self.legs = legs
        self.held = ffi.from_buffer(memory, require_writable=True)

    @classmethod
    def of_own(cls, legs: int) -> Blocks:
        memory = mmap.mmap(-1, lib.tip_blocks_size(legs))
        return cls._laid(memory, legs)

    @classmethod
    def make(cls, path: Path, legs: int) -> Blocks:
        """A file in memory (`/dev/shm`, `/run`); one of the same size is gone on with. Raises OSError."""
        size = lib.tip_blocks_size(legs)
        with path.open("a+b") as file:
            file.truncate(size)
            return cls._laid(mmap.mmap(file.fileno(), size), legs)

    @classmethod
    def open(cls, path: Path) -> Blocks:
        """What another process made. Raises OSError, BadBlocks."""
        with path.open("r+b") as file:
            size = path.stat().st_size
            if not size:
                raise BadBlocks(f"{path} is empty")
            memory = mmap.mmap(file.fileno(), size)
        legs = lib.tip_blocks_legs(ffi.from_buffer(memory), size)
        if not legs:
            raise BadBlocks(f"{path} was not laid out for SIP legs")
        return cls(memory, legs)

    @classmethod
    def _laid(cls, memory: mmap.mmap, legs: int) -> Blocks:
        made = cls(memory, legs)
        lib.tip_blocks_lay(made.held, legs)
        return made

    def counts(self) -> Counts:
        seven = ffi.new("uint64_t[7]")
        lib.tip_blocks_counts(self.held, seven)
        return Counts(*seven)

    def close(self) -> None:
        """Nobody may use the memory any more."""
        ffi.release(self.held)
        self.memory.close()


class BoxSide:
    """The side with the tick. What legs said comes one tick later; nothing here waits."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._tick = int(lib.tip_blocks_tick(blocks.held))
        self._heard: Samples = np.zeros((blocks.legs, TICK_SAMPLES), np.int16)
        self.missed = 0
        """Ticks that brought silence: the other side was late or away."""

    def exchange(self, said: NDArray[np.int16]) -> Samples:
        """`said` goes to the legs; what they said is valid until the next call."""
        legs = self._blocks.legs
        if said.shape != (legs, TICK_SAMPLES) or said.dtype != np.int16:
            raise ValueError(f"wanted int16[{legs}, {TICK_SAMPLES}], got {said.dtype}{said.shape}")
        given = np.ascontiguousarray(said)
        there = lib.tip_blocks_exchange(
            self._blocks.held, legs, self._tick, _address(given), _address(self._heard)
        )
        self.missed += not there
        self._tick = (self._tick + 1) & 0xFFFFFFFF
        return self._heard


def _address(matrix: NDArray[np.int16]) -> CData:
    return ffi.cast("int16_t *", matrix.ctypes.data)
