"""Numbers and names as the search knows them, and what people may type for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from firmware.config.schema import DialPlan
from firmware.engine.dialling.numbers import bare, normalise

_NUMBER = re.compile(r"\+?[0-9*#]{1,63}", re.ASCII)
AFTER = ":"
"""Comes after every character a number has (ASCII)."""


class NumberMatch(StrEnum):
    """What of a number was typed."""

    WHOLE = "whole"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    PART = "part"


class Numbering(Struct, frozen=True):
    """How the site reads numbers."""

    dial_plan: DialPlan = DialPlan()
    area: str = ""


def numbering(db: Database) -> Numbering:
    """As the configuration in force says, where history heard of one."""
    found = db.execute("SELECT rules FROM keeping").fetchone()
    try:
        return msgspec.json.decode(found[0], type=Numbering) if found else Numbering()
    except msgspec.MsgspecError:
        return Numbering()


def plain(text: str) -> str:
    """A number without what people put between its digits; empty for what is none, such as a line's name."""
    found = bare(text)
    return found if _NUMBER.fullmatch(found) else ""


def folded(name: str) -> str:
    """A name without difference of case and spacing."""
    return " ".join(name.casefold().split())


def whole_forms(text: str, site: Numbering) -> frozenset[str]:
    """All forms in which the number typed may stand in records; none for what is no number."""
    number = plain(text)
    if not number:
        return frozenset()
    plan = site.dial_plan
    forms = {number, normalise(number, plan, site.area)}
    if plan.outside_prefix and number.startswith(plan.outside_prefix):
        forms.add(normalise(number[len(plan.outside_prefix) :], plan, site.area))
    return frozenset(forms - {""})


def beginnings(text: str, site: Numbering) -> frozenset[str]:
    """What the records of a number begin with that begins as typed: `138…` is also `+86138…`, and the other way."""
    number = plain(text)
    return frozenset(_beginnings(number, site.dial_plan)) if number else frozenset()


def _beginnings(number: str, plan: DialPlan) -> Iterator[str]:
    home = f"+{plan.country_code}"
    yield number
    if number.startswith(home) and len(number) > len(home):
        national = number[len(home) :]
        yield national
        yield plan.trunk_prefix + national
    elif number.startswith("+"):
        yield plan.international_prefix + number[1:]
    elif plan.international_prefix and number.startswith(plan.international_prefix):
        yield "+" + number[len(plan.international_prefix) :]
    else:
        trunk = plan.trunk_prefix
        national = number[len(trunk) :] if trunk and number.startswith(trunk) else number
        yield home + national


def fits(number: str, typed: str, how: NumberMatch, site: Numbering) -> bool:
    """Whether a number of the records (as `plain` has it) is one of those meant by what was typed."""
    wanted = plain(typed)
    if not wanted or not number:
        return False
    match how:
        case NumberMatch.WHOLE:
            return number in whole_forms(typed, site)
        case NumberMatch.PREFIX:
            return number.startswith(tuple(beginnings(typed, site)))
        case NumberMatch.SUFFIX:
            return number.endswith(wanted)
        case NumberMatch.PART:
            return wanted in number
