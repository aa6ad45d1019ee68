"""What the doctor finds, in words: what is wrong with this box, and what to do about it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from firmware.cli.doctor import examine
from webui.language import language
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("health", __name__, url_prefix="/health")


@BLUEPRINT.get("")
@needs(Right.LOOK_AT_LINES)
def show() -> ResponseReturnValue:
    """What is wrong stands first."""
    found = sorted(examine(the_site().places), key=lambda one: one.well)
    rows = [(one.named(language()), one.well, *one.said(language())) for one in found]
    return render_template("health/show.html", rows=rows, wrong=sum(not well for _, well, *_ in rows))
