"""The processes of a running box: who is gone, who hangs, who keeps dying, who grows too large."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.box_now import box_now_us
from firmware.cli.doctor.finding import Finding
from firmware.cli.guardian_status import GuardianStatus, read_status
from firmware.cli.role_table import ROLE_TABLE
from firmware.protocol.heartbeat import last_beat_us
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, role_is_held

DAY_US = 86_400_000_000
ROOM = 0.8
"""Of its limit; beyond the limit the guardian kills it."""


def look(places: Places) -> Iterator[Finding]:
    now_us = box_now_us(places)
    running = [role for role in ROLES if role_is_held(places.run, role)]
    if now_us is None or not running:
        yield Finding("box-stopped")
        return
    status = read_status(places.status("guardian"))
    found = [
        *(
            Finding("process-gone", {"role": role, "log": places.log})
            for role in ROLES
            if role not in running
        ),
        *(Finding("process-hangs", data) for data in _silent(places, running, now_us)),
        *_of_guardian(status, now_us, places),
    ]
    yield from found or [Finding("processes", {"running": ", ".join(running)})]


def _silent(places: Places, running: list[str], now_us: int) -> Iterator[dict[str, object]]:
    for role in running:
        beat_us, limit_s = last_beat_us(places.beat(role)), ROLE_TABLE[role].silent_s
        if limit_s and beat_us is not None and now_us - beat_us > limit_s * 1e6:
            yield {"role": role, "seconds": f"{(now_us - beat_us) / 1e6:.0f}"}


def _of_guardian(status: GuardianStatus, now_us: int, places: Places) -> Iterator[Finding]:
    for role, wait_s in sorted(status.waiting_s.items()):
        if wait_s > 0:
            yield Finding("process-waits", {"role": role, "seconds": f"{wait_s:.0f}", "log": places.log})
    if status.last_death and now_us - status.last_death_us < DAY_US:
        deaths = ", ".join(f"{role} {count}" for role, count in sorted(status.deaths.items()) if count)
        yield Finding("process-died", {"deaths": deaths, "last": status.last_death, "log": places.log})
    for role, size in sorted(status.memory_bytes.items()):
        row = ROLE_TABLE.get(role)
        if row is not None and size > ROOM * row.memory_mb * 1_000_000:
            data = {"role": role, "mb": size // 1_000_000, "limit": row.memory_mb, "log": places.log}
            yield Finding("process-large", data)
