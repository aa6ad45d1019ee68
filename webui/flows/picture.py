"""A flow's model as shapes for an SVG: boxes with their words cut to fit, lines as paths, labels; in pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from msgspec import Struct

from webui.flows.graph import BEGIN, Item, Model, Way
from webui.flows.kinds import KINDS, kind_of
from webui.flows.layout import Box, Link, Point, Rectangle, Route, laid_out

WIDTH, HEIGHT = 188.0, 66.0
SMALL_HEIGHT = 30.0
PADDING = 11.0
LONGEST_LABEL = 170.0
MOST_DRAWN = 400
"""Steps; a larger flow is shown as a list only."""
Say = Callable[..., str]
"""`webui.language.t`."""


class DrawnBox(Struct, frozen=True):
    key: str
    what: str
    place: int
    """Of the step; -1: none."""
    at: Rectangle
    group: str
    kind: str
    """In words."""
    name: str
    text: str
    id: str
    """The name, uncut."""
    spoken: str
    """For a screen reader: all of it, with its ways."""
    mark: str = ""
    is_wrong: bool = False
    is_here: bool = False
    is_past: bool = False
    is_chosen: bool = False


class DrawnLine(Struct, frozen=True):
    path: str
    label: str
    at: Rectangle | None
    mark: str
    is_off: bool
    """To where the caller is let go."""


class Picture(Struct, frozen=True):
    width: float
    height: float
    boxes: tuple[DrawnBox, ...]
    """In the order in which one reads: from the top, from the left."""
    lines: tuple[DrawnLine, ...]


class Looks(Struct, frozen=True):
    """What is to be seen beside the flow itself; steps by their places."""

    texts: Mapping[str, str] = {}
    """By key: what a box says besides kind and name."""
    wrong: frozenset[int] = frozenset()
    here: int = -1
    past: frozenset[int] = frozenset()
    chosen: int = -1


def drawn(model: Model, looks: Looks, t: Say) -> Picture:
    labels = [label_of(model, way, t) for way in model.ways]
    links = [
        Link(way.source, way.target, width_of(label, 12) + 14 if label else 0.0)
        for way, label in zip(model.ways, (fitting(one, LONGEST_LABEL, 12) for one in labels), strict=True)
    ]
    laid = laid_out([_box(item, t) for item in model.items], links)
    boxes = [_drawn(item, laid.boxes[item.key], model, looks, t) for item in model.items]
    lines = tuple(
        DrawnLine(
            _path(route),
            fitting(label, LONGEST_LABEL, 12),
            route.label,
            way.mark,
            way.target.startswith("off:"),
        )
        for way, route, label in zip(model.ways, laid.routes, labels, strict=True)
    )
    return Picture(laid.width, laid.height, tuple(sorted(boxes, key=_reading)), lines)


def _reading(one: DrawnBox) -> tuple[float, float]:
    return one.at.y, one.at.x


def _box(item: Item, t: Say) -> Box:
    if item.what == "step":
        return Box(item.key, WIDTH, HEIGHT)
    width = width_of(fitting(_small(item, t), WIDTH, 13), 13) + 2 * PADDING
    return Box(item.key, max(64.0, width), SMALL_HEIGHT)


def _small(item: Item, t: Say) -> str:
    return item.name or t("flows.callers" if item.key == BEGIN else "flows.let-go")


def _drawn(item: Item, at: Rectangle, model: Model, looks: Looks, t: Say) -> DrawnBox:
    step = item.step
    if step is None:
        name = fitting(_small(item, t), WIDTH, 13)
        return DrawnBox(item.key, item.what, -1, at, "", "", name, "", "", _small(item, t), item.mark)
    kind, text = kind_words(step.kind, t), looks.texts.get(item.key, "")
    inside = at.width - 2 * PADDING
    return DrawnBox(
        key=item.key,
        what=item.what,
        place=step.place,
        at=at,
        group=kind_of(step.kind).group,
        kind=fitting(kind, inside - 24, 12),
        name=fitting(step.id or "?", inside, 14),
        text=fitting(text, inside, 12),
        id=step.id,
        spoken=_spoken(item, kind, text, model, t),
        mark=item.mark,
        is_wrong=step.place in looks.wrong,
        is_here=step.place == looks.here,
        is_past=step.place in looks.past,
        is_chosen=step.place == looks.chosen,
    )


def _spoken(item: Item, kind: str, text: str, model: Model, t: Say) -> str:
    assert item.step is not None
    names = {one.key: one.step.id if one.step else _small(one, t) for one in model.items}
    ways = [
        f"{label_of(model, way, t) or t('flows.out-next')} → {names[way.target]}"
        for way in model.ways
        if way.source == item.key
    ]
    marked = [t(f"flows.mark-{item.mark}")] if item.mark else []
    said = (f"{item.step.id or '?'}, {kind}", *marked, text.rstrip(".。"), "; ".join(ways))
    return ". ".join(one for one in said if one)


# -- words ------------------------------------------------------------------------------------------


def kind_words(kind: str, t: Say) -> str:
    return t(f"flows.kind-{kind}") if kind in KINDS else kind or "?"


def label_of(model: Model, way: Way, t: Say) -> str:
    """A step's only way needs no word."""
    if way.source == BEGIN:
        return ""
    step = next((one.step for one in model.items if one.key == way.source), None)
    outs = kind_of(step.kind).outs if step is not None else ()
    if way.outcomes == ("next",) and outs == ("next",):
        return ""
    return ", ".join(outcome_words(step.kind if step else "", one, t) for one in way.outcomes)


