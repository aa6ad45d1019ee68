"""Calls found by anything people remember of them, and the story of one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlite_utils import Database

from firmware.config.schema import Config
from firmware.protocol.names import Direction, Outcome
from firmware.protocol.order_format import OrderAnswer
from firmware.store import queries
from firmware.store.calls.numbers import NumberMatch
from firmware.store.calls.search import Found, search
from firmware.store.calls.story import call_story
from firmware.store.calls.telling import tell
from firmware.store.calls.wanted import After, Order
from webui.callers import who_calls
from webui.calls.asked import Asked, asked, page_of, presets
from webui.calls.holding import hold_of, place, refusal, release
from webui.calls.shown import Shown, far_number, length, offset
from webui.calls.sight import may_see, sees_all, within_sight
from webui.history import history
from webui.language import language, t
from webui.moments import today
from webui.recordings.shown import recordings_of
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("calls", __name__, url_prefix="/calls")
NOTHING = Found([], None, 0, more=False, complete=True)


@BLUEPRINT.get("")
@needs(Right.WORK)
def find() -> ResponseReturnValue:
    with history(the_site()) as db:
        zone = queries.zone(db) if db else the_site().config.site.zone
        form = asked(request.args, zone)
        wanted = within_sight(me(), form.wanted)
        found = search(db, wanted, form.after) if db and wanted else NOTHING
    with closing(who_calls(the_site())) as callers:
        names = callers.names(far_number(row) for row in found.rows)
    shown = Shown(the_site().config, zone, language(), names)
    return render_template(
        "calls/find.html",
        form=form.given, faults=form.faults, found=found, lines=[shown.line(row) for row in found.rows],
        first=_address(form.given), following=_following(form, found.after),
        is_first=form.after is None, presets=_presets(form, today(zone)), sees_all=sees_all(me()),
        **_choices(the_site().config, shown),
    )  # fmt: skip


@BLUEPRINT.get("/<int:call>")
@needs(Right.WORK)
def show(call: int) -> ResponseReturnValue:
    with history(the_site()) as db:
        return _page(db, call)


@BLUEPRINT.post("/<int:call>/hold")
@needs(Right.SUPERVISE)
def hold(call: int) -> ResponseReturnValue:
    """A legal hold: what is held is neither erased nor purged."""
    with history(the_site()) as db:
        if db is None or not may_see(db, me(), call):
            abort(404)
        return _told(call, place(the_site(), me().name, call, request.form.get("why", "")))


@BLUEPRINT.post("/<int:call>/release")
@needs(Right.ADMINISTER)
def free(call: int) -> ResponseReturnValue:
    """Ends the hold that is on this call."""
    with history(the_site()) as db:
        held = hold_of(db, call) if db else None
    if held is None:
        abort(404)
    return _told(call, release(the_site(), me().name, held["id"], request.form.get("why", "")))


def _choices(config: Config, shown: Shown) -> dict[str, list[tuple[str, str]]]:
    """What the form lets choose, (value, words) each."""
    return {
        "queues": [(one.id, one.name or one.id) for one in config.queues],
        "agents": [(one.id, one.name or one.id) for one in config.agents],
        "said_outcomes": [(str(one), shown.said(one)) for one in Outcome],
        "said_directions": [(str(one), shown.said(one)) for one in Direction],
        "said_orders": [(str(one), t(f"calls.order-{one}")) for one in Order],
        "said_hows": [(str(one), t(f"calls.how-{one}")) for one in NumberMatch],
    }


def _page(db: Database | None, call: int, fault: str = "") -> str:
    story = call_story(db, call) if db and may_see(db, me(), call) else None
    if db is None or story is None:
        abort(404)
    config, reads = the_site().config, language()
    with closing(who_calls(the_site())) as callers:
        names = callers.names([far_number(story.call)])
    shown = Shown(config, queries.zone(db), reads, names)
    return render_template(
        "calls/show.html",
        line=shown.line(story.call), call=story.call, legs=story.legs, shown=shown, fault=fault,
        moments=[(one.what, offset(one.offset_ms), shown.at(one.at), tell(one, reads)) for one in story.moments],
        recordings=recordings_of(story.recordings, config, shown), held=hold_of(db, call),
        dispositions=list(db.query("SELECT * FROM dispositions WHERE call = ? ORDER BY id DESC", [call])),
        contacts=_contacts(story.call), sees_all=sees_all(me()), length=length,
    )  # fmt: skip


def _contacts(call: dict[str, Any]) -> list[dict[str, Any]]:
    number = str(call["from_e164"] or call["from_number"] or "")
    if call["direction"] != "inbound":
        number = str(call["to_e164"] or call["to_number"] or "")
    with closing(who_calls(the_site())) as caller_of:
        found: list[dict[str, Any]] = caller_of.about(number)["contacts"]
    return found


def _told(call: int, answer: OrderAnswer) -> ResponseReturnValue:
    """Back to the call, or there again with what was wrong."""
    if answer.done:
        return redirect(url_for("calls.show", call=call))
    with history(the_site()) as db:
        return _page(db, call, refusal(answer)), 409


def _address(given: Mapping[str, str]) -> str:
    return f"{url_for('calls.find')}?{urlencode(given)}" if given else url_for("calls.find")


def _following(form: Asked, after: After | None) -> str:
    return _address({**form.given, "after": page_of(after)}) if after else ""


def _presets(form: Asked, day: date) -> list[tuple[str, str, bool]]:
    """(name, address, whether it is the one shown)"""
    rest = {name: value for name, value in form.given.items() if name not in ("from", "to")}
    given = form.given.get("from", ""), form.given.get("to", "")
    found = [("any-time", _address(rest), given == ("", ""))]
    for name, (first, last) in presets(day).items():
        found.append((name, _address({"from": first, "to": last} | rest), given == (first, last)))
    return found
