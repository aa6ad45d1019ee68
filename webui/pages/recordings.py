"""What a player asks for: the shape of a recording, leave to hear it or to save it, notes at a moment.

Leave is given after the audit was told; the bytes themselves come from `webui.recordings.audio`.
"""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from msgspec.structs import asdict
from sqlite_utils import Database

from firmware.business.moments import TooManyNotes
from firmware.protocol.inputs import AccessOrder
from firmware.store.audio.accesses import Listening, heard, tell_access
from firmware.store.audio.drawing import peaks, silences
from firmware.store.audio.opening import NotARecording, UnnamedRecording, open_recording, recording_of
from webui.calls.shown import Shown
from webui.calls.sight import may_see, sees_all
from webui.history import history
from webui.language import language
from webui.recordings import notes
from webui.recordings.audio import PATH
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("recordings", __name__, url_prefix="/recordings")
COLUMNS = 900
LEVELS = 256
"""Of 65536: a drawing has no more."""


@BLUEPRINT.get("/<recording>/shape")
@needs(Right.WORK)
def shape(recording: str) -> ResponseReturnValue:
    """`{seconds, left: [low, high, …], right, silences: [[from, to], …], notes}`; samples from -128 to 127."""
    with _allowed(recording):
        pass
    try:
        handle = open_recording(the_site().places.root, recording)
    except (UnnamedRecording, NotARecording, OSError):
        abort(404)
    try:
        drawn, quiet = peaks(handle, COLUMNS), silences(handle)
    except (NotARecording, OSError):
        abort(404)
    finally:
        os.close(handle)
    sides = {side: (getattr(drawn, side) // LEVELS).ravel().tolist() for side in ("left", "right")}
    return {"seconds": drawn.seconds, **sides, "silences": quiet, "notes": _notes(recording)}


@BLUEPRINT.post("/<recording>/listen")
@needs(Right.WORK)
def listen(recording: str) -> ResponseReturnValue:
    """Where it can be heard from now on."""
    with _allowed(recording):
        pass
    site, now_us = the_site(), the_site().wall_us()
    if not heard(site.places, Listening(secrets.token_hex(12), me().name, recording), now_us):
        abort(503)
    return {"address": f"{PATH}?ticket={site.tickets.make(me().name, recording, now_us)}"}


@BLUEPRINT.post("/<recording>/download")
@needs(Right.SUPERVISE)
def download(recording: str) -> ResponseReturnValue:
    with _allowed(recording):
        pass
    site, now_us = the_site(), the_site().wall_us()
    order = AccessOrder(f"export-{secrets.token_hex(8)}", me().name, "export", (recording,))
    if not tell_access(site.places, order, now_us).done:
        abort(503)
    return redirect(f"{PATH}?ticket={site.tickets.make(me().name, recording, now_us, takes_out=True)}", 303)


@BLUEPRINT.post("/<recording>/notes")
@needs(Right.WORK)
def note(recording: str) -> ResponseReturnValue:
    """JSON `{at_s, text}`; the answer is the note."""
    told = request.get_json(silent=True)
    at_s, text = (told.get("at_s"), told.get("text")) if isinstance(told, dict) else (None, None)
    if not isinstance(at_s, int | float) or not math.isfinite(at_s) or not isinstance(text, str):
        abort(400)
    site = the_site()
    with _allowed(recording) as db:
        try:
            made = notes.note(site, db, recording, float(at_s), text, author=me().name, at=site.wall_us())
        except TooManyNotes:
            abort(409)
        except ValueError:
            abort(400)
    return _told(made)


@BLUEPRINT.post("/<recording>/notes/<int:number>/remove")
@needs(Right.WORK)
def unnote(recording: str, number: int) -> ResponseReturnValue:
    """One's own; who supervises anybody's."""
    author = "" if sees_all(me()) else me().name
    with _allowed(recording):
        if not notes.unnote(the_site(), recording, number, author):
            abort(404)
    return {"removed": number}


@contextmanager
def _allowed(recording: str) -> Iterator[Database]:
    """404 for a recording that cannot be heard, or not by this person: the same answer."""
    with history(the_site()) as db:
        row = recording_of(db, recording) if db else None
        if db is None or row is None or not may_see(db, me(), row["call"]):
            abort(404)
        yield db


def _notes(recording: str) -> list[dict[str, Any]]:
    return [_told(one) for one in notes.noted(the_site(), recording)]


def _told(one: Any) -> dict[str, Any]:
    shown = Shown(the_site().config, the_site().config.site.zone, language())
    is_mine = one.author == me().name or sees_all(me())
    return {**asdict(one), "at": shown.at(one.at), "can_go": is_mine}
