"""The summary of a soak: for people, and as one JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins

from firmware.cli.soak.samples import Sample
from firmware.cli.soak.verdict import Finding
from firmware.cli.tables import text_table

HEADS = ("process", "figure", "first", "last", "slope", "95 %", "limit", "")


def document(about: dict[str, Any], samples: Sequence[Sample], findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        **about,
        "lives": max((sample.life for sample in samples), default=0),
        "samples": len(samples),
        "held": all(finding.held for finding in findings) and bool(findings),
        "findings": to_builtins(findings),
    }


def summary(found: dict[str, Any], findings: Sequence[Finding]) -> str:
    lines = [
        f"{found['what']}: {found['hours']:.2f} box hours in {found['lives']} lives, {found['samples']} samples, "
        f"the first {found['warm_up_hours']:g} h of each left out",
        "",
        text_table(HEADS, [_row(finding) for finding in findings]),
    ]
    for name, count in found.get("grown_types", []):
        lines.append(f"more of {name}: {count}")
    if "unexplained_s" in found:
        lines.append(f"{found['unexplained_s']:.1f} answered seconds without audio or reason")
    lines.append("flat" if found["held"] else "NOT SHOWN FLAT")
    return "\n".join(lines)


def _row(finding: Finding) -> tuple[str, ...]:
    slope = finding.slope
    shown = (
        ("-", "-") if slope is None else (_plain(slope.per), f"{_plain(slope.least)} .. {_plain(slope.most)}")
    )
    limit = f"{_plain(finding.most)} {finding.unit}"
    ends = (_plain(finding.first), _plain(finding.last))
    return (finding.who, finding.figure, *ends, *shown, limit, finding.why or "held")


def _plain(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"
