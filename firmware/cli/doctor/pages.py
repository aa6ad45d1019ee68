"""The pages: whether they are there as configured, where, and by which fingerprint a browser knows the box."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.box_now import box_now_us
from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import config_of, whole
from firmware.cli.told import read_told
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

SILENT_US = 30_000_000


def look(places: Places) -> Iterator[Finding]:
    """Nothing of a box that does not run or has no configuration."""
    now_us, config = box_now_us(places), config_of(places)
    if now_us is None or config is None or not role_is_held(places.run, "engine"):
        return
    now = read_told(places, "web")
    if not config.web.enabled or (not now and not role_is_held(places.run, "web")):
        yield Finding("web-off")
    elif not role_is_held(places.run, "web") or now_us - whole(now, "at_us") > SILENT_US:
        yield Finding("web-gone", {"log": places.log / "web.log"})
    elif now.get("fingerprint"):
        yield Finding("web-secure", {"url": now.get("url", ""), "fingerprint": now["fingerprint"]})
    else:
        yield Finding("web", {"url": now.get("url", "")})
