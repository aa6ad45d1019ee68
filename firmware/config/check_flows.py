"""Call flows: every node leads somewhere that is, can be reached, and nobody goes in a circle unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.flow_graph import Step
from firmware.config.lines import Path
from firmware.config.schema import Config, Flow, Node
from firmware.config.shape import BROKEN

NEEDS: Mapping[str, tuple[str, ...]] = {
    "play": ("prompt",),
    "menu": ("prompt", "keys"),
    "collect": ("variable",),
    "survey": ("prompt",),
    "branch": ("cases",),
    "service": ("service", "otherwise"),
    "callback": ("otherwise",),
    "language": ("language",),
    "http": ("lookup",),
    "sql": ("lookup",),
    "transfer": ("target",),
    "call": ("flow", "next"),
    "hours": ("hours", "otherwise"),
    "queue": ("queue",),
    "extension": ("extension",),
    "voicemail": ("mailbox",),
    "outside": ("number",),
    "flow": ("flow",),
}
"""Keys a kind of node cannot do without."""
UNASKED = (
    "play",
    "say",
    "set",
    "language",
    "branch",
    "service",
    "hours",
    "http",
    "sql",
    "contact",
    "flow",
    "call",
)
"""Kinds that lead on by themselves."""


def check_flows(config: Config) -> Iterator[Finding]:
    extensions = {one.number for one in config.extensions}
    for place, flow in enumerate(config.flows):
        path: Path = ("flow", place)
        yield from _targets(flow, path)
        yield from _needs(flow, path, extensions)
        yield from _unreachable(flow, path)
    yield from _circles(config)


def ways(node: Node) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every key of the node that names another node of its flow, with that name."""
    for key in ("next", "otherwise"):
        if getattr(node, key):
            yield (key,), getattr(node, key)
    for key in ("keys", "cases", "modes"):
        for choice, name in getattr(node, key).items():
            yield (key, choice), name


def _targets(flow: Flow, path: Path) -> Iterator[Finding]:
    known: dict[str, None] = {}
    for place, node in enumerate(flow.nodes):
        if node.id in known and node.id != BROKEN:
            yield Finding((*path, "node", place, "id"), say.NODE_TWICE, {"flow": flow.id, "name": node.id})
        known[node.id] = None
    shown = ", ".join(one for one in known if one != BROKEN)
    named = [((*path, "start"), flow.start)]
    for place, node in enumerate(flow.nodes):
        named += [((*path, "node", place, *key), name) for key, name in ways(node)]
    for where, name in named:
        if name not in known and name != BROKEN:
            yield Finding(where, say.NO_SUCH_NODE, {"flow": flow.id, "name": name, "known": shown})


def _needs(flow: Flow, path: Path, extensions: set[str]) -> Iterator[Finding]:
    for place, node in enumerate(flow.nodes):
        where = (*path, "node", place)
        for key in NEEDS.get(node.kind, ()):
            if not getattr(node, key):
                yield Finding(where, say.NODE_NEEDS, {"kind": node.kind, "key": key})
        fixed = node.extension and "{" not in node.extension and node.extension != BROKEN
        if fixed and node.extension not in extensions:
            data = {"what": "extension", "name": node.extension}
            yield Finding((*where, "extension"), say.NOBODY, data)


def _unreachable(flow: Flow, path: Path) -> Iterator[Finding]:
    nodes = {node.id: node for node in flow.nodes}
    seen: set[str] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name in nodes and name not in seen:
            seen.add(name)
            ahead += [to for _, to in ways(nodes[name])]
    if flow.start not in nodes:
        return
    for place, node in enumerate(flow.nodes):
        if node.id not in seen and node.id != BROKEN:
            yield Finding((*path, "node", place), say.UNREACHABLE, {"name": node.id})


def _circles(config: Config) -> Iterator[Finding]:
    """Circles of nodes that ask nothing, over all flows; each is told once, at its first node."""
    flows = {flow.id: flow for flow in config.flows}
    paths = {
        Step(flow.id, node.id): ("flow", at, "node", place)
        for at, flow in enumerate(config.flows)
        for place, node in enumerate(flow.nodes)
    }
    quiet = _quiet(flows)
    leads = {
        Step(flow.id, node.id): _leads(flow, node, flows, quiet)
        for flow in config.flows
        for node in flow.nodes
        if node.kind in UNASKED
    }
    told: set[Step] = set()
    for step in leads:
        circle = [] if step in told else _way_back(step, leads)
        if circle:
            told.update(circle)
            shown = " → ".join(f"{one.flow}/{one.node}" for one in (*circle, step))
            yield Finding(paths[step], say.ENDLESS, {"circle": shown})


def _leads(flow: Flow, node: Node, flows: Mapping[str, Flow], quiet: set[str]) -> tuple[Step, ...]:
    if node.kind not in ("flow", "call"):
        return tuple(Step(flow.id, name) for _, name in ways(node))
    into = (Step(node.flow, flows[node.flow].start),) if node.flow in flows else ()
    behind = (Step(flow.id, node.next),) if node.kind == "call" and node.flow in quiet else ()
    return (*into, *behind)


def _quiet(flows: Mapping[str, Flow]) -> set[str]:
    """Flows that one may come through, to a `return`, without being asked anything."""
    quiet: set[str] = set()
    found = True
    while found:
        found = False
        for flow in flows.values():
            if flow.id not in quiet and _returns_unasked(flow, quiet):
                quiet.add(flow.id)
                found = True
    return quiet


def _returns_unasked(flow: Flow, quiet: set[str]) -> bool:
    nodes = {node.id: node for node in flow.nodes}
    seen: set[str] = set()
    ahead = [flow.start]
    while ahead:
        node = nodes.get(ahead.pop())
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        if node.kind == "return":
            return True
        if node.kind in UNASKED and (node.kind != "call" or node.flow in quiet):
            ahead += [to for _, to in ways(node)]
    return False


def _way_back(begin: Step, leads: Mapping[Step, tuple[Step, ...]]) -> list[Step]:
    """The shortest way from a step back to itself; empty when there is none."""
    before: dict[Step, Step] = {}
    ahead = [begin]
    for step in ahead:
        for to in leads.get(step, ()):
            if to == begin:
                return _passed(step, before)
            if to in leads and to not in before:
                before[to] = step
                ahead.append(to)
    return []


def _passed(last: Step, before: Mapping[Step, Step]) -> list[Step]:
    way = [last]
    while way[-1] in before:
        way.append(before[way[-1]])
    return way[::-1]
