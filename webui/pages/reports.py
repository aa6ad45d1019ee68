"""Days as pictures and figures: calls, waits, service level, agents' time; each figure with its formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlite_utils import Database

from firmware.cli.reports import agent_rows, queue_rows
from firmware.store import queries
from firmware.store.days import agent_bars
from webui.calls.asked import presets
from webui.calls.shown import Shown, length
from webui.history import history
from webui.language import language, t
from webui.moments import today
from webui.reports import figures, plots
from webui.reports.chosen import Chosen, chosen
from webui.reports.sheets import as_file
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("reports", __name__, url_prefix="/reports")
STATES = ("ready", "ringing", "talking", "wrap-up", "not-ready", "missed")
SHEETS = ("curve", "figures", "agents", "queues")


@BLUEPRINT.get("")
@needs(Right.SUPERVISE)
def show() -> ResponseReturnValue:
    with history(the_site()) as db:
        zone = queries.zone(db) if db else the_site().config.site.zone
        wanted = chosen(request.args, zone, today(zone))
        shown = Shown(the_site().config, zone, language())
        drawn = _drawn(db, wanted, shown) if db else {"figures": None}
    return render_template(
        "reports/show.html", chosen=wanted, presets=_presets(wanted, zone), config=the_site().config, shown=shown,
        length=length, plots=plots, states=STATES, sheets=SHEETS, first=figures.FIRST, **drawn,
    )  # fmt: skip


@BLUEPRINT.get("/<name>.csv")
@needs(Right.SUPERVISE)
def table(name: str) -> ResponseReturnValue:
    """For spreadsheets: `curve`, `figures`, `agents`, `queues`."""
    if name not in SHEETS:
        abort(404)
    with history(the_site()) as db:
        if db is None:
            abort(404)
        zone = queries.zone(db)
        wanted = chosen(request.args, zone, today(zone))
        heads, *rows = _rows(db, name, wanted)
    return as_file(f"{name}-{wanted.first}-{wanted.last}", [str(one) for one in heads], rows)


def _drawn(db: Database, wanted: Chosen, shown: Shown) -> dict[str, Any]:
    config = the_site().config
    asked = figures.asked_of(config, wanted)
    series = figures.series(db, wanted, asked, asked.levels)
    names = {kind: t(f"reports.{kind}") for kind in ("answered", "other", "abandoned")}
    bars = agent_bars(db, wanted.first) if wanted.is_day else []
    states = {state: t(f"states.{state}") for state in STATES}
    hours = _hours(bars, wanted)
    return {
        "figures": figures.figures(db, wanted, asked, language()), "series": series,
        "calls": plots.calls_plot(series, names),
        "waits": plots.waits_plot(series, t(f"reports.{_wait(wanted)}")),
        "rows": plots.agent_rows(bars, hours, states), "hours": _marks(hours, shown),
        "agents": figures.agents(db, wanted, asked), "queues": figures.queues(db, wanted, asked),
    }  # fmt: skip


def _wait(wanted: Chosen) -> str:
    """Of a day the longest is drawn, of more the mean."""
    return "longest" if wanted.is_day else "mean-wait"


HOUR_US = 3_600_000_000


def _hours(bars: Sequence[Any], wanted: Chosen) -> tuple[int, int]:
    """Full hours in which anybody was there."""
    if not bars:
        return wanted.span
    begin, end = min(one.from_at for one in bars), max(one.to_at for one in bars)
    return begin // HOUR_US * HOUR_US, -(-end // HOUR_US) * HOUR_US


def _marks(hours: tuple[int, int], shown: Shown) -> list[plots.Tick]:
    scale = (plots.WIDTH - plots.NAMES - plots.RIGHT) / (hours[1] - hours[0])
    every = max(1, (hours[1] - hours[0]) // HOUR_US // 12) * HOUR_US
    return [
        plots.Tick(plots.NAMES + (at - hours[0]) * scale, shown.at(at)[11:16])
        for at in range(hours[0], hours[1] + 1, every)
    ]


def _presets(wanted: Chosen, zone: str) -> list[tuple[str, str, bool]]:
    days = wanted.first.isoformat(), wanted.last.isoformat()
    spans = presets(today(zone)).items()
    return [(name, _address(span, wanted.queue), span == days) for name, span in spans]


def _address(span: tuple[str, str], queue: str) -> str:
    given = {"from": span[0], "to": span[1], **({"queue": queue} if queue else {})}
    return f"{url_for('reports.show')}?{urlencode(given)}"


def _rows(db: Database, name: str, wanted: Chosen) -> Iterator[Sequence[Any]]:
    """The headings first."""
    asked = figures.asked_of(the_site().config, wanted)
    if name == "figures":
        found = figures.figures(db, wanted, asked, language())
        yield [t(f"reports.{word}") for word in ("number", "figure", "value", "unit", "formula")]
        yield ["", t("reports.offered"), found.offered, "", ""]
        yield from (["", key, count, "", ""] for key, count in found.outcomes.items())
        yield from ([tile.number, tile.name, tile.value, tile.unit, tile.formula] for tile in found.tiles)
    elif name == "curve":
        one = figures.series(db, wanted, asked, asked.levels)
        words = ("at", "offered", "answered", "abandoned", "level", _wait(wanted))
        yield [t(f"reports.{word}") for word in words]
        yield from zip(
            one.label, one.offered, one.answered, one.abandoned, one.level, one.wait_s, strict=True
        )
    else:
        module, rows = (agent_rows, figures.agents) if name == "agents" else (queue_rows, figures.queues)
        columns = {key: words for key, words in module.COLUMNS.items() if key != "from"}
        yield [words[language() == "zh"] for words in columns.values()]
        yield from ([row[key] for key in columns] for row in rows(db, wanted, asked))
