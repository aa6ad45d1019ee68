"""Tokens of programs: made, looked at and revoked by an administrator. A secret is shown once, when it is made."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.cli.period import local
from webui.access.tokens import Token
from webui.api.blueprint import DESCRIBED
from webui.api.description import openapi
from webui.api.scopes import GIVEN, MEANINGS, OF_THE_HOUSE, Scope
from webui.language import t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("tokens", __name__, url_prefix="/tokens")
ENDS = (0, 30, 90, 365)
"""Days; 0: none."""


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    return _list(told=request.args.get("told") == "revoked")


@BLUEPRINT.post("")
@needs(Right.ADMINISTER)
def make() -> ResponseReturnValue:
    form = request.form
    agent, days = form.get("agent", ""), form.get("days", "0")
    scopes = tuple(one for one in GIVEN if one in form.getlist("scope"))
    if days not in map(str, ENDS) or (agent and agent not in _agents()):
        abort(400)
    if agent and OF_THE_HOUSE & set(scopes):
        return _list(t("tokens.not-for-agent")), 422
    try:
        told = tuple(str(one) for one in scopes)
        secret, _ = the_site().doors.tokens.make(
            form.get("note", ""), told, me().name, agent=agent, days=int(days)
        )
    except ValueError as fault:
        return _list(t(str(fault))), 422
    return _list(secret=secret)


@BLUEPRINT.post("/revoke")
@needs(Right.ADMINISTER)
def revoke() -> ResponseReturnValue:
    if not the_site().doors.tokens.revoke(request.form.get("id", ""), me().name):
        abort(404)
    return redirect(url_for("tokens.show", told="revoked"))


@BLUEPRINT.get("/openapi.json")
@needs(Right.SIGNED_IN)
def description() -> ResponseReturnValue:
    """What `/api/v1/openapi.json` tells programs, for people who write them."""
    return openapi(DESCRIBED)


def _agents() -> dict[str, str]:
    return {one.id: one.name or one.id for one in the_site().config.agents}


def _list(fault: str = "", *, secret: str = "", told: bool = False) -> str:
    return render_template(
        "tokens/list.html",
        tokens=[_shown(one) for one in the_site().doors.tokens.all()],
        scopes=[(str(one), t(f"tokens.may-{_key(one)}"), one in OF_THE_HOUSE) for one in MEANINGS if one in GIVEN],
        agents=_agents(), ends=ENDS, fault=fault, secret=secret, told=told,
        asked_scopes=request.form.getlist("scope") if fault else [],
        asked_note=request.form.get("note", "") if fault else "",
    )  # fmt: skip


def _shown(one: Token) -> dict[str, Any]:
    zone, now_us = the_site().config.site.zone, the_site().wall_us()
    times = {name: getattr(one, f"{name}_at") for name in ("made", "until", "used")}
    return {
        "id": one.id, "note": one.note, "agent": one.agent, "by": one.made_by, "state": one.state(now_us),
        "scopes": ", ".join(one.scopes),
        **{name: local(at, zone) if at else "" for name, at in times.items()},
    }  # fmt: skip


def _key(scope: Scope) -> str:
    return str(scope).replace(":", "-")
