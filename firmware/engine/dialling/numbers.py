"""What a number is: its E.164 form, its class, who may call it. Lines send hostile text: nothing raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from firmware.config.schema import DialPlan, Site
from firmware.engine.dialling.numbering import PLANS, UNKNOWN, Numbering

MOST_CHARACTERS = 64
"""A longer "number" is none; E.164 has at most 15 digits."""
_SEPARATORS = str.maketrans("", "", " -.()/\t")
_DIGITS = re.compile(r"\d+", re.ASCII)
_E164 = re.compile(r"[1-9]\d{6,14}", re.ASCII)


class NumberClass(StrEnum):
    """What a call to a number means for who may make it."""

    EMERGENCY = "emergency"
    INTERNAL = "internal"
    LOCAL = "local"
    NATIONAL = "national"
    """Also mobile numbers: whether one is in town cannot be told from its digits."""
    INTERNATIONAL = "international"
    PREMIUM = "premium"
    """Also what is no whole number: what keys that follow on the line make of it, nobody can tell."""
    SERVICE = "service"
    UNKNOWN = "unknown"
    """Not a number anybody could call."""


_LEAST_LOCAL, _MOST_LOCAL = 5, 9
"""Digits of a number within an area."""
_LEAST_WHOLE = 7
"""Digits of a number with its area, or with its country."""
_WORST = (
    NumberClass.PREMIUM,
    NumberClass.INTERNATIONAL,
    NumberClass.NATIONAL,
    NumberClass.SERVICE,
    NumberClass.LOCAL,
)
"""Of several readings of one number the dearest holds."""
_MOST_CARRIERS, _MOST_READINGS = 8, 8
"""So often something may stand before a number that makes it begin anew; then it is none."""

_INTERNAL = frozenset({NumberClass.EMERGENCY, NumberClass.INTERNAL})
_LOCAL = _INTERNAL | {NumberClass.LOCAL, NumberClass.SERVICE}
_NATIONAL = _LOCAL | {NumberClass.NATIONAL}
ALLOWED: Mapping[str, frozenset[NumberClass]] = {
    "internal": _INTERNAL,
    "local": _LOCAL,
    "national": _NATIONAL,
    "international": _NATIONAL | {NumberClass.INTERNATIONAL},
    "all": frozenset(NumberClass) - {NumberClass.UNKNOWN},
}


def may_call(level: str, number_class: NumberClass) -> bool:
    """Whether a telephone of this `may_call` level may: emergency always, an unknown level nothing else."""
    return number_class in ALLOWED.get(level, _INTERNAL)


def normalise(received: str, dial_plan: DialPlan, area: str) -> str:
    """The E.164 form `+…` of a number as an exchange sent it or a person wrote it; empty when it has none."""
    digits = bare(received)
    if digits.startswith("+"):
        return _e164(_without_trunk(digits[1:], dial_plan))
    if not _DIGITS.fullmatch(digits):
        return ""
    return _e164(_full(digits, dial_plan, area))


def classify(digits: str, dial_plan: DialPlan, site: Site) -> NumberClass:
    """The class of a number as dialled, outside prefix taken off."""
    digits = bare(digits)
    if digits in dial_plan.emergency:
        return NumberClass.EMERGENCY
    if digits.startswith("+"):
        digits = dial_plan.international_prefix + digits[1:]
    if not _DIGITS.fullmatch(digits):
        return NumberClass.UNKNOWN
    return _class_of(digits, dial_plan, site.area)


def never_longer(digits: str, dial_plan: DialPlan) -> bool:
    """Whether the number as dialled is complete and of a kind to which no digit can be added."""
    numbering = PLANS.get(dial_plan.country_code, UNKNOWN)
    return bool(len(digits) <= MOST_CHARACTERS and numbering.fixed.match(digits))


def bare(text: str) -> str:
    """Without what people put between digits; empty when it is too long to be a number."""
    return text.translate(_SEPARATORS) if len(text) <= MOST_CHARACTERS else ""


def _e164(digits: str) -> str:
    return "+" + digits if _E164.fullmatch(digits) else ""


def _cut(digits: str, prefix: str) -> str | None:
    """What follows the prefix, or None where it does not stand."""
    return digits[len(prefix) :] if prefix and digits.startswith(prefix) else None


def _without_carrier(digits: str, numbering: Numbering) -> str:
    """Several may stand one behind the other."""
    for _ in range(_MOST_CARRIERS):
        found = next(((m, plain) for one, plain in numbering.carrier if (m := one.match(digits))), None)
        if found is None:
            break
        digits = found[1] + digits[found[0].end() :]
    return digits


def _without_trunk(digits: str, plan: DialPlan) -> str:
    """`86 (0)10 …` as people write it: no national number begins with a trunk prefix 0 (with 8 or 1 one may)."""
    written = _cut(digits, plan.country_code) if plan.trunk_prefix == "0" else None
    return plan.country_code + written[1:] if written and written.startswith("0") else digits


def _full(digits: str, plan: DialPlan, area: str) -> str:
    """Country code and national number, or something that is no E.164 number."""
    numbering = PLANS.get(plan.country_code, UNKNOWN)
    digits = _without_carrier(digits, numbering)
    abroad = _cut(digits, plan.international_prefix)
    if abroad is not None:
        return _without_trunk(abroad, plan)
    if numbering.national.match(digits):
        return plan.country_code + digits
    own = _cut(digits, plan.country_code)
    if own is not None and numbering.national.match(own):
        return digits
    national = _cut(digits, plan.trunk_prefix)
    if national is not None:
        return plan.country_code + national
    if numbering.service.match(digits) or len(digits) < _LEAST_LOCAL:
        return ""
    return plan.country_code + area + digits if area else ""


def _class_of(digits: str, plan: DialPlan, area: str, readings: int = 0) -> NumberClass:
    numbering = PLANS.get(plan.country_code, UNKNOWN)
    plain = _without_carrier(digits, numbering)
    if plain != digits and numbering.national.match(digits):
        return _worst(_class_of(plain, plan, area, readings), _class_at_home(digits, numbering, area))
    digits = plain
    abroad, national = _cut(digits, plan.international_prefix), _cut(digits, plan.trunk_prefix)
    if abroad is not None:
        home = _cut(abroad, plan.country_code)
        if home is None:
            return NumberClass.INTERNATIONAL if len(abroad) >= _LEAST_WHOLE else NumberClass.PREMIUM
        return _class_behind(home, plan, area, readings)
    if numbering.premium.match(digits if national is None else national):
        return NumberClass.PREMIUM
    if numbering.service.match(digits):
        return NumberClass.SERVICE
    if national is not None:
        return _class_behind(national, plan, area, readings)
    return _class_undialled(digits, numbering, area)


def _class_undialled(digits: str, numbering: Numbering, area: str) -> NumberClass:
    """Of what stands without any prefix."""
    if numbering.operator.match(digits):
        return NumberClass.PREMIUM
    if numbering.national.match(digits):
        return _class_at_home(digits, numbering, area)
    if len(digits) > _MOST_LOCAL:
        return _class_at_home(digits, numbering, "")
    return NumberClass.LOCAL if digits and numbering.local.match(digits) else NumberClass.PREMIUM


def _class_behind(national: str, plan: DialPlan, area: str, readings: int) -> NumberClass:
    """Of what stands behind a trunk prefix or the own country's code.

    People write `+86 (0)10`; an exchange may strip what it knows and take the rest as dialled.
    """
    numbering = PLANS.get(plan.country_code, UNKNOWN)
    again = numbering.nowhere.match(national) or (plan.trunk_prefix == "0" and national.startswith("0"))
    if not again:
        return _class_at_home(national, numbering, area)
    if readings >= _MOST_READINGS:
        return NumberClass.PREMIUM
    as_dialled = _class_of(national, plan, area, readings + 1)
    return _worst(as_dialled, _class_at_home(national.lstrip("0"), numbering, area))


def _worst(*read: NumberClass) -> NumberClass:
    return min(read, key=_WORST.index)


def _class_at_home(national: str, numbering: Numbering, area: str) -> NumberClass:
    """The class of a national number without trunk prefix."""
    if len(national) < _LEAST_WHOLE or _is_premium(national, numbering):
        return NumberClass.PREMIUM
    if numbering.abroad.match(national):
        return NumberClass.INTERNATIONAL
    if area and national.startswith(area) and len(national) > len(area) + 4:
        return NumberClass.LOCAL
    return NumberClass.NATIONAL


def _is_premium(national: str, numbering: Numbering) -> bool:
    """By itself, or behind an area code."""
    area = numbering.area.match(national)
    return bool(
        numbering.premium.match(national) or (area and numbering.premium.match(national[area.end() :]))
    )
