"""Who may sign in: made, altered, switched off and removed by an administrator; who came in lately."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from firmware.cli.period import local
from webui.access.people import LONGEST_SHOWN, ROLES, Person
from webui.language import t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site
from webui.words import catalogue

BLUEPRINT = Blueprint("people", __name__, url_prefix="/people")
LATELY = 100
TOLD = ("added", "changed", "password", "removed")
"""What may be said after something was done."""
PARTS, LETTERS, PART_LENGTH = 4, "abcdefghjkmnpqrstuvwxyz23456789", 4


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    return _list()


@BLUEPRINT.post("")
@needs(Right.ADMINISTER)
def add() -> ResponseReturnValue:
    person = replace(_asked(Person(request.form.get("name", "").strip(), "")), must_change=True)
    try:
        the_site().doors.add(person, request.form.get("password", ""), me().name)
    except ValueError as fault:
        return _list(person, t(str(fault))), 422
    return _back("added")


@BLUEPRINT.get("/person")
@needs(Right.ADMINISTER)
def person() -> ResponseReturnValue:
    return _one(_named(request.args.get("name", "")))


@BLUEPRINT.post("/person")
@needs(Right.ADMINISTER)
def alter() -> ResponseReturnValue:
    there = _named(request.form.get("name", ""))
    wanted = replace(_asked(there), is_off="is_off" in request.form)
    try:
        the_site().doors.alter(wanted, me().name)
    except ValueError as fault:
        return _one(wanted, t(str(fault))), 422
    return _back("changed")


@BLUEPRINT.post("/password")
@needs(Right.ADMINISTER)
def password() -> ResponseReturnValue:
    """A new one for somebody who forgot his. One's own is changed where the old one is asked for."""
    there = _named(request.form.get("name", ""))
    if there.name == me().name:
        abort(400)
    try:
        the_site().doors.set_password(there.name, request.form.get("password", ""), me().name)
    except ValueError as fault:
        return _one(there, t(str(fault))), 422
    return _back("password")


@BLUEPRINT.post("/remove")
@needs(Right.ADMINISTER)
def remove() -> ResponseReturnValue:
    there = _named(request.form.get("name", ""))
    try:
        the_site().doors.remove(there.name, me().name)
    except ValueError as fault:
        return _one(there, t(str(fault))), 422
    return _back("removed")


def _named(name: str) -> Person:
    return the_site().doors.person(name) or abort(404)


def _asked(there: Person) -> Person:
    """With role, shown name and agent as the form has them."""
    form = request.form
    agents = {one.id for one in the_site().config.agents}
    agent = form.get("agent", "")
    return replace(
        there,
        role=form.get("role", ""),
        shown=form.get("shown", "").strip()[:LONGEST_SHOWN],
        agent=agent if agent in agents or agent == there.agent else "",
    )


def _list(asked: Person | None = None, fault: str = "") -> str:
    doors, config, told = the_site().doors, the_site().config, request.args.get("told", "")
    return render_template(
        "people/list.html",
        people=doors.people(),
        agents={one.id: one.name or one.id for one in config.agents},
        entries=[(local(at, config.site.zone), *rest) for at, *rest in doors.entries(LATELY)],
        did=_did,
        told=told if told in TOLD else "",
        asked=asked or Person("", "agent"),
        suggested=suggestion(),
        roles=ROLES,
        fault=fault,
    )


def _one(found: Person, fault: str = "") -> str:
    agents = {one.id: one.name or one.id for one in the_site().config.agents}
    return render_template(
        "people/person.html", one=found, agents=agents, roles=ROLES, fault=fault, suggested=suggestion()
    )


def _did(what: str) -> str:
    """In words; what other pages note beside people stands as it is."""
    key = f"people.did-{what}"
    return t(key) if key in catalogue() else what


def _back(told: str) -> ResponseReturnValue:
    return redirect(url_for("people.show", told=told))


def suggestion() -> str:
    """A first password that can be read out: no letters that look alike, 79 bits."""
    parts = ("".join(secrets.choice(LETTERS) for _ in range(PART_LENGTH)) for _ in range(PARTS))
    return "-".join(parts)
