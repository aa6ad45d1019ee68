"""A stand-in with the surface of `spidev.SpiDev` 3.8, on simulated chains instead of /dev/spidevX.Y."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol

LIST_LIMIT = 4096
DEFAULT_HZ = 500_000


class SpiChain(Protocol):
    """What hangs on one chip select."""

    def frame(self, byte: int) -> int: ...
    def long_frame(self, length: int, /) -> None: ...


class _Flag:
    """A boolean attribute; all but `read0`, which the package keeps itself, need an open device to be set."""

    def __init__(self, spoken: str = "") -> None:
        self._spoken = spoken

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = "_" + name

    def __get__(self, device: SpiDev | None, owner: type | None = None) -> Any:
        return self if device is None else getattr(device, self._name)

    def __set__(self, device: SpiDev, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"The {self._spoken or self._name[1:]} attribute must be boolean")
        if self._name != "_read0":
            device._check_open()
        setattr(device, self._name, value)


class SpiDev:
    """`chains` maps (bus, device) to what is there. Each call is one frame of chip select."""

    cshigh = _Flag()
    loop = _Flag()
    lsbfirst = _Flag()
    no_cs = _Flag()
    read0 = _Flag()
    threewire = _Flag("3wire")

    def __init__(
        self, chains: Mapping[tuple[int, int], SpiChain], bus: int = -1, client: int = -1, /
    ) -> None:
        self._chains = chains
        self._chain: SpiChain | None = None
        self._forget()
        if bus >= 0:
            self.open(bus, client)

    def _forget(self) -> None:
        self._chain = None
        self._quick: Callable[[int], int] | None = None
        """Where one byte goes in the mode the chips understand."""
        self._mode = 0
        self._bits_per_word = 0
        self._max_speed_hz = 0
        self._cshigh = self._loop = self._lsbfirst = self._no_cs = self._read0 = self._threewire = False

    def open(self, bus: int, device: int) -> None:
        self.open_path(f"/dev/spidev{bus}.{device}")

    def open_path(self, path: str) -> None:
        bus, _, device = str(path).removeprefix("/dev/spidev").partition(".")
        known = bus.isdigit() and device.isdigit()
        chain = self._chains.get((int(bus), int(device))) if known else None
        if chain is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._chain = chain
        self._bits_per_word, self._max_speed_hz = 8, DEFAULT_HZ

    def close(self) -> None:
        self._forget()

    def fileno(self) -> int:
        """No file stands behind it: −1, like a closed device."""
        return -1

    def __enter__(self) -> SpiDev:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> SpiChain:
        if self._chain is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._chain

    @property
    def mode(self) -> int:
        return self._mode

    @mode.setter
    def mode(self, value: int) -> None:
        if not isinstance(value, int):
            raise TypeError("The mode attribute must be an integer")
        if not 0 <= value <= 3:
            raise TypeError("The mode attribute must be an integerbetween 0 and 3.")
        self._mode, chain = value, self._check_open()
        self._quick = chain.frame if value == 3 else None

    @property
    def bits_per_word(self) -> int:
        return self._bits_per_word

    @bits_per_word.setter
    def bits_per_word(self, value: int) -> None:
        if not isinstance(value, int):
            raise TypeError("The bits_per_word attribute must be an integer")
        if not 8 <= value <= 32:
            raise TypeError("invalid bits_per_word (8 to 32)")
        self._check_open()
        self._bits_per_word = value

    @property
    def max_speed_hz(self) -> int:
        return self._max_speed_hz

    @max_speed_hz.setter
    def max_speed_hz(self, value: int) -> None:
        if not isinstance(value, int):
            raise TypeError("The max_speed_hz attribute must be an integer")
        self._check_open()
        self._max_speed_hz = value

    def xfer2(
        self, values: Sequence[int], _speed_hz: int = 0, _delay_us: int = 0, _bits: int = 0, /
    ) -> list[int]:
        quick = self._quick
        if quick is not None and len(values) == 1:
            byte = values[0]
            if byte.__class__ is int and 0 <= byte <= 255:
                return [quick(byte)]
        return self._frame(_octets(values))

    xfer = xfer2

    def xfer3(
        self, values: Sequence[int], _speed_hz: int = 0, _delay_us: int = 0, _bits: int = 0, /
    ) -> tuple[int, ...]:
        octets = _octets(values, limit=None)
        received: list[int] = []
        for at in range(0, len(octets), LIST_LIMIT):
            received += self._frame(octets[at : at + LIST_LIMIT])
        return tuple(received)

    def readbytes(self, length: int, /) -> list[int]:
        """More than 4096 is cut to 4096, none at all is one, as the C does."""
        self._check_open()
        return self._frame([0] * max(1, min(length, LIST_LIMIT)))

    def writebytes(self, values: Sequence[int], /) -> None:
        self._frame(_octets(values))

    def writebytes2(self, values: Sequence[int], /) -> None:
        octets = _octets(values, limit=None)
        for at in range(0, len(octets), LIST_LIMIT):
            self._frame(octets[at : at + LIST_LIMIT])

    def _frame(self, octets: list[int]) -> list[int]:
        """One time that chip select is low. A chip clocked in another mode hears nonsense."""
        chain = self._check_open()
        if len(octets) == 1 and self._mode == 3:
            return [chain.frame(octets[0])]
        chain.long_frame(len(octets))
        return [0xFF] * len(octets)


def _octets(values: Sequence[int], limit: int | None = LIST_LIMIT) -> list[int]:
    """The list as the C code takes it: low bytes of integers."""
    if not hasattr(values, "__len__") or not hasattr(values, "__getitem__"):
        raise TypeError("expected a sequence")
    if not len(values):
        raise TypeError("Empty argument list.")
    if limit is not None and len(values) > limit:
        raise OverflowError("Argument list size exceeds 4096 bytes.")
    for value in values:
        if not isinstance(value, int):
            raise TypeError(f"Non-Int/Long value in arguments: {id(value):x}.")
    return [value & 0xFF for value in values]
