"""What is posted: events as the stream has them, the word that events are missing, and tests. Pure."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from firmware.jobs.webhooks.signing import HEADER, Secret, signature
from firmware.stream.happenings import Happening, Position
from firmware.stream.vocabulary import VERSION as EVENTS
from firmware.version import VERSION

GAP, TEST = "gap", "test"


class Item(Struct, frozen=True):
    id: str
    event: str
    body: bytes
    """JSON."""
    at_us: int
    """Box time."""
    position: Position | None = None
    """In the journal; None: it is not of the journal."""


def item_of(one: Happening, at_us: int) -> Item:
    return Item(one.id, one.kind.name, one.body, at_us, one.position)


def gap_before(item: Item, wall_us: int) -> Item:
    """Its id is the same each time it is tried."""
    return _own(f"{GAP}-{item.id}", GAP, item.at_us, wall_us)


def test_of(wish: str, now_us: int, wall_us: int) -> Item:
    return _own(f"{TEST}-{wish}", TEST, now_us, wall_us)


def headers_of(item: Item, secret: Secret, wall_us: int, attempt: int) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": f"tipring/{VERSION}",
        "Tipring-Event": item.event,
        "Tipring-Event-Id": item.id,
        "Tipring-Attempt": str(attempt),
        HEADER: signature(secret, item.body, wall_us),
    }


def _own(made: str, event: str, at_us: int, wall_us: int) -> Item:
    body = msgspec.json.encode({"v": EVENTS, "id": made, "event": event, "at": wall_us // 1000})
    return Item(made, event, body, at_us)
