"""Wall time as scenario files write it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def wall_us(text: str, zone: str) -> int:
    """Unix microseconds of `2026-11-23T09:00:00` in `zone`, whole seconds. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return int(moment.timestamp()) * 1_000_000
