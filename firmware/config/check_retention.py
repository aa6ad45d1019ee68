"""Retention: what the numbers of days mean together."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.schema import Config


def check_retention(config: Config) -> Iterator[Finding]:
    site = config.site
    if site.personal_data_days and _outlives(site.retention_days, site.personal_data_days):
        data = {"recordings": site.retention_days or "∞", "records": site.personal_data_days}
        yield Finding(("site", "personal_data_days"), say.RECORDS_FORGET_FIRST, data)
    if not site.purge_early_days:
        return
    shortest = [days for days in _limits(config) if days]
    if shortest and site.purge_early_days >= max(shortest) and len(shortest) == len(_limits(config)):
        data = {"early": site.purge_early_days, "longest": max(shortest)}
        yield Finding(("site", "purge_early_days"), say.NEVER_EARLY, data)


def _outlives(recordings_days: int, records_days: int) -> bool:
    return recordings_days == 0 or recordings_days > records_days


def _limits(config: Config) -> list[int]:
    """Days of the site and of each queue and mailbox that says something else; 0: for ever."""
    own = [queue.retention_days for queue in config.queues] + [box.retention_days for box in config.mailboxes]
    return [config.site.retention_days, *(days for days in own if days >= 0)]
