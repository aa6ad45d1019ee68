"""Numbers and codes that a telephone can dial must not stand in one another's way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import msgspec

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.inside import inside_numbers
from firmware.config.lines import Path
from firmware.config.schema import Config
from firmware.config.shape import BROKEN

LEAST_EMERGENCY = 2


def check_dialling(config: Config) -> Iterator[Finding]:
    if not config.dial_plan.emergency:
        yield Finding(("dial_plan", "emergency"), say.NO_EMERGENCY)
    for place, number in enumerate(config.dial_plan.emergency):
        if len(number) < LEAST_EMERGENCY and number != BROKEN:
            yield Finding(("dial_plan", "emergency", place), say.EMERGENCY_SHORT, {"number": number})
    for place, telephone in enumerate(config.extensions):
        if telephone.number not in ("", BROKEN):
            yield from _number(config, telephone.number, ("extension", place, "number"))
    yield from _inside(config)
    yield from _hidden(config)
    for place, agent in enumerate(config.agents):
        yield from _beginning(config, agent.id, f"agent {agent.id}", ("agent", place, "id"))
        yield from _beginning(config, agent.pin, f"the PIN of agent {agent.id}", ("agent", place, "pin"))
    for place, mailbox in enumerate(config.mailboxes):
        yield from _beginning(config, mailbox.pin, f"the PIN of {mailbox.id}", ("mailbox", place, "pin"))
    yield from _features(config)


def _hidden(config: Config) -> Iterator[Finding]:
    """Telephones that believe that their number is withheld."""
    by_keys = any(line.outgoing and line.hide_prefix and line.dial != "pulse" for line in config.lines)
    if by_keys or any(trunk.outgoing for trunk in config.trunks):
        return
    for place, telephone in enumerate(config.extensions):
        if telephone.hide_number:
            yield Finding(
                ("extension", place, "hide_number"), say.HIDES_NOWHERE, {"number": telephone.number}
            )


def _beginning(config: Config, keys: str, what: str, path: Path) -> Iterator[Finding]:
    """Keyed after a feature code, these could be a call for help."""
    if keys == BROKEN:
        return
    prefix = config.dial_plan.outside_prefix
    for emergency in config.dial_plan.emergency:
        if emergency and keys.startswith((emergency, prefix + emergency)):
            yield Finding(path, say.EMERGENCY_BEGINNING, {"what": what, "emergency": emergency})
            return


def _inside(config: Config) -> Iterator[Finding]:
    """Numbers of the house that are no telephones: each leads to one place only."""
    given = {telephone.number: f"extension {telephone.number}" for telephone in config.extensions}
    for number, target, path in inside_numbers(config):
        if number == BROKEN:
            continue
        if number in given:
            yield Finding(path, say.NUMBER_TWICE, {"number": number, "other": given[number]})
        given.setdefault(number, target)
        yield from _number(config, number, path)


def _number(config: Config, number: str, path: Path) -> Iterator[Finding]:
    for emergency in config.dial_plan.emergency:
        if _alike(number, emergency):
            yield Finding(path, say.EMERGENCY_CLASH, {"number": number, "emergency": emergency})
            return
    prefix = config.dial_plan.outside_prefix
    if prefix and number.startswith(prefix):
        yield Finding(path, say.OUTSIDE_CLASH, {"number": number, "prefix": prefix})


def _features(config: Config) -> Iterator[Finding]:
    codes = [
        (field.name, getattr(config.features, field.name))
        for field in msgspec.structs.fields(config.features)
        if isinstance(getattr(config.features, field.name), str)
    ]
    for (other, other_code), (key, code) in combinations(codes, 2):
        if _alike(code, other_code):
            data = {"key": key, "other": other, "code": code, "other_code": other_code}
            yield Finding(("features", key), say.FEATURE_CLASH, data)


def _alike(one: str, other: str) -> bool:
    """Whether one is the beginning of the other; what is empty or could not be read is like nothing."""
    if not one or not other or BROKEN in (one, other):
        return False
    return one.startswith(other) or other.startswith(one)
