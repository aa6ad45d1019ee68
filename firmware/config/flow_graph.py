"""All flows as one graph: which step may follow which, what is set on the way, from where an end is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from firmware.config.schema import CONTACT_VARIABLES, Config, Flow, Node

ENDS = ("queue", "callback", "extension", "voicemail", "outside", "transfer", "hang-up", "return")
"""Kinds at which a flow may end: somebody else goes on, or nobody."""
BY_NEXT = (
    "play", "say", "set", "language", "record", "collect", "survey", "http", "sql", "contact", "call", "service",
)  # fmt: skip
BY_OTHERWISE = ("menu", "collect", "survey", "branch", "service", "hours", "http", "sql", "contact")


class Step(NamedTuple):
    """One node of one flow."""

    flow: str
    node: str


class Known:
    """Variables that may be set at each step, as bits: a flow may have thousands of both."""

    def __init__(self, bits: Mapping[str, int], steps: Mapping[Step, int]) -> None:
        self._bits, self._steps = bits, steps

    def has(self, step: Step, name: str) -> bool:
        return bool(self._steps.get(step, 0) & self._bits.get(name, 0))

    def names(self, step: Step, most: int) -> list[str]:
        """At most so many."""
        found = sorted(name for name, bit in self._bits.items() if self._steps.get(step, 0) & bit)
        return found[:most]


class Graph:
    """Of a configuration whose names may lead nowhere."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.flows: Mapping[str, Flow] = {flow.id: flow for flow in config.flows}
        self.nodes: dict[Step, Node] = {
            Step(flow.id, node.id): node for flow in config.flows for node in flow.nodes
        }
        self._takes = {one.id: tuple(one.take) for one in config.lookups}
        self._callers: dict[str, list[Step]] = {}
        for step, node in self.nodes.items():
            if node.kind == "call":
                self._callers.setdefault(node.flow, []).append(step)

    def after(self, step: Step) -> Iterator[tuple[Step, bool]]:
        """Steps that may follow, and whether by the node's `next`."""
        node = self.nodes[step]
        if node.kind in ("flow", "call"):
            yield from ((one, True) for one in self.start(node.flow))
        if node.kind == "return":
            yield from ((one, True) for one in self._behind(step.flow))
        for key in ("next", "otherwise"):
            if getattr(node, key):
                yield Step(step.flow, getattr(node, key)), key == "next"
        for name in (*node.keys.values(), *node.cases.values(), *node.modes.values()):
            yield Step(step.flow, name), False

    def start(self, flow: str) -> Iterator[Step]:
        if flow in self.flows:
            yield Step(flow, self.flows[flow].start)

    def _behind(self, flow: str) -> Iterator[Step]:
        for caller in self._callers.get(flow, ()):
            yield Step(caller.flow, self.nodes[caller].next)

    # -- variables ----------------------------------------------------------------------------------

    def sets(self, node: Node) -> tuple[str, ...]:
        """Variables the node sets for what follows by its `next`."""
        own = (node.variable,) if node.variable and node.kind in ("collect", "set", "record") else ()
        if node.kind == "contact":
            return CONTACT_VARIABLES
        return (*own, *(self._takes.get(node.lookup, ()) if node.lookup else ()))

    def variables(self) -> Known:
        """What may have been set when a caller comes to a step, on some way or other."""
        names = dict.fromkeys(name for node in self.nodes.values() for name in self.sets(node))
        bits = {name: 1 << place for place, name in enumerate(names)}
        brings = {
            step: sum(bits[name] for name in dict.fromkeys(self.sets(node)))
            for step, node in self.nodes.items()
        }
        known = dict.fromkeys(self.nodes, 0)
        known.update(dict.fromkeys(self._entered_from_anywhere(), (1 << len(bits)) - 1))
        ahead = dict.fromkeys(self.nodes)
        while ahead:
            step = next(iter(ahead))
            del ahead[step]
            for to, by_next in self.after(step):
                here = known[step] | (brings[step] if by_next else 0)
                if to in known and here & ~known[to]:
                    known[to] |= here
                    ahead[to] = None
        return Known(bits, known)

    def _entered_from_anywhere(self) -> Iterator[Step]:
        """Into flows that queues, groups and the like lead to, callers may bring anything that is set anywhere."""
        text = msgspec.json.encode(self._config).decode()
        surveys = {queue.survey for queue in self._config.queues}
        for flow in self.flows.values():
            step = Step(flow.id, flow.start)
            if step in self.nodes and (flow.id in surveys or f'"flow:{flow.id}"' in text):
                yield step

    # -- ends ---------------------------------------------------------------------------------------

    def lost(self) -> list[Step]:
        """Steps from which no end is reached."""
        before: dict[Step, list[Step]] = {}
        for step in self.nodes:
            for to, _ in self.after(step):
                before.setdefault(to, []).append(step)
        found = {step: None for step, node in self.nodes.items() if self._may_end(step, node)}
        ahead = list(found)
        while ahead:
            for step in before.get(ahead.pop(), ()):
                if step not in found:
                    found[step] = None
                    ahead.append(step)
        return [step for step in self.nodes if step not in found]

    def _may_end(self, step: Step, node: Node) -> bool:
        """Where a way is left out or leads nowhere, the flow is over."""
        by = [key for key, kinds in (("next", BY_NEXT), ("otherwise", BY_OTHERWISE)) if node.kind in kinds]
        away = any(Step(step.flow, getattr(node, key)) not in self.nodes for key in by)
        strange = node.kind in ("flow", "call") and not any(
            one in self.nodes for one in self.start(node.flow)
        )
        return node.kind in ENDS or away or strange
