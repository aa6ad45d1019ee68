"""Every version that was in force: by whom, what it changed, how it differs from any other; back to it; as a file."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.cli.period import local
from firmware.config.changes import changes
from firmware.config.drafts.store import DraftStore
from firmware.config.export import as_document
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, NoSuchVersion, Version
from webui.applying import config_store, tell_box
from webui.language import language, t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.settings.putting import NotUsable, put_back
from webui.site import the_site

BLUEPRINT = Blueprint("settings_history", __name__, url_prefix="/settings/history")
_SECRET = re.compile(r"^([ +-]?(?:\w+_)?(?:pin|secret|password) = ).+$", re.MULTILINE)
MOST = 500


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    zone = the_site().config.site.zone
    with config_store() as store:
        rows = [(one, local(one.at_us, zone)) for one in store.history(most=MOST)]
    return render_template("settings/history.html", rows=rows)


@BLUEPRINT.get("/difference")
@needs(Right.ADMINISTER)
def difference() -> ResponseReturnValue:
    old, new = _number("old"), _number("new")
    with config_store() as store:
        before, after = _version(store, old), _version(store, new)
        lines = store.diff(old, new)
        current = store.current()
    found = changes(before.config if before else Config(), after.config if after else Config())
    return render_template(
        "settings/difference.html",
        old=old,
        new=new,
        author=after.author if after else "",
        changes=[one.said(language()) for one in found],
        lines=_SECRET.sub(r'\1"…"', lines).splitlines(),
        current=current.version if current else 0,
    )


@BLUEPRINT.post("/draft")
@needs(Right.ADMINISTER)
def as_draft() -> ResponseReturnValue:
    """An old version to look at and change before it is in force again."""
    number = _number("version")
    with config_store() as store:
        there = _version(store, number) or abort(404)
        note = t("settings.of-version", version=number)
        draft = DraftStore(store).begin(me().name, the_site().wall_us(), note, there.config)
    return redirect(url_for("settings.draft", number=draft.id))


@BLUEPRINT.post("/back")
@needs(Right.ADMINISTER)
def back() -> ResponseReturnValue:
    """At once; refused where this firmware would not take it any more."""
    number = _number("version")
    try:
        version = put_back(number, me().name)
    except NoSuchVersion:
        abort(404)
    except NotUsable:
        return render_template("settings/not_back.html", version=number), 409
    return render_template("settings/applied.html", applied=tell_box(version))


@BLUEPRINT.get("/<int:number>.toml")
@needs(Right.ADMINISTER)
def export(number: int) -> ResponseReturnValue:
    with config_store() as store:
        there = _version(store, number) or abort(404)
    answer = Response(as_document(there), mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="tipring-{number}.toml"'
    return answer


def _number(name: str) -> int:
    text = request.values.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    return int(text)


def _version(store: ConfigStore, number: int) -> Version | None:
    """None stands for the empty configuration, version 0; 404 for one that never was."""
    if number == 0:
        return None
    try:
        return store.get(number)
    except NoSuchVersion:
        abort(404)
