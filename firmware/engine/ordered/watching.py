"""Supervisors by order: the telephone rings, and lifted it is in the agent's call. One that listens already goes on in
another way, or with another agent.
"""

from __future__ import annotations

from firmware.config.schema import Agent
from firmware.engine.floor import supervising
from firmware.engine.inside import clicked
from firmware.engine.ordered import own
from firmware.engine.ordered.own import Refused
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import inputs as i
from firmware.protocol.refusals import Refusal

MODES = ("listen", "whisper", "barge", "take-over")


def watch(turn: Turn, given: i.CallOrder) -> None:
    """`agent` is the supervisor, at `extension` or where he is signed in; `leg` the agent's leg, or `number` his
    extension, `agent:ID`, or a queue's number for its longest talk.
    """
    supervisor = turn.plan.agents.get(given.agent) or supervising.rights(turn, given.extension)
    if supervisor is None or supervisor.kind != "supervisor":
        raise Refused(Refusal.NOT_ALLOWED)
    port = own.port_of(turn, given)
    watched = _watched(turn, port, given)
    if not supervising.may_watch(supervisor, turn.call_of(watched).queue):
        raise Refused(Refusal.NOT_ALLOWED)
    leg = turn.leg_at(port)
    if leg is None:
        wish = clicked.watch_wish(given.do, watched.id, supervisor.id)
        clicked.ring(turn, port, turn.plan.party(port), "", wish, auto=given.auto)
    elif leg.phase == Phase.MONITORING or clicked.hears_dial_tone(leg):
        _at_once(turn, leg, supervisor, watched, given.do)
    else:
        raise Refused(Refusal.TELEPHONE_BUSY)


def _at_once(turn: Turn, leg: Leg, supervisor: Agent, watched: Leg, mode: str) -> None:
    now = turn.state.floor.watches.get(leg.id)
    if now is not None and now.agent_leg == watched.id and mode != "take-over":
        supervising.go_on(turn, leg, supervisor, mode)
        return
    supervising.leave(turn, leg)
    supervising.proceed(turn, leg, supervisor, watched, mode)


def _watched(turn: Turn, port: int, given: i.CallOrder) -> Leg:
    if given.leg:
        found = turn.state.legs.get(given.leg)
        talks = (
            found is not None and bool(found.agent) and found.phase == Phase.TALKING and found.port != port
        )
        found = found if talks else None
    else:
        found = supervising.talking(turn, port, _number(turn, given.number))
    several = found is not None and given.do == "take-over" and len(turn.call_of(found).talk) != 2
    if found is None or several or turn.call_of(found).emergency:
        raise Refused(Refusal.NOTHING_TO_MONITOR)
    return found


def _number(turn: Turn, wanted: str) -> str:
    kind, _, agent = wanted.partition(":")
    if kind != "agent":
        return wanted
    now = turn.state.agents.get(agent)
    return now.extension if now is not None else ""
