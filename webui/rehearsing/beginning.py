"""A rehearsal is begun, for pages and programs alike. The expected day is the one the interview was answered with."""

from __future__ import annotations

import msgspec

from firmware.config.drafts.draft import look
from firmware.config.drafts.store import FaultyDraft
from firmware.config.schema import Config
from firmware.interview.answers import Answers
from firmware.interview.check import read_answers
from firmware.interview.proposal import propose
from webui.drafting.work import drafts
from webui.interviewing import kept as interview
from webui.moments import today
from webui.rehearsing import kept, runs
from webui.rehearsing.kept import Outcome
from webui.rehearsing.wanted import NotWanted, Wanted
from webui.site import the_site


def begin(number: int, asked: Wanted, by: str) -> None:
    """Of a draft; an unknown one is 404. Raises FaultyDraft, NotWanted, Busy, OSError."""
    site = the_site()
    with drafts() as (_, drafted):
        draft, all_drafts = drafted.get(number), {one.id for one in drafted.all()}
    looked = look(draft.document)
    if looked.config is None:
        raise FaultyDraft(looked.faults)
    scenario = "" if asked.day else _expected(asked, site.config)
    outcome = Outcome(number, kept.digest(draft.document), by, site.wall_us(), site.config_version)
    kept.tidy(site.places.root, all_drafts)
    runs.begin(site.places, outcome, asked, looked.config, scenario)


def answers() -> Answers | None:
    """Of the interview, where there are usable ones: then an expected day is to be had."""
    site = the_site()
    left = interview.read(site.places.root)
    if left is None or not left.answers:
        return None
    return read_answers(left.answers, site.config)[0]


def _expected(asked: Wanted, config: Config) -> str:
    """The expected day as a scenario. Raises NotWanted where nobody said what to expect."""
    found = answers()
    if found is None:
        raise NotWanted("rehearsals.no-answers")
    if asked.calls:
        load = msgspec.structs.replace(found.load, calls_a_day=asked.calls)
        found = msgspec.structs.replace(found, load=load)
    return propose(found, config, today(config.site.zone)).scenario