_OWN = {
    ("hours", "next"), ("hours", "otherwise"), ("service", "next"), ("service", "otherwise"), ("menu", "otherwise"),
    ("collect", "otherwise"), ("survey", "otherwise"), ("http", "next"), ("sql", "next"), ("contact", "next"),
    ("http", "otherwise"), ("sql", "otherwise"), ("contact", "otherwise"), ("extension", "otherwise"),
    ("outside", "otherwise"), ("transfer", "otherwise"), ("callback", "otherwise"), ("collect", "next"),
    ("survey", "next"),
}  # fmt: skip
"""Kinds whose way has a word of its own."""


def outcome_words(kind: str, outcome: str, t: Say) -> str:
    key, _, choice = outcome.partition(":")
    if choice:
        return (
            t(f"flows.mode-{choice}") if choice in ("day", "night", "holiday") and key == "modes" else choice
        )
    return t(f"flows.{kind}-{key}") if (kind, key) in _OWN else t(f"flows.out-{key}")


def width_of(text: str, size: float) -> float:
    """About so many pixels in any usual typeface; Chinese characters are as wide as they are high."""
    return sum(size if ord(one) > 0x2E7F else size * (0.78 if one.isupper() else 0.58) for one in text)


def fitting(text: str, width: float, size: float) -> str:
    """Cut to a width."""
    text = " ".join(text.split())
    so_far, kept = 0.0, 0
    for at, one in enumerate(text):
        so_far += width_of(one, size)
        if so_far > width:
            return text[:kept] + "…"
        if so_far <= width - size:
            kept = at + 1
    return text


# -- shapes -----------------------------------------------------------------------------------------


def _path(route: Route) -> str:
    x, y = route.points[0]
    pieces = [f"M{x:.1f} {y:.1f}"]
    for one, other in pairwise(route.points):
        pieces.append(_piece(one, other, straight=route.loop))
    return "".join(pieces)


def _piece(one: Point, other: Point, *, straight: bool) -> str:
    (x, y), (to_x, to_y) = one, other
    if straight or abs(x - to_x) < 0.05:
        return f"L{to_x:.1f} {to_y:.1f}"
    middle = (y + to_y) / 2
    return f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
