"""A flow's steps and ways as things to draw: also of a draft in which names lead nowhere, or stand twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from firmware.config.drafts.flow_edits import START, ways
from firmware.config.flow_graph import BY_NEXT, BY_OTHERWISE

BEGIN = "begin"
"""Key of the thing from which callers come."""


class Step(Struct, frozen=True):
    """One node of the document; `place` in the flow's list."""

    place: int
    id: str
    kind: str
    ways: tuple[tuple[str, str], ...]
    """Outcome (`next`, `keys:1`…) and the name it leads to."""
    value: dict[str, Any]


class Seen(Struct, frozen=True):
    """A flow as the document has it."""

    id: str
    start: str
    steps: tuple[Step, ...]


class Item(Struct, frozen=True):
    """To be drawn as a box."""

    key: str
    what: str
    """`begin`, `step`, `missing` (a name that leads nowhere), `off` (the caller is let go)."""
    step: Step | None = None
    name: str = ""
    mark: str = ""
    """Between two versions: `added`, `removed`, `changed`."""


class Way(Struct, frozen=True):
    """To be drawn as a line; all outcomes that lead from one box to another together."""

    source: str
    target: str
    outcomes: tuple[str, ...]
    mark: str = ""


class Model(Struct, frozen=True):
    items: tuple[Item, ...]
    ways: tuple[Way, ...]


def seen(flow: Any) -> Seen:
    """Never raises for what is in a draft."""
    table = flow if isinstance(flow, dict) else {}
    listed = table.get("node")
    steps = tuple(_step(place, one) for place, one in enumerate(listed if isinstance(listed, list) else ()))
    return Seen(_text(table.get("id")), _text(table.get(START)), steps)


def _step(place: int, node: Any) -> Step:
    value = node if isinstance(node, dict) else {}
    ordered = sorted(ways(value), key=lambda one: one[0] == "otherwise")
    return Step(place, _text(value.get("id")), _text(value.get("kind")), tuple(ordered), value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def model_of(flow: Seen) -> Model:
    """Where callers come from, the steps, names that lead nowhere, and where callers are let go unasked."""
    keys = {step.id: f"n{step.place}" for step in reversed(flow.steps)}
    lines = [*lines_of(flow, lambda one: f"n{one.place}", lambda name: keys.get(name, f"missing:{name}"))]
    lines += [(f"n{one.place}", f"off:{one.place}", key) for one in flow.steps for key in left_out(one)]
    missing = dict.fromkeys(target for _, target, _ in lines if target.startswith("missing:"))
    off = dict.fromkeys(target for _, target, _ in lines if target.startswith("off:"))
    items = [Item(BEGIN, "begin"), *(Item(f"n{one.place}", "step", one) for one in walked(flow))]
    items += [Item(key, "missing", name=key.partition(":")[2]) for key in missing]
    items += [Item(key, "off") for key in off]
    return Model(tuple(items), tuple(together(lines)))


Line = tuple[str, str, str]
"""From, to, outcome."""


def lines_of(flow: Seen, named: Callable[[Step], str], target: Callable[[str], str]) -> Iterable[Line]:
    if flow.start:
        yield BEGIN, target(flow.start), START
    for step in flow.steps:
        for outcome, to in step.ways:
            yield named(step), target(to), outcome


def together(lines: Iterable[Line], marks: Callable[[Line], str] = lambda _: "") -> Iterable[Way]:
    """One line for all outcomes that lead the same way and are marked alike."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for line in lines:
        loop = line[0] == line[1]
        found.setdefault((line[0], line[1], "" if loop else marks(line)), []).append(line[2])
    return (Way(source, target, tuple(outs), mark) for (source, target, mark), outs in found.items())


def walked(flow: Seen) -> list[Step]:
    """As a caller may come to them, from the start; then those nobody comes to."""
    by_name = {one.id: one for one in reversed(flow.steps)}
    found: dict[int, Step] = {}
    begin = [by_name[flow.start]] if flow.start in by_name else []
    for first in (*begin, *flow.steps):
        ahead = [first]
        for step in ahead:
            if step.place not in found:
                found[step.place] = step
                ahead += [by_name[to] for _, to in step.ways if to in by_name]
    return list(found.values())


def left_out(step: Step) -> Iterable[str]:
    """Ways the engine would take and that lead nowhere: the caller is let go."""
    there = {outcome for outcome, _ in step.ways}
    for key, kinds in (("next", BY_NEXT), ("otherwise", BY_OTHERWISE)):
        if step.kind in kinds and key not in there:
            yield key


def known(flow: Seen) -> list[str]:
    """Names of steps, in the document's order."""
    return [one.id for one in flow.steps if one.id]
