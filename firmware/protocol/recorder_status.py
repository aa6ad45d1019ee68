"""What the recorder tells of itself and of the disk: `recorder.status.json` in shared memory, anew each second."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

CYCLES = 1000
"""So often a cell of a memory card may be written; a cautious figure for cards of three bits a cell."""
DAY_S = 86_400
YEAR_DAYS = 365
FULL, FAILED, SLOW = "disk-full", "disk-failed", "disk-slow"
"""Reasons, as facts and the ledger name them."""


class RecorderStatus(Struct, frozen=True):
    """Everything is since the recorder's start unless said otherwise. A field is added, never renamed."""

    at_us: int = 0
    """Box time of this status; an old one: the recorder stands in an operation of the disk, or is gone."""
    level: str = "ample"
    """`ample`, `warn`, `purge`, `full`: how full the disk is."""
    stop: str = ""
    """Why nothing new may be recorded (`disk-full`); empty: record."""
    trouble: str = ""
    """Why the disk does not take what the rings hold now: `disk-full`, `disk-failed`; empty: it does."""
    failing_since_us: int = 0
    """Box time since when nothing could be written; 0: it can."""
    space_used: float = 0.0
    """0..1; of 128 GiB where the disk is larger."""
    inodes_used: float = 0.0
    """0..1; 0 where the file system has no limit."""
    bytes_all: int = 0
    """Size of the disk."""
    bytes_free: int = 0
    """Room for this box."""
    reserve_held: bool = False
    """The room kept for call records is untouched."""
    reserve_bytes: int = 0
    """Its size."""
    journal_fill: float = 0.0
    """0..1 of the ring: what the engine decided and the disk does not have yet."""
    journal_fill_most: float = 0.0
    """The most it was."""
    audio_fill: float = 0.0
    """0..1 of the ring: what the switch taped and the disk does not have yet."""
    audio_fill_most: float = 0.0
    """The most it was."""
    audio_seconds_left: float = 0.0
    """How long the audio ring would take what is taped now, were the disk to stand still; 0: nothing is taped."""
    records_refused: int = 0
    """How often the engine met a full journal ring since the box's start (it waits and tries again)."""
    blocks_refused: int = 0
    """Ticks of tape lost in a full audio ring since the box's start; the ledger names each."""
    records: int = 0
    """Journal records written."""
    blocks: int = 0
    """Ticks of tape written."""
    syncs: int = 0
    """Times both lanes were made durable."""
    sync_us_p50: int = 0
    """Of the latest 256 syncs of a file or directory."""
    sync_us_p99: int = 0
    """Of the latest 256."""
    sync_us_most: int = 0
    """The longest."""
    bytes_per_s: int = 0
    """Written in the last second."""
    bytes_written: int = 0
    """In all."""
    bytes_per_day: int = 0
    """At the pace since the start."""
    budget_bytes_per_day: int = 0
    """What the configuration allows before people are told."""
    life_years: float = 0.0
    """How long a disk of this size would last at that pace with 1000 rewrites a cell; 0: not known yet."""
    failures: dict[str, int] = {}
    """Errors by name: `ENOSPC`, `EIO`, `EROFS`…"""
    last_error: str = ""
    """`EIO: Input/output error: sync`; stays after it was survived."""
    last_error_us: int = 0
    """Box time of it."""


def life_years(disk_bytes: int, bytes_per_day: int) -> float:
    """0 for no pace."""
    return round(disk_bytes * CYCLES / (bytes_per_day * YEAR_DAYS), 1) if bytes_per_day else 0.0


def read_status(path: Path) -> RecorderStatus | None:
    """None when there is none, or it is just being written."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=RecorderStatus)
    except (OSError, msgspec.MsgspecError):
        return None
