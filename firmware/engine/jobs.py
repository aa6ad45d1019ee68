"""What may take long is asked of the jobs process; its answer, or the end of its time, goes on here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import lookups
from firmware.engine.job_state import Job
from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f
from firmware.protocol import inputs as i

MOST_OPEN = 1000
"""More are not asked: whoever asks goes on as after a failure."""
RESULTS = ("done", "failed", "timed-out", "unknown")


def ask(
    turn: Turn,
    kind: str,
    name: str,
    within_s: float,
    *,
    call: int = 0,
    node: str = "",
    what: Mapping[str, str] | None = None,
) -> int | None:
    """The job's number; None when too many are open already. A secret goes into `what` as its handle."""
    if len(turn.state.jobs) >= MOST_OPEN:
        return None
    number = turn.state.jobs_made + 1
    until_us = max(turn.at_us, turn.state.behind_until_us) + us(within_s)
    turn.fact(f.JobAsked(number, kind, name, until_us, call, node, tuple((what or {}).items())))
    turn.fact(f.TimerSet(f"job:{number}", until_us))
    return number


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


AFTER: Mapping[str, Callable[[Turn, Job, str, Mapping[str, str]], None]] = {
    "http": lookups.answered,
    "sql": lookups.answered,
}
"""What follows upon the end of a job; where nothing stands, nobody waits for it."""
