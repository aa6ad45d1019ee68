"""What stands inside a sealed backup: a stream of small typed frames. No path in it is ever used as a path.

Frames are length-prefixed msgpack. A file is named by its kind and an id that must match the kind's pattern;
where it goes is decided here.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from firmware.archive.tracks import recording_path
from firmware.protocol.framing import Bodies, framed
from firmware.recorder.recorder import REELS_FOLDER
from firmware.recorder.reels import REELS
from firmware.recorder.snapshots import SNAPSHOTS

PIECE_BYTES = 1 << 19
MOST_FRAME = 1 << 22


class BadContents(ValueError):
    """A frame is not one of ours, or not where it belongs; the text says which and what."""


class Manifest(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """First frame."""

    box: str
    software: str
    made_at: int
    """Unix seconds."""
    at_us: int
    """Box time."""
    steps: tuple[str, ...]
    """Migrations the tables of history.db had."""
    switch_epoch: int
    plain_bytes: int
    """Of all files together, as they were when the backup began: what restoring takes, about."""
    business_steps: tuple[str, ...] = ()
    """Those business.db had; none where there was none."""
    web_steps: tuple[str, ...] = ()
    """Those web.db had, likewise."""


class ConfigRow(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    version: int
    author: str
    at_us: int
    note: str
    json: str


class Rows(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Some rows of one table of a database."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Values are None, int, float, str or bytes."""
    database: str = "history.db"
    """Or `business.db`, `web.db`; of `config.db` the drafts."""


class Records(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Journal records, encoded, in order."""

    payloads: tuple[bytes, ...]


class File(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A file begins; `Piece`s of exactly `size` bytes follow."""

    kind: str
    id: str
    size: int


class Piece(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`data` deflated, or as it is when `size` is its length."""

    size: int
    data: bytes


class End(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """Last frame: what there was, to be compared."""

    configs: int
    rows: int
    records: int
    files: int
    bytes: int
    left_out: tuple[str, ...] = ()
    """Files that history names and that were not there."""


Frame = Manifest | ConfigRow | Rows | Records | File | Piece | End

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)


def encode(frame: Frame) -> bytes:
    return framed(_ENCODER.encode(frame))


def decode(segments: Iterable[bytes]) -> Iterator[Frame]:
    """Frames of plain bytes that come in pieces. Raises BadContents."""
    bodies = Bodies(MOST_FRAME)
    for segment in segments:
        yield from map(_frame, bodies.receive(segment))
        if bodies.broken:
            raise BadContents(f"a part claims more than {MOST_FRAME} bytes")
    if bodies.waits:
        raise BadContents("the last part is cut short")


def _frame(body: bytes) -> Frame:
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadContents(f"a part cannot be read: {error}") from error


def packed(data: bytes) -> Piece:
    """At most PIECE_BYTES."""
    deflated = zlib.compress(data, 1)
    return Piece(len(data), deflated if len(deflated) < len(data) else data)


def unpacked(piece: Piece) -> bytes:
    """Never more than PIECE_BYTES, whatever the piece holds. Raises BadContents."""
    if piece.size > PIECE_BYTES or len(piece.data) > PIECE_BYTES:
        raise BadContents(f"a piece claims {piece.size} bytes")
    if piece.size == len(piece.data):
        return piece.data
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(piece.data, piece.size + 1)
    except zlib.error as error:
        raise BadContents(f"a piece cannot be inflated: {error}") from error
    if len(data) != piece.size or not inflate.eof or inflate.unused_data:
        raise BadContents("a piece has another length than it claims")
    return data


def _snapshot_path(name: str) -> Path:
    return Path(SNAPSHOTS, f"snapshot-{name}.state")


def _prompt_path(name: str) -> Path:
    return Path("prompts", name)


def _reel_path(name: str) -> Path:
    return REELS.path(Path(REELS_FOLDER), int(name))


def _secret_path(name: str) -> Path:
    return Path("secrets", name)


def _telephone_path(number: str) -> Path:
    """What a SIP telephone logs in with."""
    return Path("secrets", "sip", f"{number}.json")


def _webhook_path(name: str) -> Path:
    """What a webhook is signed with."""
    return Path("secrets", "webhooks", f"{name}.json")


def _certificate_path(name: str) -> Path:
    """The pages' certificates and their keys."""
    return Path("secrets", "web", name)


KINDS: dict[str, tuple[re.Pattern[str], Callable[[str], Path]]] = {
    "recording": (re.compile(r"[0-9a-f]{16}"), recording_path),
    "snapshot": (re.compile(r"\d{10}-\d{20}"), _snapshot_path),
    "reel": (re.compile(r"\d{1,10}"), _reel_path),
    "prompt": (re.compile(r"[\w-][\w .-]{0,79}\.wav", re.ASCII), _prompt_path),
    "secret": (re.compile(r"[a-z][a-z-]{0,39}"), _secret_path),
    "telephone": (re.compile(r"[0-9]{1,20}"), _telephone_path),
    "webhook": (re.compile(r"[0-9a-f]{16}"), _webhook_path),
    "certificate": (re.compile(r"(?:authority|box|own)\.(?:crt|key)"), _certificate_path),
}
"""Every kind of file: what its id looks like, and where it lies in a data directory."""


def path_of(file: File) -> Path:
    """Relative to the data directory. Raises BadContents for an id that is none."""
    kind = KINDS.get(file.kind)
    if kind is None:
        raise BadContents(f"there is no kind of file called {file.kind[:40]!r}")
    pattern, place = kind
    if not pattern.fullmatch(file.id):
        raise BadContents(f"{file.id[:80]!r} is no {file.kind}")
    return place(file.id)
