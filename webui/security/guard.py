"""Before and after each request: who asks, whether he may, whether his own page asked, and what browsers are told."""

from __future__ import annotations

import hmac
from typing import cast

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response as Answer

from webui.access.people import Person
from webui.access.sessions import Session
from webui.api import entry, problems
from webui.api.scopes import is_api, is_for_programs
from webui.security.rights import Right, may, needed
from webui.site import the_site

COOKIE = "tipring"
SECURE_COOKIE = "__Host-tipring"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}
FIRST_RUN = frozenset(
    {"first_run.ask", "first_run.make", "account.set_language", "trust.show", "trust.authority", "static"}
)
"""All that answers on a box that has nobody yet."""
OWN_PASSWORD = frozenset({"account.password", "account.set_password", "account.sign_out", "static"})
"""All that answers to who has to choose a password first."""


def install(app: Flask) -> None:
    app.before_request(_guard)
    app.after_request(_tell_browser)


def me() -> Person:
    """Who asks; only in views that need a signed-in person."""
    return cast(Person, g.person)


def my_session() -> Session:
    return cast(Session, g.session)


def csrf_token() -> str:
    session: Session | None = g.get("session")
    return session.csrf if session else ""


def cookie_name() -> str:
    return SECURE_COOKIE if the_site().is_https else COOKIE


def _guard() -> Answer | None:
    g.session = g.person = None
    # A foreign name: no page of ours has an address there.
    if isinstance(request.routing_exception, SecurityError):
        return _told_plainly(request.routing_exception)
    if is_api(request.endpoint):  # programs show a token; what a browser shows by itself says nothing there
        entry.let_in()
        return None
    found = the_site().doors.session(request.cookies.get(cookie_name(), ""))
    if found:
        g.session, g.person = found
    if request.endpoint is None:  # the router found nothing, or not this method: it says so itself
        is_told = g.person or the_site().doors.is_new or is_for_programs(request.path)
        return None if is_told else _sign_in_first()
    if the_site().doors.is_new and request.endpoint not in FIRST_RUN:
        return redirect(url_for("first_run.ask"))
    return _may_see(request.endpoint) or _own_page()


def _told_plainly(error: SecurityError) -> Answer:
    if is_for_programs(request.path):
        return problems.told(error)
    return Answer(f"{error.code}", 400, mimetype="text/plain")


def _may_see(endpoint: str) -> Answer | None:
    right, person = needed(current_app, endpoint), cast("Person | None", g.person)
    if not may(person.role if person else "", right):
        if person:
            abort(403)
        return _sign_in_first()
    if person and person.must_change and endpoint not in OWN_PASSWORD and right is not Right.ANYBODY:
        return redirect(url_for("account.password"))
    return None


def _sign_in_first() -> Answer:
    """A page sends people to the door; programs and forms are told."""
    if request.method not in ("GET", "HEAD") or not request.accept_mimetypes.accept_html:
        abort(401)
    return redirect(url_for("account.door", next=request.full_path.rstrip("?")))


def _own_page() -> Answer | None:
    """A request that changes something comes from a page of ours (OWASP: token, and the browser's own word)."""
    if request.method in SAFE:
        return None
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin")
    if origin and origin != request.host_url.rstrip("/"):
        abort(403)
    token = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    wanted = csrf_token()
    if wanted and not hmac.compare_digest(token.encode("utf-8", "replace"), wanted.encode()):
        abort(403)
    return None


def _tell_browser(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if the_site().is_https:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
