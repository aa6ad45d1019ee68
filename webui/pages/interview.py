"""The set-up interview: a few short steps with defaults, then what they make of the box, and 'apply'."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import json

from firmware.config.check import countries
from firmware.config.drafts.store import DraftStore, OtherVersion
from firmware.config.faults import Finding
from firmware.config.times import DAYS
from firmware.config.versions import Version
from firmware.interview.check import read_answers
from firmware.interview.found import found
from firmware.interview.proposal import Proposal
from webui.applying import config_store, tell_box
from webui.interviewing import kept, proposing
from webui.interviewing.curve import curve, hours_of
from webui.interviewing.steps import OF_STEP, STEPS, after
from webui.language import language, t
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site
from webui.words import catalogue

BLUEPRINT = Blueprint("interview", __name__, url_prefix="/interview")
MORE_ROWS, MOST_ROWS = 3, 40
NOTE = "interview"
Document = dict[str, Any]


@BLUEPRINT.get("")
@needs(Right.ADMINISTER)
def start() -> ResponseReturnValue:
    config = the_site().config
    return render_template("interview/start.html", there=found(config), begun=proposing.begun(), steps=STEPS)


@BLUEPRINT.post("/later")
@needs(Right.ADMINISTER)
def later() -> ResponseReturnValue:
    root = the_site().places.root
    kept.write(root, kept.Kept((kept.read(root) or kept.Kept()).answers, later=True))
    return redirect(url_for("home.show"))


@BLUEPRINT.post("/anew")
@needs(Right.ADMINISTER)
def anew() -> ResponseReturnValue:
    """What was answered is forgotten: the box's own answers stand again."""
    kept.write(the_site().places.root, kept.Kept())
    return redirect(url_for("interview.step", name=next(iter(STEPS))))


@BLUEPRINT.get("/step/<name>")
@needs(Right.ADMINISTER)
def step(name: str) -> ResponseReturnValue:
    if name not in STEPS:
        abort(404)
    return _step(name, proposing.standing(), [])


@BLUEPRINT.post("/step/<name>")
@needs(Right.ADMINISTER)
def answer(name: str) -> ResponseReturnValue:
    if name not in STEPS:
        abort(404)
    answers = STEPS[name](request.form, proposing.standing())
    kept.write(the_site().places.root, kept.Kept(answers))
    if "more" in request.form:
        return redirect(url_for("interview.step", name=name, rows=MORE_ROWS))
    faults = [one for one in _findings(answers) if _page_of(one) == name and not one.wording.warning]
    if faults:
        return _step(name, answers, faults), 422
    onward = after(name)
    if onward and "proposal" not in request.form:
        return redirect(url_for("interview.step", name=onward))
    return redirect(url_for("interview.proposal"))


@BLUEPRINT.get("/proposal")
@needs(Right.ADMINISTER)
def proposal() -> ResponseReturnValue:
    return _shown("")


@BLUEPRINT.post("/apply")
@needs(Right.ADMINISTER)
def apply() -> ResponseReturnValue:
    made, _ = proposing.proposed(proposing.standing())
    if made is None or request.form.get("seen") != _digest(made):
        return _shown(t("interview.moved")), 409
    try:
        version = _put(made)
    except OtherVersion:
        return _shown(t("interview.moved")), 409
    todo = proposing.words_of(made).todo
    return render_template("interview/applied.html", applied=tell_box(version), todo=todo)


def _put(made: Proposal) -> Version:
    """Raises OtherVersion where somebody else was quicker."""
    site = the_site()
    seen = site.config_version
    with config_store() as store:
        drafts = DraftStore(store)
        draft = drafts.begin(me().name, site.wall_us(), NOTE, made.config)
        if draft.base != seen:
            drafts.drop(draft.id)
            raise OtherVersion(seen, draft.base)
        return drafts.apply(draft.id, me().name, site.wall_us())


def _findings(answers: Document) -> list[Finding]:
    return read_answers(answers, the_site().config)[1]


def _page_of(one: Finding) -> str:
    return OF_STEP.get(str(one.path[0]) if one.path else "", "business")


def _step(name: str, answers: Document, faults: list[Finding]) -> str:
    config = the_site().config
    whole = proposing.whole(answers)
    rows = request.args.get("rows", "")
    return render_template(
        f"interview/{name}.html",
        name=name,
        steps=list(STEPS),
        a=whole,
        usual=kept.defaults(config),
        there=found(config),
        countries=[(code, _country(code)) for code in sorted(countries())],
        department_names=[(one["name"], one["name"]) for one in whole["department"]],
        days=DAYS,
        more=min(int(rows), MOST_ROWS) if rows.isdecimal() and len(rows) < 4 else 0,
        faults=[(".".join(map(str, one.path)), *_said(one)) for one in faults],
    )


def _country(code: str) -> str:
    key = f"interview.country-{code}"
    return t(key) if key in catalogue() else code


def _said(one: Finding) -> tuple[str, str]:
    words, chinese = one.wording, language() == "zh"
    texts = (words.zh, words.zh_remedy) if chinese else (words.en, words.en_remedy)
    data = {key: str(value) for key, value in one.data.items()}
    return texts[0].format_map(data), texts[1].format_map(data)


def _digest(made: Proposal) -> str:
    """Of what is shown: what is applied is what somebody saw, on top of what was in force then."""
    text = json.encode(made.config) + str(the_site().config_version).encode()
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _shown(fault: str) -> str:
    made, findings = proposing.proposed(proposing.standing())
    said = [(_page_of(one), one.wording.warning, *_said(one)) for one in findings]
    if made is None:
        return render_template("interview/faulty.html", findings=said)
    words = proposing.words_of(made)
    pools = [
        (names, pool, curve(pool), hours_of(pool))
        for names, pool in zip(proposing.pool_names(made), made.staffing.pools, strict=True)
    ]
    return render_template(
        "interview/proposal.html",
        made=made,
        seen=_digest(made),
        warnings=said,
        pools=pools,
        changes=words.changes,
        todo=words.todo,
        why=words.why,
        fault=fault,
    )
