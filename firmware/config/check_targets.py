"""Where calls are sent: every target leads somewhere that is there, and no chain of them leads round in a circle.

`sources` is the list of keys whose target is held against what there is, `edges` is what circles are looked for in. An
`Edge` says that a call at one place may be sent on to another without anybody having been asked: a circle of such edges
would send a call round for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from firmware.config import check_flows
from firmware.config import wordings as say
from firmware.config.dids import MOST_IN_BLOCK, block_of, target_of
from firmware.config.faults import Finding
from firmware.config.inside import inside_numbers
from firmware.config.lines import Path
from firmware.config.references import missing
from firmware.config.schema import Config, Node
from firmware.config.shape import BROKEN

MOST_DIGITS_OUTSIDE = 24


class Edge(NamedTuple):
    """A call at `place` (a target) is sent on to `to`, as the key at `path` says."""

    place: str
    to: str
    path: Path


def check_targets(config: Config) -> Iterator[Finding]:
    known = places(config)
    for edge in sources(config):
        yield from target_faults(known, edge.path, edge.to)
    for found in circles(edges(config)):
        if not _told_elsewhere(str(found.data["circle"])):
            yield found
    yield from _dids(config, known)


def _told_elsewhere(circle: str) -> bool:
    """Queues alone, flows alone: `check_queues` and `check_flows` have their own words for those."""
    return {one.partition(":")[0] for one in circle.split(" → ")} in ({"queue"}, {"flow"})


def places(config: Config) -> Mapping[str, Collection[str]]:
    """Kind of target to the names there are of it."""
    return {
        "voicemail": dict.fromkeys(one.id for one in config.mailboxes),
        "mailbox": dict.fromkeys(one.id for one in config.mailboxes),
        "queue": dict.fromkeys(one.id for one in config.queues),
        "extension": dict.fromkeys(one.number for one in config.extensions),
        "flow": dict.fromkeys(one.id for one in config.flows),
        "group": dict.fromkeys(one.id for one in config.groups),
        "service": dict.fromkeys(one.id for one in config.services),
        "room": dict.fromkeys(one.id for one in config.rooms),
    }


def sources(config: Config) -> Iterator[Edge]:
    """Every key that holds a target and is checked here; empty keys send nobody anywhere."""
    yield from _given(_from_outside(config))
    yield from _given(_from_services(config))
    yield from _given(_from_groups(config))
    yield from _given(
        Edge(f"voicemail:{one.id}", one.operator, ("mailbox", place, "operator"))
        for place, one in enumerate(config.mailboxes)
    )
    yield from _given([Edge("recall", config.switchboard.recall_to, ("switchboard", "recall_to"))])


def edges(config: Config) -> Iterator[Edge]:
    """Every way on which a call may be sent on without being asked."""
    yield from _given(_from_groups(config))
    yield from _given(_from_services(config))
    yield from _given(_from_queues(config))
    yield from _given(_from_flows(config))
    yield from _given(_from_forwards(config))


def _given(found: Iterable[Edge]) -> Iterator[Edge]:
    return (edge for edge in found if edge.to not in ("", BROKEN))


def _from_outside(config: Config) -> Iterator[Edge]:
    for at, line in enumerate(config.lines):
        yield Edge(f"line:{line.name}", line.target, ("line", at, "target"))
    for at, trunk in enumerate(config.trunks):
        yield Edge(f"line:{trunk.name}", trunk.target, ("trunk", at, "target"))
    for at, rule in enumerate(config.caller_rules):
        yield Edge(f"caller_rule:{at}", rule.target, ("caller_rule", at, "target"))


def _from_services(config: Config) -> Iterator[Edge]:
    for at, service in enumerate(config.services):
        for key in ("day", "night", "holiday"):
            yield Edge(f"service:{service.id}", getattr(service, key), ("service", at, key))


def _from_groups(config: Config) -> Iterator[Edge]:
    for at, group in enumerate(config.groups):
        yield Edge(f"group:{group.id}", group.fallback, ("group", at, "fallback"))


def _from_queues(config: Config) -> Iterator[Edge]:
    for at, queue in enumerate(config.queues):
        yield Edge(f"queue:{queue.id}", queue.overflow, ("queue", at, "overflow"))
        for place, step in enumerate(queue.overflow_steps):
            path: Path = ("queue", at, "overflow_step", place, "target")
            yield Edge(f"queue:{queue.id}", step.target, path)


def _from_flows(config: Config) -> Iterator[Edge]:
    """Where a caller of a flow comes who keys nothing and is asked nothing."""
    for at, flow in enumerate(config.flows):
        places = {node.id: place for place, node in enumerate(flow.nodes)}
        ahead, seen = [flow.start], {flow.start}
        for name in ahead:
            place = places.get(name, -1)
            if place < 0:
                continue
            node = flow.nodes[place]
            yield from _out_of(f"flow:{flow.id}", node, ("flow", at, "node", place))
            if node.kind in check_flows.UNASKED:
                on = [to for _, to in check_flows.ways(node) if to not in seen]
                seen.update(on)
                ahead += on


def _out_of(place: str, node: Node, path: Path) -> Iterator[Edge]:
    """A node that leaves its flow; one whose place is in a variable may be anywhere."""
    keys = {"queue": "queue", "extension": "extension", "voicemail": "mailbox", "flow": "flow"}
    if node.kind == "transfer" and "{" not in node.target:
        yield Edge(place, node.target, (*path, "target"))
    elif node.kind in keys and "{" not in getattr(node, keys[node.kind]):
        yield Edge(place, f"{node.kind}:{getattr(node, keys[node.kind])}", (*path, keys[node.kind]))


def _from_forwards(config: Config) -> Iterator[Edge]:
    """Only forwards of every call: two telephones that are each other's stand-in while in use are no circle."""
    inside = {number: target for number, target, _ in inside_numbers(config)}
    inside |= {one.number: f"extension:{one.number}" for one in config.extensions}
    for at, one in enumerate(config.extensions):
        to = inside.get(one.forward_always, "")
        yield Edge(f"extension:{one.number}", to, ("extension", at, "forward_always"))


