"""What makes history and recordings: whether it keeps up, what it could not read or write."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.doctor.finding import Finding
from firmware.cli.told import read_told
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

BEHIND_S = 60.0
HOUR_US = 3_600_000_000


def look(places: Places) -> Iterator[Finding]:
    """Nothing of an archive that does not run; what is missing for ever is told of history.db."""
    now = read_told(places, "archive")
    if not now or not role_is_held(places.run, "archive"):
        return
    figures = {name: value for name, value in now.items() if isinstance(value, int | float)}
    data = {
        "taken": now.get("taken", 0),
        "cut": now.get("cut", 0),
        "seconds": f"{figures.get('behind_s', 0.0):.0f}",
        "records": now.get("behind_records", 0),
        "blocks": now.get("bad_blocks", 0),
        "files": now.get("torn", 0),
        "error": now.get("last_error", ""),
    }
    since_us = figures.get("at_us", 0) - figures.get("last_error_us", 0)
    wrong = {
        "archive-behind": figures.get("behind_s", 0.0) > BEHIND_S,
        "archive-fails": bool(now.get("last_error")) and since_us < HOUR_US,
        "tape-damaged": figures.get("bad_blocks", 0) + figures.get("torn", 0) > 0,
    }
    found = [Finding(slug, data) for slug, is_so in wrong.items() if is_so]
    yield from found or [Finding("archive", data)]
