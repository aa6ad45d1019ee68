"""A job that is under way, as the state remembers it."""

from __future__ import annotations

from msgspec import Struct


class Job(Struct):
    id: int
    kind: str
    name: str
    until_us: int
    call: int = 0
    node: str = ""
    what: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
