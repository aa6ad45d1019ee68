"""How each endpoint stands, for the pages and the doctor; and what people wish of the process that delivers.

Both lie in memory (`Places.run`): a figure is written anew each second, a wish is one file that is taken once.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

FILE = "webhooks.json"
WISHES = "webhook-wishes"
MOST_WISHES = 100
LATEST = 20
MOST_ASIDE = 50


class Delivery(Struct, frozen=True):
    """One try that was not repeated, or the newest one."""

    id: str
    event: str
    at: int
    """Unix microseconds."""
    reason: str = ""
    """Empty: taken."""
    tries: int = 1
    took_ms: int = 0


class Standing(Struct):
    """`reason` is why the last try failed; times are Unix microseconds, 0: never."""

    name: str
    has_secret: bool = True
    delivered: int = 0
    set_aside: int = 0
    """Events that were refused again and again; see `aside`."""
    given_up: int = 0
    """Events that grew too old for an endpoint that took nothing."""
    failures: int = 0
    taken_at: int = 0
    failed_at: int = 0
    reason: str = ""
    failing_at: int = 0
    """Since when nothing is taken."""
    next_at: int = 0
    """When it is tried again."""
    waiting: int = 0
    waiting_more: bool = False
    """There are more than `waiting`."""
    oldest_at: int = 0
    latest: tuple[Delivery, ...] = ()
    aside: tuple[Delivery, ...] = ()


class Standings(Struct, frozen=True):
    at_us: int
    """Box time."""
    webhooks: tuple[Standing, ...] = ()


class Wish(Struct, frozen=True):
    """`again` wants `id`, `since` wants `at_us` (box time)."""

    do: Literal["test", "now", "again", "since"]
    webhook: str
    id: str = ""
    at_us: int = 0


def write_standings(run: Path, told: Standings) -> None:
    """Raises OSError."""
    handle, partial = tempfile.mkstemp(prefix=f".{FILE}.", dir=run)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(told))
    Path(partial).replace(run / FILE)


def read_standings(run: Path) -> Standings | None:
    """None: nobody delivers, or nobody ever did."""
    try:
        return msgspec.json.decode((run / FILE).read_bytes(), type=Standings)
    except (OSError, ValueError):
        return None


def put_wish(run: Path, wish: Wish) -> str:
    """Its id. Raises OSError."""
    folder = run / WISHES
    folder.mkdir(mode=0o700, exist_ok=True)
    name = secrets.token_hex(8)
    partial = folder / f".{name}"
    partial.write_bytes(msgspec.json.encode(wish))
    partial.replace(folder / f"{name}.json")
    return name


def take_wishes(run: Path) -> Iterator[tuple[str, Wish]]:
    """Each once: (its id, what is wished). Raises OSError."""
    for path in sorted((run / WISHES).glob("*.json"))[:MOST_WISHES]:
        data = path.read_bytes()
        path.unlink()
        with suppress(ValueError):
            yield path.stem, msgspec.json.decode(data, type=Wish)
