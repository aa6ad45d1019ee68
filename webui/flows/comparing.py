"""Two versions of one flow as one drawing: what is new, what is gone, what is otherwise."""

from __future__ import annotations

from collections.abc import Callable

from firmware.config.drafts.flow_edits import PLAIN, TABLES
from webui.flows.graph import BEGIN, Item, Line, Model, Seen, Step, lines_of, together


def between(old: Seen, new: Seen) -> Model:
    """Steps are the same where their names are."""
    before = {one.id: one for one in reversed(old.steps)}
    after = {one.id: one for one in reversed(new.steps)}
    gone = [one for one in old.steps if one.id not in after]
    items = [Item(BEGIN, "begin")]
    items += [Item(_key(one.id), "step", one, mark=_mark(before.get(one.id), one)) for one in after.values()]
    items += [
        Item(_key(one.id), "step", one, mark="removed") for one in {one.id: one for one in gone}.values()
    ]
    items.sort(key=lambda one: one.step.place if one.step else -1)
    was, now = (set(lines_of(flow, lambda one: _key(one.id), _key)) for flow in (old, new))
    drawn = {one.key for one in items}
    lines = [one for one in sorted(was | now, key=_order(old, new)) if one[0] in drawn]
    missing = dict.fromkeys(one[1] for one in lines if one[1] not in drawn)
    items += [Item(key, "missing", name=key.removeprefix("id:")) for key in missing]

    def mark(line: Line) -> str:
        return "" if line in was and line in now else "added" if line in now else "removed"

    return Model(tuple(items), tuple(together(lines, mark)))


def _key(name: str) -> str:
    return f"id:{name}"


def _mark(before: Step | None, now: Step) -> str:
    if before is None:
        return "added"
    return "" if _own(before) == _own(now) else "changed"


def _own(step: Step) -> dict[str, object]:
    """What the step says itself; its ways are marked as lines."""
    return {key: value for key, value in step.value.items() if key not in (*PLAIN, *TABLES)}


def _order(old: Seen, new: Seen) -> Callable[[Line], tuple[int, str, str]]:
    places = {_key(one.id): one.place for one in (*reversed(old.steps), *reversed(new.steps))}
    return lambda line: (places.get(line[0], -1), line[2], line[1])
