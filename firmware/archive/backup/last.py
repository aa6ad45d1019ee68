"""When the last backup was made: written beside the data by who makes one, read by `tipring doctor`."""

from __future__ import annotations

from msgspec import Struct

LAST = "backup.last"
"""In the data directory, as JSON."""


class LastBackup(Struct, frozen=True):
    made_at: int
    """Unix seconds."""
    bytes: int = 0
