"""Whoever takes recordings out or hears them is told to the audit first: by the engine, or where it is away by a word
left beside history that the archive takes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.protocol.facts import RecordingsAccessed
from firmware.protocol.inputs import AccessOrder
from firmware.protocol.order_client import give_order
from firmware.protocol.order_format import OrderAnswer, Verdict
from firmware.protocol.places import Places
from firmware.store.disk import Disk

FOLDER = "audit.waiting"
LISTEN = "listen"
_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
GiveOrder = Callable[[AccessOrder], OrderAnswer]


class Waiting(Struct, frozen=True):
    """`at` is Unix time in microseconds."""

    access: RecordingsAccessed
    at: int


def leave_word(data: Path, access: RecordingsAccessed, at: int, disk: Disk) -> None:
    """Durable on return. Raises OSError."""
    folder = data / FOLDER
    disk.make_directory(folder)
    disk.write_whole(folder / f"{access.access}.json", msgspec.json.encode(Waiting(access, at)))


def tell_access(places: Places, order: AccessOrder, at: int, give: GiveOrder | None = None) -> OrderAnswer:
    """Durable when the answer is `done`; else nothing may be heard or taken out.

    Telling it again with the same id makes no second entry. `at` is Unix time in microseconds. Raises OSError.
    """
    answer = (give or (lambda one: give_order(places, one, wait_saved=True)))(order)
    if answer.verdict is not Verdict.NO_ENGINE:
        return answer
    fact = RecordingsAccessed(order.id, order.author, order.do, order.recordings, order.why)
    leave_word(places.root, fact, at, Disk())
    return msgspec.structs.replace(answer, verdict=Verdict.SAVED)


class Listening(Struct, frozen=True):
    """Somebody opens the player. The many requests of one player carry one `id`: they are one entry."""

    id: str
    """Letters, digits, hyphens."""
    author: str
    recording: str


class NoListening(ValueError):
    """Its id has other characters: it would name other files."""


def heard(places: Places, listening: Listening, at: int, give: GiveOrder | None = None) -> bool:
    """Before the first sound leaves the box: False where it cannot be told, and then nobody may listen.

    `at` is Unix time in microseconds. Raises NoListening, OSError.
    """
    if not _ID.fullmatch(listening.id):
        raise NoListening(f"{listening.id!r} names no listening")
    order = AccessOrder(f"{LISTEN}-{listening.id}", listening.author, LISTEN, (listening.recording,))
    return tell_access(places, order, at, give).done
