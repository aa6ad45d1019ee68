"""One agent's figures in each period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlite_utils import Database

from firmware.cli.reports.kpis import kpis
from firmware.cli.reports.periods import Period
from firmware.cli.reports.sums import Asked, Sums, sums_of

AGENTS = {
    "id": ("agent", "坐席"),
    "signed_in_s": ("signed in s", "签入秒"),
    "idle_s": ("idle s", "空闲秒"),
    "ringing_s": ("ringing s", "振铃秒"),
    "talk_s": ("talk s", "通话秒"),
    "hold_s": ("hold s", "保持秒"),
    "wrapup_s": ("wrap-up s", "话后秒"),
    "not_ready_s": ("not ready s", "未就绪秒"),
    "answered": ("answered", "接听"),
    "missed": ("missed", "未接"),
}
COLUMNS = {
    "from": ("from", "起始"),
    **AGENTS,
    "occupancy": ("occupancy %", "占用率%"),
    "calls_per_hour": ("calls/h", "每小时接听"),
}
_SECONDS = {
    "signed_in_s": "signed_in_us",
    "idle_s": "idle_us",
    "ringing_s": "ringing_us",
    "talk_s": "agent_talk_us",
    "hold_s": "agent_hold_us",
    "wrapup_s": "wrap_up_us",
    "not_ready_s": "not_ready_us",
}


def agent_rows(db: Database, periods: Sequence[Period], asked: Asked) -> list[dict[str, Any]]:
    """By agent, then by time; periods an agent was not there in are left out."""
    named = "SELECT agent FROM agent_states UNION SELECT agent FROM talks WHERE agent <> '' ORDER BY 1"
    agents = [asked.agent] if asked.agent else [row[0] for row in db.execute(named).fetchall()]
    return [
        _row(one.label, agent, sums)
        for agent in agents
        for one, sums in zip(periods, sums_of(db, periods, structs.replace(asked, agent=agent)), strict=True)
        if sums["signed_in_us"] or sums["agent_talk_us"] or sums["connected"] or sums["missed"]
    ]


def _row(label: str, agent: str, sums: Sums) -> dict[str, Any]:
    rates = {one.key: one.value(sums) for one in kpis() if one.key in ("occupancy", "calls_per_hour")}
    seconds = {name: sums[key] / 1e6 for name, key in _SECONDS.items()}
    return {
        "from": label,
        "id": agent,
        **seconds,
        "answered": sums["connected"],
        "missed": sums["missed"],
        **rates,
    }
