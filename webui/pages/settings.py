"""Drafts of the configuration: begun, looked at, compared, put in force. Nothing is live before 'apply'."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import structs

from firmware.cli.period import local
from firmware.config.changes import changes
from firmware.config.drafts.draft import Draft, changed_from, look, plain
from firmware.config.drafts.fields import forms
from firmware.config.drafts.merging import Conflict
from firmware.config.drafts.store import FaultyDraft, OtherVersion
from firmware.config.export import as_toml
from firmware.config.faults import Fault
from firmware.config.schema import Config
from webui.applying import tell_box
from webui.drafting.places import LISTS, part_of
from webui.drafting.values import is_secret
from webui.drafting.work import Moved, change, drafts
from webui.language import language, t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.settings.putting import LONGEST_NOTE, read_text
from webui.site import the_site

BLUEPRINT = Blueprint("settings", __name__, url_prefix="/settings")
Change = Callable[[Draft], Draft]


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    return _overview()


@BLUEPRINT.post("/begin")
@needs(Right.ADMINISTER)
def begin() -> ResponseReturnValue:
    with drafts() as (_, kept):
        draft = kept.begin(
            me().name, the_site().wall_us(), request.form.get("note", "").strip()[:LONGEST_NOTE]
        )
    return redirect(url_for("settings.draft", number=draft.id))


@BLUEPRINT.post("/import")
@needs(Right.ADMINISTER)
def take_toml() -> ResponseReturnValue:
    """A file or a pasted text becomes a draft, or all its faults are told with their lines."""
    text, sent = request.form.get("text", ""), request.files.get("file")
    if sent is not None and sent.filename:
        text = sent.read().decode("utf-8", "replace")
    config, faults = read_text(text)
    if config is None or not text.strip():
        return _overview(text, faults), 422
    with drafts() as (_, kept):
        draft = kept.begin(me().name, the_site().wall_us(), t("settings.imported"), config)
    return redirect(url_for("settings.draft", number=draft.id))


@BLUEPRINT.get("/draft/<int:number>")
@needs(Right.ADMINISTER)
def draft(number: int) -> ResponseReturnValue:
    return _shown(number)


@BLUEPRINT.post("/draft/<int:number>/note")
@needs(Right.ADMINISTER)
def note(number: int) -> ResponseReturnValue:
    wanted = request.form.get("note", "").strip()[:LONGEST_NOTE]
    return _changed(number, lambda there: structs.replace(there, note=wanted))


@BLUEPRINT.post("/draft/<int:number>/drop")
@needs(Right.ADMINISTER)
def drop(number: int) -> ResponseReturnValue:
    with drafts() as (_, kept):
        kept.drop(number)
    return redirect(url_for("settings.show"))


@BLUEPRINT.post("/draft/<int:number>/rebase")
@needs(Right.ADMINISTER)
def rebase(number: int) -> ResponseReturnValue:
    """On top of what is in force now; where both changed one thing, it is told and the draft's stands."""
    with drafts() as (_, kept):
        at_us = max(kept.get(number).at_us + 1, the_site().wall_us())
        _, conflicts = kept.rebase(number, at_us)
    return _shown(number, conflicts=conflicts, told=t("settings.rebased"))


@BLUEPRINT.post("/draft/<int:number>/apply")
@needs(Right.ADMINISTER)
def apply(number: int) -> ResponseReturnValue:
    with drafts() as (_, kept):
        if str(kept.get(number).at_us) != request.form.get("seen"):
            return _shown(number, fault=t("settings.moved")), 409
        try:
            version = kept.apply(number, me().name, the_site().wall_us())
        except OtherVersion:
            return _shown(number, fault=t("settings.other-version")), 409
        except FaultyDraft:
            return _shown(number, fault=t("settings.faulty")), 409
    return render_template("settings/applied.html", applied=tell_box(version))


@BLUEPRINT.get("/draft/<int:number>/toml")
@needs(Right.ADMINISTER)
def toml(number: int) -> ResponseReturnValue:
    with drafts() as (_, kept):
        there = kept.get(number)
    return render_template(
        "settings/toml.html", one=there, text=as_toml(look(there.document).nearest), faults=[]
    )


@BLUEPRINT.post("/draft/<int:number>/toml")
@needs(Right.ADMINISTER)
def set_toml(number: int) -> ResponseReturnValue:
    text = request.form.get("text", "")
    config, faults = read_text(text)
    if config is None:
        with drafts() as (_, kept):
            page = render_template(
                "settings/toml.html", one=kept.get(number), text=text, faults=_with_lines(faults)
            )
        return page, 422
    return _changed(number, lambda there: structs.replace(there, document=plain(config)))


def _changed(number: int, make: Change) -> ResponseReturnValue:
    try:
        change(number, request.form.get("seen", ""), make)
    except Moved:
        return _shown(number, fault=t("settings.moved")), 409
    return redirect(url_for("settings.draft", number=number))


def _overview(text: str = "", faults: list[Fault] | None = None) -> str:
    site = the_site()
    with drafts() as (store, kept):
        current = store.current()
        lines = [
            (one, local(one.at_us, site.config.site.zone), *_state(one, site.config)) for one in kept.all()
        ]
    return render_template(
        "settings/show.html",
        current=current,
        at=local(current.at_us, site.config.site.zone) if current else "",
        drafts=lines,
        text=text,
        faults=_with_lines(faults or []),
    )


def _state(one: Draft, config: Config) -> tuple[int, int]:
    """How many changes, how many faults."""
    looked = look(one.document)
    return len(changes(config, looked.nearest)), sum(not fault.warning for fault in looked.faults)


def _shown(number: int, *, fault: str = "", told: str = "", conflicts: list[Conflict] | None = None) -> str:
    site = the_site()
    with drafts() as (store, kept):
        there, current = kept.get(number), store.current()
        base = kept.base_of(there)
    looked = look(there.document)
    in_force = current.config if current else Config()
    return render_template(
        "settings/draft.html",
        one=there,
        at=local(there.at_us, site.config.site.zone),
        current=current.version if current else 0,
        sections=[(one, _count(there, one.key)) for one in forms()],
        faults=[(part_of(one.key), one.key, one.warning, *one.said(language())) for one in looked.faults],
        usable=looked.config is not None,
        changes=[one.said(language()) for one in changed_from(there, in_force)],
        since_base=[one.said(language()) for one in changed_from(there, base)],
        conflicts=conflicts or [],
        secret=is_secret,
        fault=fault,
        told=told,
    )


def _count(there: Draft, key: str) -> int | None:
    """None: there is one of them, always."""
    value = there.document.get(key)
    return (len(value) if isinstance(value, list) else 0) if key in LISTS else None


def _with_lines(faults: list[Fault]) -> list[tuple[int, bool, str, str]]:
    return [(one.line, one.warning, *one.said(language())) for one in faults]
