"""`tipring bench wallboard`: what watching a busy house costs, how late it is seen, and that calls are not disturbed.

A box with an agent at each of so many SIP telephones, all of them in calls that come and go; first nobody watches, then
browsers do, some of which read nothing. What the watched half of the run costs more is the price of the wallboard.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from firmware.cli.bench_sip import figures, traffic
from firmware.cli.bench_sip.box import BenchBox, configuration, extensions, spare
from firmware.cli.bench_sip.figures import Level
from firmware.cli.bench_sip.load import SETTLES_S, Place, Run
from firmware.cli.bench_sip.measure import BOX_RTP, free_ports, speech
from firmware.cli.page_watchers import Watchers, first_session

SHARE_PERCENT, LATE_MS = 5.0, 500.0
WATCHERS = 10
"""So many may cost `SHARE_PERCENT`; a house in which more watch pays for each as much."""


class Asked(Struct, frozen=True):
    """As typed."""

    agents: int = 200
    readers: int = 10
    slow: int = 0
    rate: float = 2.0
    """Calls a second."""
    seconds: float = 60.0


def run(asked: Asked) -> dict[str, Any]:
    """Raises CommandError with what is missing or did not come up."""
    traffic.need_sipp()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tipring-bench-wall-")))
        media, talk = speech(2 * spare(asked.agents))
        stack.callback(talk.close)
        own, carrier, telephones = free_ports(3)
        [web] = free_ports(1)
        box = BenchBox(folder / "box", configuration(asked.agents, False, (own, carrier, BOX_RTP)), web)
        stack.enter_context(box)
        one = Run(box, talk, Place(folder, own, carrier, telephones, media), asked.agents)
        stack.callback(one.close)
        one.telephones(extensions(asked.agents))
        return _measured(box, one, asked, web)


def _measured(box: BenchBox, one: Run, asked: Asked, web: int) -> dict[str, Any]:
    cookies = first_session(web)
    box.wait(SETTLES_S)
    alone = one.stream(asked.agents, asked.rate, asked.seconds)
    heard_alone, before = one.heard, box.counters()
    with Watchers(web, cookies, asked.readers, asked.slow) as watchers:
        watched = one.stream(asked.agents, asked.rate, asked.seconds)
        late_ms = figures.ranks(watchers.lateness_ms)
        seen = {"changes_seen": len(watchers.lateness_ms), "open_streams": watchers.open_streams()}
    assert one.heard is not None and heard_alone is not None
    counters = {name: value - before.get(name, 0) for name, value in box.counters().items()}
    percent = {role: _shares(alone, watched, role) for role in ("web", "engine")}
    return seen | {
        "agents": asked.agents,
        "readers": asked.readers,
        "slow_readers": asked.slow,
        "answered": [made.answered for made in one.made],
        "failed": [made.failed for made in one.made],
        "late_ms": late_ms,
        "percent": percent,
        "cost_percent": _cost(percent),
        "rtp_gap_ms_p99": [heard_alone.gap_us_p99 / 1000, one.heard.gap_us_p99 / 1000],
        "rtp_lost": [heard_alone.lost, one.heard.lost],
        "counters": counters,
    }


def _shares(alone: Level, watched: Level, role: str) -> list[float]:
    """[nobody watches, watched], per cent of one core."""
    return [round(level.share_percent(role), 2) for level in (alone, watched)]


def _cost(percent: Mapping[str, list[float]]) -> float:
    return round(sum(watched - alone for alone, watched in percent.values()), 2)


def budget_percent(found: Mapping[str, Any]) -> float:
    readers: int = found["readers"]
    return SHARE_PERCENT * max(1.0, readers / WATCHERS)


def is_held(found: Mapping[str, Any]) -> bool:
    """Nothing seen, a stream cut off, a call or its speech lost is no success."""
    return bool(
        found["cost_percent"] <= budget_percent(found)
        and found["changes_seen"]
        and found["late_ms"]["p99"] <= LATE_MS
        and found["open_streams"] == found["readers"] + found["slow_readers"]
        and not any(found["failed"])
        and not any(found["rtp_lost"])
    )


def text(found: dict[str, Any]) -> str:
    """For people."""
    late, shares = found["late_ms"], found["percent"]
    rows = [f"{role:<8} {alone:>8.2f} {watched:>8.2f}" for role, (alone, watched) in shares.items()]
    return "\n".join(
        (
            f"{found['agents']} agents, {found['readers']} readers and {found['slow_readers']} that read nothing; "
            f"calls answered {found['answered']}, failed {found['failed']}",
            f"{'% core':<8} {'alone':>8} {'watched':>8}",
            *rows,
            f"watching costs {found['cost_percent']} % of a core (budget {budget_percent(found):.0f})",
            f"{found['changes_seen']} changes seen after p50 {late['p50']:.0f}, p99 {late['p99']:.0f}, "
            f"most {late['most']:.0f} ms (budget {LATE_MS:.0f}); {found['open_streams']} streams open at the end",
            f"speech: gap p99 {found['rtp_gap_ms_p99']} ms, packets lost {found['rtp_lost']}; {found['counters']}",
            "within the budget" if is_held(found) else "OVER THE BUDGET",
        )
    )
