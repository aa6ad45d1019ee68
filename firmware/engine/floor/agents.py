"""Agents: signed in where, in which state, and what a telephone in use does to that."""

from __future__ import annotations

from firmware.engine.floor import missing, offering, pauses
from firmware.engine.state import AgentNow
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState

OWN_REASONS = frozenset({"own-call", "direct-call", "no-telephone", "off-hook"})
"""Not-ready reasons the box sets by itself and takes back by itself."""
BY_THE_BOX = OWN_REASONS | {missing.REASON}
"""Not-ready reasons that are no pause the agent takes."""


def change(
    turn: Turn, agent: str, state: AgentState, reason: str = "", *, call: int = 0, extension: str = ""
) -> None:
    now = turn.state.agents.get(agent)
    seat = extension or (now.extension if now else "")
    if state is AgentState.SIGNED_OUT:
        seat = ""
    goes_on = now is not None and (now.state, now.reason) == (state, reason)
    turn.fact(f.AgentChanged(agent, state, reason, seat, call))
    if state is AgentState.NOT_READY and reason not in BY_THE_BOX and not goes_on:
        pauses.begun(turn, agent, reason)
    if state in (AgentState.NOT_READY, AgentState.SIGNED_OUT):
        turn.left.append(agent)
    turn.dispatch = True


def defer(turn: Turn, agent: str, state: AgentState, reason: str = "") -> None:
    turn.fact(f.AgentDeferred(agent, state, reason))


def at(turn: Turn, extension: str) -> AgentNow | None:
    """The agent signed in at an extension."""
    agent = turn.state.seats.get(extension)
    return turn.state.agents[agent] if agent else None


def in_use(turn: Turn, agent: AgentNow) -> bool:
    port = turn.plan.ports.get(agent.extension)
    return port is not None and bool(turn.state.port(port).leg)


def occupied(turn: Turn, extension: str, reason: str) -> None:
    """The telephone is used for something no queue gave: no offers till that is over."""
    agent = at(turn, extension)
    if agent is not None and agent.state is AgentState.READY:
        change(turn, agent.id, AgentState.NOT_READY, reason)
        defer(turn, agent.id, AgentState.READY)


def talks(turn: Turn, extension: str, call: int) -> None:
    """The agent answered a call that no queue offered."""
    agent = at(turn, extension)
    if agent is None or (agent.state is AgentState.TALKING and agent.call == call):
        return
    own = agent.state is AgentState.NOT_READY and agent.reason in OWN_REASONS
    if own or agent.state in (AgentState.READY, AgentState.WRAP_UP, AgentState.TALKING):
        after = agent.deferred
        change(turn, agent.id, AgentState.TALKING, "direct", call=call)
        if after is not None:
            defer(turn, agent.id, *after)


def over(turn: Turn, extension: str) -> None:
    """The telephone has no call any more: wrap-up after a queue's call, else what the agent was before."""
    agent = at(turn, extension)
    if agent is None:
        return
    if agent.state is AgentState.TALKING:
        queue = turn.plan.queues.get(agent.handling)
        if queue is not None and queue.wrap_up_s > 0:
            after = agent.deferred
            change(turn, agent.id, AgentState.WRAP_UP, call=agent.call)
            turn.timer(f"wrap:{agent.id}", queue.wrap_up_s)
            if after is not None:
                defer(turn, agent.id, *after)
        else:
            free(turn, agent.id)
    elif agent.state is AgentState.NOT_READY and (agent.reason in OWN_REASONS or agent.deferred):
        free(turn, agent.id)


def wrapped_up(turn: Turn, agent: str) -> None:
    """Timer `wrap`."""
    turn.clear(f"wrap:{agent}")
    now = turn.state.agents.get(agent)
    if now is not None and now.state is AgentState.WRAP_UP:
        free(turn, agent)


def free(turn: Turn, agent: str) -> None:
    """What was put off comes into force, else ready; not while the telephone is in use or off-hook."""
    now = turn.state.agents[agent]
    state, reason = now.deferred or (AgentState.READY, "")
    if state is not AgentState.READY:
        change(turn, agent, state, reason)
        return
    if now.extension not in turn.plan.ports:
        change(turn, agent, AgentState.SIGNED_OUT, "removed")
        return
    port = turn.state.port(turn.plan.ports[now.extension])
    if port.leg or port.off_hook or port.alarm:
        reason = "own-call" if port.leg else "no-telephone" if port.alarm else "off-hook"
        change(turn, agent, AgentState.NOT_READY, reason)
        defer(turn, agent, AgentState.READY)
    else:
        change(turn, agent, AgentState.READY)


def usable_again(turn: Turn, port: int) -> None:
    """The handset is down, or the line is back."""
    agent = at(turn, turn.plan.party(port))
    own = ("off-hook", "no-telephone")
    if agent is not None and agent.state is AgentState.NOT_READY and agent.reason in own:
        free(turn, agent.id)


# -- what agents ask for ----------------------------------------------------------------------------


def sign_in(turn: Turn, agent: str, extension: str) -> None:
    """Whoever sat there, and wherever this agent sat, is signed out."""
    seated = at(turn, extension)
    if seated is not None and seated.id == agent:
        wish(turn, agent, AgentState.READY)
        return
    if seated is not None:
        _vacate(turn, seated, "replaced")
    now = turn.state.agents.get(agent)
    if now is not None and now.state is not AgentState.SIGNED_OUT:
        _vacate(turn, now, "moved")
    change(turn, agent, AgentState.NOT_READY, "own-call", extension=extension)
    free(turn, agent)


def _vacate(turn: Turn, agent: AgentNow, reason: str) -> None:
    """Signed out at once, whatever goes on there."""
    leg = turn.leg_at(turn.plan.ports.get(agent.extension, -1))
    if agent.state is AgentState.RINGING and leg is not None:
        offering.withdraw(turn, leg, "declined")
    change(turn, agent.id, AgentState.SIGNED_OUT, reason)


def wish(turn: Turn, agent: str, state: AgentState, reason: str = "") -> None:
    """At once where nothing is going on, else after the present call."""
    now = turn.state.agents[agent]
    if now.state is AgentState.SIGNED_OUT:
        return
    if now.state in (AgentState.TALKING, AgentState.RINGING):
        defer(turn, agent, state, reason)
    elif state is AgentState.READY:
        defer(turn, agent, AgentState.READY)
        free(turn, agent)
    else:
        change(turn, agent, state, reason)
