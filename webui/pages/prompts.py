"""What the box says: all prompts, heard in the browser; type a text and hear it; a sound file, or a message that was
left by telephone, in place of a text.

A change is a new version under the person's name, in force at once: who hears the old one hears it to its end.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from firmware.cli.prompts import BUILT
from firmware.config.faults import Fault
from firmware.config.schema import Prompt
from firmware.prompts.listing import listed, product_texts
from firmware.prompts.render import LANGUAGES, RenderError
from firmware.prompts.taking import LONGEST_S, MOST_BYTES, Measured, NotTaken
from webui.applying import Applied
from webui.language import language, t
from webui.prompting import messages, sounds
from webui.prompting.changing import Faulty, Make, Moved, own, put, seen, with_keys, without_part
from webui.prompting.dialled import ways
from webui.prompting.looking import fits, own_first, used, why_not
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("prompts", __name__, url_prefix="/prompts")
LONGEST_NAME = 64
PAGE = 40
"""Prompts on one page: the product alone has hundreds."""


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def show() -> ResponseReturnValue:
    site, asked = the_site(), request.args.get("q", "").strip()[:LONGEST_NAME]
    found = [one for one in listed(site.config, site.places, BUILT) if fits(one, asked.casefold())]
    used_by = used(site.config, found, language())
    found = own_first(found, used_by)
    page = min(number_of(request.args.get("page", "")), (len(found) - 1) // PAGE)
    return render_template(
        "prompts/list.html", prompts=found[page * PAGE :][:PAGE], asked=asked, used=used_by, page=page,
        pages=range(-(-len(found) // PAGE)), count=len(found),
    )  # fmt: skip


@BLUEPRINT.get("/one")
@needs(Right.ADMINISTER)
def one() -> ResponseReturnValue:
    return _page(_name(request.args.get("name", "")))


@BLUEPRINT.get("/sound")
@needs(Right.ADMINISTER)
def sound() -> ResponseReturnValue:
    site = the_site()
    try:
        name = _name(request.args.get("name", ""))
        return _wav(sounds.sound(site.places, site.config, name, _language(request.args.get("language"))))
    except sounds.NotThere:
        abort(404)
    except (sounds.Crowded, RenderError):
        abort(503)


@BLUEPRINT.post("/say")
@needs(Right.ADMINISTER)
def say() -> ResponseReturnValue:
    """A text as the box would say it; nothing is changed."""
    text = sounds.clean(request.form.get("text", ""))
    if not text:
        return {"error": t("prompts.no-text")}, 422
    try:
        return _wav(sounds.spoken(the_site().places, text, _language(request.form.get("language"))))
    except sounds.Crowded:
        return {"error": t("prompts.crowded")}, 503
    except RenderError as error:
        return {"error": t("prompts.not-spoken", why=str(error))}, 503


@BLUEPRINT.post("/text")
@needs(Right.ADMINISTER)
def set_text() -> ResponseReturnValue:
    """A text goes before the product's; where a file is, it stays before the text."""
    name = _name(request.form.get("name", ""))
    texts = {key: sounds.clean(request.form.get(key, "")) for key in LANGUAGES}
    return _changed(name, with_keys(name, texts))


@BLUEPRINT.post("/upload")
@needs(Right.ADMINISTER)
def upload() -> ResponseReturnValue:
    name, spoken_in = _name(request.form.get("name", "")), _language(request.form.get("language"))
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(name, t("prompts.no-file")), 422
    stream = sent.stream
    return _taken(
        name, spoken_in, sent.filename[:80],
        lambda: sounds.take_file(the_site().places, stream, name, spoken_in),
    )  # fmt: skip


@BLUEPRINT.post("/message")
@needs(Right.ADMINISTER)
def use_message() -> ResponseReturnValue:
    """What somebody said into a mailbox; the message stays as it is."""
    name, spoken_in = _name(request.form.get("name", "")), _language(request.form.get("language"))
    recording = request.form.get("recording", "")
    try:
        return _taken(
            name, spoken_in, t("prompts.the-message"),
            lambda: messages.take(the_site(), recording, name, spoken_in, me().name),
        )  # fmt: skip
    except messages.NoMessage:
        abort(404)
    except messages.Unusable as error:
        return _page(name, t(f"prompts.message-{error.why}")), messages.UNUSABLE[error.why]


def _taken(
    name: str, spoken_in: str, called: str, take: Callable[[], tuple[str, Measured]]
) -> ResponseReturnValue:
    """A sound in place of the text, or in words why not."""
    try:
        file, measured = take()
    except NotTaken as error:
        return _page(name, t("prompts.not-taken", file=called, why=why_not(error))), 422
    except sounds.Crowded:
        return _page(name, t("prompts.crowded")), 503
    return _changed(name, with_keys(name, {f"{spoken_in}_wav": file}), measured)


@BLUEPRINT.post("/remove")
@needs(Right.ADMINISTER)
def remove() -> ResponseReturnValue:
    """Of one language its file; of none all that is our own: the product's is said again, or nothing."""
    name, part = _name(request.form.get("name", "")), request.form.get("file", "")
    if part not in ("", *LANGUAGES):
        abort(400)
    return _changed(name, without_part(name, part))


def _changed(name: str, make: Make, measured: Measured | None = None) -> ResponseReturnValue:
    try:
        applied = put(name, request.form.get("seen", ""), me().name, make)
    except Moved:
        return _page(name, t("prompts.moved")), 409
    except Faulty as error:
        return _page(name, t("prompts.faulty"), error.faults), 422
    return _page(name, applied=applied, measured=measured)


def _page(
    name: str,
    fault: str = "",
    faults: list[Fault] | None = None,
    applied: Applied | None = None,
    measured: Measured | None = None,
) -> str:
    site = the_site()
    config = site.config
    found = next((each for each in listed(config, site.places, BUILT) if each.id == name), None)
    there = own(config, name)
    return render_template(
        "prompts/one.html",
        name=name,
        one=found,
        there=there,
        texts={key: _text(there, name, key) for key in LANGUAGES},
        files={key: bool(there and getattr(there, f"{key}_wav")) for key in LANGUAGES},
        used=used(config, [found], language()).get(name, []) if found else [],
        seen=seen(config, name),
        fault=fault,
        faults=[each.said(language()) for each in faults or []],
        applied=applied,
        measured=measured,
        most_text=sounds.LONGEST_TEXT,
        longest=f"{LONGEST_S:.0f}",
        size=f"{MOST_BYTES >> 20}",
        messages=messages.newest(site, language()),
        boxes={one.id: one.name for one in config.mailboxes},
        ways=ways(config),
        hear_code=config.features.voicemail_of,
    )


def _text(there: Prompt | None, name: str, key: str) -> str:
    """What the field begins with: our own, else the product's."""
    return (getattr(there, key) if there else "") or product_texts().get((name, key), "")


def number_of(text: str) -> int:
    """Of a page, from 1 as people count; the first for anything else. Counted from 0."""
    return max(1, int(text)) - 1 if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _name(given: str) -> str:
    name = given.strip()
    if not name or len(name) > LONGEST_NAME:
        abort(404)
    return name


def _language(given: str | None) -> str:
    if given not in LANGUAGES:
        abort(404)
    return given


def _wav(data: bytes) -> Response:
    answer = Response(data, mimetype="audio/wav")
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer
