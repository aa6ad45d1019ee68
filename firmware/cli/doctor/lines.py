"""Every port and its wires: the alarms that stand now."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import config_of
from firmware.cli.line_look import look_at_lines
from firmware.protocol.places import Places

WELL = "lines"
ALARMS = (
    "line-no-battery",
    "line-shared",
    "line-weak",
    "line-short",
    "line-chip",
    "line-overload",
    "line-given-up",
    "line-away",
)


def look(places: Places) -> Iterator[Finding]:
    """Nothing of a box whose switch does not tell, or has no ports."""
    config = config_of(places)
    ports = look_at_lines(places, config) if config else None
    if not ports:
        return
    found = [Finding(slug, port.data) for port in ports for slug in port.alarms if slug in ALARMS]
    yield from found or [Finding(WELL, {"ports": len(ports)})]
