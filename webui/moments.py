"""Instants as people of the site read them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from webui.site import the_site


def local_time(at_us: int | None) -> str:
    """Unix microseconds as date and time of the site's zone; empty for none."""
    if not at_us:
        return ""
    zone = ZoneInfo(the_site().config.site.zone)
    return datetime.fromtimestamp(at_us / 1e6, zone).strftime("%Y-%m-%d %H:%M:%S")


def today(zone: str) -> date:
    """The day it is there now."""
    return datetime.fromtimestamp(the_site().wall_us() // 1_000_000, ZoneInfo(zone)).date()
