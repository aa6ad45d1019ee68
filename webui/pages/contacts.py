"""The business's contacts: found by any part of them, kept with all that was with them, from and to files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.business.contact import Contact, Draft
from firmware.business.errors import BadContact, ContactChanged, NoSuchContact
from firmware.business.finding import find
from firmware.business.importing import rows_of
from firmware.business.numbers import KINDS
from firmware.business.remarks import Remarks
from webui.callers import who_calls
from webui.calls.shown import Shown
from webui.calls.sight import sees_all
from webui.contact_files import MEDIA, MOST_BYTES, NAMES, FaultyFile, reading, writing, written
from webui.contact_files import take as take_file
from webui.contact_forms import SPARE, draft_of, told
from webui.language import language, t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("contacts", __name__, url_prefix="/contacts")
PAGE = 50
KINDS_OF_FILES = {"csv": "csv", "vcf": "vcard"}
"""By what a file's name ends with."""


@BLUEPRINT.get("")
@needs(Right.WORK)
def show() -> ResponseReturnValue:
    text, skip = request.args.get("q", ""), request.args.get("skip", 0, int)
    with reading() as (db, contacts):
        page = find(db, contacts.rules, text, skip=skip, most=PAGE)
    return render_template("contacts/list.html", page=page, q=text, skip=max(0, skip), step=PAGE)


@BLUEPRINT.get("/new")
@needs(Right.WORK)
def new() -> ResponseReturnValue:
    numbers = [(request.args.get("number", "")[:40], "mobile")]
    return _form(Draft(name=request.args.get("name", "")[:200]), numbers=numbers)


@BLUEPRINT.post("/new")
@needs(Right.WORK)
def add() -> ResponseReturnValue:
    draft = draft_of(request.form)
    try:
        with writing() as (_, contacts):
            made = contacts.add(draft, author=me().name, at=the_site().wall_us())
    except BadContact as bad:
        return _form(draft, faults=told(bad.faults, language())), 422
    return redirect(url_for("contacts.one", contact=made.id))


@BLUEPRINT.get("/<contact>")
@needs(Right.WORK)
def one(contact: str) -> ResponseReturnValue:
    with reading() as (db, contacts):
        found = _of(lambda: contacts.get(contact))
        notes = Remarks(db, contacts).notes(found.id)
        done = Remarks(db, contacts).of_contact(found.id)
    numbers = [one.e164 or one.entered for one in found.draft.numbers]
    with closing(who_calls(the_site())) as callers:
        calls = callers.calls_of(tuple(numbers))
    shown = Shown(the_site().config, the_site().config.site.zone, language())
    return render_template(
        "contacts/one.html",
        contact=found,
        notes=notes,
        done=done,
        calls=calls,
        shown=shown,
        sees_all=sees_all(me()),
    )


@BLUEPRINT.get("/<contact>/edit")
@needs(Right.WORK)
def edit(contact: str) -> ResponseReturnValue:
    with reading() as (_, contacts):
        found = _of(lambda: contacts.get(contact))
    return _form(found.draft.said(), found)


@BLUEPRINT.post("/<contact>/edit")
@needs(Right.WORK)
def change(contact: str) -> ResponseReturnValue:
    draft, version = draft_of(request.form), request.form.get("version", 0, int)
    with writing() as (_, contacts):
        found = _of(lambda: contacts.get(contact))
        try:
            contacts.change(contact, version, draft, author=me().name, at=the_site().wall_us())
        except BadContact as bad:
            return _form(draft, found, faults=told(bad.faults, language())), 422
        except ContactChanged:
            return _form(found.draft.said(), found, faults=[t("contacts.changed-meanwhile")]), 409
    return redirect(url_for("contacts.one", contact=contact))


@BLUEPRINT.post("/<contact>/notes")
@needs(Right.WORK)
def note(contact: str) -> ResponseReturnValue:
    with writing() as (db, contacts):
        try:
            _of(
                lambda: Remarks(db, contacts).note(
                    contact, request.form.get("text", ""), author=me().name, at=the_site().wall_us()
                )
            )
        except ValueError:
            abort(400)
    return redirect(url_for("contacts.one", contact=contact))


@BLUEPRINT.post("/<contact>/erase")
@needs(Right.SUPERVISE)
def erase(contact: str) -> ResponseReturnValue:
    with writing() as (_, contacts):
        try:
            _of(
                lambda: contacts.erase(
                    contact, request.form.get("version", 0, int), author=me().name, at=the_site().wall_us()
                )
            )
        except ContactChanged:
            abort(409)
    return redirect(url_for("contacts.show"))


@BLUEPRINT.get("/files")
@needs(Right.SUPERVISE)
def files() -> ResponseReturnValue:
    return render_template("contacts/files.html", over=None, outcome=None, dry=True)


@BLUEPRINT.post("/files")
@needs(Right.SUPERVISE)
def take() -> ResponseReturnValue:
    """Looked over first, whole; a file with a fault changes nothing."""
    request.max_content_length = MOST_BYTES
    sent, dry = request.files.get("file"), "dry" in request.form
    if sent is None or not sent.filename:
        abort(400)
    name = sent.filename[:100]
    try:
        with tempfile.TemporaryFile(dir=the_site().places.root) as file:
            sent.save(file)
            outcome = take_file(lambda: rows_of(file, name), me().name, dry=dry)
    except FaultyFile as error:
        faults = told(error.over.faults, language())
        return render_template(
            "contacts/files.html", over=error.over, faults=faults, outcome=None, dry=dry
        ), 422
    return render_template("contacts/files.html", over=None, outcome=outcome, dry=dry)


@BLUEPRINT.get("/all.<kind>")
@needs(Right.SUPERVISE)
def export(kind: str) -> ResponseReturnValue:
    if kind not in KINDS_OF_FILES:
        abort(404)
    wanted = KINDS_OF_FILES[kind]
    headers = {"Content-Disposition": f'attachment; filename="{NAMES[wanted]}"'}
    return Response(written(wanted, language()), mimetype=MEDIA[wanted], headers=headers)


def _of(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except NoSuchContact:
        abort(404)


def _form(
    draft: Draft,
    contact: Contact | None = None,
    *,
    faults: list[str] | None = None,
    numbers: list[tuple[str, str]] | None = None,
) -> str:
    kept = [(one.entered, one.kind) for one in draft.numbers]
    return render_template(
        "contacts/form.html",
        draft=draft,
        contact=contact,
        faults=faults or [],
        numbers=[*kept, *(numbers or []), *[("", "mobile")] * SPARE],
        fields=[*draft.fields.items(), *[("", "")] * SPARE],
        kinds=KINDS,
    )
