"""Values in flows: expressions that can be worked out, variables that are set before they are used, secrets kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from firmware.config import flow_wordings as say
from firmware.config.expressions import FACTS, BadExpression, Name, named, names_in, parse
from firmware.config.faults import Finding
from firmware.config.flow_graph import Graph, Known, Step
from firmware.config.lines import Path
from firmware.config.references import missing
from firmware.config.schema import Config, Node
from firmware.config.shape import BROKEN

MOST_SHOWN = 12
FILLED = ("value", "queue", "extension", "mailbox", "target")
"""Keys in which `{variable}` is filled in."""


class Use(NamedTuple):
    """A variable is used at a key of a node; `alone` in what goes to a look-up."""

    key: Path
    name: str
    alone: bool = False


def check_flow_values(config: Config) -> Iterator[Finding]:
    secret = {node.variable for flow in config.flows for node in flow.nodes if node.secret}
    known = Graph(config).variables()
    for at, flow in enumerate(config.flows):
        for place, node in enumerate(flow.nodes):
            path: Path = ("flow", at, "node", place)
            yield from _expressions(config, node, path)
            yield from _uses(node, path, secret, known, Step(flow.id, node.id))
            yield from _digits(node, path)


def sources(node: Node) -> Iterator[tuple[Path, str]]:
    """Every expression of a node."""
    if node.expression:
        yield ("expression",), node.expression
    for case in node.cases:
        yield ("cases", case), case
    for name, source in node.give.items():
        yield ("give", name), source


def _expressions(config: Config, node: Node, path: Path) -> Iterator[Finding]:
    names = {"hours": [one.id for one in config.hours], "queue": [one.id for one in config.queues]}
    for key, source in sources(node):
        if source == BROKEN:
            continue
        try:
            tree = parse(source)
        except BadExpression as bad:
            data = {"source": source[:80], "detail": bad.detail, "at": bad.at}
            yield Finding((*path, *key), say.BAD_EXPRESSION[bad.reason], data)
            continue
        for kind, name in named(tree):
            if name not in names[kind]:
                yield missing((*path, *key), kind, name, names[kind])


def uses(node: Node) -> Iterator[Use]:
    for key, source in sources(node):
        try:
            tree = parse(source)
        except BadExpression:
            continue
        alone = key[0] == "give" and isinstance(tree, Name) and tree.name not in FACTS
        for one in names_in(tree):
            yield Use(key, one.name, alone)
    for filled in FILLED:
        text = getattr(node, filled)
        what = text.partition(":")[2] if filled == "target" else text
        if what.startswith("{") and what.endswith("}"):
            yield Use((filled,), what[1:-1])


def _uses(node: Node, path: Path, secret: set[str], known: Known, step: Step) -> Iterator[Finding]:
    for use in uses(node):
        if use.name in secret and not use.alone:
            yield Finding((*path, *use.key), say.SECRET_SHOWN, {"name": use.name})
        elif not known.has(step, use.name) and not known.has(step, BROKEN):
            shown = ", ".join(known.names(step, MOST_SHOWN)) or "–"
            yield Finding((*path, *use.key), say.UNSET_VARIABLE, {"name": use.name, "known": shown})


def _digits(node: Node, path: Path) -> Iterator[Finding]:
    if node.kind != "collect":
        return
    if node.secret and node.confirm:
        yield Finding((*path, "confirm"), say.SECRET_READ_BACK)
    if node.least > node.digits:
        data = {"least": node.least, "most": node.digits}
        yield Finding((*path, "least"), say.LEAST_ABOVE_MOST, data)
