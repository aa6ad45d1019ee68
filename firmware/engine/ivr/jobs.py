"""What may take long is asked of the jobs process. What its answer leads to is in `job_ends`."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f

MOST_OPEN = 1000
"""More are not asked: whoever asks goes on as after a failure."""


def ask(
    turn: Turn,
    kind: str,
    name: str,
    within_s: float,
    *,
    call: int = 0,
    node: str = "",
    what: Mapping[str, str] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> int | None:
    """The job's number; None when too many are open already. `hidden` are secrets, by their handles."""
    if len(turn.state.jobs) >= MOST_OPEN:
        return None
    number = turn.state.jobs_made + 1
    until_us = max(turn.at_us, turn.state.behind_until_us) + us(within_s)
    given, secret = tuple((what or {}).items()), tuple((hidden or {}).items())
    turn.fact(f.JobAsked(number, kind, name, until_us, call, node, given, secret))
    turn.fact(f.TimerSet(f"job:{number}", until_us))
    return number
