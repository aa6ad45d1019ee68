"""A box that has nobody yet asks for its first admin, and answers nothing else."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webui.access.people import Person
from webui.interviewing.kept import is_wanted
from webui.language import language, t
from webui.pages.account import welcome
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("first_run", __name__, url_prefix="/first-run")


@BLUEPRINT.get("")
@needs(Right.ANYBODY)
def ask() -> ResponseReturnValue:
    _only_new()
    return render_template("first_run/ask.html", name="", fault="")


@BLUEPRINT.post("")
@needs(Right.ANYBODY)
def make() -> ResponseReturnValue:
    _only_new()
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    try:
        if password != request.form.get("again", ""):
            raise ValueError("access.passwords-differ")
        the_site().doors.first(
            Person(name, "admin", language=language()), password, request.remote_addr or ""
        )
    except ValueError as fault:
        return render_template("first_run/ask.html", name=name, fault=t(str(fault))), 422
    signed_in = the_site().doors.sign_in(name, password, request.remote_addr or "")
    site = the_site()
    onward = "interview.start" if is_wanted(site.places.root, site.config) else "home.show"
    answer = make_response(redirect(url_for(onward)))
    return welcome(answer, signed_in[0]) if isinstance(signed_in, tuple) else answer


def _only_new() -> None:
    if not the_site().doors.is_new:
        abort(404)
