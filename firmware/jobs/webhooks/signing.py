"""Secrets of webhooks and what is signed with them. Each is a file of its own; nothing else knows them.

`Tipring-Signature: t=SECONDS,v1=HEX[,v1=HEX]`: HMAC-SHA256 over `SECONDS.BODY`. After a new secret was made the old one
signs as well for a day, so that a receiver can be changed without losing an event.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.store.disk import Disk

FOLDER = "webhooks"
"""Below `Places.secrets`."""
HEADER = "Tipring-Signature"
PREFIX = "tipring_hook_"
OVERLAP_US = 86_400_000_000


class Secret(Struct, frozen=True):
    current: str
    former: str = ""
    former_until: int = 0
    """Unix microseconds."""
    made_at: int = 0
    made_by: str = ""

    def signers(self, wall_us: int) -> tuple[str, ...]:
        return (self.current, self.former) if self.former and wall_us < self.former_until else (self.current,)


def read_secret(folder: Path, name: str) -> Secret | None:
    """None: there is none, or it cannot be read."""
    try:
        return msgspec.json.decode(_path(folder, name).read_bytes(), type=Secret)
    except (OSError, ValueError):
        return None


def make_secret(folder: Path, name: str, author: str, wall_us: int) -> str:
    """The new one, on the disk when this returns. Raises OSError."""
    there = read_secret(folder, name)
    made = PREFIX + secrets.token_urlsafe(32)
    former, until = (there.current, wall_us + OVERLAP_US) if there else ("", 0)
    path, disk = _path(folder, name), Disk()
    disk.make_directory(path.parent)
    disk.write_whole(path, msgspec.json.encode(Secret(made, former, until, wall_us, author)))
    return made


def signature(secret: Secret, body: bytes, wall_us: int) -> str:
    """Value of the header."""
    at = str(wall_us // 1_000_000)
    signed = at.encode() + b"." + body
    made = [hmac.new(one.encode(), signed, hashlib.sha256).hexdigest() for one in secret.signers(wall_us)]
    return ",".join([f"t={at}", *(f"v1={one}" for one in made)])


def _path(folder: Path, name: str) -> Path:
    """Of a name people chose, in whatever script: backups know files by sixteen hex digits."""
    return folder / FOLDER / f"{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}.json"
