"""The gate for other programs: whether it is on as configured, who is in, and who was refused."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.box_now import box_now_us
from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import config_of, whole
from firmware.cli.told import read_told
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

SILENT_US = 30_000_000
DAY_US = 86_400_000_000
MANY = 10
"""So many refused logins are no slip of a hand."""


def look(places: Places) -> Iterator[Finding]:
    """Nothing of a box that does not run or has no configuration."""
    now_us, config = box_now_us(places), config_of(places)
    if now_us is None or config is None or not role_is_held(places.run, "engine"):
        return
    if config.gate.enabled:
        yield _of(places, now_us)
    else:
        yield Finding("gate-off")


def _of(places: Places, now_us: int) -> Finding:
    now = read_told(places, "gate")
    alive = role_is_held(places.run, "gate") and now_us - whole(now, "at_us") < SILENT_US
    if not alive or now.get("listening") is not True:
        return Finding("gate-gone", {"log": places.log / "gate.log"})
    refused, last_us = whole(now, "refused_logins"), whole(now, "last_refused_us")
    data = {
        "clients": whole(now, "clients"),
        "refused": refused,
        "hours": f"{max(0, now_us - last_us) / 3.6e9:.1f}",
    }
    if not refused:
        return Finding("gate", data)
    guessed = refused >= MANY and now_us - last_us < DAY_US
    return Finding("gate-guessed" if guessed else "gate-refused", data)
