"""What a page at the bench may ask, and how the world is asked for it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

Who = Annotated[str, Meta(min_length=1, max_length=80)]
Digits = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[0-9*#A-D]+$")]


class Asked(Struct, frozen=True, tag_field="do", tag=str.lower, forbid_unknown_fields=True, kw_only=True):
    """`id` comes back with the answer."""

    id: int = 0


class Lift(Asked, frozen=True):
    who: Who


class Hang(Asked, frozen=True):
    who: Who


class Flash(Asked, frozen=True):
    who: Who


class Dial(Asked, frozen=True):
    who: Who
    digits: Digits


class Say(Asked, frozen=True):
    who: Who
    text: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]
    language: str = "en"


class Ring(Asked, frozen=True, rename={"caller": "from"}):
    number: Annotated[str, Meta(max_length=40)]
    caller: Annotated[str, Meta(max_length=24, pattern=r"^[+0-9]*$")] = ""
    name: Annotated[str, Meta(max_length=50)] = ""


class Hold(Asked, frozen=True):
    """Which handset is at the ear and the mouth; nothing: none."""

    who: Annotated[str, Meta(max_length=80)] = ""


class Got(Asked, frozen=True):
    """So many pieces of sound came so far."""

    pieces: Annotated[int, Meta(ge=0)]


Act = Lift | Hang | Flash | Dial | Say | Ring
"""What the world does."""
_DECODER: msgspec.json.Decoder[Act | Hold | Got] = msgspec.json.Decoder(Act | Hold | Got)


def read(text: str) -> Act | Hold | Got:
    """Raises ValueError."""
    return _DECODER.decode(text)


def to_world(act: Act) -> dict[str, Any]:
    asked: dict[str, Any] = msgspec.to_builtins(act)
    del asked["id"]
    if isinstance(act, Say):
        asked["as"] = "text"
    return asked
