"""One day of a box as it is played again: its callers, its agents, its configuration, and what came of it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from firmware.cli.main import CommandError
from firmware.cli.rehearsal.day import floor
from firmware.cli.rehearsal.day.figures import Figures, figures
from firmware.cli.rehearsal.day.recorded import DayCall, day_calls
from firmware.cli.rehearsal.day.survival import Curve, Wait, kaplan_meier
from firmware.cli.reports.periods import Period
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.store.queries import zone
from firmware.store.untouched import untouched
from hwsim.world.remembered import Reaction

LOOK_BACK = 14
OWN_CURVE = 20
"""So many must have given up in a queue for a curve of its own; the others share the day's."""


class PastDay(Struct, frozen=True):
    day: date
    period: Period
    """Midnight to midnight of the site's zone."""
    version: int
    """Of the configuration that was in force for most of its calls."""
    versions: int
    """How many were in force that day."""
    config: Config
    calls: list[DayCall]
    deeds: list[floor.Deed]
    reactions: dict[str, list[Reaction]]
    back_after_s: float
    curves: dict[str, Curve]
    """By queue; the day's is under the empty name."""
    figures: Figures
    """What really happened."""


def busiest(db: Database) -> date:
    """Of the newest fortnight with calls: the day with most of them. Raises CommandError."""
    site = ZoneInfo(zone(db))
    offered = [row[0] for row in db.execute(_OFFERED).fetchall()]
    days = Counter(datetime.fromtimestamp(at_us / 1e6, site).date() for at_us in offered)
    if not days:
        raise CommandError("history has no calls from outside yet: name a scenario with --scenario FILE.toml")
    newest = max(days)
    recent = {one: count for one, count in days.items() if one > newest - timedelta(days=LOOK_BACK)}
    return max(recent, key=lambda one: (recent[one], one))


_OFFERED = "SELECT offered_at FROM calls WHERE direction = 'inbound' AND released_us IS NOT NULL"


def past_day(data: Path, wanted: date | None) -> PastDay:
    """Raises CommandError, untouched.Moved, sqlite3.Error."""
    places = Places(data.resolve())
    if not places.history_db.is_file() or not places.config_db.is_file():
        raise CommandError(
            f"{places.root} has no history of calls and configurations; name it with --data DIR"
        )
    with untouched(places.history_db) as db:
        day = wanted or busiest(db)
        period = _period(day, zone(db))
        found = _versions(db, period)
        if not found:
            raise CommandError(f"there was no call from outside on {day}")
        version = found.most_common(1)[0][0]
        config = _config(places.config_db, version)
        calls = day_calls(db, period, {one.id: one.exit_key for one in config.queues})
        return PastDay(
            day=day,
            period=period,
            version=version,
            versions=len(found),
            config=config,
            calls=calls,
            deeds=floor.deeds(db, period),
            reactions=floor.reactions(db, period),
            back_after_s=floor.back_after_s(db, period),
            curves=curves(calls),
            figures=figures(db, period, config),
        )


def _period(day: date, of: str) -> Period:
    midnight = datetime.combine(day, time(), ZoneInfo(of))
    after = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(of))
    return Period(int(midnight.timestamp()) * 1_000_000, int(after.timestamp()) * 1_000_000, str(day))


def _versions(db: Database, day: Period) -> Counter[int]:
    """Calls of the day by the configuration they came under."""
    rows = db.execute(
        "SELECT coalesce((SELECT version FROM configs k WHERE k.at_us <= c.offered_us ORDER BY k.rowid DESC LIMIT 1),"
        " 0) FROM calls c WHERE c.direction = 'inbound' AND c.offered_at >= ? AND c.offered_at < ?",
        (day.from_us, day.to_us),
    )
    return Counter(int(row[0]) for row in rows.fetchall())


def _config(config_db: Path, version: int) -> Config:
    """Raises CommandError."""
    with untouched(config_db) as db:
        row = db.execute("SELECT json FROM versions WHERE version = ?", (version,)).fetchone()
    if row is None:
        raise CommandError(
            f"configuration version {version}, which was in force that day, is not in {config_db}"
        )
    return msgspec.json.decode(row[0], type=Config)


def stored(data: Path, version: int | None) -> tuple[int, Config]:
    """A version, or the newest. Raises CommandError."""
    path = Places(data.resolve()).config_db
    if not path.is_file():
        raise CommandError(f"{data} has no configuration: `tipring config apply FILE.toml --data {data}`")
    if version is None:
        with untouched(path) as db:
            row = db.execute("SELECT max(version) FROM versions").fetchone()
        version = row[0]
    if version is None:
        raise CommandError("there is no configuration yet: `tipring config apply FILE.toml`")
    return version, _config(path, version)


def curves(calls: list[DayCall]) -> dict[str, Curve]:
    found = {"": kaplan_meier(_waits(calls))}
    for queue in sorted({call.queue for call in calls if call.queue}):
        own = [call for call in calls if call.queue == queue]
        if sum(call.gave_up for call in own) >= OWN_CURVE:
            found[queue] = kaplan_meier(_waits(own))
    return found


def _waits(calls: list[DayCall]) -> list[Wait]:
    return [Wait(call.waited_s, call.gave_up) for call in calls if call.waited_s is not None]
