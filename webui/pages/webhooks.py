"""Webhooks: how each endpoint fares, its secret (shown once, when it is made), a test, and events sent again.

Endpoints themselves are settings; here is what is done with them. Wishes are put where the jobs process takes them.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.config.schema import Webhook
from firmware.jobs.webhooks.standing import put_wish
from webui import hooks
from webui.drafting.work import drafts
from webui.language import t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site
from webui.words import catalogue

BLUEPRINT = Blueprint("webhooks", __name__, url_prefix="/tokens/webhooks")
BACK_H = (1, 24, 72)
"""Hours that can be sent again."""
TOLD = ("test", "now", "again", "since")


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    return _list(told=request.args.get("told", ""))


@BLUEPRINT.post("/secret")
@needs(Right.ADMINISTER)
def secret() -> ResponseReturnValue:
    """The former one signs beside it for a day."""
    one = _named(request.form.get("name", ""))
    made = hooks.new_secret(one.name, me().name, hooks.next_at(one.name))
    if made is None:
        abort(409)
    return _list(secret=(one.name, made))


@BLUEPRINT.post("/wish")
@needs(Right.ADMINISTER)
def wish() -> ResponseReturnValue:
    form, one = request.form, _named(request.form.get("name", ""))
    hours = form.get("hours", "")
    back_h = int(hours) if hours in map(str, BACK_H) else 0
    wanted = hooks.wish_of(one.name, form.get("do", ""), form.get("id", ""), back_h)
    if wanted is None:
        abort(400)
    put_wish(the_site().places.run, wanted)
    return redirect(url_for("webhooks.show", told=wanted.do))


@BLUEPRINT.post("/draft")
@needs(Right.ADMINISTER)
def draft() -> ResponseReturnValue:
    """A new draft of the settings, opened where endpoints are."""
    with drafts() as (_, kept):
        made = kept.begin(me().name, the_site().wall_us(), t("webhooks.draft"))
    return redirect(url_for("settings_parts.show", number=made.id, address="webhook"))


def _named(name: str) -> Webhook:
    found = hooks.named(name)
    if found is None:
        abort(404)
    return found


def _list(secret: tuple[str, str] = ("", ""), told: str = "") -> str:
    found = hooks.endpoints()
    return render_template(
        "webhooks/list.html",
        endpoints=[_shown(one) for one in found],
        is_silent=hooks.is_silent() and any(one.webhook.enabled for one in found),
        secret=secret, told=told if told in TOLD else "", hours=BACK_H, why=why,
    )  # fmt: skip


def _shown(one: hooks.Endpoint) -> dict[str, Any]:
    return {"is": one.webhook, "stands": one.stands, "secret": one.secret, "state": one.state}


def why(reason: str) -> str:
    """In the reader's language; what has no word of its own is shown as it is."""
    if reason.startswith("status-"):
        return t("webhooks.why-status", status=reason.removeprefix("status-"))
    key = f"webhooks.why-{reason}"
    return t(key) if key in catalogue() else reason
