"""Which numbers lead to a mailbox, so that somebody can leave a message there on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from firmware.config.inside import inside_numbers
from firmware.config.schema import Config, Flow

MOST_INSIDE, MOST_OUTSIDE = 3, 2


class How(StrEnum):
    """What the caller meets before the mailbox; the shortest first."""

    DIRECT = "direct"
    UNANSWERED = "unanswered"
    """A telephone rings, or somebody is waited for, in vain."""
    MENU = "menu"
    """A flow offers it, or leads there at some hours."""


class Way(Struct, frozen=True):
    number: str
    how: How
    is_outside: bool = False
    """Dialled by any telephone of the world, not of the house."""


Reached = Iterator[tuple[str, How]]


def ways(config: Config) -> dict[str, list[Way]]:
    """By mailbox, in the order of the configuration; one that nothing leads to has none. A few of the shortest."""
    found: dict[str, dict[Way, None]] = {one.id: {} for one in config.mailboxes}
    for number, target, is_outside in _numbers(config):
        for mailbox, how in _reached(config, target):
            if mailbox in found:
                found[mailbox][Way(number, how, is_outside)] = None
    return {mailbox: _shortest(list(there)) for mailbox, there in found.items()}


def _shortest(found: list[Way]) -> list[Way]:
    found.sort(key=lambda one: list(How).index(one.how))
    inside, outside = ([one for one in found if one.is_outside is side] for side in (False, True))
    return [*inside[:MOST_INSIDE], *outside[:MOST_OUTSIDE]]


def _numbers(config: Config) -> Iterator[tuple[str, str, bool]]:
    """(number, target, is dialled outside). A called number of its own target goes before its line's."""
    for one in config.extensions:
        if not one.pager and not one.forward_always and not one.forward_no_answer:
            yield one.number, f"extension:{one.number}", False
    for number, target, _ in inside_numbers(config):
        yield number, target, False
    own = {one.number: one.target for one in config.dids if "#" not in one.target and "-" not in one.number}
    lines = {one.number: one.target or f"flow:{one.flow}" for one in config.lines if one.number}
    for number, target in (lines | own).items():
        yield number, target, True


def _reached(config: Config, target: str) -> Reached:
    kind, _, what = target.partition(":")
    if kind == "voicemail":
        yield what.partition("/")[0], How.DIRECT
    elif kind == "extension":
        own = next((one.voicemail or one.number for one in config.extensions if one.number == what), "")
        yield own, How.UNANSWERED
    elif kind == "flow":
        yield from (found for one in config.flows if one.id == what for found in _in_flow(one))
    elif kind in ("queue", "group"):
        yield from _in_vain(config, kind, what)


def _in_flow(flow: Flow) -> Reached:
    for node in flow.nodes:
        if node.kind == "voicemail":
            yield node.mailbox, How.DIRECT if node.id == flow.start else How.MENU


def _in_vain(config: Config, kind: str, what: str) -> Reached:
    """Where those go whom nobody takes."""
    queues = {one.id: one.overflow for one in config.queues}
    groups = {one.id: one.fallback for one in config.groups}
    target = (queues if kind == "queue" else groups).get(what, "")
    if target.startswith("voicemail:"):
        yield target.removeprefix("voicemail:").partition("/")[0], How.UNANSWERED
