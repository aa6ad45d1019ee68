"""The set-up interview for programs: its answers, kept, and what they make of the box. Nothing is put in force here.

A proposal's TOML is put in force by `PUT /settings` with its `etag`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Annotated, Any

from msgspec import Meta, Struct

from firmware.config.export import as_toml
from firmware.config.faults import Fault as ConfigFault
from firmware.config.faults import Finding, key_text
from firmware.interview.proposal import Proposal
from firmware.staffing.day import Interval
from webui.api.answers_form import form
from webui.api.in_force import MOST_FAULTS, etag_of, in_turn
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.interviewing import kept, proposing
from webui.interviewing.curve import Hour, hours_of
from webui.interviewing.proposing import Document
from webui.language import language
from webui.site import the_site

AnswersGiven = Annotated[dict[str, Any], Meta(description="As `form` of `GET /interview` says.")]


class Interview(Struct, frozen=True):
    etag: str
    """What `If-Match` of `PUT /interview` heeds."""
    answers: Document
    """As they were left; what was not answered as the box would answer it itself."""
    begun: bool
    """Somebody answered something, here or by the pages."""
    form: dict[str, Any]
    """JSON Schema of the answers."""


class AnswersToKeep(Struct, frozen=True, forbid_unknown_fields=True):
    answers: AnswersGiven
    """All of them; what is left out is answered by the box. `{}`: what was answered before is forgotten."""


class AnswersKept(Struct, frozen=True):
    etag: str
    answers: Document
    """With what was left out."""
    begun: bool
    warnings: list[Fault]


class ToPropose(Struct, frozen=True, forbid_unknown_fields=True):
    answers: AnswersGiven | None = None
    """Left out: those that were kept."""


class PoolTold(Struct, frozen=True):
    """Departments whose people are, at least in part, the same. `people` are at telephones here, so many are `wanted`
    in the busiest quarter-hour; `agents` of a quarter-hour and `people` of an hour are those who are wanted, all other
    figures those of the people who are there. Service levels are 0 … 1, waits seconds.
    """

    queues: list[str]
    names: list[str]
    people: int
    wanted: int
    service_level: float
    hours: list[Hour]
    quarters: list[Interval]


class StaffingTold(Struct, frozen=True):
    """The week's longest day (`mon` … `sun`), by theory (Erlang A, Erlang B). `lines` are over copper; 0: there are
    trunks alone, which are not counted.
    """

    weekday: str
    service_level: float
    lines_wanted: int
    lines: int
    pools: list[PoolTold]


class Proposed(Struct, frozen=True):
    """What the answers would make of the box. Nothing is changed."""

    toml: str
    """All of the configuration, with PINs in the clear: for `PUT /settings`."""
    etag: str
    """Of what is in force, for `If-Match` there."""
    answers: Document
    """With what was left out."""
    changes: list[str]
    """Against what is in force; empty: the box is set up so already."""
    todo: list[str]
    """What somebody should do or know."""
    why: list[str]
    """Why it is as it is."""
    warnings: list[Fault]
    """Of the answers; they can be used as they are."""
    staffing: StaffingTold
    scenario: str
    """The expected day, TOML, for `tipring rehearse`."""


def show(_: Given) -> Answer:
    etag = _etag()
    told = Interview(etag, proposing.whole(proposing.standing()), proposing.begun(), form())
    return Answer(told, headers=(("ETag", etag),))


def keep(given: Given) -> Answer:
    """Faulty answers are not kept, unlike a page's, to which somebody comes back."""
    asked: AnswersToKeep = given.body
    answers, warnings = _fit(asked.answers) if asked.answers else ({}, [])
    seen = given.if_match.strip('"') or given.if_match
    try:
        etag = _quoted(kept.write(the_site().places.root, kept.Kept(answers), seen))
    except kept.OtherAnswers:
        raise Refused(412, "changed", headers=[("ETag", _etag())]) from None
    except OSError:
        raise Refused(503, "busy", headers=[("Retry-After", "5")]) from None
    return Answer(
        AnswersKept(etag, proposing.whole(answers), bool(answers), warnings), headers=(("ETag", etag),)
    )


def propose(given: Given) -> Answer:
    asked: ToPropose = given.body
    etag = etag_of(the_site().config_version)
    with in_turn():
        made, findings = proposing.proposed(proposing.standing() if asked.answers is None else asked.answers)
        if made is None:
            raise _faulty(findings)
        return Answer(_proposed(made, etag, _faults(findings)))


def _etag() -> str:
    return _quoted(kept.mark_of(the_site().places.root))


def _quoted(mark: str) -> str:
    return f'"{mark}"'


def _fit(answers: Document) -> tuple[Document, list[Fault]]:
    """Raises Refused."""
    with in_turn():
        full, findings = proposing.fit(answers)
    if full is None:
        raise _faulty(findings)
    return full, _faults(findings)


def _faulty(findings: Iterable[Finding]) -> Refused:
    return Refused(422, "faulty-answers", faults=_faults(one for one in findings if not one.wording.warning))


def _faults(findings: Iterable[Finding]) -> list[Fault]:
    return [_fault(one) for one in islice(findings, MOST_FAULTS)]


def _fault(one: Finding) -> Fault:
    at = key_text(one.path)
    message, remedy = ConfigFault("", 0, at, one.wording, one.data).said(language())
    return Fault(f"$.answers.{at}" if at else "$.answers", message, slug=one.wording.slug, remedy=remedy)


def _proposed(made: Proposal, etag: str, warnings: Sequence[Fault]) -> Proposed:
    words = proposing.words_of(made)
    return Proposed(
        as_toml(made.config), etag, kept.filled(made.answers, the_site().config), words.changes, words.todo,
        words.why, list(warnings), _staffing(made), made.scenario,
    )  # fmt: skip


def _staffing(made: Proposal) -> StaffingTold:
    plan = made.staffing
    pools = [
        PoolTold(
            list(pool.queues), names, pool.people, pool.wanted, pool.service_level, hours_of(pool), list(pool.day)
        )
        for names, pool in zip(proposing.pool_names(made), plan.pools, strict=True)
    ]  # fmt: skip
    return StaffingTold(plan.weekday, plan.service_level, plan.lines_wanted, plan.lines, pools)


OPERATIONS = (
    Operation(
        name="interview", method="GET", path="/interview", scope=Scope.READ_SETTINGS, view=show, answer=Interview,
        says="The set-up interview's answers as they stand, and what answers may be.",
    ),
    Operation(
        name="interview_keep", method="PUT", path="/interview", scope=Scope.WRITE_SETTINGS, view=keep,
        body=AnswersToKeep, answer=AnswersKept, heeds_version=True, problems=(412, 422, 503),
        says="These answers are kept, for the pages, too. Nothing is put in force.",
    ),
    Operation(
        name="interview_proposal", method="POST", path="/interview/proposal", scope=Scope.READ_SETTINGS, view=propose,
        body=ToPropose, answer=Proposed, problems=(422, 503),
        says="What answers would make of the box, why, and what it lacks. `PUT /settings` puts it in force.",
    ),
)  # fmt: skip
