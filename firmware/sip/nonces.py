"""Nonces that need no memory until they are used rightly, and counts that cannot be used twice (RFC 7616 3.3, 3.4)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections import OrderedDict
from enum import Enum

from msgspec import Struct

LASTS_US = 300_000_000
KEPT = 4096
"""Nonces whose counts are remembered."""
WINDOW = 64
"""Counts that may come late: UDP changes the order of requests."""
_HEAD = struct.Struct("<QI")
_MAC_BYTES = 15
_BYTES = _HEAD.size + _MAC_BYTES


class Age(Enum):
    FRESH = "fresh"
    STALE = "stale"
    """Ours but too old, or not ours, or not for this source: a new one is wanted, no log-in was tried."""


class _Counts(Struct):
    highest: int
    seen: int
    """Bit n: `highest` - n was used."""


class Nonces:
    """A nonce is box time, a counter and their MAC with the source: who can use it did hear us at that address.

    So a wrong log-in is never the work of somebody who merely forged the address. Nonces older than this object are
    stale: what was used of them is forgotten.
    """

    def __init__(self, key: bytes, now_us: int) -> None:
        self._key = key
        self._floor_us = now_us
        """Nonces made before are stale."""
        self._made = 0
        self._used: OrderedDict[bytes, _Counts] = OrderedDict()

    def make(self, source: str, now_us: int) -> str:
        self._made = (self._made + 1) & 0xFFFFFFFF
        head = _HEAD.pack(now_us, self._made)
        return base64.urlsafe_b64encode(head + self._mac(head, source)).decode()

    def age(self, nonce: str, source: str, now_us: int) -> Age:
        raw = _raw(nonce)
        head, mac = raw[: _HEAD.size], raw[_HEAD.size :]
        if len(raw) != _BYTES or not hmac.compare_digest(mac, self._mac(head, source)):
            return Age.STALE
        made_us = _HEAD.unpack(head)[0]
        return Age.FRESH if self._floor_us <= made_us <= now_us < made_us + LASTS_US else Age.STALE

    def spend(self, nonce: str, count: int) -> bool:
        """For a fresh nonce with a right response alone. False: this count was used, or may have been."""
        raw = _raw(nonce)
        counts = self._used.get(raw)
        if counts is None:
            self._used[raw] = _Counts(count, 1)
            self._forget()
            return True
        return _counted(counts, count)

    def __len__(self) -> int:
        return len(self._used)

    def _forget(self) -> None:
        """A nonce that is forgotten, and all as old, are used up."""
        while len(self._used) > KEPT:
            raw, _ = self._used.popitem(last=False)
            self._floor_us = max(self._floor_us, _HEAD.unpack_from(raw)[0] + 1)

    def _mac(self, head: bytes, source: str) -> bytes:
        data = head + source.encode("utf-8", "replace")
        return hmac.new(self._key, data, hashlib.sha256).digest()[:_MAC_BYTES]


def _counted(counts: _Counts, count: int) -> bool:
    ahead = count - counts.highest
    if ahead > 0:
        counts.seen = (counts.seen << min(ahead, WINDOW) | 1) & ((1 << WINDOW) - 1)
        counts.highest = count
        return True
    bit = 1 << -ahead if -ahead < WINDOW else 0
    if not bit or counts.seen & bit:
        return False
    counts.seen |= bit
    return True


def _raw(nonce: str) -> bytes:
    """The bytes: a nonce can be written in one way only."""
    try:
        return base64.b64decode(nonce.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return b""
