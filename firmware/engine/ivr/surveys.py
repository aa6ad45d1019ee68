"""After the call: the agent hung up, the caller who stays is asked how it was."""

from __future__ import annotations

from firmware.engine import calls, legs, recordings
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole


def begin(turn: Turn, call: Call, left: Leg) -> bool:
    """False: this call has nothing to be asked about, or nobody to ask. `left` is who hung up."""
    caller, queue = turn.served(call), turn.plan.queues.get(call.queue)
    if queue is None or not queue.survey or caller is None or caller is left or call.survey is not None:
        return False
    alone = call.talk in ([caller.id, left.id], [left.id, caller.id]) and not call.conference
    if left.role is not LegRole.AGENT or caller.phase != Phase.TALKING or not alone:
        return False
    if queue.survey not in turn.plan.flows:
        return False
    agent = left.agent
    calls.part(turn, call)
    recordings.stop(turn, caller, "released")
    legs.let_go(turn, left, Cause.NORMAL_CLEARING, calls.side_of(left))
    turn.fact(f.SurveyBegan(call.id, queue.id, agent, queue.survey))
    flows.listen(turn, caller)
    flows.enter(turn, call, caller, queue.survey)
    return True
