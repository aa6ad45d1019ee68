"""Ways of flows beyond one node: out of the flow, into other flows and back, to people; words in every language."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config import flow_wordings as say
from firmware.config.check_targets import places, target_faults
from firmware.config.faults import Finding
from firmware.config.flow_graph import Graph
from firmware.config.lines import Path
from firmware.config.schema import Config, Node, Prompt
from firmware.config.shape import BROKEN

MOST_SHOWN = 8


def check_flow_ways(config: Config) -> Iterator[Finding]:
    yield from _no_way_out(config)
    yield from _returns(config)
    yield from _transfers(config)
    yield from _languages(config)


def _no_way_out(config: Config) -> Iterator[Finding]:
    """Told once a flow, at its first such node."""
    lost = Graph(config).lost()
    for at, flow in enumerate(config.flows):
        names = [step.node for step in lost if step.flow == flow.id]
        place = next((place for place, node in enumerate(flow.nodes) if node.id in names), None)
        if place is not None:
            data = {"name": names[0], "nodes": ", ".join(names[:MOST_SHOWN])}
            yield Finding(("flow", at, "node", place), say.NO_WAY_OUT, data)


def _returns(config: Config) -> Iterator[Finding]:
    called = {node.flow for flow in config.flows for node in flow.nodes if node.kind == "call"}
    for at, flow in enumerate(config.flows):
        for place, node in enumerate(flow.nodes):
            if node.kind == "return" and flow.id not in called:
                yield Finding(("flow", at, "node", place), say.RETURN_NOWHERE, {"name": flow.id})


def _transfers(config: Config) -> Iterator[Finding]:
    known = places(config)
    for path, node in _nodes(config):
        if node.kind != "transfer" or node.target in ("", BROKEN):
            continue
        kind, _, what = node.target.partition(":")
        if kind != "extension" or not what.startswith("{"):
            yield from target_faults(known, (*path, "target"), node.target)


def _languages(config: Config) -> Iterator[Finding]:
    """Of the admin's own prompts that flows use; the built-in ones speak both."""
    used = {name for _, node in _nodes(config) for name in (node.prompt, node.no_input, node.wrong_input)}
    languages = dict.fromkeys((config.site.language, *(node.language for _, node in _nodes(config))))
    for at, prompt in enumerate(config.prompts):
        for language in languages:
            if language and prompt.id in used and not _speaks(prompt, language):
                yield Finding(("prompt", at), say.NO_LANGUAGE, {"name": prompt.id, "language": language})


def _speaks(prompt: Prompt, language: str) -> bool:
    if language not in ("zh", "en"):
        return True
    return bool(getattr(prompt, language) or getattr(prompt, f"{language}_wav"))


def _nodes(config: Config) -> Iterator[tuple[Path, Node]]:
    for at, flow in enumerate(config.flows):
        for place, node in enumerate(flow.nodes):
            yield ("flow", at, "node", place), node
