"""Nodes that lead on by themselves: what is said, set and decided on the way, other flows, the end."""

from __future__ import annotations

from firmware.config.schema import Node
from firmware.engine import calls, spoken
from firmware.engine.hours import calendar, services
from firmware.engine.ivr import expressions, flows
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f

DEEPEST = 8
"""Flows within flows."""


def say(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    value = _value(turn, call, node)
    language = turn.language(leg)
    words = () if value.startswith("secret:") else spoken.say(value, node.speak, language)
    words = (*((node.prompt,) if node.prompt else ()), *words)
    if words:
        turn.say(leg, "node", *words)
    else:
        flows.played(turn, leg)


def _value(turn: Turn, call: Call, node: Node) -> str:
    if node.expression:
        return expressions.text_of(turn, call, node.expression)
    return flows.fill(call, node.value)


def hours(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """While the clock was never set, everything counts as open: better served than turned away."""
    found, offset_us = turn.plan.hours.get(node.hours), turn.board.wall_us
    is_open = (
        found is None
        or offset_us is None
        or calendar.is_open(found, turn.at_us + offset_us, turn.plan.config.site.zone)
    )
    flows.go(turn, call, leg, node.next if is_open else node.otherwise)


def branch(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    to = next(
        (to for case, to in node.cases.items() if expressions.is_true(turn, call, case)), node.otherwise
    )
    flows.go(turn, call, leg, to)


def service(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Day, night or holiday, by the calendar or as somebody keyed."""
    found = turn.plan.services.get(node.service)
    mode = services.mode_of(turn, found)[0] if found is not None else services.DAY
    flows.go(turn, call, leg, node.modes.get(mode) or (node.next if mode == services.DAY else node.otherwise))


def set_variable(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    if node.variable:
        turn.fact(f.VariableSet(call.id, node.variable, _value(turn, call, node)))
    language(turn, call, leg, node)


def language(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    if node.language:
        turn.fact(f.LanguageChosen(call.id, node.language))
    flows.go(turn, call, leg, node.next)


def flow(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    if turn.steps > flows.MOST_STEPS:
        flows.over(turn, call, leg)
    else:
        flows.enter(turn, call, leg, node.flow)


def call_flow(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Through another flow and back; where they are too deep within one another, past it."""
    if len(call.within) >= DEEPEST or node.flow not in turn.plan.flows:
        flows.go(turn, call, leg, node.otherwise or node.next)
        return
    turn.fact(f.FlowCalled(call.id, call.flow, node.id))
    flow(turn, call, leg, node)


def return_from(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Behind the node that called; a flow that nobody called is over."""
    del node
    if not call.within:
        flows.over(turn, call, leg)
        return
    flow_id, node_id = call.within[-1]
    turn.fact(f.FlowReturned(call.id, flow_id))
    behind = turn.plan.nodes.get((flow_id, node_id))
    if behind is None:
        flows.lost(turn, call, leg)
    else:
        flows.go(turn, call, leg, behind.next)


def hang_up(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    flows.count_as_served(turn, call)
    flows.leave(turn, call, "hang-up")
    calls.farewell(turn, leg, *((node.prompt,) if node.prompt else ()))
