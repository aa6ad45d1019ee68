"""Who gave up waiting, whether somebody spoke to them since, and calling them back with one click."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlite_utils import Database

from firmware.store import queries
from firmware.store.calls.gave_up import gave_up
from webui.access.people import Person
from webui.calls.asked import presets
from webui.calls.shown import Shown, length
from webui.calls.sight import may_see, sees_all
from webui.history import history
from webui.language import language, t
from webui.moments import today
from webui.reports.chosen import Chosen, chosen
from webui.reports.sheets import as_file
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("abandoned", __name__, url_prefix="/abandoned")
Row = dict[str, Any]


@BLUEPRINT.get("")
@needs(Right.WORK)
def show() -> ResponseReturnValue:
    """An agent sees those of his queues: somebody has to call them back."""
    wanted, zone, rows = _found(me())
    shown = Shown(the_site().config, zone, language())
    only_open = request.args.get("open") == "yes"
    counts = {
        "gave-up": len(rows), "served": sum(_is_served(one) for one in rows),
        "to-call": sum(not _is_served(one) for one in rows),
    }  # fmt: skip
    return render_template(
        "abandoned/show.html", chosen=wanted, only_open=only_open, counts=counts, shown=shown, length=length,
        rows=[one for one in rows if not (only_open and _is_served(one))], is_served=_is_served,
        presets=_presets(wanted, zone, only_open), config=the_site().config, can_call=bool(me().agent),
        sees_all=sees_all(me()),
    )  # fmt: skip


@BLUEPRINT.get("/all.csv")
@needs(Right.SUPERVISE)
def table() -> Response:
    wanted, zone, rows = _found(me())
    shown = Shown(the_site().config, zone, language())
    heads = ["call", "at", "number", "name", "queue", "waited", "callback", "tries", "served"]
    cells = [
        [one["id"], shown.at(one["offered_at"]), one["from_number"], one["from_name"], one["queue"], one["wait_s"],
         shown.said(one["callback"]), one["tries"], shown.at(one["served_at"]) if one["served_at"] else ""]
        for one in rows
    ]  # fmt: skip
    names = [t(f"abandoned.{one}") for one in heads]
    return as_file(f"abandoned-{wanted.first}-{wanted.last}", names, cells)


def _found(person: Person) -> tuple[Chosen, str, list[Row]]:
    with history(the_site()) as db:
        zone = queries.zone(db) if db else the_site().config.site.zone
        wanted = chosen(request.args, zone, today(zone))
        seen = [_linked(db, person, one) for one in _seen(db, person, wanted)] if db else []
    return wanted, zone, seen[::-1]


def _seen(db: Database, person: Person, wanted: Chosen) -> list[Row]:
    own = _queues_of(person)
    rows = gave_up(db, wanted.span, wanted.queue)
    return rows if own is None else [one for one in rows if one["queue"] in own]


def _linked(db: Database, person: Person, row: Row) -> Row:
    """With whether this person may open the call, and the one in which it was served."""
    served = row["served_call"]
    return {
        **row,
        "open_to_me": may_see(db, person, row["id"]),
        "served_open": served is not None and may_see(db, person, served),
    }


def _queues_of(person: Person) -> frozenset[str] | None:
    """None: all."""
    if sees_all(person):
        return None
    return frozenset(
        queue for one in the_site().config.agents if one.id == person.agent for queue in one.queues
    )


def _is_served(row: Row) -> bool:
    return row["served_call"] is not None or row["callback"] == "reached"


def _presets(wanted: Chosen, zone: str, only_open: bool) -> list[tuple[str, str, bool]]:
    more: dict[str, Any] = {"queue": wanted.queue or None, "open": "yes" if only_open else None}
    days = wanted.first.isoformat(), wanted.last.isoformat()
    return [
        (name, url_for("abandoned.show", **({"from": span[0], "to": span[1]} | more)), span == days)
        for name, span in presets(today(zone)).items()
    ]
