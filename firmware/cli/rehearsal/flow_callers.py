"""Callers made up from flows: one for each way that keys can lead."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.schema import Config, Node
from hwsim.scenario import Caller

FIRST_KEY_S = 12.0
BETWEEN_KEYS_S = 12.0
"""Whatever is said before, a menu listens by then, and still asks."""
MOST_KEYS = 4
MOST_CALLERS = 100
Keys = tuple[str, ...]


def callers_for(old: Config, new: Config, pause_s: float, stays_s: float) -> tuple[Caller, ...]:
    """Each presses its keys in either version, whatever they mean there."""
    ways = dict.fromkeys(((), *_ways(old), *_ways(new)))
    return tuple(
        Caller(
            at_s=5.0 + pause_s * place,
            id="-".join(("keys", *keys)),
            number=f"138{place:08}",
            press=tuple(f"{one}@{FIRST_KEY_S + BETWEEN_KEYS_S * at}" for at, one in enumerate(keys)),
            hangs_up_at_s=stays_s,
        )
        for place, keys in enumerate(list(ways)[:MOST_CALLERS])
    )


def _ways(config: Config) -> Iterator[Keys]:
    """Breadth first, from where lines lead; each node once for each way to it that is not longer than others."""
    nodes = {(flow.id, node.id): node for flow in config.flows for node in flow.nodes}
    starts = {flow.id: flow.start for flow in config.flows}
    ahead: list[tuple[str, str, Keys]] = [
        (line.flow, starts[line.flow], ()) for line in config.lines if line.flow in starts
    ]
    seen: dict[tuple[str, str, Keys], None] = {}
    for place in ahead:
        flow, name, keys = place
        node = nodes.get((flow, name))
        if node is None or place in seen or len(seen) > MOST_CALLERS * 20:
            continue
        seen[place] = None
        if node.kind in ("flow", "call") and node.flow in starts:
            ahead.append((node.flow, starts[node.flow], keys))
        for pressed, to in _out(config, node):
            if len(keys) + len(pressed) <= MOST_KEYS:
                ahead.append((flow, to, (*keys, *pressed)))
                if pressed:
                    yield (*keys, *pressed)


def _out(config: Config, node: Node) -> Iterator[tuple[Keys, str]]:
    """What is keyed at a node, and where it leads."""
    if node.kind == "menu":
        yield from (((digit,), to) for digit, to in node.keys.items())
    elif node.kind == "collect":
        number = next(
            (one.number for one in config.extensions if len(one.number) <= node.digits), "1" * node.least
        )
        yield ((number + node.ends[:1],), node.next)
    elif node.kind == "survey":
        yield (("1",), node.next)
    else:
        yield from (((), to) for to in (node.next, *node.cases.values()) if to)
    if node.otherwise:
        yield ((), node.otherwise)
