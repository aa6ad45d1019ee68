"""Where boxes, lines and their labels stand: layers from the top down, nothing over anything else. Pure geometry.

Strategy: layered drawing (Sugiyama). Lines that lead back are turned round while layers are made; every layer of boxes
is followed by one of labels, and a line takes a thin place of its own in each layer it crosses: so nothing can overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from webui.flows.ordering import in_order
from webui.flows.ranking import ranked
from webui.flows.spreading import spread

GAP_X, GAP_Y, MARGIN = 18.0, 17.0, 14.0
THIN = 8.0
"""Width of a line's place in a layer."""
LABEL_HEIGHT = 20.0
LOOP = 26.0
"""How far a line from a box to itself stands out."""
MOST_PLACES = 16_000
"""Of lines in the layers they cross."""
Point = tuple[float, float]


class TooLarge(ValueError):
    """Nobody would find his way in such a drawing, and it would take long."""


class Box(Struct, frozen=True):
    """To be placed. The first box of all is where reading begins."""

    key: str
    width: float
    height: float


class Link(Struct, frozen=True):
    """From one box to another, or (at most one of each box) itself. `label_width` 0: no label."""

    source: str
    target: str
    label_width: float = 0.0


class Rectangle(Struct, frozen=True):
    """`x`, `y`: upper left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


class Route(Struct, frozen=True):
    """From the source's border to the target's. Each two points with another x are joined by a curve that stays
    between their heights; else straight."""

    points: tuple[Point, ...]
    label: Rectangle | None
    loop: bool = False
    """Leaves and enters at the right side of one box."""


class Laid(Struct, frozen=True):
    width: float
    height: float
    boxes: Mapping[str, Rectangle]
    routes: tuple[Route, ...]
    """One for each link, in order."""


class _Slot(Struct):
    """A box, a label or a line's thin place."""

    rank: int
    width: float
    height: float = 0.0
    x: float = 0.0
    """Of its middle."""
    top: float = 0.0
    bottom: float = 0.0
    """Of its layer."""


def laid_out(boxes: Sequence[Box], links: Sequence[Link]) -> Laid:
    """The same for the same input. Raises TooLarge; KeyError for links to boxes that are not there."""
    if not boxes:
        return Laid(0.0, 0.0, {}, ())
    slots, chains = _slots(boxes, links)
    layers = in_order(_layers(slots), _neighbours(chains))
    spread([[slots[one] for one in layer] for layer in layers], layers, _neighbours(chains), GAP_X)
    height = _stack([[slots[one] for one in layer] for layer in layers])
    left = min(one.x - one.width / 2 for one in slots) - MARGIN
    for slot in slots:
        slot.x -= left
    width = max(one.x + one.width / 2 for one in slots) + MARGIN
    placed = {
        box.key: Rectangle(slot.x - box.width / 2, slot.top, box.width, box.height)
        for box, slot in zip(boxes, slots, strict=False)
    }
    return Laid(width, height, placed, _routes(boxes, links, slots, chains, placed))


# -- layers -----------------------------------------------------------------------------------------


def _slots(boxes: Sequence[Box], links: Sequence[Link]) -> tuple[list[_Slot], list[list[int]]]:
    """Boxes first, in order; a chain for each link leads down from slot to slot, whichever way the link goes."""
    place = {box.key: at for at, box in enumerate(boxes)}
    pairs = [(place[link.source], place[link.target]) for link in links]
    ranks = ranked(len(boxes), pairs)
    loops = [0.0] * len(boxes)
    for link, (source, target) in zip(links, pairs, strict=True):
        if source == target:
            loops[source] = max(loops[source], LOOP + link.label_width)
    if sum(2 * abs(ranks[source] - ranks[target]) for source, target in pairs) > MOST_PLACES:
        raise TooLarge(str(len(boxes)))
    slots = [_Slot(2 * ranks[at], box.width + 2 * loops[at], box.height) for at, box in enumerate(boxes)]
    chains = []
    for link, (source, target) in zip(links, pairs, strict=True):
        upper, lower = sorted((source, target), key=lambda one: slots[one].rank)
        first, last = slots[upper].rank + 1, slots[lower].rank - 1
        labelled = first if upper == source else last
        chain = [upper]
        for rank in range(first, last + 1) if source != target else ():
            wide = rank == labelled and link.label_width > 0
            chain.append(len(slots))
            slots.append(_Slot(rank, link.label_width if wide else THIN, LABEL_HEIGHT if wide else 0.0))
        chains.append([*chain, lower])
    return slots, chains


