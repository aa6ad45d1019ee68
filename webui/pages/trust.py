"""The device's own certificate authority, for people to install; open to all: who has it can check, not forge."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, send_file
from flask.typing import ResponseReturnValue

from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("trust", __name__, url_prefix="/trust")


@BLUEPRINT.get("")
@needs(Right.ANYBODY)
def show() -> ResponseReturnValue:
    return render_template("trust/show.html", fingerprint=the_site().certificates.fingerprint)


@BLUEPRINT.get("/tipring.crt")
@needs(Right.ANYBODY)
def authority() -> ResponseReturnValue:
    path = the_site().certificates.authority
    if not path.exists():
        abort(404)
    return send_file(
        path, mimetype="application/x-x509-ca-cert", as_attachment=True, download_name="tipring.crt"
    )
