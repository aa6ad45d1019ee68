"""Not-ready reasons and their limits, the breather after a hard call, and longer wrap-up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from firmware.config.schema import PauseRule
from firmware.engine.floor import agents
from firmware.engine.floor.state import Pauses
from firmware.engine.state import AgentNow
from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState

BREATHER = "breather"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE_S = 60


def refused(turn: Turn, agent: str, reason: str) -> str:
    """Why the agent may not go for this reason now: a prompt; empty when it may."""
    if not reason and turn.plan.config.positions.reason_required:
        return "reason-needed"
    rule = _rule(turn, reason)
    now = turn.state.agents.get(agent)
    again = now is not None and now.state is AgentState.NOT_READY and now.reason == reason
    if rule is None or not rule.strict or not rule.most_a_day or again:
        return ""
    return "pause-used-up" if taken_today(turn, agent, reason) >= rule.most_a_day else ""


def _rule(turn: Turn, reason: str) -> PauseRule | None:
    return next((one for one in turn.plan.config.positions.rules if one.reason == reason), None)


def taken_today(turn: Turn, agent: str, reason: str) -> int:
    pauses = turn.state.floor.pauses.get(agent, Pauses())
    return pauses.times.get(reason, 0) if pauses.day == today(turn) else 0


def today(turn: Turn) -> int:
    """The site's day as a number; days of box time while the clock was never set."""
    offset_us = turn.board.wall_us
    if offset_us is None:
        return turn.at_us // us(86_400)
    wall = _EPOCH + timedelta(microseconds=turn.at_us + offset_us)
    return wall.astimezone(ZoneInfo(turn.plan.config.site.zone)).toordinal()


def begun(turn: Turn, agent: str, reason: str) -> None:
    """The agent is not-ready for a reason of his own: it is counted and, where it has a limit, timed."""
    rule = _rule(turn, reason)
    if reason == BREATHER:
        turn.timer(f"pause:{agent}", turn.plan.config.positions.breather_s)
    elif rule is None:
        return
    elif rule.most_minutes:
        turn.timer(f"pause:{agent}", rule.most_minutes * _MINUTE_S)
    times = taken_today(turn, agent, reason) + 1
    turn.fact(f.PauseCounted(agent, reason, today(turn), times))
    if rule is not None and 0 < rule.most_a_day < times:
        turn.fact(f.AgentAlarmed(agent, "pause-too-often", reason))


def over(turn: Turn, agent: str) -> None:
    """Timer `pause`."""
    turn.clear(f"pause:{agent}")
    now = turn.state.agents.get(agent)
    if now is None or now.state is not AgentState.NOT_READY:
        return
    rule = _rule(turn, now.reason)
    if now.reason != BREATHER:
        turn.fact(f.AgentAlarmed(agent, "pause-too-long", now.reason))
    if now.reason == BREATHER or (rule is not None and rule.strict):
        agents.wish(turn, agent, AgentState.READY)


# -- breather, wrap-up ------------------------------------------------------------------------------


def breathe(turn: Turn, agent: AgentNow) -> str:
    """What the agent hears: it is granted, or they are used up for today."""
    if taken_today(turn, agent.id, BREATHER) >= turn.plan.config.positions.breathers_a_day:
        return "pause-used-up"
    agents.wish(turn, agent.id, AgentState.NOT_READY, BREATHER)
    return "breather"


def wrap_up_longer(turn: Turn, agent: AgentNow) -> str:
    """More time for notes, up to the queue's limit."""
    due_us = turn.state.timers.get(f"wrap:{agent.id}")
    queue = turn.plan.queues.get(agent.handling)
    if agent.state is not AgentState.WRAP_UP or due_us is None or queue is None:
        return "no-wrap-up"
    most_us = agent.since_us + us(queue.wrap_up_most_s)
    until_us = min(due_us + us(queue.wrap_up_more_s), most_us)
    if until_us <= due_us:
        return "wrap-up-limit"
    turn.fact(f.TimerSet(f"wrap:{agent.id}", until_us))
    turn.fact(f.WrapUpExtended(agent.id, until_us))
    return "wrap-up-longer"
