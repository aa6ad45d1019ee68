"""Root of all facts."""

from __future__ import annotations

from msgspec import Struct


class Fact(Struct, frozen=True, tag=True):
    """Root of all facts."""
