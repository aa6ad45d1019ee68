"""What programs and pages ask of agents and queues: states, pauses, who serves which queue, closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import orders
from firmware.engine.floor import agents, closing, offering, pauses
from firmware.engine.floor.membership import queues_of
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState, Cause, LegRole
from firmware.protocol.refusals import Refusal

_STATES = {
    "sign-out": AgentState.SIGNED_OUT,
    "ready": AgentState.READY,
    "not-ready": AgentState.NOT_READY,
}


def agent_order(turn: Turn, given: i.AgentOrder) -> None:
    if not orders.is_new(turn, given.id):
        return
    refused = _AGENT_ORDERS.get(given.do, _unknown)(turn, given)
    if refused:
        turn.fact(f.AttemptRefused(0, f"{given.do}:{given.agent}", refused, Cause.CALL_REJECTED))


def _unknown(_turn: Turn, _given: i.AgentOrder) -> str:
    return Refusal.NOT_POSSIBLE


def _absent(turn: Turn, agent: str) -> str:
    """Why nothing can be wanted of the agent now; empty when it can."""
    now = turn.state.agents.get(agent)
    if now is not None and now.state is not AgentState.SIGNED_OUT:
        return ""
    return Refusal.NOT_SIGNED_IN if agent in turn.plan.agents else Refusal.NO_SUCH_AGENT


def _sign_in(turn: Turn, given: i.AgentOrder) -> str:
    if given.agent not in turn.plan.agents:
        return Refusal.NO_SUCH_AGENT
    if given.extension not in turn.plan.ports:
        return Refusal.NO_SUCH_EXTENSION
    agents.sign_in(turn, given.agent, given.extension)
    return ""


def _state(turn: Turn, given: i.AgentOrder) -> str:
    if absent := _absent(turn, given.agent):
        return absent
    now, state = turn.state.agents[given.agent], _STATES[given.do]
    refused = pauses.refused(turn, given.agent, given.reason) if state is AgentState.NOT_READY else ""
    if refused:
        return refused
    if now.state is AgentState.RINGING and state is not AgentState.READY:
        _decline(turn, given.agent, state, given.reason)
    else:
        agents.wish(turn, given.agent, state, given.reason)
    return ""


def _decline(turn: Turn, agent: str, state: AgentState, reason: str) -> None:
    """Not ready while a call rings: the call is declined."""
    turn.fact(f.AgentDeferred(agent, state, reason))
    leg = _ringing_leg(turn, agent)
    if leg is not None:
        offering.withdraw(turn, leg, "declined")
        turn.dispatch = True


def _ringing_leg(turn: Turn, agent: str) -> Leg | None:
    return next(
        (
            one
            for one in turn.state.legs.values()
            if one.agent == agent and one.role is LegRole.AGENT and one.phase == Phase.ALERTING
        ),
        None,
    )


def _pause(turn: Turn, given: i.AgentOrder) -> str:
    """The prompts that refuse are the reasons, too."""
    if absent := _absent(turn, given.agent):
        return absent
    do = pauses.breathe if given.do == "breather" else pauses.wrap_up_longer
    said = do(turn, turn.state.agents[given.agent])
    return "" if said in ("breather", "wrap-up-longer") else said


def _end_wrap_up(turn: Turn, given: i.AgentOrder) -> str:
    """What was put off till then comes into force, else ready."""
    if absent := _absent(turn, given.agent):
        return absent
    if turn.state.agents[given.agent].state is not AgentState.WRAP_UP:
        return Refusal.NO_WRAP_UP
    agents.wrapped_up(turn, given.agent)
    return ""


def _membership(turn: Turn, given: i.AgentOrder) -> str:
    found, member = turn.plan.agents.get(given.agent), given.do == "join-queue"
    if found is None:
        return Refusal.NO_SUCH_AGENT
    if given.queue not in turn.plan.queues:
        return Refusal.NO_SUCH_QUEUE
    changed = turn.state.floor.memberships.get(given.agent, {})
    if (given.queue in queues_of(turn.plan.config, found, changed)) is not member:
        turn.fact(f.MembershipChanged(given.agent, given.queue, member, given.author))
        turn.left.append(given.agent)
        turn.dispatch = True
    return ""


_AGENT_ORDERS: Mapping[str, Callable[[Turn, i.AgentOrder], str]] = {
    "sign-in": _sign_in,
    "sign-out": _state,
    "ready": _state,
    "not-ready": _state,
    "end-wrap-up": _end_wrap_up,
    "longer-wrap-up": _pause,
    "breather": _pause,
    "join-queue": _membership,
    "leave-queue": _membership,
}
"""Why it was refused; empty when it was carried out."""


def queue_order(turn: Turn, given: i.QueueOrder) -> None:
    if not orders.is_new(turn, given.id):
        return
    queue = turn.plan.queues.get(given.queue)
    if queue is None or given.do not in ("close", "open"):
        refused = Refusal.NO_SUCH_QUEUE if queue is None else Refusal.NOT_POSSIBLE
        turn.fact(f.AttemptRefused(0, f"{given.do}:{given.queue}", refused, Cause.CALL_REJECTED))
    else:
        closing.by_hand(turn, queue, given.do == "close", given.author)
