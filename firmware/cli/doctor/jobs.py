"""Look-ups and mails under way: how many, since when, and whether mail gets out; whether webhooks are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drivers.clock import MonotonicClock
from firmware.cli.box_now import box_now_us
from firmware.cli.doctor.finding import Finding
from firmware.cli.told import read_told
from firmware.jobs.webhooks.standing import Standing, read_standings
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

DAY_US = 86_400_000_000
FAILS_US = 600_000_000
"""An endpoint that took nothing for so long is told of; shorter troubles end by themselves."""


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
    yield from _webhooks(places, now_us)


def _webhooks(places: Places, now_us: int) -> Iterator[Finding]:
    """Nothing where there are none."""
    told = read_standings(places.run)
    if told is None or not told.webhooks:
        return
    offset_us = MonotonicClock.wall_us() - now_us
    found = list(_troubles(told.webhooks, now_us + offset_us))
    yield from found or [Finding("webhooks", {"count": len(told.webhooks)})]


def _troubles(webhooks: Iterable[Standing], wall_us: int) -> Iterator[Finding]:
    for one in webhooks:
        if not one.has_secret:
            yield Finding("webhook-no-secret", {"name": one.name})
        elif one.failing_at and wall_us - one.failing_at >= FAILS_US:
            since_h = (wall_us - one.failing_at) / 3_600_000_000
            data = {"hours": f"{since_h:.1f}", "waiting": one.waiting, "reason": one.reason}
            slug = "webhook-loses" if one.given_up else "webhook-fails"
            yield Finding(slug, data | {"name": one.name, "lost": one.given_up})


def _number(told: dict[str, object], name: str) -> float:
    value = told.get(name, 0)
    return value if isinstance(value, int | float) else 0
