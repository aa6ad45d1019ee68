"""What people do to a flow as a drawing: add a step, lead a way to another step, take a step out, call it otherwise.

A step is named by its place in the flow's list: in a draft two may have one name, or none.
"""

from __future__ import annotations

from typing import Any

from firmware.config.drafts import editing
from firmware.config.drafts.draft import Draft
from firmware.config.drafts.places import NoSuchPlace, at
from firmware.config.lines import Path

START = "start"
"""The way into the flow, as an outcome of no step."""
PLAIN, TABLES = ("next", "otherwise"), ("keys", "cases", "modes")
"""Keys of a step that hold a way, and those that hold several."""


class NameTaken(ValueError):
    """Another step of the flow has this name, or it is empty."""


def way_path(flow: int, node: int, outcome: str) -> Path:
    """Of `next`, `otherwise`, `keys:1`, `cases:EXPRESSION`, `modes:night`; `start` of the flow. Raises NoSuchPlace."""
    if outcome == START:
        return ("flow", flow, START)
    key, colon, choice = outcome.partition(":")
    if (key in PLAIN and not colon) or (key in TABLES and choice):
        return ("flow", flow, "node", node, key, *((choice,) if colon else ()))
    raise NoSuchPlace(outcome[:80])


def connect(draft: Draft, flow: int, node: int, outcome: str, to: str, *, at_us: int) -> Draft:
    """Where a way leads; to nothing: it is taken out. Raises NoSuchPlace."""
    path = way_path(flow, node, outcome)
    steps(draft, flow)
    if outcome != START:
        _step(draft, flow, node)
    if not to and at(draft.document, path) is None:
        return draft
    return editing.edit(draft, path, to or ("" if outcome == START else None), at_us)[0]


def add_step(draft: Draft, flow: int, step: dict[str, Any], at_us: int) -> Draft:
    """Behind the others; the first one is where the flow begins. Raises NameTaken, NoSuchPlace."""
    there, name = steps(draft, flow), str(step.get("id", ""))
    if not name or name in names(draft, flow):
        raise NameTaken(name)
    made = editing.add(draft, ("flow", flow, "node"), step, at_us)[0]
    begins = at(draft.document, ("flow", flow, START))
    if there and begins in names(draft, flow):
        return made
    return editing.edit(made, ("flow", flow, START), name, at_us)[0]


def rename_step(draft: Draft, flow: int, node: int, name: str, at_us: int) -> Draft:
    """With every way that leads to it. Raises NameTaken, NoSuchPlace."""
    old = _step(draft, flow, node).get("id")
    if name == old:
        return draft
    if not name or name in names(draft, flow):
        raise NameTaken(name)
    if not old or names(draft, flow).count(str(old)) > 1:
        return editing.edit(draft, ("flow", flow, "node", node, "id"), name, at_us)[0]
    return editing.rename(draft, ("flow", flow, "node", node), name, at_us)[0]


def remove_step(draft: Draft, flow: int, node: int, instead: str, at_us: int) -> Draft:
    """What led to it leads to `instead` from now on, or is taken out (empty). Raises NoSuchPlace."""
    gone = str(_step(draft, flow, node).get("id", ""))
    twin = names(draft, flow).count(gone) > 1
    made = editing.remove(draft, ("flow", flow, "node", node), at_us)[0]
    if not gone or twin or instead == gone:
        return made
    for place, step in enumerate(steps(made, flow)):
        for outcome, to in ways(step):
            if to == gone:
                made = connect(made, flow, place, outcome, instead, at_us=at_us)
    if at(made.document, ("flow", flow, START)) == gone:
        made = connect(made, flow, 0, START, instead, at_us=at_us)
    return made


def ways(step: Any) -> list[tuple[str, str]]:
    """Outcome and where it leads, of a step that may be no step at all."""
    if not isinstance(step, dict):
        return []
    found = [(key, str(step[key])) for key in PLAIN if step.get(key)]
    for key in TABLES:
        table = step.get(key)
        if isinstance(table, dict):
            found += [(f"{key}:{choice}", str(to)) for choice, to in table.items()]
    return found


def names(draft: Draft, flow: int) -> list[str]:
    return [str(one.get("id", "")) for one in steps(draft, flow) if isinstance(one, dict)]


def steps(draft: Draft, flow: int) -> list[Any]:
    """Raises NoSuchPlace where there is no such flow."""
    found = at(draft.document, ("flow", flow))
    if not isinstance(found, dict):
        raise NoSuchPlace(str(flow))
    listed = found.get("node")
    return listed if isinstance(listed, list) else []


def _step(draft: Draft, flow: int, node: int) -> dict[str, Any]:
    there = steps(draft, flow)
    if not 0 <= node < len(there) or not isinstance(there[node], dict):
        raise NoSuchPlace(str(node))
    found: dict[str, Any] = there[node]
    return found
