"""The page about metrics, written from the structs of the status files."""

from __future__ import annotations

from firmware.cli.metrics.exposition import OF_LINES, OF_PROCESSES, STATUSES
from firmware.cli.metrics.families import Family, Shape, families

HEAD = """# Metrics

A running box answers on `http://127.0.0.1:9464/metrics` (loopback alone; `tipring run --metrics-port` chooses another
port, 0 none) in Prometheus' text format; `tipring metrics` prints the same. Each process writes its figures into
shared memory once a second; asking for them disturbs no call. Times are seconds, sizes bytes, fills 0 to 1. Counters
begin anew with their process.

*This page is written by `make docs` from the structs of the status files.*
"""


def metrics_page() -> str:
    parts = [HEAD, _section("Every process", list(OF_PROCESSES))]
    parts.append(_section("Every port", list(OF_LINES.values())))
    parts += [_section(role.capitalize(), families(role, *where)) for role, where in STATUSES.items()]
    return "\n".join(parts)


def _section(heading: str, of: list[Family]) -> str:
    first = {family.name: family for family in reversed(of)}
    rows = [_row(family) for family in of if first[family.name] is family]
    return "\n".join([f"## {heading}\n", "| metric | type | meaning |", "|---|---|---|", *rows]) + "\n"


def _row(family: Family) -> str:
    labels = [family.label] * (family.shape in (Shape.WORD, Shape.TABLE)) + ["quantile"] * bool(
        family.quantile
    )
    shown = f"`{family.name}`" + (f" by `{'`, `'.join(labels)}`" if labels else "")
    return f"| {shown} | {family.kind} | {family.help.replace('|', chr(92) + '|')} |"
