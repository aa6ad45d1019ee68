"""Erasing all that is known of a number: calls, recordings, messages, and who has it among the contacts.

Looked over first; the number itself is in no address and in no order, which knows it by keyed marks alone.
"""

from __future__ import annotations

import sqlite3

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from firmware.cli.main import CommandError
from firmware.protocol.inputs import ErasureOrder
from firmware.store.history import StoreError
from webui import erasing
from webui.calls.holding import refusal
from webui.erasing import LONGEST_NUMBER, LONGEST_WHY, ORDER_ID, WouldGo
from webui.language import t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("erasures", __name__, url_prefix="/erasures")
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
    return _page(meant=erasing.would_go(marks), order=erasing.new_id())


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
        done = erasing.forget(marks, me().name)
    except (StoreError, sqlite3.Error):
        return _page(fault=t("erasures.not-contacts"), order=form["order"]), 503
    return _page(done={"erased": len(done.erased), "kept": len(done.kept)})


def _marks() -> frozenset[str]:
    """Raises CommandError for what is nobody's number."""
    return erasing.marks_for(request.form.get("number", ""))


def _page(
    fault: str = "",
    *,
    meant: WouldGo | None = None,
    order: str = "",
    done: dict[str, int] | None = None,
) -> str:
    rows, _ = erasing.so_far(MOST_SHOWN)
    form = request.form if done is None else {}
    return render_template(
        "erasures/show.html", rows=rows, fault=fault, meant=meant, order=order, done=done,
        number=form.get("number", "")[:LONGEST_NUMBER], why=form.get("why", "")[:LONGEST_WHY],
        at_once="at_once" in form,
    )  # fmt: skip
