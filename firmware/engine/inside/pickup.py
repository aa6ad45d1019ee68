"""Taking a call that rings, or knocks, at another telephone: any of one's own pickup group, or that at one number.

Direct calls and calls of ring groups; what a queue offers to an agent is that agent's.
"""

from __future__ import annotations

from firmware.engine import calls, legs
from firmware.engine.inside import groups, ringing
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy


def pick_up(turn: Turn, leg: Leg, number: str = "") -> bool:
    """`leg`'s telephone takes the call that has rung longest, at `number` where one is given (also a group's)."""
    ringing_legs = [one for one in turn.state.legs.values() if _may_be_taken(turn, leg, one, number)]
    if not ringing_legs:
        return False
    theirs = min(ringing_legs, key=lambda one: (one.alerted_us, one.id))
    call = turn.call_of(theirs)
    legs.let_go(turn, theirs, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    ringing.called_lifted(turn, take_over(turn, leg, call.id))
    return True


def _may_be_taken(turn: Turn, leg: Leg, one: Leg, number: str) -> bool:
    call = turn.call_of(one)
    if one.role is not LegRole.CALLED or one.phase not in (Phase.ALERTING, Phase.KNOCKING) or call.paging:
        return False
    if (
        ringing.waiting_in(turn, call) in (None, leg)
        or one.party == leg.party
        or turn.plan.is_pager(one.port)
    ):
        return False
    if number:
        return number == one.party or _group_number(turn, one) == number
    return groups.may_pick_up(turn, leg.party, one.party)


def _group_number(turn: Turn, leg: Leg) -> str:
    hunt = turn.call_of(leg).hunt
    group = turn.plan.groups.get(hunt.target.partition(":")[2]) if hunt is not None else None
    return group.number if group is not None else ""


def take_over(turn: Turn, leg: Leg, call: int) -> Leg:
    """`leg`'s telephone leaves the call it dialled in, for another one."""
    own, port, party, agent = turn.call_of(leg), leg.port, leg.party, leg.agent
    turn.quiet(leg)
    turn.fact(f.LegReleased(leg.id, Cause.NORMAL_CLEARING, ReleasedBy.BOX))
    calls.close(turn, own, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
    return legs.add(turn, call, port, LegRole.CALLED, party, agent=agent)