def _layers(slots: Sequence[_Slot]) -> list[list[int]]:
    layers: list[list[int]] = [[] for _ in range(max(one.rank for one in slots) + 1)]
    for at, slot in enumerate(slots):
        layers[slot.rank].append(at)
    return layers


def _neighbours(chains: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Upper and lower slot of each piece of a line."""
    return [(one, other) for chain in chains for one, other in pairwise(chain) if one != other]


def _stack(layers: Sequence[Sequence[_Slot]]) -> float:
    """Heights of layers, from the top; gives the whole height."""
    y = MARGIN
    for layer in layers:
        height = max((one.height for one in layer), default=0.0)
        for slot in layer:
            slot.top, slot.bottom = y, y + height
        y += height + GAP_Y
    return y - GAP_Y + MARGIN


# -- lines ------------------------------------------------------------------------------------------


def _routes(
    boxes: Sequence[Box],
    links: Sequence[Link],
    slots: Sequence[_Slot],
    chains: Sequence[Sequence[int]],
    placed: Mapping[str, Rectangle],
) -> tuple[Route, ...]:
    below = _ports(slots, chains, boxes, upper=True)
    above = _ports(slots, chains, boxes, upper=False)
    routes = []
    for at, (link, chain) in enumerate(zip(links, chains, strict=True)):
        if link.source == link.target:
            routes.append(_loop(placed[link.source], link))
            continue
        upper, lower = placed[boxes[chain[0]].key], placed[boxes[chain[-1]].key]
        points: list[Point] = [(below[at], upper.y + upper.height), (below[at], slots[chain[0]].bottom)]
        label = None
        for one in chain[1:-1]:
            slot = slots[one]
            points += [(slot.x, slot.top), (slot.x, slot.bottom)]
            if link.label_width and slot.height:
                y = slot.top + (slot.bottom - slot.top - slot.height) / 2
                label = Rectangle(slot.x - slot.width / 2, y, slot.width, slot.height)
        points.append((above[at], lower.y))
        down = link.source == boxes[chain[0]].key
        routes.append(Route(tuple(points if down else points[::-1]), label))
    return tuple(routes)


def _ports(
    slots: Sequence[_Slot], chains: Sequence[Sequence[int]], boxes: Sequence[Box], *, upper: bool
) -> dict[int, float]:
    """Where each line touches its upper (lower) box, by the line's place: in the order in which they go on."""
    at_box: dict[int, list[tuple[float, int]]] = {}
    for at, chain in enumerate(chains):
        if chain[0] != chain[-1]:
            box, next_one = (chain[0], chain[1]) if upper else (chain[-1], chain[-2])
            at_box.setdefault(box, []).append((slots[next_one].x, at))
    found: dict[int, float] = {}
    for box, touching in at_box.items():
        width = boxes[box].width - 24
        step = min(22.0, width / max(1, len(touching) - 1))
        first = slots[box].x - step * (len(touching) - 1) / 2
        for place, (_, at) in enumerate(sorted(touching)):
            found[at] = first + step * place
    return found


def _loop(box: Rectangle, link: Link) -> Route:
    x, y = box.x + box.width, box.y + box.height / 2
    points = ((x, y - 9), (x + LOOP - 8, y - 9), (x + LOOP - 8, y + 9), (x, y + 9))
    at = Rectangle(x + LOOP - 6, y - LABEL_HEIGHT / 2, link.label_width, LABEL_HEIGHT)
    return Route(points, at if link.label_width else None, loop=True)
