"""Reaching telephones: group members, forwards and follow-me lead somewhere, and no park slot is keyed like an
emergency number."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.inside import inside_numbers
from firmware.config.lines import Path
from firmware.config.schema import Config
from firmware.config.shape import BROKEN

FORWARDS = ("forward_always", "forward_busy", "forward_no_answer", "forward_unreachable")
LEAST_OUTSIDE = 3


def check_reaching(config: Config) -> Iterator[Finding]:
    yield from _groups(config)
    yield from _forwards(config)
    yield from _paging(config)
    yield from _slots(config)


def _groups(config: Config) -> Iterator[Finding]:
    for place, group in enumerate(config.groups):
        path: Path = ("group", place)
        if not group.members:
            yield Finding(path, say.GROUP_EMPTY, {"name": group.id})
        for at, number in enumerate(group.members):
            where = (*path, "members", at)
            yield from _callable(config, number, where, "", targets=False)
            if _outside(config, number) and group.may_call == "internal":
                yield Finding(where, say.MEMBER_OUTSIDE, {"number": number, "name": group.id})


def _forwards(config: Config) -> Iterator[Finding]:
    for place, telephone in enumerate(config.extensions):
        for key in FORWARDS:
            path: Path = ("extension", place, key)
            yield from _callable(config, getattr(telephone, key), path, telephone.number, targets=True)
        for at, one in enumerate(telephone.follow):
            path = ("extension", place, "follow", at, "number")
            yield from _callable(config, one.number, path, telephone.number, targets=False)


def _callable(config: Config, number: str, path: Path, own: str, *, targets: bool) -> Iterator[Finding]:
    """A number as a telephone dials it: an extension, where `targets` any number of the house, or one outside."""
    if number in ("", BROKEN):
        return
    plan = config.dial_plan
    if number in plan.emergency or number.removeprefix(plan.outside_prefix) in plan.emergency:
        yield Finding(path, say.FORWARD_EMERGENCY, {"number": number})
        return
    known = {one.number for one in config.extensions}
    if targets:
        known |= {inside for inside, _, _ in inside_numbers(config)}
    if number == own or (number not in known and not _outside(config, number)):
        yield Finding(path, say.FORWARD_NOWHERE, {"number": number, "prefix": plan.outside_prefix})


def _outside(config: Config, number: str) -> bool:
    prefix = config.dial_plan.outside_prefix
    inside = {one.number for one in config.extensions}
    return number not in inside and number.startswith(prefix) and len(number) - len(prefix) >= LEAST_OUTSIDE


def _paging(config: Config) -> Iterator[Finding]:
    given: dict[str, str] = {}
    for place, group in enumerate(config.paging_groups):
        path: Path = ("paging_group", place, "number")
        if group.number in given and group.number != BROKEN:
            yield Finding(path, say.NUMBER_TWICE, {"number": group.number, "other": given[group.number]})
        given.setdefault(group.number, f"paging group {group.id}")
        emergency = next((one for one in config.dial_plan.emergency if one and group.number == one), "")
        if emergency:
            yield Finding(path, say.EMERGENCY_CLASH, {"number": group.number, "emergency": emergency})


def _slots(config: Config) -> Iterator[Finding]:
    """`*51` and slot 10 end like 110: half a code keyed before a call for help must not hide it."""
    code = config.features.retrieve
    for place, slot in enumerate(config.switchboard.park_slots):
        path: Path = ("switchboard", "park_slots", place)
        if slot in config.switchboard.park_slots[:place]:
            yield Finding(path, say.TWICE, {"what": "park slot", "name": slot})
        keys = code + slot
        emergency = next((one for one in config.dial_plan.emergency if one and keys.endswith(one)), "")
        if emergency and BROKEN not in (slot, code):
            yield Finding(path, say.SLOT_EMERGENCY, {"keys": keys, "slot": slot, "emergency": emergency})
