"""A chip register as data: where it is, what it holds after reset, what its bits mean to a reader."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from drivers.ports import DriverError


class ChipError(DriverError):
    """A chip does not answer as its data sheet says. The message is for a technician."""


class Bits(Struct, frozen=True):
    """One field of a register, `high` down to `low`."""

    name: str
    high: int
    low: int

    def of(self, value: int) -> int:
        return (value >> self.low) & ((1 << (self.high - self.low + 1)) - 1)


class Register(Struct, frozen=True):
    """One direct register. `unit` and `scale` say what a whole-byte measurement counts."""

    address: int
    name: str
    reset: int = 0
    bits: tuple[Bits, ...] = ()
    unit: str = ""
    scale: float = 1.0
    signed: str = ""
    """`twos` (two's complement), `bit6` (sign and magnitude), or empty."""

    def measure(self, value: int) -> float:
        """The value in `unit`."""
        if self.signed == "twos":
            value = value - 256 if value > 127 else value
        elif self.signed == "bit6":
            value = -(value & 0x3F) if value & 0x40 else value & 0x3F
        return value * self.scale

    def describe(self, value: int) -> str:
        """One line for a technician: `LINE_VOLTAGE=0xd0 (-48 V)`."""
        text = f"{self.name}={value:#04x}"
        if self.unit:
            return f"{text} ({self.measure(value):g} {self.unit})"
        fields = " ".join(f"{field.name}={field.of(value)}" for field in self.bits)
        return f"{text} ({fields})" if fields else text


def bits(text: str) -> tuple[Bits, ...]:
    """Fields from `"OH:0 ONHM:3 DCV:7-6"`."""
    fields = []
    for item in text.split():
        name, _, place = item.partition(":")
        high, _, low = place.partition("-")
        fields.append(Bits(name, int(high), int(low or high)))
    return tuple(fields)


def by_address(*registers: Register) -> Mapping[int, Register]:
    return {register.address: register for register in registers}
