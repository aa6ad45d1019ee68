"""Call flows as data: where a caller is in a graph of nodes. What each kind of node does is in `nodes`.

A caller's place is two words, flow and node. A new configuration holds from the caller's next step on; whose node is
gone then begins the flow anew, whose flow is gone hears a last word.
"""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from types import ModuleType

from firmware.config.schema import Node
from firmware.engine import calls, recordings
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Outcome, ReleasedBy

MOST_STEPS = 60
"""More nodes and targets than this in one turn go in a circle without a pause (each is a handful of nested calls)."""
MOST_SILENT = 200
"""Who came through so many nodes without a key is not there any more, or wanted by nobody."""

LAST_KEY_S = 1.0
"""A key is known long before it is let go."""


def _tables() -> ModuleType:
    """What each kind of node does: those modules need this one."""
    from firmware.engine.ivr import nodes

    return nodes


def enter(turn: Turn, call: Call, leg: Leg, flow: str) -> None:
    """Begin a flow at its start."""
    found = turn.plan.flows.get(flow)
    if found is None:
        turn.fact(f.AttemptRefused(call.id, f"flow:{flow}", "no-flow", Cause.NO_ROUTE))
        calls.end(turn, call, Cause.NO_ROUTE, ReleasedBy.BOX, failed=True)
        return
    turn.enter(leg, Phase.FLOW)
    turn.fact(f.FlowEntered(call.id, flow))
    tape_or_cover(turn, call, leg)
    go(turn, call, leg, found.start)


def tape_or_cover(turn: Turn, call: Call, leg: Leg) -> None:
    """A flow is recorded only where it says so."""
    flow = turn.plan.flows.get(call.flow)
    if leg.recording:
        return
    if flow is not None and flow.record:
        recordings.begin(turn, leg, "menu", f"flow:{flow.id}")
    else:
        recordings.cover(turn, leg, "menu")


def listen(turn: Turn, leg: Leg) -> None:
    """Keys count again, after a talk."""
    turn.command(c.Listen(port=leg.port, digits=True, far_end=leg.fxo))


def go(turn: Turn, call: Call, leg: Leg, node: str) -> None:
    """On to a node of the present flow; a node that is not there hangs up."""
    turn.steps += 1
    found = turn.plan.nodes.get((call.flow, node))
    if found is None or turn.steps > MOST_STEPS or call.silent_nodes > MOST_SILENT:
        over(turn, call, leg)
        return
    turn.clear(f"node:{call.id}")
    turn.enter(leg, Phase.FLOW)
    _hide(turn, call, leg, found)
    turn.fact(f.NodeEntered(call.id, node))
    recordings.resume(turn, leg)
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    _tables().KINDS[found.kind](turn, call, leg, found)


def lost(turn: Turn, call: Call, leg: Leg) -> None:
    """Where the caller was is gone with the former configuration."""
    flow = turn.plan.flows.get(call.flow)
    if flow is not None:
        go(turn, call, leg, flow.start)
    else:
        leave(turn, call, "hang-up")
        calls.farewell(turn, leg, "not-available")


def _hide(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """The tape of a recorded flow is silent while a secret is keyed: its tones could be read back."""
    before = present(turn, call)
    if not leg.recording or node.secret == (before is not None and before.secret):
        return
    if not node.secret:
        turn.timer(f"reveal:{leg.id}", LAST_KEY_S)
    elif f"reveal:{leg.id}" in turn.state.timers:
        turn.clear(f"reveal:{leg.id}")
    else:
        recordings.pause(turn, leg, True)


def revealed(turn: Turn, number: int) -> None:
    """Timer `reveal`: the last key of the secret has been let go."""
    turn.clear(f"reveal:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase in (Phase.FLOW, Phase.PARTING):
        recordings.pause(turn, leg, False)
        recordings.resume(turn, leg)


def present(turn: Turn, call: Call) -> Node | None:
    return turn.plan.nodes.get((call.flow, call.node)) if call.node else None


def leave(turn: Turn, call: Call, why: str) -> None:
    if call.node:
        turn.fact(f.FlowLeft(call.id, why))


def over(turn: Turn, call: Call, leg: Leg) -> None:
    """The flow has nothing more to say: hang up."""
    count_as_served(turn, call)
    leave(turn, call, "hang-up")
    calls.end(turn, call, Cause.NORMAL_CLEARING, ReleasedBy.BOX)


def count_as_served(turn: Turn, call: Call) -> None:
    flow = turn.plan.flows.get(call.flow)
    if flow is not None and flow.self_served and call.reached is None:
        turn.fact(f.CallReached(call.id, Outcome.SELF_SERVED))


def fill(call: Call, text: str) -> str:
    """`{variable}` is replaced by the caller's variable, anything else stands as it is."""
    if text.startswith("{") and text.endswith("}"):
        return call.variables.get(text[1:-1], "")
    return text


def played(turn: Turn, leg: Leg) -> None:
    """The present node's prompt came to its end."""
    call = turn.call_of(leg)
    node = present(turn, call)
    if node is not None:
        _tables().AFTER_WORDS.get(node.kind, _next)(turn, call, leg, node)
    elif call.node:
        lost(turn, call, leg)


def _next(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    go(turn, call, leg, node.next)


def digit(turn: Turn, leg: Leg, digit: str) -> None:
    call = turn.call_of(leg)
    node = present(turn, call)
    keyed = _tables().KEYED.get(node.kind) if node is not None else None
    if node is not None and keyed is not None:
        keyed(turn, call, leg, node, digit)


def timed_out(turn: Turn, number: int) -> None:
    """Timer `node`: nothing (more) was keyed, or said."""
    turn.clear(f"node:{number}")
    call = turn.state.calls.get(number)
    leg = turn.served(call) if call else None
    if call is None or leg is None or not call.node:
        return
    node = present(turn, call)
    after = _tables().TIMED_OUT.get(node.kind) if node is not None else None
    if node is None or after is None:
        lost(turn, call, leg)
    else:
        after(turn, call, leg, node)


def say_node(turn: Turn, call: Call, leg: Leg, node: Node, *before: str) -> None:
    """A node's own prompt, after what must be said first; a node without words has ended at once."""
    words = (*before, *((node.prompt,) if node.prompt else ()))
    if words:
        language = turn.language(leg)
        turn.play(leg, "node", *(c.Phrase(one, language) for one in words))
    else:
        played(turn, leg)
