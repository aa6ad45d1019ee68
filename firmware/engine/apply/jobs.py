"""What facts of jobs do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.board import Board
from firmware.engine.ivr.job_state import Job
from firmware.protocol import facts as f


def job_asked(board: Board, fact: f.JobAsked, at_us: int) -> None:
    board.state.jobs_made = fact.job
    board.state.jobs[fact.job] = Job(
        fact.job, fact.kind, fact.name, fact.until_us, fact.call, fact.node, fact.what, fact.hidden
    )

    call = board.state.calls.get(fact.call)
    if call is not None and fact.node:
        call.looks_up = fact.job


def job_ended(board: Board, fact: f.JobEnded, at_us: int) -> None:
    board.state.jobs.pop(fact.job, None)
