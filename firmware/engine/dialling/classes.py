"""Class of service: whether somebody may call a number outside now, and what must be keyed before.

`allowed` is for calls nobody stands beside (a forward, a follow-me, a call-back): what would have to be asked for is
refused there. `judge` is for a person at a telephone. Emergency numbers never come here; nothing else may call them.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from firmware.config.schema import Class
from firmware.engine.dialling import numbers
from firmware.engine.dialling.numbers import NumberClass
from firmware.engine.hours import calendar
from firmware.engine.outside import spending
from firmware.engine.state import Call
from firmware.engine.turn import Turn
from firmware.protocol import facts as f

NOT_ALLOWED = "not-allowed"
"""The class never calls such a number."""
NOT_NOW = "not-now"
DAY_SPENT = "day-spent"
ACCOUNT_NEEDED = "account-needed"
PIN_NEEDED = "pin-needed"
_OUTSIDE = frozenset(numbers.ALLOWED["all"] - numbers.ALLOWED["internal"])


class Verdict(Struct, frozen=True):
    """`refused` is why not; `pin` is the class whose PIN must be keyed before; both empty: go."""

    refused: str = ""
    pin: str = ""


def allowed(turn: Turn, who: str, number: str) -> bool:
    """Whether extension `who` may call `number` (outside prefix taken off) with nobody there to be asked."""
    return not refusal(turn, who, number)


def refusal(turn: Turn, who: str, number: str) -> str:
    """Why `allowed` says no: one word of data for `AttemptRefused`; empty when it says yes."""
    verdict = judge(turn, who, number)
    return verdict.refused or (PIN_NEEDED if verdict.pin else "")


def unbounded(turn: Turn, who: str) -> bool:
    """Whether `who` may call whatever there is: digits keyed after a number would gain him nothing."""
    telephone = turn.plan.extensions.get(who)
    if telephone is None or not telephone.of_class:
        return telephone is not None and telephone.may_call == "all"
    given = turn.plan.classes.get(telephone.of_class)
    return given is not None and not given.deny and not given.pin and _OUTSIDE.issubset(given.may_call)


def charge(turn: Turn, call: Call, who: str) -> None:
    """What this call dials outside from now on is the doing of extension `who`."""
    if call.payer != who:
        turn.fact(f.CallCharged(call.id, who))


def judge(turn: Turn, who: str, number: str, account: str = "") -> Verdict:
    """What class of service says to a call of `number` by extension `who`."""
    config = turn.plan.config
    kind = numbers.classify(number, config.dial_plan, config.site)
    telephone = turn.plan.extensions.get(who)
    given = turn.plan.classes.get(telephone.of_class) if telephone else None
    if kind is NumberClass.EMERGENCY:
        return Verdict(NOT_ALLOWED)
    if given is None:
        level = "internal" if telephone is None or telephone.of_class else telephone.may_call
        return Verdict("" if numbers.may_call(level, kind) else NOT_ALLOWED)
    if not reaches(given, forms(turn, number), kind):
        return Verdict(NOT_ALLOWED)
    return _judge(turn, given, who, kind, account)


def _judge(turn: Turn, given: Class, who: str, kind: NumberClass, account: str) -> Verdict:
    """What may hinder a call of a kind that is allowed."""
    if not now_in(turn, given.hours):
        return Verdict(NOT_NOW)
    if spending.left_s(turn, given, who) <= 0:
        return Verdict(DAY_SPENT)
    if given.needs_account and not account:
        return Verdict(ACCOUNT_NEEDED)
    wanted = given.pin and (not given.pin_for or kind in given.pin_for)
    return Verdict(pin=given.id if wanted else "")


def unlocked(turn: Turn, who: str) -> bool:
    """Whether whoever stands at this telephone keyed its PIN a moment ago; good for nothing that dials by itself."""
    return turn.state.dialling.unlocked.get(who, 0) > turn.at_us


def reaches(given: Class, number: tuple[str, ...], kind: NumberClass) -> bool:
    """By kind, unless a beginning says otherwise; the longest does, and of equals the one that forbids."""
    allow, deny = longest(given.allow, number), longest(given.deny, number)
    if allow < 0 and deny < 0:
        return kind is NumberClass.INTERNAL or kind in given.may_call
    return kind is not NumberClass.UNKNOWN and allow > deny


def forms(turn: Turn, number: str) -> tuple[str, ...]:
    """A number as it may be written in a rule: as dialled, and `+…`."""
    config = turn.plan.config
    e164 = numbers.normalise(number, config.dial_plan, config.site.area)
    return (number, e164) if e164 else (number,)


def longest(beginnings: Iterable[str], number: tuple[str, ...]) -> int:
    """Length of the longest of these that `number` begins with in one of its forms; -1 for none."""
    bare = (numbers.bare(one) for one in beginnings)
    return max((len(one) for one in bare if one and any(form.startswith(one) for form in number)), default=-1)


def now_in(turn: Turn, hours: str) -> bool:
    """Whether these hours are open; always without any, never while nobody knows what time it is."""
    found, offset_us = turn.plan.hours.get(hours), turn.board.wall_us
    if not hours:
        return True
    if found is None or offset_us is None:
        return False
    return calendar.is_open(found, turn.at_us + offset_us, turn.plan.config.site.zone)
