"""Coming in and going out, one's own password and language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace
from werkzeug.wrappers import Response as Answer

from webui import language as languages
from webui.access.sessions import LONGEST_US
from webui.language import t
from webui.security.guard import cookie_name, me, my_session
from webui.security.rights import Right, needs
from webui.site import the_site
from webui.words import LANGUAGES

BLUEPRINT = Blueprint("account", __name__)
YEAR_S = 31_536_000


def welcome(answer: Response, token: str) -> Response:
    """A new session each time somebody comes in: what the browser had before is worth nothing."""
    seconds, is_https = LONGEST_US // 1_000_000, the_site().is_https
    answer.set_cookie(
        cookie_name(), token, max_age=seconds, secure=is_https, httponly=True, samesite="Strict"
    )
    return answer


@BLUEPRINT.get("/sign-in")
@needs(Right.ANYBODY)
def door() -> ResponseReturnValue:
    return render_template("account/door.html", name="", fault="", next=_inside(request.args.get("next", "")))


@BLUEPRINT.post("/sign-in")
@needs(Right.ANYBODY)
def sign_in() -> ResponseReturnValue:
    name, next_page = request.form.get("name", "").strip(), _inside(request.form.get("next", ""))
    signed_in = the_site().doors.sign_in(name, request.form.get("password", ""), request.remote_addr or "")
    if isinstance(signed_in, int):
        fault = t("account.wait", seconds=-(-signed_in // 1_000_000)) if signed_in else t("account.wrong")
        page = render_template("account/door.html", name=name, fault=fault, next=next_page)
        return page, 429 if signed_in else 401
    if g.session:
        the_site().doors.sign_out(g.session)
    return welcome(make_response(redirect(next_page or url_for("home.show"))), signed_in[0])


@BLUEPRINT.post("/sign-out")
@needs(Right.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    the_site().doors.sign_out(my_session())
    answer = make_response(redirect(url_for("account.door")))
    answer.delete_cookie(cookie_name(), secure=the_site().is_https, httponly=True, samesite="Strict")
    return answer


@BLUEPRINT.get("/password")
@needs(Right.SIGNED_IN)
def password() -> ResponseReturnValue:
    return render_template("account/password.html", fault="")


@BLUEPRINT.post("/password")
@needs(Right.SIGNED_IN)
def set_password() -> ResponseReturnValue:
    doors, new = the_site().doors, request.form.get("password", "")
    try:
        if new != request.form.get("again", ""):
            raise ValueError("access.passwords-differ")
        if not doors.knows(me().name, request.form.get("old", ""), request.remote_addr or ""):
            raise ValueError("account.wrong-old")
        doors.set_password(me().name, new, me().name, but=my_session().key)
    except ValueError as fault:
        return render_template("account/password.html", fault=t(str(fault))), 422
    return redirect(url_for("home.show"))


@BLUEPRINT.post("/language")
@needs(Right.ANYBODY)
def set_language() -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    if g.person:
        the_site().doors.alter(replace(g.person, language=chosen), g.person.name)
    answer: Answer = redirect(_inside(request.form.get("next", "")) or url_for("home.show"))
    answer.set_cookie(languages.COOKIE, chosen, max_age=YEAR_S, samesite="Lax", secure=the_site().is_https)
    return answer


def _inside(target: str) -> str:
    """A path of this box, or nothing: nobody is sent elsewhere."""
    parts = urlsplit(target)
    is_path = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    )
    return target if is_path and target.isprintable() and "\\" not in target else ""
