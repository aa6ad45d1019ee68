"""What a request to the desk says, read strictly."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.world.world import World

LONGEST_S = 600.0
MOST_PIECE = 1600
"""Samples of speech in one piece (200 ms)."""
Asked = Mapping[str, Any]
Reply = dict[str, Any]
Session = Iterator[Reply | None]
"""One request being answered: replies as they come; None while there is nothing to say yet."""


class BadRequest(ValueError):
    """What was asked for cannot be done; the text says why and what can."""


def text(asked: Asked, key: str, longest: int) -> str:
    value = asked.get(key, "")
    if not isinstance(value, str) or len(value) > longest:
        raise BadRequest(f"{key} is a text of at most {longest} characters")
    return value


def seconds(asked: Asked, key: str, default: float) -> float:
    value = asked.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_S:
        raise BadRequest(f"{key} is a number from 0 to {LONGEST_S:.0f}")
    return float(value)


def telephone(asked: Asked, world: World) -> str:
    number = text(asked, "who", 24).removeprefix("ext-")
    if number not in world.telephones:
        raise BadRequest(f"no telephone {number!r}; there are: {', '.join(world.telephones)}")
    return f"ext-{number}"


def somebody(asked: Asked, world: World) -> str:
    """A telephone of the box, or who is on a line."""
    who = text(asked, "who", 80)
    return who if who in world.outside.on.values() else telephone(asked, world)


def samples(asked: Asked, key: str) -> NDArray[np.int16]:
    """16-bit little-endian at 8 kHz, in base64."""
    try:
        data = base64.b64decode(text(asked, key, 4 * MOST_PIECE), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{key} is base64") from None
    if not data or len(data) % 2 or len(data) > 2 * MOST_PIECE:
        raise BadRequest(f"{key} holds 1 to {MOST_PIECE} samples of 16 bits")
    return np.frombuffer(data, "<i2").astype(np.int16)


def in_base64(sound: NDArray[np.int16]) -> str:
    return base64.b64encode(sound.astype("<i2").tobytes()).decode()
