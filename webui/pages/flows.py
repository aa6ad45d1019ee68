"""Flows as they are in force, or were: drawn, listed, and what differs between two versions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.cli.period import local
from firmware.config.changes import changes
from firmware.config.drafts.draft import Document, look, plain
from firmware.config.drafts.store import DraftStore
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore, NoSuchVersion, Version
from webui.applying import config_store
from webui.flows.comparing import between
from webui.flows.graph import Seen, model_of, seen
from webui.flows.showing import Where, picture_of, rows_of
from webui.language import language, t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("flows", __name__, url_prefix="/settings/flows")
MOST_VERSIONS = 60
"""So many of the newest are looked through for those that changed a flow."""


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    with config_store() as store:
        current = store.current()
        drafts = DraftStore(store).all()
    flows = listed(plain(current.config)) if current else []
    works = [(one, [(place, flow.id) for place, flow in enumerate(listed(one.document))]) for one in drafts]
    return render_template(
        "flows/show.html", flows=flows, version=current.version if current else 0, drafts=works
    )


@BLUEPRINT.get("/<name>")
@needs(Right.ADMINISTER)
def one(name: str) -> ResponseReturnValue:
    with config_store() as store:
        current = store.current() or abort(404)
        version = version_of(store, number_in("version", current.version)) or abort(404)
        made = changed_in(store, name)
        drafts = [
            (one, place)
            for one in DraftStore(store).all()
            for place, flow in enumerate(listed(one.document))
            if flow.id == name
        ]
    document = plain(version.config)
    flow = named(document, name) or abort(404)
    return render_template(
        "flows/one.html",
        flow=flow,
        version=version,
        is_current=version.version == current.version,
        at=local(version.at_us, the_site().config.site.zone),
        picture=picture_of(model_of(flow), document, Where()),
        rows=rows_of(flow, document),
        versions=made,
        drafts=drafts,
    )


@BLUEPRINT.get("/<name>/difference")
@needs(Right.ADMINISTER)
def difference(name: str) -> ResponseReturnValue:
    with config_store() as store:
        old, new = (version_of(store, number_in(key, 0)) for key in ("old", "new"))
        choices = [one.version for one, _, _ in changed_in(store, name)]
    return compared(
        name,
        (
            plain(old.config if old else Config()),
            t("settings.version-number", version=old.version if old else 0),
        ),
        (
            plain(new.config if new else Config()),
            t("settings.version-number", version=new.version if new else 0),
        ),
        url_for("flows.one", name=name),
        chosen=[("old", number_in("old", 0)), ("new", number_in("new", 0))],
        choices=choices,
    )


@BLUEPRINT.post("/<name>/begin")
@needs(Right.ADMINISTER)
def begin(name: str) -> ResponseReturnValue:
    """A draft, at this flow."""
    with config_store() as store:
        draft = DraftStore(store).begin(
            me().name, the_site().wall_us(), t("flows.draft-note", name=name)[:120]
        )
    place = next((at for at, flow in enumerate(listed(draft.document)) if flow.id == name), None)
    if place is None:
        return redirect(url_for("flow_drafts.list_all", number=draft.id))
    return redirect(url_for("flow_drafts.show", number=draft.id, place=place))


# -- for the other pages of flows -------------------------------------------------------------------


def compared(
    name: str,
    old: tuple[Document, str],
    new: tuple[Document, str],
    back: str,
    *,
    chosen: list[tuple[str, int]],
    choices: list[int],
) -> str:
    """Two documents, each with what it is called, as one drawing and in words. 404 where neither has the flow.

    `chosen`: what the page's address says of versions; `choices`: those that might be compared.
    """
    flows = [named(document, name) for document, _ in (old, new)]
    if not any(flows):
        abort(404)
    before, after = (one or Seen(name, "", ()) for one in flows)
    configs = (look(document).nearest for document, _ in (old, new))
    told = [one for one in changes(*configs) if one.part[:2] == ("flow", name)]
    return render_template(
        "flows/compared.html",
        name=name,
        old=old[1],
        new=new[1],
        picture=picture_of(between(before, after), {**old[0], **new[0]}, Where()),
        changes=[one.said(language()) for one in told],
        back=back,
        chosen=chosen,
        choices=choices,
    )


def listed(document: Document) -> list[Seen]:
    flows = document.get("flow")
    return [seen(one) for one in flows] if isinstance(flows, list) else []


def named(document: Document, name: str) -> Seen | None:
    return next((one for one in listed(document) if one.id == name), None)


def number_in(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    return int(text)


def version_of(store: ConfigStore, number: int) -> Version | None:
    """None stands for the empty configuration, version 0; 404 for one that never was."""
    if number == 0:
        return None
    try:
        return store.get(number)
    except NoSuchVersion:
        abort(404)


def changed_in(store: ConfigStore, name: str) -> list[tuple[Version, int, str]]:
    """Versions that changed this flow, newest first: each with the one before it, and when."""
    zone = the_site().config.site.zone
    history = store.history()[: MOST_VERSIONS + 1]
    found = []
    for newer, older in zip(history, [*history[1:], None], strict=True):
        if older is None and len(history) > MOST_VERSIONS:
            break
        if _differs(newer, older, name):
            found.append((newer, older.version if older else 0, local(newer.at_us, zone)))
    return found


def _differs(newer: Version, older: Version | None, name: str) -> bool:
    return bool(_flow_in(newer, name) != (_flow_in(older, name) if older else None))


def _flow_in(version: Version, name: str) -> Any:
    return next((one for one in version.config.flows if one.id == name), None)
