"""Every kind of object of a draft as lists and forms, built from what the schema says of its keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.config.drafts import editing
from firmware.config.drafts.draft import Document, Draft, look
from firmware.config.drafts.places import NoSuchPlace, at
from firmware.config.faults import Fault, key_text
from webui.drafting.asking import asked, is_within, said, with_field
from webui.drafting.places import Place, address_of, called, form_at, path_of, place_of
from webui.drafting.values import own
from webui.drafting.work import Moved, change, drafts
from webui.language import language, t
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("settings_parts", __name__, url_prefix="/settings/draft/<int:number>/part")
Make = Callable[[Draft], Draft]
Onward = Callable[[], str]


@BLUEPRINT.get("/<address>")
@needs(Right.ADMINISTER)
def show(number: int, address: str) -> ResponseReturnValue:
    return _page(number, address)


@BLUEPRINT.post("/<address>")
@needs(Right.ADMINISTER)
def save(number: int, address: str) -> ResponseReturnValue:
    """Only keys whose field says something else than before are touched."""

    def make(draft: Draft) -> Draft:
        place = _place(draft.document, address)
        if place.is_list:
            abort(404)
        for field in own(place.form.fields):
            draft = with_field(draft, place, field)
        return draft

    return _done(
        number, address, make, url_for("settings_parts.show", number=number, address=address, saved=1)
    )


@BLUEPRINT.post("/<address>/add")
@needs(Right.ADMINISTER)
def add(number: int, address: str) -> ResponseReturnValue:
    """An empty part, called as the form says."""
    where: list[str] = []

    def make(draft: Draft) -> Draft:
        place = _place(draft.document, address)
        if not place.is_list:
            abort(404)
        key, name = place.form.name_key, request.form.get("name", "").strip()[:200]
        where.append(address_of((*place.path, len(place.value))))
        return editing.add(draft, place.path, {key: name} if key and name else {}, the_site().wall_us())[0]

    return _done(
        number, address, make, lambda: url_for("settings_parts.show", number=number, address=where[0])
    )


@BLUEPRINT.post("/<address>/remove")
@needs(Right.ADMINISTER)
def remove(number: int, address: str) -> ResponseReturnValue:
    def make(draft: Draft) -> Draft:
        place = _place(draft.document, address)
        if not isinstance(place.path[-1], int):
            abort(404)
        return editing.remove(draft, place.path, the_site().wall_us())[0]

    outer = address_of(path_of(address)[:-1]) or address
    return _done(number, address, make, url_for("settings_parts.show", number=number, address=outer))


@BLUEPRINT.post("/<address>/up")
@needs(Right.ADMINISTER)
def up(number: int, address: str) -> ResponseReturnValue:
    """One place further to the front: where order matters, the first that fits is taken."""

    def make(draft: Draft) -> Draft:
        path = _place(draft.document, address).path
        if not isinstance(path[-1], int) or path[-1] == 0:
            abort(404)
        order = list(range(len(at(draft.document, path[:-1]))))
        order[path[-1] - 1], order[path[-1]] = order[path[-1]], order[path[-1] - 1]
        return editing.move(draft, path[:-1], order, the_site().wall_us())[0]

    outer = address_of(path_of(address)[:-1]) or address
    return _done(number, address, make, url_for("settings_parts.show", number=number, address=outer))


def _done(number: int, address: str, make: Make, onward: str | Onward) -> ResponseReturnValue:
    try:
        change(number, request.form.get("seen", ""), make)
    except Moved:
        return _page(number, address, t("settings.moved")), 409
    return redirect(onward if isinstance(onward, str) else onward())


def _place(document: Document, address: str) -> Place:
    try:
        return place_of(document, address)
    except NoSuchPlace:
        abort(404)


def _page(number: int, address: str, fault: str = "") -> str:
    with drafts() as (_, kept):
        draft = kept.get(number)
    place = _place(draft.document, address)
    faults = look(draft.document).faults
    shown_with = {"one": draft, "place": place, "crumbs": _crumbs(draft.document, place), "fault": fault}
    if place.is_list:
        rows = [
            (
                called(place.form, value, at_),
                _second(value),
                address_of((*place.path, at_)),
                _within(faults, place, at_),
            )
            for at_, value in enumerate(place.value)
        ]
        return render_template("settings/list.html", rows=rows, **shown_with)
    return render_template(
        "settings/part.html",
        fields=[asked(draft.document, place, field, faults) for field in own(place.form.fields)],
        inner=[(one, _inner_count(place, one.key)) for one in place.form.parts],
        others=[one for one in _mine(faults, place) if not _is_at_field(one, place)],
        saved=request.args.get("saved") == "1",
        said=said,
        **shown_with,
    )


def _mine(faults: tuple[Fault, ...], place: Place) -> list[Fault]:
    key = key_text(place.path)
    return [one for one in faults if is_within(one, key)]


def _is_at_field(one: Fault, place: Place) -> bool:
    """Shown beside a field of this form."""
    keys = {key_text((*place.path, field.key)) for field in own(place.form.fields)}
    return any(is_within(one, key) for key in keys)


def _within(faults: tuple[Fault, ...], place: Place, at_: int) -> int:
    key = key_text((*place.path, at_))
    return sum(not one.warning and (one.key == key or one.key.startswith(f"{key}.")) for one in faults)


def _second(value: Any) -> str:
    """Something more to know a part by."""
    if not isinstance(value, dict):
        return ""
    found = (value.get(key) for key in ("name", "kind", "number", "strategy", "target", "agent"))
    return " · ".join(str(one) for one in found if one and isinstance(one, str))[:120]


def _inner_count(place: Place, key: str) -> int:
    value = place.value.get(key)
    return len(value) if isinstance(value, list) else 0


def _crumbs(document: Document, place: Place) -> list[tuple[str, str]]:
    """Address and name of each step on the way here."""
    found = []
    for length in range(1, len(place.path) + 1):
        path = place.path[:length]
        form, step = form_at(path), path[-1]
        if form is None:
            continue
        name = (
            (form.zh if language() == "zh" else form.en)
            if isinstance(step, str)
            else called(form, at(document, path), step)
        )
        found.append((address_of(path), name))
    return found
