"""Register access to a chain of up to four chips of one family behind one chip select.

Every byte is a frame of its own (HARDWARE.md 1.0: chip select rises between bytes), hence one `xfer2` a byte.
"""

from __future__ import annotations

from typing import Protocol

from drivers.chips.register import ChipError
from drivers.ports import SpiDevice

CHIPS = 4
INDIRECT_TRIES = 200
"""Each look takes about as long as the register machine does; more would hold up the tick."""
Byte = list[int]
_BYTES: tuple[Byte, ...] = tuple([value] for value in range(256))
"""Ready-made frames; nobody changes them."""
_ZERO = _BYTES[0]


class IndirectBusy(ChipError, TimeoutError):
    """The indirect register machine never finished."""


class Chain(Protocol):
    """What a port needs of its chain."""

    def read(self, chip: int, register: int) -> int: ...
    def write(self, chip: int, register: int, value: int) -> None: ...


class Si3050Chain:
    """Three bytes: control (operation and the chip number with its four bits reversed), address, data."""

    def __init__(self, spi: SpiDevice) -> None:
        self._xfer = spi.xfer2
        numbers = [int(f"{chip:04b}"[::-1], 2) for chip in range(CHIPS)]
        self._reading = [_BYTES[0x60 | number] for number in numbers]
        self._writing = [_BYTES[0x20 | number] for number in numbers]

    def read(self, chip: int, register: int) -> int:
        xfer = self._xfer
        xfer(self._reading[chip])
        xfer(_BYTES[register])
        return xfer(_ZERO)[0]

    def write(self, chip: int, register: int, value: int) -> None:
        xfer = self._xfer
        xfer(self._writing[chip])
        xfer(_BYTES[register])
        xfer(_BYTES[value])

    def align(self) -> bool:
        """Find the start of a frame after somebody stopped inside one; False where no chip answers."""
        for _ in range(3):
            if any(self.read(chip, 2) == 0x03 for chip in range(CHIPS)):
                return True
            self._xfer(_ZERO)  # neither reads nor writes, whichever byte it is taken for
        return False


class Si321xChain:
    """Daisy chain: chip mask, register (bit 7 set to read), data."""

    def __init__(self, spi: SpiDevice) -> None:
        self._xfer = spi.xfer2
        self._masks = [_BYTES[1 << chip] for chip in range(CHIPS)]

    def read(self, chip: int, register: int) -> int:
        xfer = self._xfer
        xfer(self._masks[chip])
        xfer(_BYTES[0x80 | register])
        return xfer(_ZERO)[0]

    def write(self, chip: int, register: int, value: int) -> None:
        xfer = self._xfer
        xfer(self._masks[chip])
        xfer(_BYTES[register])
        xfer(_BYTES[value])

    def align(self) -> bool:
        """Switch to daisy chaining by the two-byte form, then find the start of a frame.

        Strategy: register 0 is read (0x80 as a mask names no chip of four, 0x00 none at all), so that a look
        at the wrong place changes nothing in chips that already chain.
        """
        self._xfer(_ZERO)
        self._xfer(_BYTES[0x80])
        for _ in range(4):
            if any(self._chaining(chip) for chip in range(CHIPS)):
                return True
            self._xfer(_ZERO)
        return False

    def _chaining(self, chip: int) -> bool:
        value = self.read(chip, 0)
        return bool(value & 0x80) and 2 <= value & 0x0F < 0x0F

    def read_indirect(self, chip: int, address: int) -> int:
        self._wait(chip)
        self.write(chip, 30, address)
        self._wait(chip)
        return self.read(chip, 28) | self.read(chip, 29) << 8

    def write_indirect(self, chip: int, address: int, value: int) -> None:
        self._wait(chip)
        self.write(chip, 28, value & 0xFF)
        self.write(chip, 29, value >> 8)
        self.write(chip, 30, address)

    def _wait(self, chip: int) -> None:
        """The machine serves one access each 62.5 µs; a read takes about as long, so polling is waiting."""
        for _ in range(INDIRECT_TRIES):
            if not self.read(chip, 31) & 0x01:
                return
        raise IndirectBusy(f"chip {chip + 1}: indirect registers stay busy")
