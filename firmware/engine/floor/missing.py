"""Agents who do not answer: left alone for a while, then not-ready, and told so when they lift."""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine.floor import agents
from firmware.engine.state import AgentNow
from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState

REASON = "missed-calls"
LEAST_S = 1.0
"""So long a telephone that refuses by itself is left alone at least."""
NOTICE_S = 12.0
"""So much longer a telephone waits for its first digit while that is said."""


def count_against(turn: Turn, queue: Queue, agent: AgentNow) -> None:
    if agent.missed >= queue.missed_limit > 0:
        agents.change(turn, agent.id, AgentState.NOT_READY, REASON)
        turn.fact(f.AgentAlarmed(agent.id, REASON, queue.id))
        return
    turn.fact(f.AgentRested(agent.id, queue.id, turn.at_us + us(queue.retry_missed_s)))
    agents.free(turn, agent.id)


def leave_alone(turn: Turn, queue: Queue, agent: str) -> None:
    """As after a missed call, without counting one."""
    turn.fact(f.AgentRested(agent, queue.id, turn.at_us + us(max(LEAST_S, queue.retry_missed_s))))


def notice(turn: Turn, extension: str) -> tuple[str, ...]:
    """What is said at this telephone before dial tone: why nothing rings here any more, and the way back."""
    agent = agents.at(turn, extension)
    if agent is None or agent.state is not AgentState.NOT_READY or agent.reason != REASON:
        return ()
    return ("missed-calls-notice",)
