"""What the models of both chip families share: registers, time, a place on the PCM highway, faults."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from drivers.ports import Clock
from hwsim.silicon.pins import Pins


class Slot(Struct, frozen=True):
    """What a chip does on the PCM highway, as its registers say."""

    hears: int = -1
    """Timeslot it takes for its line, −1: none."""
    speaks: int = -1
    """Timeslot it drives with what its line brings."""
    law: str = "a"
    to_line: float = 1.0
    from_line: float = 1.0
    """Linear gains."""
    to_line_open: bool = False
    from_line_open: bool = False
    """Whether the speech path is through (off-hook, fed, not calibrating)."""


SILENT = Slot()


def timeslot(low: int, high: int) -> int:
    """Start count in bits to a slot number; a count that is no multiple of 8 is nobody's slot."""
    count = low | (high & 0x03) << 8
    return count // 8 if count % 8 == 0 else -1


class Chip:
    """`read` and `write` are what SPI does; `slot()` what the PCM highway sees.

    `missing` is a chip that was never fitted, `hung` one that stopped answering. `violations` counts what a
    right driver never does.
    """

    def __init__(self, pins: Pins, clock: Clock, resets: dict[int, int], size: int) -> None:
        self.pins = pins
        self.missing = False
        self.hung = False
        self.violations = 0
        self.moved: Callable[[], None] = lambda: None
        """Called when `slot()` may have changed."""
        self._now_us = clock.now_us
        self._resets = resets
        self._size = size
        self.registers = bytearray(size)
        self._readers: dict[int, Callable[[], int]] = {}
        self._writers: dict[int, Callable[[int], None]] = {}
        self._load_resets()

    def _load_resets(self) -> None:
        self.registers = bytearray(self._size)
        for address, value in self._resets.items():
            self.registers[address] = value

    @property
    def silent(self) -> bool:
        return self.missing or self.hung

    def read(self, address: int) -> int:
        reader = self._readers.get(address)
        if reader is not None:
            return reader()
        if address >= self._size:
            self.violations += 1
            return 0
        return self.registers[address]

    def write(self, address: int, value: int) -> None:
        if address >= self._size:
            self.violations += 1
            return
        writer = self._writers.get(address)
        if writer is not None:
            writer(value)
        else:
            self.registers[address] = value

    def slot(self) -> Slot:
        raise NotImplementedError
