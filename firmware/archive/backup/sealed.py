"""The sealed file: bytes encrypted and authenticated in segments, opened by a passphrase.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", CRYPTO 2015) over ChaCha20-Poly1305 (RFC 8439): the nonce holds the number of the
segment and whether it is the last, so nothing can be cut off, left out, repeated or moved. The head is associated
data of every segment. The key comes from the passphrase by scrypt (RFC 7914).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from msgspec import Struct

MAGIC = b"TIPRING-BACKUP\n"
FORMAT = 1
SEGMENT_BYTES = 1 << 18
TAG_BYTES = 16
SCRYPT_COST = 1 << 16
"""64 MiB and about a fifth of a second on a small x86 box; a Pi of 1 GB has that."""
MOST_COST = 1 << 17
_LENGTH = struct.Struct("<I")
_NONCE = struct.Struct(">7xIB")
_MOST_HEAD = 4096
_MOST_SEGMENTS = (1 << 32) - 1


class SealError(Exception):
    """Root of what sealing raises."""


class NotABackup(SealError, ValueError):
    """The file does not begin like one of ours, or its head is of a version unknown here."""


class WrongPassphrase(SealError, ValueError):
    """The first segment does not open: another passphrase, or a changed head."""


class Damaged(SealError, ValueError):
    """A later segment does not open: bytes were changed, moved, lost or added."""


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """In clear at the front of the file: how to open it, and what a person wants to know before."""

    format: int
    box: str
    made_at: int
    """Unix seconds, as well as it was known."""
    salt: bytes
    cost: int
    block: int = 8
    lanes: int = 1


def new_head(box: str, made_at: int, cost: int = SCRYPT_COST) -> Head:
    return Head(FORMAT, box, made_at, os.urandom(16), cost)


class SealedWriter:
    """`write` plain bytes, then `finish`; a file without its last segment does not open."""

    def __init__(self, file: BinaryIO, head: Head, passphrase: str) -> None:
        encoded = msgspec.msgpack.encode(head)
        self._file, self._seal, self._head = file, _cipher(head, passphrase), encoded
        self._kept = bytearray()
        self._number = 0
        file.write(MAGIC + _LENGTH.pack(len(encoded)) + encoded)

    def write(self, data: bytes) -> None:
        """Raises OSError."""
        self._kept += data
        while len(self._kept) > SEGMENT_BYTES:
            self._segment(bytes(self._kept[:SEGMENT_BYTES]), last=False)
            del self._kept[:SEGMENT_BYTES]

    def finish(self) -> None:
        """Raises OSError."""
        self._segment(bytes(self._kept), last=True)
        self._kept.clear()

    def _segment(self, data: bytes, last: bool) -> None:
        nonce = _NONCE.pack(self._number, last)
        self._file.write(self._seal.encrypt(nonce, data, self._head))
        self._number += 1


def read_head(file: BinaryIO) -> tuple[Head, bytes]:
    """The head and its bytes; the file stands behind it then. Raises NotABackup, OSError."""
    if file.read(len(MAGIC)) != MAGIC:
        raise NotABackup("this is no Tipring backup")
    length = file.read(_LENGTH.size)
    size = _LENGTH.unpack(length)[0] if len(length) == _LENGTH.size else 0
    encoded = file.read(size) if 0 < size <= _MOST_HEAD else b""
    try:
        head = msgspec.msgpack.decode(encoded, type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotABackup("the head of the backup cannot be read") from error
    if head.format != FORMAT:
        raise NotABackup(f"backup format {head.format}; this software reads {FORMAT}")
    if not _reasonable(head):
        raise NotABackup("the head of the backup asks for an unreasonable key derivation")
    return head, encoded


def opened(
    file: BinaryIO, passphrase: str, report: Callable[[int], None] = lambda _: None
) -> Iterator[bytes]:
    """The plain bytes, segment by segment; `report` gets the number of bytes read.

    Nothing may be believed for good before the last segment came: use it into a scratch place. Raises NotABackup,
    WrongPassphrase, Damaged, OSError.
    """
    head, encoded = read_head(file)
    cipher = _cipher(head, passphrase)
    following = file.read(SEGMENT_BYTES + TAG_BYTES)
    number, last = 0, False
    while not last:
        segment, following = following, file.read(SEGMENT_BYTES + TAG_BYTES)
        last = not following
        yield _open(cipher, number, last, segment, encoded)
        number += 1
        report(file.tell())


def _open(cipher: ChaCha20Poly1305, number: int, last: bool, segment: bytes, head: bytes) -> bytes:
    try:
        if number > _MOST_SEGMENTS:
            raise InvalidTag
        return cipher.decrypt(_NONCE.pack(number, last), segment, head)
    except InvalidTag:
        if number:
            raise Damaged(f"the backup is damaged at byte {number * (SEGMENT_BYTES + TAG_BYTES)}") from None
        raise WrongPassphrase("the passphrase is wrong, or the backup is damaged at its beginning") from None


def _cipher(head: Head, passphrase: str) -> ChaCha20Poly1305:
    derive = Scrypt(salt=head.salt, length=32, n=head.cost, r=head.block, p=head.lanes)
    return ChaCha20Poly1305(derive.derive(passphrase.encode("utf-8", "surrogatepass")))


def _reasonable(head: Head) -> bool:
    """A hostile head must not take all memory before its first segment is refused."""
    power_of_two = head.cost > 1 and head.cost & (head.cost - 1) == 0
    return (
        power_of_two
        and head.cost <= MOST_COST
        and (head.block, head.lanes) == (8, 1)
        and len(head.salt) == 16
    )
