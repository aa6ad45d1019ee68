"""What people do to drafts: edit a key, add a part, remove one, rename one so that everything that names it follows.

Each gives the draft as it is then and the faults of the place that was touched; `draft.look` tells all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from firmware.config.drafts.draft import Draft, faults_at, with_document
from firmware.config.drafts.places import NoSuchPlace, at, changed, holds_parts, resolved, without
from firmware.config.drafts.renaming import renamed
from firmware.config.faults import Fault
from firmware.config.lines import Path
from firmware.config.parts import inner_struct, key_of

Done = tuple[Draft, list[Fault]]


def edit(draft: Draft, path: Path, value: Any, at_us: int) -> Done:
    """One key's new value; None: its default again. Raises NoSuchPlace for a key the schema does not have."""
    place, _ = resolved(draft.document, path)
    there = draft.document
    document = without(there, place) if value is None else changed(there, place, lambda _: value)
    return with_document(draft, document, at_us), faults_at(document, place)


def add(draft: Draft, kind: str | Path, part: dict[str, Any], at_us: int) -> Done:
    """A part behind its like: `queue`, or `("flow", "main", "node")`. Raises NoSuchPlace."""
    place, found = resolved(draft.document, (kind,) if isinstance(kind, str) else kind)
    if holds_parts(found) is None:
        raise NoSuchPlace(str(kind))
    there = at(draft.document, place) or []
    document = changed(draft.document, place, lambda _: [*there, part])
    return with_document(draft, document, at_us), faults_at(document, (*place, len(there)))


def remove(draft: Draft, path: Path, at_us: int) -> Done:
    """A part, or a list's or table's entry. The faults are those of what named it. Raises NoSuchPlace."""
    place, _ = resolved(draft.document, path)
    if at(draft.document, place) is None:
        raise NoSuchPlace(str(path[-1]))
    document = without(draft.document, place)
    before = {(one.key, one.slug) for one in faults_at(draft.document, ())}
    new = [one for one in faults_at(document, ()) if (one.key, one.slug) not in before]
    return with_document(draft, document, at_us), new


def rename(draft: Draft, path: Path, name: str, at_us: int) -> Done:
    """A part's new name, everywhere it is named. Raises NoSuchPlace for what has no name."""
    place, found = resolved(draft.document, path)
    kind = inner_struct(found)
    part = at(draft.document, place)
    if kind is None or not isinstance(part, dict) or not key_of(kind):
        raise NoSuchPlace(str(path[-1]))
    document = renamed(draft.document, place, kind, name)
    return with_document(draft, document, at_us), faults_at(document, place)


def move(draft: Draft, kind: Path, order: Sequence[int], at_us: int) -> Done:
    """A list's parts in another order: `order` names each place once. Raises NoSuchPlace."""
    place, _ = resolved(draft.document, kind)
    there = at(draft.document, place) or []
    if sorted(order) != list(range(len(there))):
        raise NoSuchPlace("order")
    document = changed(draft.document, place, lambda _: [there[one] for one in order])
    return with_document(draft, document, at_us), faults_at(document, place)
