"""Figures by process of all slices of a kill run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tests.faults.kill_deaths import Death

if TYPE_CHECKING:
    from tests.faults.kill_rig import Slice


class ByProcess(Struct):
    kills: int = 0
    stops: int = 0
    calls_up: int = 0
    """Summed over deaths."""
    calls_harmed: int = 0
    """Lost, wrong or without audio, of those."""
    back_p50_s: float = 0.0
    back_p99_s: float = 0.0
    back_most_s: float = 0.0
    stopped_back_most_s: float = 0.0


class Summary(Struct):
    deaths: int
    seconds: float
    calls: int
    with_switch_death: int
    talked: int
    messages: int
    lost: int
    wrong: int
    missing_s: float
    switch_away_s: float
    by_process: dict[str, ByProcess]
    findings: list[str]
    watchdog_kills: int
    late_blocks: int
    spoilt: int


def summary(slices: Sequence[Slice]) -> Summary:
    judged = [one.judged for one in slices]
    findings = [finding for one in judged for finding in one.findings]
    kinds = Counter(finding.kind for finding in findings)
    return Summary(
        deaths=sum(len(one.deaths) for one in slices),
        seconds=sum(one.seconds for one in slices),
        calls=sum(one.calls for one in judged),
        with_switch_death=sum(one.with_switch_death for one in judged),
        talked=sum(one.talked for one in judged),
        messages=sum(one.messages for one in judged),
        lost=kinds["lost"],
        wrong=kinds["wrong"] + kinds["phantom"] + kinds["not-closed"],
        missing_s=sum(one.missing_s for one in judged),
        switch_away_s=sum(one.switch_away_s for one in judged),
        by_process=_by_process(slices),
        findings=[
            f"{one.kind}: {one.who} {one.text}" + (f" [{', '.join(one.deaths)}]" if one.deaths else "")
            for one in findings
        ],
        watchdog_kills=sum(one.watchdog_kills for one in slices),
        late_blocks=sum(one.late_blocks for one in slices),
        spoilt=sum(one.spoilt for one in judged),
    )


def _by_process(slices: Sequence[Slice]) -> dict[str, ByProcess]:
    found: dict[str, ByProcess] = {}
    killed: dict[str, list[float]] = {}
    for one in slices:
        for death, up, lost in zip(one.deaths, one.up, one.lost, strict=True):
            row = found.setdefault(death.role, ByProcess())
            row.kills += death.signal == "KILL"
            row.stops += death.signal == "STOP"
            row.calls_up += up
            row.calls_harmed += lost
            if death.signal == "KILL" and death.back_us:
                killed.setdefault(death.role, []).append(death.back_s)
            elif death.back_us:
                row.stopped_back_most_s = max(row.stopped_back_most_s, death.back_s)
    for role, seconds in killed.items():
        row, ordered = found[role], sorted(seconds)
        row.back_p50_s = ordered[len(ordered) // 2]
        row.back_p99_s = ordered[math.ceil(len(ordered) * 0.99) - 1]  # nearest rank
        row.back_most_s = ordered[-1]
    return found


def back_times(deaths: Sequence[Death], role: str) -> list[float]:
    return sorted(one.back_s for one in deaths if one.role == role and one.signal == "KILL" and one.back_us)


def table(total: Summary) -> str:
    lines = [
        f"{total.deaths} deaths in {total.seconds:.0f} s; {total.calls} calls"
        f" ({total.with_switch_death} with a death of the switch), {total.talked} talked,"
        f" {total.messages} left a message",
        f"lost {total.lost}, wrong {total.wrong}, {total.missing_s:.2f} s of audio unexplained,"
        f" {total.switch_away_s:.1f} s stated as the switch's absence",
        f"{total.watchdog_kills} guardians killed by the watchdog; {total.spoilt} calls not judged by what was heard"
        f" (the machine was late with {total.late_blocks} blocks, the switch's deaths included)",
        "process      kills stops  calls up  harmed  back p50   p99   most  after a stop",
    ]
    lines += [
        f"{role:12} {row.kills:5d} {row.stops:5d} {row.calls_up:9d} {row.calls_harmed:7d}"
        f" {row.back_p50_s:8.2f} {row.back_p99_s:6.2f} {row.back_most_s:6.2f} {row.stopped_back_most_s:9.2f}"
        for role, row in sorted(total.by_process.items())
    ]
    return "\n".join([*lines, *total.findings]) + "\n"
