"""Where everybody arrives: what this person may do here, and whether the box is well."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webui.security.rights import Right, needs

BLUEPRINT = Blueprint("home", __name__)


@BLUEPRINT.get("/")
@needs(Right.SIGNED_IN)
def show() -> ResponseReturnValue:
    return render_template("home/show.html")
