"""Erasing all that is known of a number: calls, recordings, messages, and who has it among the contacts.

Looked over first; the number itself is in no address and in no order, which knows it by keyed marks alone.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from firmware.archive.erasure_view import Meant, erasures
from firmware.cli.erase import marks_of
from firmware.cli.erase_contacts import contacts_meant, forget_contacts
from firmware.cli.main import CommandError
from firmware.protocol.inputs import ErasureOrder
from firmware.store.history import StoreError
from webui.calls.holding import refusal
from webui.history import history
from webui.language import language, t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("erasures", __name__, url_prefix="/erasures")
ORDER_ID = re.compile(r"erasure-[0-9a-f]{16}")
LONGEST_NUMBER, LONGEST_WHY = 60, 500
MOST_SHOWN = 50


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    return _page()


@BLUEPRINT.post("/look")
@needs(Right.ADMINISTER)
def look() -> ResponseReturnValue:
    """What would go; nothing is ordered yet."""
    try:
        marks = _marks()
    except CommandError as error:
        return _page(fault=str(error)), 422
    with history(the_site()) as db:
        meant = Meant(db, the_site().places.root, marks) if db is not None else None
    return _page(
        meant={
            "calls": len(meant.calls) if meant else 0,
            "held": len(meant.held) if meant else 0,
            "recordings": meant.recordings if meant else 0,
            "contacts": contacts_meant(the_site().places, marks),
        },
        order=f"erasure-{secrets.token_hex(8)}",
    )


@BLUEPRINT.post("/order")
@needs(Right.ADMINISTER)
def order() -> ResponseReturnValue:
    """Given again with the same id it is done once: whatever went wrong in between is done then."""
    form, why = request.form, request.form.get("why", "").strip()[:LONGEST_WHY]
    if not ORDER_ID.fullmatch(form.get("order", "")):
        abort(400)
    if not why:
        return _page(fault=t("erasures.why-wanted"), order=form["order"]), 422
    try:
        marks = _marks()
    except CommandError as error:
        return _page(fault=str(error)), 422
    wanted = ErasureOrder(form["order"], me().name, why, tuple(sorted(marks)), "at_once" in form)
    answer = the_site().live.give(wanted)
    if not answer.done:
        return _page(fault=refusal(answer), order=form["order"]), 409
    try:
        done = forget_contacts(the_site().places, marks, me().name)
    except (StoreError, sqlite3.Error):
        return _page(fault=t("erasures.not-contacts"), order=form["order"]), 503
    return _page(done={"erased": len(done.erased), "kept": len(done.kept)})


def _marks() -> frozenset[str]:
    """Raises CommandError for what is nobody's number."""
    return marks_of(the_site().places, request.form.get("number", "").strip()[:LONGEST_NUMBER], language())


def _page(
    fault: str = "",
    *,
    meant: dict[str, int] | None = None,
    order: str = "",
    done: dict[str, int] | None = None,
) -> str:
    rows: list[dict[str, Any]] = []
    with history(the_site()) as db:
        if db is not None:
            rows = erasures(db, the_site().places.root)[::-1][:MOST_SHOWN]
    form = request.form if done is None else {}
    return render_template(
        "erasures/show.html", rows=rows, fault=fault, meant=meant, order=order, done=done,
        number=form.get("number", "")[:LONGEST_NUMBER], why=form.get("why", "")[:LONGEST_WHY],
        at_once="at_once" in form,
    )  # fmt: skip
