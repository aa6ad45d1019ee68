"""The Flask application: its blueprints, what templates may use, how mistakes are told."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
from datetime import timedelta

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from firmware.version import VERSION
from webui import pages
from webui.api import problems
from webui.api.scopes import check_scopes, is_for_programs
from webui.language import language, t
from webui.menu import current, menu_of
from webui.moments import local_time
from webui.ordering import in_words
from webui.security import guard
from webui.security.rights import Right, check_all, may, needs
from webui.site import KEY, Site, the_site

MOST_BYTES = 8 << 20
"""Of a request; pages that take files say more themselves."""
MOST_PARTS = 1_000


def create_app(site: Site, hosts: list[str] | None = None) -> Flask:
    """`hosts`: names that may stand in a request's Host. Raises LookupError for a view nobody gave a right."""
    app = Flask(__name__)
    app.extensions[KEY] = site
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=MOST_PARTS,
        TRUSTED_HOSTS=hosts,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
    )
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.view_functions["static"] = needs(Right.ANYBODY)(app.view_functions["static"])
    guard.install(app)
    for found in sorted(pkgutil.iter_modules(pages.__path__), key=lambda one: one.name):
        app.register_blueprint(importlib.import_module(f"webui.pages.{found.name}").BLUEPRINT)
    app.context_processor(_for_templates)
    app.register_error_handler(HTTPException, _tell)
    app.register_error_handler(sqlite3.OperationalError, _busy)
    app.register_error_handler(OSError, _busy)
    check_all(app)
    check_scopes(app)
    return app


def _for_templates() -> dict[str, object]:
    person = g.get("person")
    role = person.role if person else ""
    return {
        "t": t,
        "language": language(),
        "me": person,
        "csrf": guard.csrf_token,
        "menu": menu_of(role, is_sim=the_site().is_sim),
        "here": current(request.endpoint),
        "may": lambda right: may(role, Right[right]),
        "site_name": the_site().config.site.name,
        "said": in_words,
        "local": local_time,
        "is_sim": the_site().is_sim,
        "version": VERSION,
    }


def _tell(error: HTTPException) -> ResponseReturnValue:
    """Whatever was wrong with a request, in the reader's language and form."""
    if is_for_programs(request.path):
        return problems.told(error)
    status = error.code or 500
    key = f"errors.{status}" if status in (400, 401, 403, 404, 405, 409, 413, 429, 503) else "errors.other"
    if error.response is not None:
        return error.response
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return {"error": t(key), "status": status}, status
    answer = render_template("error.html", status=status, text=t(key))
    return answer, status, dict(_allowed(error))


def _allowed(error: HTTPException) -> list[tuple[str, str]]:
    return [one for one in error.get_headers() if one[0] in ("Allow", "Retry-After")]


def _busy(error: sqlite3.OperationalError | OSError) -> ResponseReturnValue:
    """A database is locked, the disk is full or failing, the engine silent: calls go on, the page says so."""
    current_app.logger.warning("%s %s", request.method, request.path, exc_info=error)
    if is_for_programs(request.path):
        return problems.told(ServiceUnavailable())
    return render_template("error.html", status=503, text=t("errors.503")), 503
