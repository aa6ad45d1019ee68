"""Where calls are sent: every target leads somewhere that is there, and no chain of them leads round in a circle.

`sources` is the one list of all keys that hold a target. An `Edge` says that a call at one place may be sent on to
another without anybody having been asked or having waited: a circle of such edges would send a call round for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from firmware.config import wordings as say
from firmware.config.dids import MOST_IN_BLOCK, block_of, target_of
from firmware.config.faults import Finding
from firmware.config.inside import inside_numbers
from firmware.config.lines import Path
from firmware.config.references import missing
from firmware.config.schema import Config
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
    yield from circles(sources(config))
    yield from _dids(config, known)


def places(config: Config) -> Mapping[str, Collection[str]]:
    """Kind of target to the names there are of it."""
    return {
        "voicemail": dict.fromkeys(one.id for one in config.mailboxes),
        "queue": dict.fromkeys(one.id for one in config.queues),
        "extension": dict.fromkeys(one.number for one in config.extensions),
        "flow": dict.fromkeys(one.id for one in config.flows),
        "group": dict.fromkeys(one.id for one in config.groups),
        "service": dict.fromkeys(one.id for one in config.services),
        "room": dict.fromkeys(one.id for one in config.rooms),
    }


def sources(config: Config) -> Iterator[Edge]:
    """Every key that sends calls on at once; empty keys send nobody anywhere."""
    for edge in _all_sources(config):
        if edge.to not in ("", BROKEN):
            yield edge


def _all_sources(config: Config) -> Iterator[Edge]:
    for at, line in enumerate(config.lines):
        yield Edge(f"line:{line.name}", line.target, ("line", at, "target"))
    for at, service in enumerate(config.services):
        for key in ("day", "night", "holiday"):
            yield Edge(f"service:{service.id}", getattr(service, key), ("service", at, key))
    for at, group in enumerate(config.groups):
        yield Edge(f"group:{group.id}", group.fallback, ("group", at, "fallback"))
    yield Edge("switchboard", config.switchboard.recall_to, ("switchboard", "recall_to"))
    yield from _forwards(config)
    for at, rule in enumerate(config.caller_rules):
        yield Edge(f"caller_rule:{at}", rule.target, ("caller_rule", at, "target"))


def _forwards(config: Config) -> Iterator[Edge]:
    """Only inside; outside numbers are no targets of the house."""
    inside = {one.number: f"extension:{one.number}" for one in config.extensions}
    inside |= {number: target for number, target, _ in inside_numbers(config)}
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
