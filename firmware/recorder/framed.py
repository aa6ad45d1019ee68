"""Files of framed records: a checksummed head, then length + CRC-32 + payload each. Journal segments and
reels are such.

A file is only ever appended to by the process that made it; a torn end stays where it is and readers stop
before it.
"""

from __future__ import annotations

import contextlib
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from firmware.store.disk import Disk

VERSION = 1
MOST_BYTES = 16 << 20
"""No record is longer; a length beyond it is damage."""
FRAME = struct.Struct("<II")
_HEAD = struct.Struct("<4sHHQQIQ48s")
_CHECK = struct.Struct("<I")
HEAD_BYTES = _HEAD.size + _CHECK.size
_CHUNK_BYTES = 1 << 20


class Kind(Struct, frozen=True):
    """What a chain of files is: its name, its suffix and its four magic bytes."""

    name: str
    suffix: str
    magic: bytes

    def path(self, directory: Path, index: int) -> Path:
        return directory / f"{self.name}-{index:010d}.{self.suffix}"

    def files(self, directory: Path) -> dict[int, Path]:
        """By index, in order."""
        pattern = re.compile(rf"{self.name}-(\d{{10}})\.{self.suffix}")
        found = {int(m[1]): p for p in directory.glob(f"*.{self.suffix}") if (m := pattern.fullmatch(p.name))}
        return dict(sorted(found.items()))


class FileHead(Struct, frozen=True):
    """`first` is the (epoch, number) of the first record, or (epoch, tick) of the first block."""

    index: int
    opened_us: int
    first: tuple[int, int]
    box: str
    version: int = VERSION


class Torn(Struct, frozen=True):
    """Where reading a file stopped before its end, and why."""

    path: Path
    offset: int
    reason: str


def encode_head(kind: Kind, head: FileHead) -> bytes:
    box = head.box.encode("utf-8")[:48]
    data = _HEAD.pack(kind.magic, head.version, 0, head.index, head.opened_us, *head.first, box)
    return data + _CHECK.pack(zlib.crc32(data))


def decode_head(kind: Kind, data: bytes) -> FileHead:
    """Raises ValueError for what is not a whole head of this kind and a version known here."""
    if len(data) < HEAD_BYTES:
        raise ValueError("the head is cut short")
    magic, version, _, index, opened_us, epoch, number, box = _HEAD.unpack_from(data)
    if magic != kind.magic or _CHECK.unpack_from(data, _HEAD.size)[0] != zlib.crc32(data[: _HEAD.size]):
        raise ValueError(f"no {kind.name} head")
    if version != VERSION:
        raise ValueError(f"format version {version}; this software reads {VERSION}")
    return FileHead(index, opened_us, (epoch, number), box.rstrip(b"\0").decode("utf-8", "replace"), version)


def frame(payload: bytes) -> bytes:
    """The checksum covers the length too: a run of zeros is no record."""
    length = struct.pack("<I", len(payload))
    return length + struct.pack("<I", zlib.crc32(payload, zlib.crc32(length))) + payload


class FrameWriter:
    """One open file of a chain. Any OSError leaves it unusable: abandon it and begin the next."""

    def __init__(self, disk: Disk, directory: Path, kind: Kind, head: FileHead) -> None:
        self.head = head
        self.path = kind.path(directory, head.index)
        self._disk = disk
        self.handle = disk.create(self.path)
        self.size = 0
        try:
            self._write(encode_head(kind, head))
            disk.sync_directory(directory)
        except OSError:
            self._undo()
            raise

    def append(self, payloads: list[bytes]) -> None:
        self._write(b"".join(map(frame, payloads)))

    def sync(self) -> None:
        self._disk.sync(self.handle)

    def _write(self, data: bytes) -> None:
        self._disk.write(self.handle, data)
        self.size += len(data)

    def _undo(self) -> None:
        """Neither a handle nor a file stays behind, however often it is tried again."""
        with contextlib.suppress(OSError):
            self._disk.close(self.handle)
        with contextlib.suppress(OSError):
            self._disk.remove(self.path)


class FrameReader:
    """Reads whole records of one file in order and stops for good before the first that is not whole."""

    def __init__(self, path: Path, kind: Kind, offset: int = 0) -> None:
        """`offset` is 0 or one that an earlier reader had reached. Raises OSError."""
        self.path, self._kind = path, kind
        self.head: FileHead | None = None
        self.offset = offset
        """All before it was read."""

    def read(self, until: int | None = None) -> Iterator[bytes]:
        """Records up to byte `until` (None: the end). `torn()` tells afterwards whether more is there,
        broken.
        """
        self.reason = ""
        with self.path.open("rb") as file:
            if not self._read_head(file.read(HEAD_BYTES)):
                return
            end = self.path.stat().st_size if until is None else until
            self.offset = max(self.offset, HEAD_BYTES)
            file.seek(self.offset)
            buffer = b""
            while len(chunk := file.read(min(_CHUNK_BYTES, max(end - file.tell(), 0)))) or buffer:
                buffer += chunk
                used = 0
                for payload in _whole(buffer):
                    used += FRAME.size + len(payload)
                    self.offset += FRAME.size + len(payload)
                    yield payload
                self.reason = _fault(buffer, used)
                if not chunk or self.reason:
                    self.reason = self.reason or ("a record is cut short" if buffer[used:] else "")
                    return
                buffer = buffer[used:]

    def torn(self) -> Torn | None:
        return Torn(self.path, self.offset, self.reason) if self.reason else None

    def _read_head(self, data: bytes) -> bool:
        try:
            self.head = decode_head(self._kind, data)
        except ValueError as error:
            self.reason = str(error)
        return not self.reason


def _whole(buffer: bytes) -> Iterator[bytes]:
    """Each whole record at the front of `buffer`."""
    at = 0
    while at + FRAME.size <= len(buffer):
        length, crc = FRAME.unpack_from(buffer, at)
        end = at + FRAME.size + length
        if length > MOST_BYTES or end > len(buffer):
            return
        payload = buffer[at + FRAME.size : end]
        if zlib.crc32(payload, zlib.crc32(buffer[at : at + 4])) != crc:
            return
        at = end
        yield payload


def _fault(buffer: bytes, at: int) -> str:
    """Why the record at `at` can never become whole, whatever follows; empty while it can."""
    if at + FRAME.size > len(buffer):
        return ""
    length, _ = FRAME.unpack_from(buffer, at)
    if length > MOST_BYTES:
        return f"a record claims {length} bytes"
    return "a record's checksum is wrong" if at + FRAME.size + length <= len(buffer) else ""
