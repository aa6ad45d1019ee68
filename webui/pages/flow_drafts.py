"""The flow editor: a draft's flow drawn, its steps added, changed, joined, taken out. All of it is draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.config.drafts import editing, flow_edits
from firmware.config.drafts.draft import Document, Draft, look, plain
from firmware.config.drafts.flow_edits import NameTaken
from firmware.config.drafts.places import NoSuchPlace, at
from firmware.config.schema import Config
from webui.drafting.asking import with_field
from webui.drafting.work import Moved, change, drafts
from webui.flows.graph import Seen, known, model_of, seen
from webui.flows.kinds import KINDS
from webui.flows.picture import kind_words
from webui.flows.saying import LONGEST, texts, with_texts
from webui.flows.showing import Where, of_flow, picture_of, rows_of
from webui.flows.step_form import LONGEST_NAME, fields_of, step_at, step_form
from webui.language import t
from webui.pages.flows import changed_in, compared, listed, number_in, version_of
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("flow_drafts", __name__, url_prefix="/settings/draft/<int:number>/flow")
MOST_STEPS = 1000
Make = Callable[[Draft], Draft]


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def list_all(number: int) -> ResponseReturnValue:
    return _list(number)


@BLUEPRINT.post("/add")
@needs(Right.ADMINISTER)
def add(number: int) -> ResponseReturnValue:
    """A flow without steps yet."""
    name = request.form.get("name", "").strip()[:LONGEST_NAME]
    made: list[int] = []

    def make(draft: Draft) -> Draft:
        flows = listed(draft.document)
        if not name or any(one.id == name for one in flows):
            raise NameTaken(name)
        made.append(len(flows))
        return editing.add(draft, "flow", {"id": name, "start": "", "node": []}, the_site().wall_us())[0]

    try:
        change(number, request.form.get("seen", ""), make)
    except Moved:
        return _list(number, t("settings.moved")), 409
    except NameTaken:
        return _list(number, t("flows.name-taken")), 422
    return redirect(url_for("flow_drafts.show", number=number, place=made[0]))


@BLUEPRINT.get("/<int:place>")
@needs(Right.ADMINISTER)
def show(number: int, place: int) -> ResponseReturnValue:
    return page(number, place, chosen=number_in("node", -1))


@BLUEPRINT.get("/<int:place>/difference")
@needs(Right.ADMINISTER)
def difference(number: int, place: int) -> ResponseReturnValue:
    """Against what is in force, or another version."""
    with drafts() as (store, kept):
        draft, current = kept.get(number), store.current()
        number_old = number_in("old", current.version if current else 0)
        old = version_of(store, number_old)
        flow = flow_in(draft.document, place)
        choices = [one.version for one, _, _ in changed_in(store, flow.id)]
    return compared(
        flow.id,
        (
            plain(old.config if old else Config()),
            t("settings.version-number", version=old.version if old else 0),
        ),
        (draft.document, t("settings.draft-number", number=number)),
        url_for("flow_drafts.show", number=number, place=place),
        chosen=[("old", number_old)],
        choices=choices,
    )


@BLUEPRINT.post("/<int:place>/start")
@needs(Right.ADMINISTER)
def start(number: int, place: int) -> ResponseReturnValue:
    to = request.form.get("to", "")[:LONGEST_NAME]
    now_us = the_site().wall_us()
    return _done(
        number, place, lambda one: flow_edits.connect(one, place, 0, flow_edits.START, to, at_us=now_us)
    )


@BLUEPRINT.post("/<int:place>/add")
@needs(Right.ADMINISTER)
def add_step(number: int, place: int) -> ResponseReturnValue:
    """A step of a kind, and perhaps the way that leads to it."""
    name, kind = (request.form.get(key, "").strip()[:LONGEST_NAME] for key in ("name", "kind"))
    after, outcome = _number("after"), _outcome("outcome", "case")
    made: list[int] = []

    def make(draft: Draft) -> Draft:
        now_us = the_site().wall_us()
        there = len(flow_edits.steps(draft, place))
        if kind not in KINDS or there >= MOST_STEPS:
            abort(422)
        made.append(there)
        draft = flow_edits.add_step(draft, place, {"id": name, "kind": kind}, now_us)
        if after < 0 or not outcome:
            return draft
        return flow_edits.connect(draft, place, after, outcome, name, at_us=now_us)

    return _done(number, place, make, after, lambda: made[0])


@BLUEPRINT.post("/<int:place>/step/<int:node>")
@needs(Right.ADMINISTER)
def save_step(number: int, place: int, node: int) -> ResponseReturnValue:
    """Its name, kind, what its kind asks for, and where its ways lead."""

    def make(draft: Draft) -> Draft:
        now_us = the_site().wall_us()
        draft = _with_keys(draft, place, node, now_us)
        for outcome, to in _led():
            draft = flow_edits.connect(draft, place, node, outcome, to, at_us=now_us)
        name = request.form.get("id", "").strip()[:LONGEST_NAME]
        return flow_edits.rename_step(draft, place, node, name, now_us)

    return _done(number, place, make, node, lambda: node)


@BLUEPRINT.post("/<int:place>/step/<int:node>/remove")
@needs(Right.ADMINISTER)
def remove_step(number: int, place: int, node: int) -> ResponseReturnValue:
    instead, now_us = request.form.get("instead", "")[:LONGEST_NAME], the_site().wall_us()
    return _done(
        number, place, lambda one: flow_edits.remove_step(one, place, node, instead, now_us), node, lambda: -1
    )


# -- what all of them share -------------------------------------------------------------------------


def _done(
    number: int, place: int, make: Make, node: int = -1, onward: Callable[[], int] = lambda: -1
) -> ResponseReturnValue:
    try:
        change(number, request.form.get("seen", ""), make)
    except Moved:
        return page(number, place, t("settings.moved"), chosen=node), 409
    except NameTaken:
        return page(number, place, t("flows.name-taken"), chosen=node), 422
    except NoSuchPlace:
        abort(404)
    chosen = onward()
    return redirect(
        url_for(
            "flow_drafts.show",
            number=number,
            place=place,
            node=chosen if chosen >= 0 else None,
            saved=1,
            _anchor="step" if chosen >= 0 else None,
        )
    )


def _with_keys(draft: Draft, place: int, node: int, now_us: int) -> Draft:
    """What the form says of the step itself, its kind, and the words it says."""
    there = step_at(draft.document, place, node)
    was, form = texts(draft.document, there.value), request.form
    for field in fields_of(there):
        draft = with_field(draft, there, field)
    if form.get("kind", "") in KINDS:
        draft = editing.edit(draft, (*there.path, "kind"), form["kind"], now_us)[0]
    said = {lang: " ".join(form[f"says.{lang}"].split())[:LONGEST] for lang in was if f"says.{lang}" in form}
    return with_texts(draft, (place, node), was, said, now_us)


def _led() -> list[tuple[str, str]]:
    """Outcomes the form names, and where they lead: those that were there, and one more."""
    ways = [(key[3:], to[:LONGEST_NAME]) for key, to in request.form.items() if key.startswith("to.")]
    more, to = _outcome("more", "more-case"), request.form.get("more-to", "")[:LONGEST_NAME]
    return [*ways, *([(more, to)] if more and to else [])]


def flow_in(document: Document, place: int) -> Seen:
    """404 where there is none."""
    try:
        found = at(document, ("flow", place))
    except NoSuchPlace:
        found = None
    return seen(found) if isinstance(found, dict) else abort(404)


def page(
    number: int, place: int, fault: str = "", *, chosen: int = -1, where: Where | None = None, **more: Any
) -> str:
    """The editor; `more` is for the panel of a tried call."""
    with drafts() as (store, kept):
        draft, current = kept.get(number), store.current()
    flow, faults = flow_in(draft.document, place), look(draft.document).faults
    chosen = chosen if 0 <= chosen < len(flow.steps) else -1
    where = where or Where(chosen)
    return render_template(
        "flows/edit.html",
        one=draft,
        flow=flow,
        place=place,
        names=known(flow),
        picture=picture_of(model_of(flow), draft.document, where, faults, place),
        rows=rows_of(flow, draft.document, faults, place),
        faults=of_flow(faults, place),
        current=current.version if current else 0,
        usable=not any(not one.warning for one in faults),
        kinds=[(one, kind_words(one, t)) for one in KINDS],
        step=step_form(draft.document, place, chosen, faults) if chosen >= 0 else None,
        saved=request.args.get("saved") == "1",
        fault=fault,
        **more,
    )


def _outcome(name: str, case: str) -> str:
    """As chosen; of a new case the expression that was written."""
    outcome = request.form.get(name, "")[:300]
    if outcome != "cases":
        return outcome
    written = request.form.get(case, "").strip()[:250]
    return f"cases:{written}" if written else ""


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else -1


def _list(number: int, fault: str = "") -> str:
    with drafts() as (_, kept):
        draft = kept.get(number)
    flows = list(enumerate(listed(draft.document)))
    return render_template("flows/list.html", one=draft, flows=flows, fault=fault)
