"""A draft's flow tried on a simulated call, step by step, beside its drawing. Nothing is changed or rung."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from firmware.cli.period import local
from webui.drafting.work import drafts
from webui.flows.graph import Seen
from webui.flows.showing import Where
from webui.flows.telling import stands, told
from webui.flows.trying import CannotTry, Trial, found, tried, with_step
from webui.language import t
from webui.pages.flow_drafts import flow_in, page
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("flow_trials", __name__, url_prefix="/settings/draft/<int:number>/flow/<int:place>/try")
LONGEST_VALUE = 200
MOST_VALUES = 20


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show(number: int, place: int) -> ResponseReturnValue:
    """Who calls, and when: nothing was done yet."""
    now = local(the_site().wall_us(), the_site().config.site.zone)
    trial = Trial(at=now[:16].replace(" ", "T"))
    return page(number, place, trial={"asked": trial, "result": None})


@BLUEPRINT.post("")
@needs(Right.ADMINISTER)
def step(number: int, place: int) -> ResponseReturnValue:
    """The call from its beginning, with one step more: it takes no longer than the last step alone would."""
    with drafts() as (_, kept):
        draft = kept.get(number)
    flow, trial = flow_in(draft.document, place), _asked()
    try:
        trial = with_step(trial, _step())
        result = tried(the_site().places.root, number, flow.id, trial)
    except CannotTry as error:
        again = page(number, place, t(str(error)), trial={"asked": trial, "result": None})
        return again, 422
    shown = {"asked": trial, "result": result}
    return page(
        number,
        place,
        where=_where(flow, result),
        trial=shown,
        told=told(result["lines"], t),
        stands=stands(result, t),
    )


def _asked() -> Trial:
    form = request.form
    return Trial(
        form.get("caller", "").strip()[:40],
        form.get("at", "")[:16],
        form.get("staffed") == "1",
        tuple(one[:2000] for one in form.getlist("step")[:300]),
    )


def _step() -> str:
    """What is pressed; of a look-up's answer what its fields say."""
    do = request.form.get("do", "")[:60]
    if do == "keys":
        return request.form.get("keys", "").strip()[:40]
    if do != "found":
        return do
    values = [(key[6:], one[:LONGEST_VALUE]) for key, one in request.form.items() if key.startswith("value.")]
    return found(values[:MOST_VALUES])


def _where(flow: Seen, result: dict[str, Any]) -> Where:
    """Steps of this flow by their places; those of flows it goes through are told in words only."""
    places = {one.id: one.place for one in reversed(flow.steps)}
    mine = [one["node"] for one in result["path"] if one["flow"] == flow.id]
    last = result["where"]
    here = last["node"] if last and last["flow"] == flow.id else ""
    past = frozenset(places[one] for one in mine if one in places)
    return Where(here=places.get(here, -1), past=past)
