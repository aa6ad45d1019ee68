"""Whom the box may call back: the number a caller showed, or keyed and confirmed, at home and at no one's great cost.

What comes from outside decides here what is dialled outside, so all that is not plainly harmless is refused: numbers
abroad, premium and service numbers, anything that begins like an emergency number, the box's own lines.
"""

from __future__ import annotations

from firmware.config.schema import Config, Queue
from firmware.engine.dialling.numbering import PLANS, UNKNOWN
from firmware.engine.dialling.numbers import NumberClass, classify, normalise
from firmware.engine.state import Call
from firmware.protocol.names import Direction, Presentation

_ALLOWED = {
    "local": frozenset({NumberClass.LOCAL}),
    "national": frozenset({NumberClass.LOCAL, NumberClass.NATIONAL}),
}
_SEPARATORS = str.maketrans("", "", " -.()/\t")


def shown_number(config: Config, queue: Queue, call: Call) -> str:
    """What to dial to reach the caller on the number he calls from; empty where that may not be."""
    shown = call.presentation in (Presentation.ALLOWED, Presentation.NOT_OFFERED)
    if call.direction is not Direction.INBOUND or not shown or not call.e164:
        return ""
    return dialable(config, queue, call.number)


def dialable(config: Config, queue: Queue, number: str) -> str:
    """The digits that call this number from our lines; empty for what is never called back."""
    plan, area = config.dial_plan, config.site.area
    e164 = normalise(number, plan, area)
    digits = _at_home(config, number.translate(_SEPARATORS))
    if not e164 or not digits.isdigit() or normalise(digits, plan, area) != e164:
        return ""
    if any(one and digits.startswith((one, plan.outside_prefix + one)) for one in plan.emergency):
        return ""
    if classify(digits, plan, config.site) not in _ALLOWED[queue.callback_may_call]:
        return ""
    own = {normalise(line.number, plan, area) for line in config.lines if line.number}
    return "" if e164 in own else digits


def _at_home(config: Config, number: str) -> str:
    """`+86 138…` as one dials it here; other numbers as they are."""
    plan = config.dial_plan
    home = "+" + plan.country_code
    if not number.startswith(home):
        return number
    national = number[len(home) :]
    whole = PLANS.get(plan.country_code, UNKNOWN).national.match(national)
    return national if whole else plan.trunk_prefix + national
