"""Who may come in: the secrets of tokens, how they are shown and how they are checked.

A secret is made by the box and cannot be chosen: its configuration holds a salt and a hash. Being derived from a key
of the box it can be told again here for the challenge of MD5 logins, without being kept anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from firmware.config.schema import GateToken

SALT_BYTES = 8
SECRET_BYTES = 20


def secret_of(key: bytes, name: str, salt: str) -> str:
    """What the program `name` says at its login; `key` is the box's (`box_secret`)."""
    made = hmac.new(key, f"{name}\0{salt}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:SECRET_BYTES]).decode().lower()


def kept(name: str, salt: str, secret: str) -> str:
    """The configuration's `secret`. One round of a hash is enough: 160 bits cannot be guessed."""
    return f"{salt}:{hashlib.sha256(f'{name}:{salt}:{secret}'.encode()).hexdigest()}"


class Tokens:
    """Those of one configuration."""

    def __init__(self, tokens: Sequence[GateToken], key: bytes) -> None:
        self._tokens: Mapping[str, GateToken] = {one.name: one for one in tokens}
        self._key = key

    def get(self, name: str) -> GateToken | None:
        return self._tokens.get(name)

    def knows(self, name: str, secret: str) -> GateToken | None:
        """The token when the secret is its own."""
        token = self._tokens.get(name)
        salt = token.secret.partition(":")[0] if token else ""
        same = hmac.compare_digest(kept(name, salt, secret), token.secret if token else "")
        return token if same else None

    def knows_answer(self, name: str, challenge: str, answer: str) -> GateToken | None:
        """The same for MD5 of challenge and secret; only for tokens made on this box."""
        salt = token.secret.partition(":")[0] if (token := self._tokens.get(name)) else ""
        secret = secret_of(self._key, name, salt)
        right = hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()
        same = hmac.compare_digest(right, answer.lower().encode("ascii", "replace").decode())
        return self.knows(name, secret) if same and challenge else None
