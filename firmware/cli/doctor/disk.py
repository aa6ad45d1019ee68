"""The disk as the recorder sees it, or, where none runs, as it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from firmware.cli.doctor.finding import Finding
from firmware.protocol.places import Places
from firmware.protocol.recorder_status import FAILED, FULL, RecorderStatus, read_status

LEAST_FREE = 0.15
"""SAFETY.md D4: a warning at 85 % full."""
SLOW_SYNC_US = 1_000_000
"""A second's work must be safe within a second."""
RING_FILLS = 0.5


def look(places: Places) -> Iterator[Finding]:
    status = read_status(places.status("recorder"))
    if status is None:
        yield _room(places)
        return
    found = list(_troubles(status))
    room = {"free": f"{status.bytes_free / 1e9:.1f}", "used": f"{status.space_used:.0%}"}
    yield from found or [Finding("disk", {**room, "place": places.root})]


def _room(places: Places) -> Finding:
    there = next(path for path in (places.root, *places.root.parents) if path.exists())
    usage = shutil.disk_usage(there)
    share = usage.free / usage.total
    data = {"free": f"{usage.free / 1e9:.1f}", "used": f"{1 - share:.0%}", "place": there}
    return Finding("disk" if share >= LEAST_FREE else "disk-fills", data)


def _troubles(now: RecorderStatus) -> Iterator[Finding]:
    data = {
        "free": f"{now.bytes_free / 1e9:.1f}",
        "used": f"{max(now.space_used, now.inodes_used):.0%}",
        "error": now.last_error,
        "seconds": f"{now.sync_us_p99 / 1e6:.1f}",
        "most": f"{max(now.journal_fill_most, now.audio_fill_most):.0%}",
        "blocks": now.blocks_refused,
        "lost": f"{now.blocks_refused * 0.02:.1f}",
        "years": now.life_years,
        "gigabytes": f"{now.bytes_per_day / 1e9:.1f}",
    }
    found = {
        "disk-failed": now.trouble == FAILED,
        "disk-full": FULL in {now.stop, now.trouble},
        "disk-fills": not now.stop and not now.trouble and now.level != "ample",
        "disk-no-reserve": now.reserve_bytes > 0 and not now.reserve_held,
        "disk-slow": now.sync_us_p99 > SLOW_SYNC_US,
        "rings-fill": max(now.journal_fill_most, now.audio_fill_most) > RING_FILLS,
        "tape-lost": now.blocks_refused > 0,
        "disk-errors": bool(now.failures) and not now.trouble,
        "disk-wears": now.bytes_per_day > now.budget_bytes_per_day > 0,
    }
    return (Finding(slug, data) for slug, wrong in found.items() if wrong)
