"""A state on its way from one version of the engine to the next, through memory: nothing of it was on a disk."""

from __future__ import annotations

import zlib
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.protocol import journal
from firmware.protocol.journal import Record

_CHECK_BYTES = 4


class Handover(Struct, frozen=True):
    """`state` is frozen after record (`epoch`, `number`), `recent` are the newest records, oldest first."""

    epoch: int
    number: int
    essence: str
    """What the giver knows: the taker must come to the same (`firmware.engine.essence`)."""
    state: bytes
    recent: tuple[bytes, ...]
    base: bytes = b""
    """A state before `recent`; empty where that is not known."""
    left_us: int = 0
    """Box time since when nobody decides; 0: somebody does."""

    def records(self) -> list[Record]:
        """Raises msgspec.MsgspecError for what this version cannot read."""
        return [journal.decode(payload) for payload in self.recent]


_DECODER = msgspec.msgpack.Decoder(Handover)


def leave(path: Path, handover: Handover) -> None:
    """Whole or not at all; in the run directory, which is memory. Raises OSError."""
    data = msgspec.msgpack.encode(handover)
    made = path.with_suffix(".new")
    made.write_bytes(zlib.crc32(data).to_bytes(_CHECK_BYTES, "little") + data)
    made.chmod(0o600)
    made.replace(path)


def find(path: Path) -> Handover | None:
    """None where there is none, or none that is whole."""
    with suppress(OSError, msgspec.MsgspecError):
        data = path.read_bytes()
        body = data[_CHECK_BYTES:]
        if len(data) > _CHECK_BYTES and int.from_bytes(data[:_CHECK_BYTES], "little") == zlib.crc32(body):
            return _DECODER.decode(body)
    return None


def take_away(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
