"""Figures of days: the curve of one, and the KPIs of a span with their formulas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct, field
from sqlite_utils import Database

from firmware.cli.reports.kpis import kpis
from firmware.cli.reports.periods import Period, TooManyPeriods, bounds, divided
from firmware.cli.reports.sums import Asked, Sums, sums_of
from firmware.store import queries
from firmware.store.days import DayCurve, day_curve
from webui.api.calls import At, Text
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.history import history
from webui.language import language
from webui.site import the_site

LONGEST_US = 400 * 86_400_000_000
MOST_PERIODS = 800


class DayAsked(Struct, frozen=True):
    day: Annotated[str, Meta(pattern=r"^[12]\d{3}-\d\d-\d\d$", description="Of the site, as 2026-11-23.")]
    queue: Text = ""


class KpisAsked(Struct, frozen=True):
    from_at: At = field(name="from")
    to_at: At = field(name="to")
    per: Annotated[str, Meta(pattern="^(half-hour|hour|day|week|month)?$", description="A row for each.")] = (
        ""
    )
    queue: Text = ""
    agent: Text = ""
    short_s: Annotated[float, Meta(ge=0, le=3600, description="Abandons within it are short ones.")] = 20.0


class KpiTold(Struct, frozen=True):
    key: str
    number: str
    name: str
    unit: str
    formula: str
    value: float | None
    """None: there is nothing to divide by."""


class Stretch(Struct, frozen=True):
    from_at: int
    to_at: int
    sums: dict[str, int]
    """What the formulas are made of; `_us` are microseconds."""
    kpis: list[KpiTold]


class Kpis(Struct, frozen=True):
    stretches: list[Stretch]


def day(given: Given) -> Answer:
    asked: DayAsked = given.query
    try:
        wanted = date.fromisoformat(asked.day)
    except ValueError:
        raise Refused(400, "faults", faults=[Fault("?day", "no such day")]) from None
    with history(the_site()) as db:
        if db is None:
            raise Refused(404, "not-there")
        return Answer(day_curve(db, wanted, asked.queue, _levels()))


def figures(given: Given) -> Answer:
    asked: KpisAsked = given.query
    if not 0 <= asked.to_at - asked.from_at <= LONGEST_US:
        raise Refused(400, "faults", faults=[Fault("?to", "not before `from`, at most 400 days behind it")])
    counted = Asked(queue=asked.queue, agent=asked.agent, short_s=asked.short_s, levels=_levels())
    with history(the_site()) as db:
        if db is None:
            return Answer(Kpis([]))
        periods = list(_periods(db, asked))
        return Answer(
            Kpis([_stretch(*one) for one in zip(periods, sums_of(db, periods, counted), strict=True)])
        )


def _levels() -> dict[str, float]:
    return {one.id: one.service_level_s for one in the_site().config.queues}


def _periods(db: Database, asked: KpisAsked) -> Iterator[Period]:
    """Raises Refused."""
    span = bounds(db, (asked.from_at, asked.to_at))
    if span[0] >= span[1]:
        return
    if not asked.per:
        yield Period(*span)
        return
    try:
        found = divided(span, asked.per, queries.zone(db))
    except TooManyPeriods:
        found = []
    if not found or len(found) > MOST_PERIODS:
        raise Refused(400, "faults", faults=[Fault("?per", f"more than {MOST_PERIODS} rows")])
    yield from found


def _stretch(period: Period, sums: Sums) -> Stretch:
    reads = language() == "zh"
    told = [
        KpiTold(one.key, one.number, one.zh if reads else one.en, one.unit, one.formula_zh if reads else one.formula,
                one.value(sums))
        for one in kpis()
    ]  # fmt: skip
    return Stretch(period.from_us, period.to_us, {name: int(value) for name, value in sums.items()}, told)


OPERATIONS = (
    Operation(
        name="report_day", method="GET", path="/reports/day", scope=Scope.READ_REPORTS, view=day, query=DayAsked,
        answer=DayCurve, says="One day by quarter-hours.", problems=(404,),
    ),
    Operation(
        name="report_kpis", method="GET", path="/reports/kpis", scope=Scope.READ_REPORTS, view=figures, query=KpisAsked,
        answer=Kpis, says="The figures of a span of time, whole or by hours, days, weeks, months.",
    ),
)  # fmt: skip
