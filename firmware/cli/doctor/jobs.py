"""Look-ups and mails under way: how many, since when, and whether mail gets out."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.box_now import box_now_us
from firmware.cli.doctor.finding import Finding
from firmware.cli.metrics.exposition import read_told
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

DAY_US = 86_400_000_000


def look(places: Places) -> Iterator[Finding]:
    """Nothing of a process that does not run."""
    now, now_us = read_told(places, "jobs"), box_now_us(places)
    if not now or now_us is None or not role_is_held(places.run, "jobs"):
        return
    data = {
        "waiting": _number(now, "open"),
        "seconds": f"{_number(now, 'oldest_s'):.0f}",
        "retried": _number(now, "mails_retried"),
        "failed": _number(now, "mails_failed"),
        "reason": now.get("mail_reason", ""),
        "hung": _number(now, "left_behind"),
        "log": places.log / "jobs.log",
    }
    last_us = _number(now, "mail_failed_us")
    wrong = {
        "mail-fails": _number(now, "mails_retried") > 0 or (last_us > 0 and now_us - last_us < DAY_US),
        "jobs-hang": _number(now, "left_behind") > 0,
        "jobs-no-engine": now.get("engine_up") is False,
    }
    found = [Finding(slug, data) for slug, is_so in wrong.items() if is_so]
    yield from found or [Finding("jobs", data)]


def _number(told: dict[str, object], name: str) -> float:
    value = told.get(name, 0)
    return value if isinstance(value, int | float) else 0
