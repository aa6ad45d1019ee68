"""A job's answer, or the end of its time, goes on here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine.ivr import lookups
from firmware.engine.ivr.job_state import Job
from firmware.engine.mailbox import mailboxes
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i

RESULTS = ("done", "failed", "timed-out", "unknown")


def answered(turn: Turn, given: i.JobAnswered) -> None:
    """A late or repeated answer is dropped."""
    job = turn.state.jobs.get(given.job)
    if job is not None and given.result in RESULTS:
        _ended(turn, job, given.result, given.reason, given.values)


def timed_out(turn: Turn, number: int) -> None:
    """Timer `job`."""
    turn.clear(f"job:{number}")
    job = turn.state.jobs.get(number)
    if job is not None:
        _ended(turn, job, "timed-out", "", {})


def _ended(turn: Turn, job: Job, result: str, reason: str, values: Mapping[str, str]) -> None:
    turn.clear(f"job:{job.id}")
    turn.fact(f.JobEnded(job.id, result, reason))
    after = AFTER.get(job.kind)
    if after is not None:
        after(turn, job, result, values)


def _mailed(turn: Turn, job: Job, result: str, _values: Mapping[str, str]) -> None:
    """Only what was surely taken may let its message go."""
    if result == "done":
        mailboxes.mailed(turn, job.name, dict(job.what).get("recording", ""))


AFTER: Mapping[str, Callable[[Turn, Job, str, Mapping[str, str]], None]] = {
    "http": lookups.answered,
    "sql": lookups.answered,
    "contact": lookups.answered,
    "mail": _mailed,
}
"""What follows upon the end of a job; where nothing stands, nobody waits for it."""
