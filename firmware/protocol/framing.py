"""Bytes of a stream socket cut into length-prefixed bodies, whoever sends them. No I/O here."""

from __future__ import annotations

import struct

_LENGTH = struct.Struct("<I")


def framed(body: bytes) -> bytes:
    """One body with its length before it."""
    return _LENGTH.pack(len(body)) + body


class Bodies:
    """A length beyond `longest` means the stream is out of step: `broken`; the connection must be made anew."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._kept = bytearray()
        self.broken = False

    @property
    def waits(self) -> bool:
        """The beginning of a body is here and its end is not."""
        return bool(self._kept)

    def receive(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Bodies that `data` completes, in order; split and merged as the socket likes."""
        self._kept += data
        bodies: list[bytes] = []
        at = 0
        while len(self._kept) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._kept, at)
            if length > self._longest:
                self.broken = True
                self._kept.clear()
                return bodies
            end = at + _LENGTH.size + length
            if len(self._kept) < end:
                break
            bodies.append(bytes(self._kept[at + _LENGTH.size : end]))
            at = end
        del self._kept[:at]
        return bodies