def target_faults(known: Mapping[str, Collection[str]], path: Path, target: str) -> Iterator[Finding]:
    """What is wrong with one target. `known` is `places(config)`."""
    kind, _, name = target.partition(":")
    if kind == "outside":
        digits = name.removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS_OUTSIDE):
            yield Finding(path, say.BAD_TARGET, {"value": target, "kinds": _shown(known)})
    elif target == "mailbox:":
        return  # which one is asked
    elif kind not in known or not name:
        yield Finding(path, say.BAD_TARGET, {"value": target, "kinds": _shown(known)})
    elif name not in known[kind]:
        yield missing(path, "mailbox" if kind == "voicemail" else kind, name, known[kind])


def _shown(known: Mapping[str, Collection[str]]) -> str:
    return ", ".join(f"{kind}:…" for kind in (*known, "outside"))


# -- circles ----------------------------------------------------------------------------------------


def circles(edges: Iterable[Edge]) -> Iterator[Finding]:
    """Each circle once, told at the first of its keys in the document. Work is linear in the edges."""
    ways: dict[str, list[Edge]] = {}
    for edge in edges:
        ways.setdefault(edge.place, []).append(edge)
    done: dict[str, None] = {}
    for place in ways:
        if place not in done:
            yield from _from(place, ways, done)


def _from(begin: str, ways: Mapping[str, list[Edge]], done: dict[str, None]) -> Iterator[Finding]:
    """Depth first, without recursion: a chain of thousands is no depth of calls."""
    way: dict[str, Edge | None] = {begin: None}
    open_ways = [iter(ways.get(begin, ()))]
    while open_ways:
        edge = next(open_ways[-1], None)
        if edge is None:
            open_ways.pop()
            done[way.popitem()[0]] = None
        elif edge.to in way:
            yield _told(way, edge)
        elif edge.to not in done and edge.to in ways:
            way[edge.to] = edge
            open_ways.append(iter(ways[edge.to]))


def _told(way: Mapping[str, Edge | None], last: Edge) -> Finding:
    places_passed = list(way)
    circle = places_passed[places_passed.index(last.to) :]
    shown = circle if len(circle) <= MOST_SHOWN else [*circle[:MOST_SHOWN], "…"]
    return Finding(last.path, say.TARGET_CYCLE, {"circle": " → ".join((*shown, last.to))})


MOST_SHOWN = 12


# -- blocks of called numbers -----------------------------------------------------------------------


def _dids(config: Config, known: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Both ends of a block are held against the target; a block that is none, too long, or turned round is a fault."""
    for at, did in enumerate(config.dids):
        path: Path = ("did", at)
        if BROKEN in (did.number, did.target):
            continue
        block = block_of(did.number)
        if not 1 <= block.size <= MOST_IN_BLOCK:
            data = {"value": did.number, "most": f"{MOST_IN_BLOCK:,}"}
            yield Finding((*path, "number"), say.BAD_BLOCK, data)
            continue
        ends = dict.fromkeys(target_of(did.target, one) for one in (block.first, block.last))
        for target in ends:
            yield from target_faults(known, (*path, "target"), target)
