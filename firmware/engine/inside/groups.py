"""Ring groups: who of a group rings in which order, and where calls go that nobody takes. Pickup groups: who may take
whose calls."""

from __future__ import annotations

from firmware.config.schema import Group
from firmware.engine import targets
from firmware.engine.dialling import numbers
from firmware.engine.dialling.dialplan import MatchKind
from firmware.engine.inside import hunting, ringing
from firmware.engine.state import Call, Hunt, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

MOST_HUNTS = 20
"""One call goes to no more groups than this: it would go in a circle for ever."""


def call_group(turn: Turn, call: Call, waiting: Leg, group_id: str) -> None:
    group = turn.plan.groups.get(group_id)
    if group is None:
        turn.fact(f.AttemptRefused(call.id, f"group:{group_id}", "no-such-group", Cause.NO_ROUTE))
        ringing.failed(turn, call, waiting, Cause.NO_ROUTE)
        return
    found = [one for number in group.members if (one := _member(turn, group, number))]
    rounds = group.rounds if group.strategy == "hunt" else 1
    step_s = 0.0 if group.strategy == "all" else group.ring_s
    steps = [(one, step_s if place else 0.0) for place, one in enumerate(found * rounds)]
    if not steps or call.hunts >= MOST_HUNTS:
        nobody(turn, call, waiting, group_id, Cause.USER_BUSY)
        return
    hunt = Hunt(f"group:{group_id}", steps, group.strategy != "hunt", group.ring_s)
    hunting.begin(turn, call, waiting, hunt, group.music)


def _member(turn: Turn, group: Group, number: str) -> str:
    """Outside members are in the admin's hand; premium numbers, and emergency numbers, are none."""
    config = turn.plan.config
    match = turn.plan.dial_tree.settle(number)
    if match.kind is MatchKind.EXTENSION:
        return f"extension:{match.number}"
    if match.kind is not MatchKind.OUTSIDE:
        return ""
    kind = numbers.classify(match.number, config.dial_plan, config.site)
    wrong = kind in (numbers.NumberClass.PREMIUM, numbers.NumberClass.EMERGENCY)
    return "" if wrong or not numbers.may_call(group.may_call, kind) else f"outside:{match.number}"


def nobody(turn: Turn, call: Call, waiting: Leg, group_id: str, cause: Cause) -> None:
    """The group's own fallback goes before that of whoever sent the call here."""
    group = turn.plan.groups.get(group_id)
    if group is not None and group.fallback and call.hunts < MOST_HUNTS:
        targets.go(turn, call, waiting, group.fallback)
    else:
        ringing.failed(turn, call, waiting, cause)


# -- pickup -----------------------------------------------------------------------------------------


def may_pick_up(turn: Turn, who: str, whose: str) -> bool:
    """All may where no pickup group is configured, else those of the same one."""
    given = turn.plan.config.pickup_groups
    return not given or any(who in one.members and whose in one.members for one in given)
