"""What is said of the rehearsal under way, in the reader's language."""

from __future__ import annotations

from webui.language import t
from webui.moments import local_time
from webui.rehearsing.runs import Job, Progress


def busy(job: Job) -> str:
    """Whose it is, to who wants another one."""
    outcome = job.outcome
    return t("rehearsals.busy", draft=outcome.draft, by=outcome.by, at=local_time(outcome.at_us))


def percent(told: Progress) -> int:
    return round(100 * told.done)


def how_far(told: Progress) -> str:
    """A bar alone says nothing to who listens."""
    if told.run not in ("unchanged", "draft"):
        return t("rehearsals.begins")
    run = t(f"rehearsals.run-{told.run}")
    return t("rehearsals.progress", percent=percent(told), run=run, seed=told.seed)
