"""Look-ups of a flow (`http`, `sql`, `contact`): the caller goes on with the answer, or without when time is over."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from firmware.config.schema import CONTACT_VARIABLES, Node
from firmware.engine.dialling import secrets
from firmware.engine.ivr import expressions, flows, jobs
from firmware.engine.ivr.job_state import Job
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f

MOST_VALUES = 20
LONGEST_VALUE = 200
CALLER = MappingProxyType({"e164": "caller.e164", "number": "caller.number"})
"""Forms of the caller's number; the engine knows no contact."""


def ask(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    hidden = {name: one for name, source in node.give.items() if (one := _secret(turn, call, source))}
    what = {
        name: expressions.text_of(turn, call, source)
        for name, source in node.give.items()
        if name not in hidden
    }
    _wait_for(turn, call, leg, node, what, hidden=hidden)


def ask_contact(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Who the caller is among the business's contacts; one who shows no number is nobody."""
    sources = {"number": node.expression} if node.expression else CALLER
    what = {
        name: text for name, source in sources.items() if (text := expressions.text_of(turn, call, source))
    }
    if what:
        _wait_for(turn, call, leg, node, what)
    else:
        flows.go(turn, call, leg, node.otherwise)


def _wait_for(
    turn: Turn,
    call: Call,
    leg: Leg,
    node: Node,
    what: Mapping[str, str],
    *,
    hidden: Mapping[str, str] = MappingProxyType({}),
) -> None:
    asked = jobs.ask(
        turn, node.kind, _name(node), node.within_s, call=call.id, node=node.id, what=what, hidden=hidden
    )
    if asked is None:
        flows.go(turn, call, leg, node.otherwise)
        return
    language = turn.language(leg)
    words: tuple[c.PlayItem, ...] = (c.Phrase(node.prompt, language),) if node.prompt else ()
    words = (*words, *((c.Music(node.music),) if node.music else ()))
    if words:
        turn.play(leg, "node", *words)


def _name(node: Node) -> str:
    """Of what is asked."""
    return node.lookup or node.kind


def _secret(turn: Turn, call: Call, source: str) -> str:
    """The handle of a secret that this caller keyed; empty for anything else, whatever it looks like."""
    value = call.variables.get(source, "") if source in turn.plan.secret_variables else ""
    return value if value.startswith(secrets.handle(call.id, "")) else ""


def heard(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """The words ended before the answer came; one that came before this node began is not waited for."""
    if call.looks_up not in turn.state.jobs:
        flows.go(turn, call, leg, node.otherwise)


def answered(turn: Turn, job: Job, result: str, values: Mapping[str, str]) -> None:
    """The node that waits goes on; a caller who is elsewhere by now is let be."""
    call = turn.state.calls.get(job.call)
    leg = turn.served(call) if call is not None else None
    if call is None or leg is None or leg.phase != Phase.FLOW or call.looks_up != job.id:
        return
    turn.quiet(leg)
    node = flows.present(turn, call)
    if node is None or (node.kind, _name(node)) != (job.kind, job.name):
        flows.lost(turn, call, leg)
        return
    found = result == "done" and bool(values)
    if found:
        _take(turn, call, node, values)
    flows.go(turn, call, leg, node.next if found else node.otherwise)


def _take(turn: Turn, call: Call, node: Node, values: Mapping[str, str]) -> None:
    """Only variables that the look-up says it takes: an answer sets no others."""
    lookup = turn.plan.lookups.get(node.lookup)
    taken = CONTACT_VARIABLES if node.kind == "contact" else tuple(lookup.take if lookup is not None else ())
    for name in taken[:MOST_VALUES]:
        turn.fact(f.VariableSet(call.id, name, values.get(name, "")[:LONGEST_VALUE]))
