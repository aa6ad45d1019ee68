"""What answers make of this box: read, filled up, proposed. For pages and programs alike."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from firmware.config.changes import changes
from firmware.config.faults import Finding
from firmware.interview.check import read_answers
from firmware.interview.proposal import Proposal, propose
from webui.interviewing import kept
from webui.language import language
from webui.moments import today
from webui.site import the_site

Document = dict[str, Any]


class Words(Struct, frozen=True):
    """A proposal in the reader's language."""

    changes: list[str]
    """Against what is in force."""
    todo: list[str]
    """What somebody should do or know."""
    why: list[str]


def standing() -> Document:
    """The answers as they were left, else those the box would give itself."""
    return kept.answers_of(the_site().places.root, the_site().config)


def begun() -> bool:
    there = kept.read(the_site().places.root)
    return bool(there and there.answers)


def whole(document: Document) -> Document:
    """Questions that were not answered are answered by the box as it stands and by the other answers."""
    return kept.whole(document, the_site().config)


def proposed(document: Document) -> tuple[Proposal | None, list[Finding]]:
    """None where the answers have faults (not only warnings), and all that is wrong with them."""
    config = the_site().config
    answers, findings = read_answers(document, config)
    return (propose(answers, config, today(config.site.zone)) if answers else None), findings


def fit(document: Document) -> tuple[Document | None, list[Finding]]:
    """The answers filled up, None where they have faults; and all that is wrong with them, filled up or not."""
    answers, findings = read_answers(document, the_site().config)
    if answers is None:
        return None, findings
    full = kept.filled(answers, the_site().config)
    read, findings = read_answers(full, the_site().config)
    return (full if read else None), findings


def words_of(made: Proposal) -> Words:
    said = language()
    return Words(
        [one.said(said) for one in changes(the_site().config, made.config)],
        [one.said(said) for one in made.why if one.remark],
        [one.said(said) for one in made.why if not one.remark],
    )


def pool_names(made: Proposal) -> list[list[str]]:
    """Of each pool's queues, as people call them."""
    names = {queue.id: queue.name or queue.id for queue in made.config.queues}
    return [[names.get(one, one) for one in pool.queues] for pool in made.staffing.pools]
