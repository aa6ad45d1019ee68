"""Look-ups of a flow (`http`, `sql`): the caller goes on with the answer, or without it when its time is over."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.engine import flows
from firmware.engine.job_state import Job
from firmware.engine.state import Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f

MOST_VALUES = 20
LONGEST_VALUE = 200


def answered(turn: Turn, job: Job, result: str, values: Mapping[str, str]) -> None:
    """The node that waits goes on; a caller who is elsewhere by now is let be."""
    call = turn.state.calls.get(job.call)
    leg = turn.served(call) if call is not None else None
    if call is None or leg is None or leg.phase != Phase.FLOW or call.looks_up != job.id:
        return
    node = flows.present(turn, call)
    if node is None:
        flows.over(turn, call, leg)
        return
    turn.quiet(leg)
    if result == "done":
        for name in list(values)[:MOST_VALUES]:
            turn.fact(f.VariableSet(call.id, name, values[name][:LONGEST_VALUE]))
    flows.go(turn, call, leg, node.next if result == "done" else node.otherwise)
