"""The report of a rehearsal as one JSON document, read from the history the archive wrote."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlite_utils import Database

from firmware.archive.archive import Archive
from firmware.config.schema import Config
from firmware.protocol.names import Outcome

Json = dict[str, Any]
PACKAGES = ("numpy", "msgspec", "cffi", "sqlite-utils")
LIBRARIES = ("libspandsp2", "libspeexdsp1", "espeak-ng")
SERVICE_LEVEL = "answered within threshold / offered that reached a queue x 100"

TAPED = "(path != '' OR to_tick > from_tick)"
"""A recording with audio; a box of events alone has the ticks but no path."""
CALLS = """
SELECT id, line, from_number AS "from", to_number AS "to", direction, offered_us, queued_us, box_answered_us,
  answered_us, released_us, outcome, agent, why, cause, queue, rings, talk_s, hold_s FROM calls ORDER BY id
"""


@cache
def made_with() -> Json:
    """Versions that decide about the last bit of a rehearsal's result."""
    versions: Json = {"python": platform.python_version(), "machine": platform.machine()}
    for name in PACKAGES:
        versions[name] = importlib.metadata.version(name)
    for name in LIBRARIES:
        versions[name] = _debian_version(name)
    return versions


def _debian_version(package: str) -> str:
    argv = ["dpkg-query", "-W", "-f=${Version}", package]
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout or "unknown"  # noqa: S603
    except OSError:
        return "unknown"


def seconds(at_us: int | None) -> float | None:
    """Box microseconds as seconds of simulated time, to the millisecond."""
    return None if at_us is None else round(at_us / 1e6, 3)


def result(db: Database, config: Config, about: Json) -> Json:
    """`about` has `scenario`, `seed`, `simulated_seconds`; the rest is counted here."""
    calls = [_call(db, row) for row in _rows(db, CALLS)]
    offered = [call for call in calls if call["direction"] == "inbound"]
    return {
        **about,
        "made_with": made_with(),
        "totals": totals(offered),
        "service_level": service_level(offered, config),
        "asa_s": average_speed_of_answer_s(offered),
        "calls": calls,
        "recordings": _recordings(db),
        "agents": _agents(db, config, round(about["simulated_seconds"] * 1e6)),
        "transfers": _count(db, "SELECT count(*) FROM transfers"),
        "conferences": _count(db, "SELECT count(*) FROM conferences"),
    }


def totals(offered: Iterable[Json]) -> Json:
    """`offered` and one count per outcome."""
    counts: Json = {"offered": 0, **{str(outcome): 0 for outcome in Outcome}}
    for call in offered:
        counts["offered"] += 1
        if call["outcome"] is not None:
            counts[call["outcome"]] += 1
    return counts


def service_level(offered: Iterable[Json], config: Config) -> Json:
    """Over calls that reached a queue; each queue has its own threshold, the report names the first's."""
    limits = {queue.id: queue.service_level_s for queue in config.queues}
    threshold_s = config.queues[0].service_level_s if config.queues else 20.0
    queued = [call for call in offered if call["queued_at"] is not None]
    in_time = sum(
        1
        for call in queued
        if call["answered_at"] is not None
        and call["answered_at"] - call["queued_at"] <= limits.get(call["queue"], threshold_s)
    )
    percent = round(100 * in_time / len(queued), 2) if queued else None
    return {"threshold_s": threshold_s, "percent": percent, "formula": SERVICE_LEVEL}


def average_speed_of_answer_s(offered: Iterable[Json]) -> float | None:
    """Mean wait of answered calls, from queue (or offer, where there was none) to the person."""
    waits = [
        call["answered_at"] - (call["queued_at"] if call["queued_at"] is not None else call["offered_at"])
        for call in offered
        if call["answered_at"] is not None
    ]
    return round(sum(waits) / len(waits), 3) if waits else None


def ledger(archive: Archive) -> Json:
    """Answered seconds against audio; what is left is unexplained."""
    balance = archive.balance()
    return {
        "answered_s": round(balance.answered_s, 3),
        "audio_s": round(balance.audio_s, 3),
        "reasons_s": {reason: round(length, 3) for reason, length in balance.reasons_s.items()},
        "unexplained_s": round(balance.unexplained_s, 3),
    }


def _call(db: Database, row: Json) -> Json:
    times = ("offered", "queued", "box_answered", "answered", "released")
    call: Json = {key: row[key] for key in ("id", "line", "from", "to", "direction")}
    call |= {f"{name}_at": seconds(row[f"{name}_us"]) for name in times}
    call |= {
        key: row[key] for key in ("outcome", "queue", "agent", "why", "cause", "rings", "talk_s", "hold_s")
    }
    found = db.query(
        f"SELECT id FROM recordings WHERE call = ? AND {TAPED} ORDER BY began_us, id",  # noqa: S608
        (row["id"],),
    )
    call["recordings"] = [recording["id"] for recording in found]
    return call


def _recordings(db: Database) -> list[Json]:
    return _rows(
        db,
        "SELECT id, call, party, agent, kind, path, round(iif(path = '', (to_tick - from_tick) * 0.02, seconds), 3)"  # noqa: S608
        f" AS seconds, sha256 FROM recordings WHERE {TAPED} ORDER BY began_us, id",
    )


def _agents(db: Database, config: Config, end_us: int) -> list[Json]:
    return [_agent(db, agent.id, end_us) for agent in config.agents]


def _agent(db: Database, agent: str, end_us: int) -> Json:
    spent = {
        row["state"]: row["us"]
        for row in db.query(
            "SELECT state, sum(coalesce(to_us, :end) - from_us) AS us FROM agent_states WHERE agent = :agent"
            " GROUP BY state",
            {"agent": agent, "end": end_us},
        )
    }
    offers = {
        row["result"]: row["n"]
        for row in db.query(
            "SELECT result, count(*) AS n FROM agent_offers WHERE agent = ? GROUP BY result", (agent,)
        )
    }
    missed = sum(n for why, n in offers.items() if why in {"no-answer", "declined"})
    return {
        "id": agent,
        "talk_s": seconds(spent.get("talking", 0)),
        "idle_s": seconds(spent.get("ready", 0)),
        "wrapup_s": seconds(spent.get("wrap-up", 0)),
        "answered": offers.get("connected", 0),
        "missed": missed,
    }


def _count(db: Database, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])


def _rows(db: Database, sql: str) -> list[Json]:
    return list(db.query(sql))
