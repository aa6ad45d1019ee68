"""Calls that come in: which number was called, where that leads, and what a rule says of the caller."""

from __future__ import annotations

from firmware.config.dids import Block, target_of
from firmware.config.schema import CallerRule, Line
from firmware.engine.dialling import classes, numbers
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Presentation

REFUSE = "refuse"
"""A target only rules have: a last word, and hang up."""


def leads_somewhere(turn: Turn, port: int) -> bool:
    """Whether a line's calls are answered by the box at all."""
    line = turn.plan.lines.get(port)
    leg = turn.leg_at(port)
    called = turn.call_of(leg).called if leg is not None else ""
    return line is not None and bool(_by_number(turn, line, called)[0] or _of_line(turn, line))


def route(turn: Turn, leg: Leg) -> str:
    """Where this call goes now that its line answers: a target, or `refuse`."""
    call, line = turn.call_of(leg), turn.plan.lines[leg.port]
    target, why, business = _by_number(turn, line, call.called)
    if not target:
        target, why = _of_line(turn, line), "line"
    place, rule = _rule_for(turn, call, line)
    if rule is not None and (rule.refuse or rule.target):
        target, why = REFUSE if rule.refuse else rule.target, f"caller-rule:{place}"
    shown = _shown(call, rule.name if rule is not None else "", business or line.shown_prefix)
    turn.fact(f.CallRouted(call.id, call.called or line.number, target, why, shown))
    return target


def _shown(call: Call, name: str, business: str) -> str:
    """What telephones are shown of who calls, where anything but the name sent is to be."""
    if not (name or business):
        return ""
    hidden = call.presentation in (Presentation.PRIVATE, Presentation.UNAVAILABLE)
    sent = "" if hidden else call.name or call.number
    return f"{business} {name or sent}".strip()


def _of_line(turn: Turn, line: Line) -> str:
    if line.target:
        return line.target
    return f"flow:{line.flow}" if line.flow in turn.plan.flows else ""


def _by_number(turn: Turn, line: Line, number: str) -> tuple[str, str, str]:
    """Target, why and name of the called number: as a message said it, else the line's."""
    called = written(turn, number or line.number)
    for did, block in turn.plan.dids:
        found = match(turn, block, called)
        if found:
            return target_of(did.target, found), "did", did.name
    return "", "", ""


def match(turn: Turn, block: Block, called: tuple[str, ...]) -> str:
    """The called number in the form in which it lies in the block; empty when it does not."""
    full = written(turn, block.first)[-1], written(turn, block.last)[-1]
    for first, last in ((block.first, block.last), full):
        for number in called:
            if first and len(number) == len(first) and first <= number <= last:
                return number
    return ""


def written(turn: Turn, number: str) -> tuple[str, ...]:
    return classes.forms(turn, numbers.bare(number))


# -- who calls --------------------------------------------------------------------------------------


def _rule_for(turn: Turn, call: Call, line: Line) -> tuple[int, CallerRule | None]:
    """The first rule that fits, counted from 1."""
    sent = tuple(one for one in (numbers.bare(call.number), call.e164) if one)
    hidden = not sent or call.presentation in (Presentation.PRIVATE, Presentation.UNAVAILABLE)
    for place, rule in enumerate(turn.plan.config.caller_rules, 1):
        if rule.lines and line.name not in rule.lines:
            continue
        named = not rule.numbers or (not hidden and classes.longest(rule.numbers, sent) >= 0)
        if named and (not rule.anonymous or hidden):
            return place, rule
    return 0, None
