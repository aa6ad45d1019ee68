"""Four chips behind one chip select: one byte a frame, three frames an access (HARDWARE.md 1.0)."""

from __future__ import annotations

from collections.abc import Sequence

from hwsim.silicon.si321x import Si321x
from hwsim.silicon.si3050 import Si3050

FLOATING = 0xFF
"""What an undriven SDO line reads."""


class Si3050Chain:
    """`framing_errors` counts frames that were not one byte, `strays` bytes that began no legal access."""

    def __init__(self, chips: Sequence[Si3050 | None]) -> None:
        self.chips = chips
        self.framing_errors = 0
        self.strays = 0
        self._count = 0
        self._control = 0
        self._address = 0
        by_number = {int(f"{n:04b}"[::-1], 2): chip for n, chip in enumerate(chips)}
        self._by_control = [by_number.get(control & 0x0F) for control in range(256)]

    def frame(self, byte: int) -> int:
        """One byte in, one byte out."""
        count = self._count
        if count == 0:
            self._control, self._count = byte, 1
            return FLOATING
        if count == 1:
            self._address, self._count = byte, 2
            return FLOATING
        self._count = 0
        control = self._control
        if control & 0x60 == 0x60 and not control & 0x90:
            chip = self._by_control[control]
            return FLOATING if chip is None or chip.silent else chip.read(self._address & 0x7F)
        if control & 0x70 == 0x20:
            for chip in self.chips if control & 0x80 else (self._by_control[control],):
                if chip is not None and not chip.silent:
                    chip.write(self._address & 0x7F, byte)
        else:
            self.strays += 1
        return FLOATING

    def long_frame(self, _length: int, /) -> None:
        """Chip select stayed low over more (or less) than one byte: the access is lost."""
        self.framing_errors += 1
        self._count = 0


class Si321xChain:
    """Two bytes an access until register 0 says daisy chain; then chip mask, register, data."""

    def __init__(self, chips: Sequence[Si321x | None]) -> None:
        self.chips = chips
        self.framing_errors = 0
        self.strays = 0
        self._chained = False
        self._count = 0
        self._mask = 0
        self._address = 0
        self._selected: list[tuple[Si321x, ...]] = [self._under(mask) for mask in range(256)]

    def _under(self, mask: int) -> tuple[Si321x, ...]:
        return tuple(chip for n, chip in enumerate(self.chips) if chip is not None and mask >> n & 1)

    def frame(self, byte: int) -> int:
        """One byte in, one byte out."""
        count = self._count
        if count == 0:
            self._mask, self._count = byte, 1
            if not self._chained:
                self._mask, self._address, self._count = 0xFF, byte, 2
            return FLOATING
        if count == 1:
            self._address, self._count = byte, 2
            return FLOATING
        self._count = 0
        if self._address & 0x80:
            value = FLOATING
            for chip in self._selected[self._mask]:
                if not chip.silent:
                    value &= chip.read(self._address & 0x7F)
            return value
        for chip in self._selected[self._mask]:
            if not chip.silent:
                chip.write(self._address, byte)
                if self._address == 0:
                    self._chained = bool(byte & 0x80)
        return FLOATING

    def long_frame(self, _length: int, /) -> None:
        """Chip select stayed low over more (or less) than one byte: the access is lost."""
        self.framing_errors += 1
        self._count = 0


Chain = Si3050Chain | Si321xChain
