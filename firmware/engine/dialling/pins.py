"""PINs as the engine remembers them: keyed hashes. The digits themselves stay in config.db and nowhere else.

A sealed PIN is `sealed:KEY:HASH` and, for each beginning of the PIN that ends with an emergency number, one more hash:
so that somebody who keys such a PIN is not taken for somebody who calls for help.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import msgspec
from msgspec import Struct, structs

from firmware.config.schema import Agent, Class, Config, Mailbox, Room

_SEALED = "sealed:"


class Pin(Struct, frozen=True):
    """A PIN and what its hash is bound to."""

    of: str
    pin: str


def pin_of(part: Agent | Mailbox | Class | Room, *, chair: bool = False) -> Pin:
    """The PIN of one part; a room has one for its chair too."""
    if isinstance(part, Class):
        return Pin(f"class:{part.id}", part.pin)
    if isinstance(part, Room):
        return Pin(f"chair:{part.id}", part.chair_pin) if chair else Pin(f"room:{part.id}", part.pin)
    return Pin(part.id, part.pin)


LEAST_DIGITS = 4
_RUN = "01234567890"


def new_pin_fault(digits: str, within: Iterable[str]) -> str:
    """Why a PIN chosen by telephone is none: `too-short`, `too-simple`; nothing: it is one.

    `within` are numbers that must not be in it: the telephone's own, and emergency numbers.
    """
    if len(digits) < LEAST_DIGITS:
        return "too-short"
    run = digits in _RUN or digits in _RUN[::-1]
    simple = run or len(set(digits)) == 1 or any(one and one in digits for one in within)
    return "too-simple" if simple or not digits.isdigit() else ""


class PinKey:
    """The box's key for PINs; without one (virtual time) everybody can make the same hashes."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key
        self.name = self._hash("name", "")[:8]

    def seal(self, text: str) -> str:
        """A configuration's JSON with all PINs sealed; the same text where there are none. Raises MsgspecError."""
        config = msgspec.json.decode(text, type=Config)
        if all(one.pin.startswith(_SEALED) for one in _pins(config)):
            return text
        emergency = config.dial_plan.emergency
        sealed = {
            field: tuple(self._part(part, emergency) for part in getattr(config, field)) for field in _HOLDERS
        }
        return msgspec.json.encode(structs.replace(config, **sealed)).decode()

    def knows(self, config: Config) -> bool:
        """Whether every sealed PIN was sealed with this key."""
        sealed = (one.pin for one in _pins(config) if one.pin.startswith(_SEALED))
        return all(pin.split(":")[1] == self.name for pin in sealed)

    def right(self, pin: Pin, keyed: str) -> bool:
        """Whether these digits are the PIN. One nobody sealed yet (an old journal's) is compared as it is."""
        if pin.pin.startswith(_SEALED):
            return compare_digest(pin.pin.split(":")[2], self._hash(pin.of, keyed))
        return bool(pin.pin) and compare_digest(pin.pin.encode(), keyed.encode())

    def chosen(self, of: str, digits: str, emergency: Iterable[str]) -> str:
        """A new PIN as it is remembered: the same for the same digits."""
        return self._sealed(Pin(of, digits), emergency)

    def begins(self, pin: Pin, keyed: str) -> bool:
        """Whether the PIN begins with these digits, whose last are an emergency number."""
        if pin.pin.startswith(_SEALED):
            return self._hash(pin.of, keyed) in pin.pin.split(":")[2:]
        return pin.pin.startswith(keyed)

    def _part(self, part: Any, emergency: Iterable[str]) -> Any:
        changed = {"pin": self._sealed(pin_of(part), emergency)}
        if isinstance(part, Room):
            changed["chair_pin"] = self._sealed(pin_of(part, chair=True), emergency)
        return structs.replace(part, **changed)

    def _sealed(self, pin: Pin, emergency: Iterable[str]) -> str:
        if not pin.pin or pin.pin.startswith(_SEALED):
            return pin.pin
        beginnings = (pin.pin[:length] for length in range(1, len(pin.pin) + 1))
        urgent = [one for one in beginnings if any(number and one.endswith(number) for number in emergency)]
        hashes = (self._hash(pin.of, one) for one in (pin.pin, *urgent))
        return _SEALED + ":".join((self.name, *hashes))

    def _hash(self, of: str, digits: str) -> str:
        return blake2b(f"{of}\0{digits}".encode(), key=self._key, digest_size=16).hexdigest()


_HOLDERS = ("agents", "mailboxes", "classes", "rooms")


def _pins(config: Config) -> Iterator[Pin]:
    found = (pin_of(part) for field in _HOLDERS for part in getattr(config, field))
    chairs = (pin_of(room, chair=True) for room in config.rooms)
    yield from (one for one in (*found, *chairs) if one.pin)
