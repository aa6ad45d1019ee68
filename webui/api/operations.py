"""One operation of the API: where it is, which token reaches it, what it takes and gives. A row is a route."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec import Struct

from webui.access.tokens import Token
from webui.api.scopes import Scope

Wanted = TypeVar("Wanted")
MOST_BYTES = 256 << 10
LARGEST_ID = 2**53 - 1
"""What every JSON reader and SQLite hold."""
NUMBER = "number"
"""In a path."""


class Given(Struct, frozen=True):
    """What came with a request, as the operation's types have it."""

    token: Token
    query: Any = None
    body: Any = None
    key: str = ""
    """`Idempotency-Key`."""
    if_match: str = ""
    data: bytes = b""
    """What `Operation.takes` names."""


class Answer(Struct, frozen=True):
    """`body` is told as JSON; None: there is none, or `data` is."""

    body: Any = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    data: bytes | Iterator[str] = b""
    media: str = ""
    """One of the operation's; empty: its `media`."""


class Operation(Struct, frozen=True, kw_only=True):
    """`path` is Flask's rule below `/api/v1`; `name` is the operation's id for ever."""

    name: str
    method: str
    path: str
    scope: Scope
    says: str
    view: Callable[..., Answer] | None = None
    """None: the event loop serves it itself."""
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    answer: Any = None
    """Type of the answer's body."""
    status: int = 200
    media: str = "application/json"
    other_media: tuple[str, ...] = ()
    """What is given as it was asked for."""
    wants_key: bool = False
    """`Idempotency-Key`: asked again with the same one it is done once."""
    wants_version: bool = False
    """`If-Match`: the ETag that was read."""
    heeds_version: bool = False
    """The same, where it is sent."""
    takes: str = ""
    """Media type of a body that is no JSON."""
    most_bytes: int = MOST_BYTES
    """Of the body."""
    problems: tuple[int, ...] = ()
    """Statuses beside those every operation may have."""
