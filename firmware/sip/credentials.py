"""What telephones log in with: hashes of passwords, one file a number in `secrets/sip`, never in the configuration."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.sip.digest import ALGORITHMS, ha1
from firmware.store.disk import Disk

FOLDER = "sip"
"""Below `Places.secrets`."""
NUMBER = re.compile(r"[0-9]{1,20}")
LOOK_US = 1_000_000
"""A new password counts after so long at most."""
MOST_BYTES = 4096
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is read for another."""
LENGTH = 20
SHORTEST = 10


class Secret(Struct, frozen=True):
    """HA1 of number, realm and password by each algorithm: as good as the password for this box, and for no other."""

    number: str
    realm: str
    md5: str
    sha256: str

    def ha1(self, algorithm: str) -> str:
        return self.sha256 if algorithm == "SHA-256" else self.md5


class WeakPassword(ValueError):
    """One that is soon guessed."""


def new_password() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def check_password(number: str, password: str) -> None:
    """Raises WeakPassword: toll fraud begins with `1234` and with the number itself."""
    usable = len(password) >= SHORTEST and password.isprintable() and not password.isdigit()
    named = len(number) > 2 and number in password
    if not usable or named or len(set(password)) < SHORTEST // 2:
        raise WeakPassword(number)


def make_secret(number: str, realm: str, password: str) -> Secret:
    md5, sha256 = (ha1(name, number, realm, password) for name in ("MD5", "SHA-256"))
    return Secret(number, realm, md5, sha256)


def keep(folder: Path, secret: Secret, disk: Disk | None = None) -> Path:
    """On the disk, readable for this user alone, when this returns. Raises OSError."""
    disk = disk or Disk()
    disk.make_directory(folder)
    path = folder / f"{secret.number}.json"
    disk.write_whole(path, msgspec.json.encode(secret) + b"\n")
    return path


def read(path: Path) -> Secret | None:
    """None for what is no such file."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MOST_BYTES), type=Secret)
    except (OSError, msgspec.MsgspecError):
        return None


def stranger(key: bytes, realm: str) -> Secret:
    """What nobody knows: log-ins of unknown users are held against it, so that they take the same work."""
    lines = [hmac.new(key, name.encode(), hashlib.sha256).hexdigest() for name in ALGORITHMS]
    return Secret("", realm, lines[1][:32], lines[0])


class Credentials:
    """Those of this realm. Asking takes the same work whether a number is known or not.

    Strategy: all are in memory, and one look at the folder a second tells whether any changed; `keep` renames, which
    changes the folder. After a change it is read once more, since two changes may bear one time.
    """

    def __init__(self, folder: Path, realm: str) -> None:
        self._folder, self._realm = folder, realm
        self._known: dict[str, Secret] = {}
        self._stamp: tuple[int, ...] | None = None
        self._settled = False
        self._look_us = 0
        self.unusable = 0
        """Files that cannot be read, or are of another box."""

    def get(self, number: str, now_us: int) -> Secret | None:
        if now_us >= self._look_us:
            self._look_us = now_us + LOOK_US
            self._look()
        return self._known.get(number)

    def _look(self) -> None:
        stamp = _stamp(self._folder)
        if stamp == self._stamp and self._settled:
            return
        self._settled = stamp == self._stamp
        self._stamp = stamp
        found = [(path.stem, read(path)) for path in _files(self._folder)]
        good = {name: one for name, one in found if one and (one.number, one.realm) == (name, self._realm)}
        self._known, self.unusable = good, len(found) - len(good)


def _stamp(folder: Path) -> tuple[int, ...]:
    try:
        at = folder.stat()
    except OSError:
        return ()
    return (at.st_ino, at.st_mtime_ns, at.st_ctime_ns)


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix == ".json" and NUMBER.fullmatch(path.stem)]
    except OSError:
        return []
