"""What the pages of flows show: the drawing, the same as a list, and the faults at their steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from firmware.config.drafts.draft import Document
from firmware.config.faults import Fault, key_text
from webui.drafting.asking import is_within, said
from webui.drafting.places import path_of
from webui.flows.graph import Model, Seen
from webui.flows.kinds import kind_of
from webui.flows.layout import TooLarge
from webui.flows.picture import MOST_DRAWN, Looks, Picture, drawn, kind_words, outcome_words
from webui.flows.prompts import text_of
from webui.language import language, t


class Row(Struct, frozen=True):
    """A step in the list."""

    place: int
    id: str
    kind: str
    text: str
    ways: list[tuple[str, str, bool]]
    """Outcome in words, where it leads, whether that is there."""
    wrong: int


class Where(Struct, frozen=True):
    """What is chosen, and where a tried call stands; steps by their places."""

    chosen: int = -1
    here: int = -1
    past: frozenset[int] = frozenset()


def picture_of(
    model: Model, document: Document, where: Where, faults: Sequence[Fault] = (), flow: int = -1
) -> Picture | None:
    """None where there is too much to draw."""
    if len(model.items) > MOST_DRAWN:
        return None
    texts = {one.key: text_in(document, one.step.kind, one.step.value) for one in model.items if one.step}
    wrong = frozenset(place for one in faults if not one.warning for place in _place(one, flow))
    try:
        return drawn(model, Looks(texts, wrong, where.here, where.past, where.chosen), t)
    except TooLarge:
        return None


def rows_of(flow: Seen, document: Document, faults: Sequence[Fault] = (), place: int = -1) -> list[Row]:
    there = {one.id for one in flow.steps}
    return [
        Row(
            one.place,
            one.id,
            kind_words(one.kind, t),
            text_in(document, one.kind, one.value),
            [(outcome_words(one.kind, outcome, t), to, to in there) for outcome, to in one.ways],
            sum(not fault.warning and one.place in _place(fault, place) for fault in faults),
        )
        for one in flow.steps
    ]


def text_in(document: Document, kind: str, value: dict[str, Any]) -> str:
    """What a step's box says: the prompt's words, or what it leads to or looks at."""
    for key in kind_of(kind).shows:
        found = value.get(key)
        if found and isinstance(found, str):
            return (text_of(document, found, language()) or found) if key == "prompt" else found
    return ""


def of_flow(faults: Sequence[Fault], flow: int) -> list[tuple[int, tuple[bool, str, str]]]:
    """Each with the step it is at; -1: the flow itself."""
    key = key_text(("flow", flow))
    return [((*_place(one, flow), -1)[0], said(one)) for one in faults if is_within(one, key)]


def _place(fault: Fault, flow: int) -> tuple[int, ...]:
    """The step a fault is at; empty where it is at none of this flow's."""
    path = path_of(fault.key)
    if len(path) > 3 and path[:3] == ("flow", flow, "node") and isinstance(path[3], int):
        return (path[3],)
    return ()
