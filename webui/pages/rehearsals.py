"""Rehearse before 'apply': a day that was, or the expected one, with what was in force and with the draft, side by
side. Nothing live is touched: the command reads the box's history and writes elsewhere.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.config.drafts.draft import Draft, look
from firmware.config.drafts.store import FaultyDraft
from firmware.config.schema import Config
from webui.drafting.work import drafts
from webui.history import history
from webui.language import language, t
from webui.moments import local_time
from webui.rehearsing import beginning, compared, kept, runs
from webui.rehearsing.days import Day, days
from webui.rehearsing.kept import Outcome
from webui.rehearsing.telling import busy, how_far, percent
from webui.rehearsing.wanted import MOST_CALLS, SEEDS, NotWanted, wanted
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("rehearsals", __name__, url_prefix="/settings/draft/<int:number>/rehearsal")
DRAWN = ("service_level", "asa_s", "abandoned")


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show(number: int) -> ResponseReturnValue:
    return _page(number)


@BLUEPRINT.post("")
@needs(Right.ADMINISTER)
def begin(number: int) -> ResponseReturnValue:
    try:
        beginning.begin(number, wanted(request.form), me().name)
    except NotWanted as error:
        return _page(number, t(str(error))), 422
    except FaultyDraft:
        return _page(number, t("settings.faulty")), 409
    except runs.Busy as other:
        return _page(number, busy(other.job)), 409
    return redirect(url_for("rehearsals.show", number=number))


@BLUEPRINT.post("/stop")
@needs(Right.ADMINISTER)
def stop(number: int) -> ResponseReturnValue:
    runs.stop(the_site().places, number)
    return redirect(url_for("rehearsals.show", number=number))


@BLUEPRINT.get("/now")
@needs(Right.ADMINISTER)
def now(number: int) -> ResponseReturnValue:
    """For the page's script: how far it is."""
    job = runs.running(the_site().places)
    if job is None or job.outcome.draft != number:
        return jsonify(running=False)
    return jsonify(running=True, **_progress())


def _page(number: int, fault: str = "") -> str:
    site = the_site()
    with drafts() as (store, drafted):
        draft, current = drafted.get(number), store.current()
    job = runs.running(site.places)
    outcome = kept.read(site.places.root, number)
    with history(site) as db:
        there = days(db) if db else []
    return render_template(
        "rehearsals/show.html",
        one=draft,
        current=current.version if current else 0,
        usable=look(draft.document).config is not None,
        days=there,
        expected=beginning.answers() is not None,
        seeds=SEEDS,
        most_calls=MOST_CALLS,
        job=job,
        is_ours=job is not None and job.outcome.draft == number,
        busy=busy(job) if job else "",
        progress=_progress(),
        fault=fault,
        **_shown(outcome, draft, site.config, there),
    )


def _shown(outcome: Outcome | None, draft: Draft, config: Config, there: list[Day]) -> dict[str, Any]:
    """What the last one found."""
    shown: dict[str, Any] = {"outcome": outcome, "chosen": str(there[0].day) if there else "", "at": ""}
    if outcome is None:
        return shown
    shown |= {"at": local_time(outcome.at_us), "is_old": outcome.digest != kept.digest(draft.document)}
    found = outcome.found
    if found is None:
        return shown
    names = {"": t("rehearsals.all")} | {one.id: one.name or one.id for one in config.queues}
    return shown | {
        "found": found,
        "of_day": found["of"].get("day", ""),
        "said": found["words"][language()],
        "tables": [(names.get(name, name), compared.rows(part)) for name, part in compared.parts(found)],
        "plots": [(key, drawn) for key in DRAWN if (drawn := compared.plot(found, key, names)) is not None],
        "p": compared,
    }


def _progress() -> dict[str, Any]:
    told = runs.progress(the_site().places)
    return {"percent": percent(told), "text": how_far(told)}
