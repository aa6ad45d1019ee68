"""The half that decides: whether it can remember, what it passed over, what it came back without."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import number
from firmware.cli.told import read_told
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

RING_FILLS = 0.5


def look(places: Places) -> Iterator[Finding]:
    """Nothing of an engine that does not run."""
    now = read_told(places, "engine")
    if not now or not role_is_held(places.run, "engine"):
        return
    data = {
        "calls": now.get("calls", 0),
        "queued": now.get("queued", 0),
        "agents": now.get("agents_ready", 0),
        "fill": f"{number(now, 'ring_fill'):.0%}",
        "seconds": f"{number(now, 'ring_waited_us') / 1e6:.1f}",
        "inputs": now.get("passed_over", 0),
        "missing": now.get("recovery_missing", 0),
        "left_out": now.get("recovery_left_out", 0),
        "snapshots": now.get("recovery_snapshots_refused", 0),
        "log": places.log / "engine.log",
    }
    wrong = {
        "engine-stands": now.get("ring_waiting") is True,
        "engine-stood": now.get("ring_waiting") is False and number(now, "ring_waits") > 0,
        "journal-ring-fills": number(now, "ring_fill") > RING_FILLS,
        "inputs-passed-over": number(now, "passed_over") > 0,
        "records-missing": number(now, "recovery_missing") + number(now, "recovery_left_out") > 0,
        "snapshots-refused": number(now, "recovery_snapshots_refused") > 0,
        "switch-away": now.get("link_up") is False,
    }
    found = [Finding(slug, data) for slug, is_so in wrong.items() if is_so]
    yield from found or [Finding("engine", data)]
