"""Talk outside: how much of its day an extension has used up, and the end of a call that has no more."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.schema import Class
from firmware.engine import calls
from firmware.engine.hours import calendar
from firmware.engine.outside import unusual
from firmware.engine.state import Leg
from firmware.engine.turn import SECOND_US, Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

UNLIMITED_S = 86_400.0 * 366
_DAY_US = 86_400 * SECOND_US
_LEAST_S = 0.001


def today(turn: Turn) -> str:
    """The day by the site's clock; while that is not known, days of box time."""
    offset_us = turn.board.wall_us
    if offset_us is None:
        return f"box-{turn.at_us // _DAY_US}"
    return calendar.day_of(turn.at_us + offset_us, turn.plan.config.site.zone)


def left_s(turn: Turn, given: Class, who: str) -> float:
    """Seconds one more or the running calls of `who` have together; a call never has more than its own limit."""
    running = list(_running(turn, who))
    seconds, cost = _spent(turn, who)
    for leg in running:
        spent_s = _talked_s(turn, leg)
        seconds += spent_s
        cost += spent_s / 60 * leg.cost
    left = given.day_minutes * 60.0 - seconds if given.day_minutes else UNLIMITED_S
    if given.day_cost:
        price = sum(leg.cost for leg in running)
        affordable = (given.day_cost - cost) / price * 60 if price else UNLIMITED_S
        left = min(left, affordable if cost < given.day_cost else 0.0)
    return left


def answered(turn: Turn, leg: Leg) -> None:
    """From here on it costs: all running calls of the same extension share what is left of its day."""
    for one in list(_running(turn, leg.payer)):
        _set_limit(turn, one)


def _set_limit(turn: Turn, leg: Leg) -> None:
    limit = _limit_s(turn, leg)
    if limit < UNLIMITED_S:
        turn.timer(f"limit:{leg.id}", max(limit, _LEAST_S))


def _limit_s(turn: Turn, leg: Leg) -> float:
    """How long this call may go on before somebody looks again."""
    given = turn.plan.class_of(leg.payer)
    if given is None:
        return UNLIMITED_S
    share = left_s(turn, given, leg.payer) / max(1, sum(1 for _ in _running(turn, leg.payer)))
    whole = given.call_minutes * 60.0 - _talked_s(turn, leg) if given.call_minutes else UNLIMITED_S
    return min(share, whole)


def limit(turn: Turn, number: int) -> None:
    """Timer `limit`: the call ends, unless another one ended before and left some of the day."""
    turn.clear(f"limit:{number}")
    leg = turn.state.legs.get(number)
    if leg is None or not leg.answered:
        return
    if _limit_s(turn, leg) > _LEAST_S:
        _set_limit(turn, leg)
        return
    turn.fact(f.AttemptRefused(leg.call, "talk", "limit-reached", Cause.RECOVERY_ON_TIMER_EXPIRY))
    if _day_is_over(turn, leg.payer):
        unusual.spent(turn, leg.call, leg.payer)
    calls.left(turn, leg, Cause.RECOVERY_ON_TIMER_EXPIRY)


def _day_is_over(turn: Turn, who: str) -> bool:
    """Not merely this one call's own limit."""
    given = turn.plan.class_of(who)
    return given is not None and left_s(turn, given, who) <= _LEAST_S


def over(turn: Turn, leg: Leg) -> None:
    """An outgoing leg is let go: what it used up is booked on the day it ends."""
    if leg.payer and leg.answered:
        seconds = _talked_s(turn, leg)
        cost = seconds / 60 * leg.cost
        turn.fact(f.TalkSpent(leg.call, leg.id, leg.payer, today(turn), seconds, cost))


def _running(turn: Turn, who: str) -> Iterator[Leg]:
    if who:
        yield from (leg for leg in turn.state.legs.values() if leg.payer == who and leg.answered)


def _spent(turn: Turn, who: str) -> tuple[float, float]:
    spent = turn.state.dialling.spent.get(who)
    return (spent.seconds, spent.cost) if spent is not None and spent.day == today(turn) else (0.0, 0.0)


def _talked_s(turn: Turn, leg: Leg) -> float:
    return (turn.at_us - leg.answered_us) / SECOND_US
