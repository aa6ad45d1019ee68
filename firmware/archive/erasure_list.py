"""The list of erasures beside history.db: a restored copy of history does not bring back what was erased."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.store.disk import Disk

ERASURES_FILE = "erasures.list"


class Erasure(Struct, frozen=True):
    """What was ordered. `marks` are keyed hashes; (`epoch`, `number`) is the journal record of the order."""

    id: str
    author: str
    why: str
    marks: tuple[str, ...]
    at_once: bool
    ordered_us: int
    ordered_at: int
    epoch: int
    number: int


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Erasure)


def read_list(data: Path) -> list[Erasure]:
    """In order; a line that is none is passed over. Raises OSError."""
    try:
        lines = (data / ERASURES_FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(_DECODER.decode(line))
        except msgspec.MsgspecError:
            continue
    return found


def add_to_list(data: Path, erasures: list[Erasure], disk: Disk) -> None:
    """Those not on it yet; durable on return. Nothing ever leaves the list. Raises OSError."""
    there = read_list(data)
    known = {one.id for one in there}
    added = [one for one in erasures if one.id not in known]
    if added:
        lines = [_ENCODER.encode(one) + b"\n" for one in (*there, *added)]
        disk.write_whole(data / ERASURES_FILE, b"".join(lines))
