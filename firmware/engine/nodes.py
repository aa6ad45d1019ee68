"""What each kind of flow node does when a caller comes to it, and when a key is pressed there."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.config.schema import Node
from firmware.engine import calendar, calls, flows, secrets, targets
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Outcome


def _play(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    flows.say_node(turn, call, leg, node)


def _hours(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """While the clock was never set, everything counts as open: better served than turned away."""
    hours, offset_us = turn.plan.hours.get(node.hours), turn.board.wall_us
    is_open = (
        hours is None
        or offset_us is None
        or calendar.is_open(hours, turn.at_us + offset_us, turn.plan.config.site.zone)
    )
    flows.go(turn, call, leg, node.next if is_open else node.otherwise)


def _set(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    if node.variable:
        turn.fact(f.VariableSet(call.id, node.variable, fill(call, node.value)))
    if node.language:
        turn.fact(f.LanguageChosen(call.id, node.language))
    flows.go(turn, call, leg, node.next)


def _queue(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    targets.go(turn, call, leg, f"queue:{fill(call, node.queue)}")


def _extension(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Where nobody answers: the node's `otherwise` or `next`, else the extension's mailbox, else a last word."""
    number = fill(call, node.extension)
    other = node.otherwise or node.next
    mailbox = turn.plan.mailbox_of(turn.plan.extensions.get(number))
    fallback = f"node:{call.flow}/{other}" if other else f"voicemail:{mailbox.id}" if mailbox else ""
    turn.fact(f.FallbackSet(call.id, fallback))
    targets.go(turn, call, leg, f"extension:{number}")


def _outside(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Only to numbers the admin wrote: what a caller keyed is never dialled outside (toll fraud)."""
    other = node.otherwise or node.next
    turn.fact(f.FallbackSet(call.id, f"node:{call.flow}/{other}" if other else ""))
    if "{" in node.number:
        turn.fact(f.AttemptRefused(call.id, f"outside:{node.number}", "not-allowed", Cause.CALL_REJECTED))
        targets.fall_back(turn, call, leg)
    else:
        targets.go(turn, call, leg, f"outside:{node.number}")


def _voicemail(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    targets.go(turn, call, leg, f"voicemail:{fill(call, node.mailbox)}")


def _flow(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    if turn.steps > flows.MOST_STEPS:
        flows.over(turn, call, leg)
        return
    flows.enter(turn, call, leg, node.flow)


def _hang_up(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    count_as_served(turn, call)
    flows.leave(turn, call, "hang-up")
    calls.farewell(turn, leg, *((node.prompt,) if node.prompt else ()))


def unknown(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """A kind no checked configuration has."""
    flows.over(turn, call, leg)


def count_as_served(turn: Turn, call: Call) -> None:
    flow = turn.plan.flows.get(call.flow)
    if flow is not None and flow.self_served and call.reached is None:
        turn.fact(f.CallReached(call.id, Outcome.SELF_SERVED))


def fill(call: Call, text: str) -> str:
    """`{variable}` is replaced by the caller's variable, anything else stands as it is."""
    if text.startswith("{") and text.endswith("}"):
        return call.variables.get(text[1:-1], "")
    return text


# -- keys -------------------------------------------------------------------------------------------


def _menu_key(turn: Turn, call: Call, leg: Leg, node: Node, digit: str) -> None:
    """A key breaks into the prompt."""
    turn.clear(f"node:{call.id}")
    turn.quiet(leg)
    chosen = node.keys.get(digit)
    if chosen is None:
        ask_again(turn, call, leg, node, "wrong-input")
        return
    turn.fact(f.DigitsCollected(call.id, node.id, digit))
    flows.go(turn, call, leg, chosen)


def _collect_key(turn: Turn, call: Call, leg: Leg, node: Node, digit: str) -> None:
    turn.quiet(leg)
    if digit == "#":
        collected(turn, call, leg, node)
        return
    turn.fact(f.DigitsKept(leg.id, leg.digits + digit))
    if len(leg.digits) >= node.digits:
        collected(turn, call, leg, node)
    else:
        turn.timer(f"node:{call.id}", node.timeout_s)


def collected(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """What was keyed becomes the variable; a secret's digits are kept by nobody, only a handle to them."""
    digits = leg.digits
    if not digits:
        ask_again(turn, call, leg, node, "no-input")
        return
    if node.variable:
        value = secrets.handle(call.id, node.id) if node.secret else digits
        turn.fact(f.VariableSet(call.id, node.variable, value))
    turn.fact(f.DigitsCollected(call.id, node.id, "" if node.secret else digits))
    flows.go(turn, call, leg, node.next)


def ask_again(turn: Turn, call: Call, leg: Leg, node: Node, words: str) -> None:
    """Wrong or missing input: the node's prompt again, as often as it allows, then its `otherwise`."""
    turn.clear(f"node:{call.id}")
    turn.fact(f.NodeTried(call.id, call.tries + 1))
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    if call.tries > node.retries:
        flows.go(turn, call, leg, node.otherwise)
    else:
        flows.say_node(turn, call, leg, node, words)


def secret_lost(turn: Turn, call: Call, leg: Leg) -> None:
    """Half a secret is none: the node asks again, and that does not count as a try."""
    node = flows.present(turn, call)
    if node is None or not node.secret or not leg.digits:
        return
    turn.clear(f"node:{call.id}")
    turn.fact(f.DigitsKept(leg.id, ""))
    flows.say_node(turn, call, leg, node)


KINDS: Mapping[str, Callable[[Turn, Call, Leg, Node], None]] = {
    "play": _play,
    "menu": _play,
    "collect": _play,
    "hours": _hours,
    "set": _set,
    "queue": _queue,
    "extension": _extension,
    "voicemail": _voicemail,
    "outside": _outside,
    "flow": _flow,
    "hang-up": _hang_up,
}

KEYED: Mapping[str, Callable[[Turn, Call, Leg, Node, str], None]] = {
    "menu": _menu_key,
    "collect": _collect_key,
}
