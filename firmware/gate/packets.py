"""Packets of the manager interface: `Key: Value` lines ended by an empty one. No I/O here."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

GREETING = b"Asterisk Call Manager/5.0.0\r\n"
"""Programs look for these words and the version of the interface; 5 is that of the events told here."""
LONGEST_LINE = 2048
MOST_LINES = 64
LONGEST_VALUE = 512
Fields = Iterable[tuple[str, object]]


class Packet(Struct, frozen=True):
    """What a program sent; keys are written as it likes, so they are kept in small letters."""

    fields: tuple[tuple[str, str], ...]

    def get(self, key: str) -> str:
        """The first value; empty where the key is not there."""
        return next((value for name, value in self.fields if name == key), "")

    @property
    def size(self) -> int:
        return size_of(self.fields)

    @property
    def action(self) -> str:
        return self.get("action").lower()


class Packets:
    """Bytes in, packets out. Too long a line, too many of them or a zero byte: `broken`, nothing more is read."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._lines: list[tuple[str, str]] = []
        self._count = 0
        self.broken = False
        self.odd_lines = 0
        """Lines without a colon: passed over."""

    @property
    def held(self) -> int:
        """Bytes kept of a packet that has not ended yet."""
        return len(self._kept) + size_of(self._lines)

    def receive(self, data: bytes) -> list[Packet]:
        if self.broken:
            return []
        self._kept += data
        *lines, rest = self._kept.split(b"\n")
        self._kept = rest
        found = [packet for line in lines if (packet := self._line(line)) is not None]
        self.broken = self.broken or len(rest) > LONGEST_LINE or b"\0" in rest
        return found

    def _line(self, raw: bytes | bytearray) -> Packet | None:
        """The packet that this line ends."""
        if self.broken or len(raw) > LONGEST_LINE or b"\0" in raw:
            self.broken = True
            return None
        text = raw.decode("utf-8", "replace").strip()
        if not text:
            packet = Packet(tuple(self._lines)) if self._lines else None
            self._lines, self._count = [], 0
            return packet
        self._count += 1
        self.broken = self._count > MOST_LINES
        key, colon, value = text.partition(":")
        if colon:
            self._lines.append((key.strip().lower(), value.strip()))
        else:
            self.odd_lines += 1
        return None


def size_of(fields: Iterable[tuple[str, str]]) -> int:
    """Characters."""
    return sum(len(key) + len(value) for key, value in fields)


def encode(fields: Fields) -> bytes:
    """One packet. Nothing in a value can end its line: callers choose their names themselves."""
    return "".join(f"{key}: {clean(str(value))}\r\n" for key, value in fields).encode() + b"\r\n"


def clean(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:LONGEST_VALUE])
