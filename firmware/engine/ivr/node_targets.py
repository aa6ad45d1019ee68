"""Nodes that send the caller to somebody."""

from __future__ import annotations

from firmware.config.schema import Node
from firmware.engine import targets
from firmware.engine.floor import callback_asking
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause


def queue(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    targets.go(turn, call, leg, f"queue:{flows.fill(call, node.queue)}")


def callback(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Asks whether and where to call back; who does not want it, or cannot have it, goes on."""
    callback_asking.offer(turn, call, leg, flows.fill(call, node.queue), _other(call, node))


def extension(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Where nobody answers: the node's `otherwise` or `next`, else the extension's mailbox, else a last word."""
    number = flows.fill(call, node.extension)
    mailbox = turn.plan.mailbox_of(turn.plan.extensions.get(number))
    turn.fact(f.FallbackSet(call.id, _other(call, node) or (f"voicemail:{mailbox.id}" if mailbox else "")))
    targets.go(turn, call, leg, f"extension:{number}")


def outside(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    _send(turn, call, leg, node, f"outside:{node.number}")


def transfer(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    _send(turn, call, leg, node, node.target)


def voicemail(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """With the greeting for a telephone in use, where the flow just found it so."""
    busy = "/busy" if call.unreached == "busy" else ""
    targets.go(turn, call, leg, f"voicemail:{flows.fill(call, node.mailbox)}{busy}")


def _send(turn: Turn, call: Call, leg: Leg, node: Node, target: str) -> None:
    """Outside only to numbers the admin wrote: what a caller keyed is never dialled there (toll fraud)."""
    turn.fact(f.FallbackSet(call.id, _other(call, node)))
    kind, _, what = target.partition(":")
    if "{" in what and kind != "extension":
        turn.fact(f.AttemptRefused(call.id, target, "not-allowed", Cause.CALL_REJECTED))
        targets.fall_back(turn, call, leg)
    else:
        targets.go(turn, call, leg, f"{kind}:{flows.fill(call, what)}")


def _other(call: Call, node: Node) -> str:
    to = node.otherwise or node.next
    return f"node:{call.flow}/{to}" if to else ""
