"""Telephones that spend as their people do not: many calls abroad, many refused, a day used up. Somebody else may have
their password.

Counted for each extension, whoever it calls for: its own calls, its forwards, its transfers. The alarm is raised in the
moment a count is full and once an hour at most; what may be spent meanwhile is bounded by the class of service.
"""

from __future__ import annotations

from collections.abc import Mapping

from firmware.engine.dialling import numbers
from firmware.engine.dialling.numbers import NumberClass
from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f

ABROAD, REFUSED, SPENT = "abroad", "refused", "spent"
WITHIN_S = 600.0
AGAIN_US = us(3600)
_DEAR = frozenset({NumberClass.INTERNATIONAL, NumberClass.PREMIUM})


def called(turn: Turn, call: int, who: str, number: str) -> None:
    """A line was had for a call of extension `who`."""
    config = turn.plan.config
    if numbers.classify(number, config.dial_plan, config.site) in _DEAR:
        _count(turn, call, who, ABROAD)


def refused(turn: Turn, call: int, who: str) -> None:
    """Its class of service did not let it call outside."""
    _count(turn, call, who, REFUSED)


def spent(turn: Turn, call: int, who: str) -> None:
    """A call was ended, or not begun, because its day is used up."""
    _count(turn, call, who, SPENT)


def _most(turn: Turn) -> Mapping[str, int]:
    plan = turn.plan.config.dial_plan
    return {ABROAD: plan.alarm_abroad, REFUSED: plan.alarm_refused, SPENT: 1}


def _count(turn: Turn, call: int, who: str, why: str) -> None:
    most = _most(turn)[why]
    if not most or who not in turn.plan.extensions:
        return
    turn.fact(f.CallSuspected(call, who, why, most))
    suspect = turn.state.dialling.suspects[who]
    since_us = turn.at_us - us(WITHIN_S)
    many = [at for at in suspect.at_us.get(why, ()) if at > since_us]
    told_us = suspect.told_us.get(why)
    if len(many) >= most and (told_us is None or turn.at_us - told_us >= AGAIN_US):
        turn.fact(f.TelephoneSuspected(who, why, len(many), WITHIN_S))
