"""Rehearsals for programs: a day that was, or the expected one, played with what was in force and with a draft.

One at a time, in a process of its own; nothing live is touched.
"""

from __future__ import annotations

import threading
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from firmware.config.drafts.store import FaultyDraft
from webui.api.drafts import AT, PATH
from webui.api.in_force import faulty
from webui.api.keys import by_itself, known, once
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.drafting.work import drafts
from webui.history import history
from webui.language import language, t
from webui.rehearsing import beginning, kept, runs
from webui.rehearsing.days import days
from webui.rehearsing.kept import Outcome
from webui.rehearsing.telling import busy, how_far
from webui.rehearsing.wanted import LARGEST_SEED, MOST_CALLS, NotWanted, Wanted, wanted
from webui.site import the_site

_alone = threading.Lock()


class RehearsalDay(Struct, frozen=True):
    day: date
    calls: int
    """From outside."""


class RehearsalDays(Struct, frozen=True):
    """The busiest of the newest fortnight first, then newest first."""

    days: list[RehearsalDay]
    expected: bool
    """The interview was answered: `expected` can be played, too."""


class RehearsalWish(Struct, frozen=True, forbid_unknown_fields=True):
    day: Annotated[str, Meta(pattern=r"^(expected|[0-9]{4}-[0-9]{2}-[0-9]{2})$")]
    """`2026-11-23`, or `expected`."""
    calls: Annotated[int, Meta(ge=0, le=MOST_CALLS)] = 0
    """Of the expected day; 0: as the interview was answered."""
    seeds: Literal[3, 5, 10] = 3
    """How many runs: with more the bands of chance are clearer, and it takes longer."""
    seed: Annotated[int, Meta(ge=1, le=LARGEST_SEED)] = 1
    """The first one."""


class RehearsalBegun(Struct, frozen=True):
    repeated: bool
    """This key was used before; it was begun then, once."""


class RehearsalRunning(Struct, frozen=True):
    by: str
    at: int
    """When it began, Unix microseconds."""
    in_force: int
    """Version that was in force then."""
    done: float
    """0 to 1."""
    run: str
    """`unchanged`, `draft`; empty: it begins."""
    seed: int
    text: str


class RehearsalFound(Struct, frozen=True):
    by: str
    at: int
    """When it began, Unix microseconds."""
    in_force: int
    """Version that was in force then."""
    is_old: bool
    """The draft was changed since."""
    failure: str
    """What it said when it came to nothing."""
    said: list[str]
    """What it found, in words."""
    found: dict[str, Any] | None
    """As `tipring config rehearse --json` tells it; null: it failed."""


class Rehearsal(Struct, frozen=True):
    running: RehearsalRunning | None
    outcome: RehearsalFound | None
    """Of the last one that ended; a stopped one leaves none."""


def find(_: Given) -> Answer:
    with history(the_site()) as db:
        there = days(db) if db else []
    told = [RehearsalDay(one.day, one.calls) for one in there]
    return Answer(RehearsalDays(told, beginning.answers() is not None))


def begin(given: Given, number: int) -> Answer:
    """The key is kept when it runs: asked again after the box died between the two it is refused as busy."""
    what = ["rehearsal", number, given.body]
    with by_itself(_alone):
        if known(given, what):
            return Answer(RehearsalBegun(repeated=True), 202)
        _begin(number, _wanted(given.body), given.token.author)
        once(given, what, "")
    return Answer(RehearsalBegun(repeated=False), 202)


def show(_: Given, number: int) -> Answer:
    site = the_site()
    with drafts() as (_store, drafted):
        draft = drafted.get(number)
    job = runs.running(site.places)
    running = _running(job) if job is not None and job.outcome.draft == number else None
    outcome = kept.read(site.places.root, number)
    if running is None and outcome is None:
        raise Refused(404, "not-there")
    return Answer(Rehearsal(running, _found(outcome, kept.digest(draft.document)) if outcome else None))


def stop(_: Given, number: int) -> Answer:
    """Also of a draft that is gone."""
    if not runs.stop(the_site().places, number):
        raise Refused(404, "not-there")
    return Answer(status=204)


def _wanted(asked: RehearsalWish) -> Wanted:
    """Raises Refused for a day no calendar has."""
    try:
        return wanted(
            {"day": asked.day, "calls": str(asked.calls), "seeds": str(asked.seeds), "seed": str(asked.seed)}
        )
    except NotWanted as error:
        raise _not_wanted(error) from None


def _begin(number: int, asked: Wanted, by: str) -> None:
    """Raises Refused."""
    try:
        beginning.begin(number, asked, by)
    except NotWanted as error:
        raise _not_wanted(error) from None
    except FaultyDraft as error:
        raise faulty(error.faults, AT) from None
    except runs.Busy as error:
        raise Refused(409, "rehearsing", busy(error.job)) from None
    except OSError:
        raise Refused(503, "busy", headers=[("Retry-After", "5")]) from None


def _not_wanted(error: NotWanted) -> Refused:
    """The types hold all else: it is the day."""
    return Refused(400, "faults", faults=[Fault("$.day", t(str(error)))])


def _running(job: runs.Job) -> RehearsalRunning:
    of, far = job.outcome, runs.progress(the_site().places)
    return RehearsalRunning(of.by, of.at_us, of.in_force, far.done, far.run, far.seed, how_far(far))


def _found(one: Outcome, digest: str) -> RehearsalFound:
    found = dict(one.found) if one.found is not None else None
    words = found.pop("words") if found is not None else {}
    return RehearsalFound(
        one.by, one.at_us, one.in_force, one.digest != digest, one.failure, words.get(language(), []), found
    )


OPERATIONS = (
    Operation(
        name="rehearsal_days", method="GET", path="/rehearsal-days", scope=Scope.READ_SETTINGS, view=find,
        answer=RehearsalDays, says="Days that can be played with a draft.",
    ),
    Operation(
        name="rehearsal_begin", method="POST", path=f"{PATH}/rehearsal", scope=Scope.WRITE_SETTINGS, view=begin,
        body=RehearsalWish, answer=RehearsalBegun, status=202, wants_key=True, problems=(404, 409, 422, 503),
        says="A day is played with the draft; one rehearsal at a time.",
    ),
    Operation(
        name="rehearsal", method="GET", path=f"{PATH}/rehearsal", scope=Scope.READ_SETTINGS, view=show,
        answer=Rehearsal, problems=(404,), says="How far it is, and what the draft's last one found.",
    ),
    Operation(
        name="rehearsal_stop", method="DELETE", path=f"{PATH}/rehearsal", scope=Scope.WRITE_SETTINGS, view=stop,
        status=204, problems=(404,), says="The one under way is stopped; it leaves nothing behind.",
    ),
)  # fmt: skip
