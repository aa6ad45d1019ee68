"""The node that records what the caller says."""

from __future__ import annotations

from firmware.config.schema import Node
from firmware.engine import recordings
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Tone

BEEP_MS = 400
KIND = "note"
"""Of the recording."""


def announce(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """The prompt and a beep; where the disk takes nothing, nobody shall speak into nothing."""
    if turn.state.disk_stop:
        flows.go(turn, call, leg, node.otherwise or node.next)
        return
    language = turn.language(leg)
    words = (c.Phrase(node.prompt, language),) if node.prompt else ()
    turn.play(leg, "node", *words, c.ToneItem(Tone.BEEP, BEEP_MS))


def begin(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """After the beep."""
    recordings.stop(turn, leg, "transferred")
    recordings.begin(turn, leg, KIND, f"flow:{call.flow}/{node.id}")
    turn.timer(f"node:{call.id}", node.most_s)


def key(turn: Turn, call: Call, leg: Leg, node: Node, digit: str) -> None:
    if digit not in node.ends:
        return
    if leg.play:
        turn.quiet(leg)
        begin(turn, call, leg, node)
    else:
        full(turn, call, leg, node)


def full(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """Said all, or as much as may be."""
    turn.clear(f"node:{call.id}")
    if node.variable:
        turn.fact(f.VariableSet(call.id, node.variable, leg.recording))
    recordings.stop(turn, leg, "released")
    flows.tape_or_cover(turn, call, leg)
    flows.go(turn, call, leg, node.next)
