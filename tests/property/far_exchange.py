"""What a number that leaves the box means to whoever takes it: read from its digits alone, the worst way it can be.

Written from the numbering plans (China: ITU-T E.164 national listing 86; North America: NANPA), not from the box's
own tables: a fault there must not excuse itself.
"""

from __future__ import annotations

import re

ABROAD, PREMIUM, NATIONAL, TOWN = "abroad", "premium", "national", "town"
MOST_TURNS = 8
"""So often something may stand before a number (carrier, `+86`, `0086` …) before we call it abroad."""
_CARIBBEAN = frozenset(
    (
        *("242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721", "758"),
        *("767", "784", "809", "829", "849", "868", "869", "876"),
    )
)


def china(number: str, turns: int = 0) -> str:
    """As dialled on a line in Beijing (area 10), or with `+`."""
    if turns > MOST_TURNS:
        return ABROAD
    if number.startswith("+"):
        return _chinese(number[3:], turns) if number.startswith("+86") else ABROAD
    if number.startswith("00"):
        return _chinese(number[4:], turns) if number.startswith("0086") else ABROAD
    if re.fullmatch(r"1[3-9]\d{9}", number):
        return NATIONAL
    if carrier := re.match(r"179\d\d|12593|10193|11808|19\d(?=0)", number):
        return china(number[carrier.end() :], turns + 1)
    if number.startswith("0"):
        return _chinese(number[1:], turns)
    if re.match(r"16[08]\d|12590\d", number):
        return PREMIUM
    is_free = re.fullmatch(r"[48]00\d{7}", number)
    return NATIONAL if len(number) > 9 and not is_free else TOWN


def _chinese(national: str, turns: int) -> str:
    """Behind `0`, `+86` or `0086`; a careless exchange reads on after it as if it were dialled."""
    if national.startswith(("0", "179", "12593")):
        return china(national, turns + 1)
    area = re.match(r"10|2\d|[3-9]\d\d", national)
    subscriber = national[area.end() :] if area else national
    if re.match(r"16[08]\d", subscriber) or re.match(r"16[08]\d", national):
        return PREMIUM
    return TOWN if national.startswith("10") and len(national) > 6 else NATIONAL


def america(number: str, turns: int = 0) -> str:
    """As dialled on a line in New York (area 212), or with `+`."""
    if turns > MOST_TURNS:
        return ABROAD
    if number.startswith("+"):
        return _american(number[2:], turns) if number.startswith("+1") else ABROAD
    if number.startswith("011"):
        return _american(number[4:], turns) if number.startswith("0111") else ABROAD
    if number.startswith(("00", "01")):
        return ABROAD
    if carrier := re.match(r"101\d{4}", number):
        return america(number[carrier.end() :], turns + 1)
    if number.startswith(("0", "1")):
        return _american(number[1:], turns)
    if len(number) >= 10:
        return _american(number, turns)
    return PREMIUM if number.startswith(("976", "900")) else TOWN


def _american(national: str, turns: int) -> str:
    if national.startswith(("0", "1")):
        return america(national, turns + 1)
    if national[:3] in _CARIBBEAN:
        return ABROAD
    if national.startswith("900") or national[3:6] == "976":
        return PREMIUM
    return TOWN if national.startswith("212") else NATIONAL
