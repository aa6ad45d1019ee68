"""Where a caller can be sent, as one word of data: `voicemail:BOX`, `queue:ID`, `extension:NUMBER`, `outside:NUMBER`,
`flow:ID`, `node:FLOW/NODE`, `recall:NUMBER`; nothing: a last word and hang up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import calls, flows, queues, recordings, ringing, trunks, voicemail
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f


def go(turn: Turn, call: Call, leg: Leg, target: str) -> None:
    """`leg` is the party that is sent on; a chain of targets that leads nowhere ends with a last word."""
    kind, _, what = target.partition(":")
    turn.steps += 1
    if kind not in _KINDS or turn.steps > flows.MOST_STEPS:
        flows.leave(turn, call, "hang-up")
        calls.farewell(turn, leg, "not-available")
        return
    _KINDS[kind](turn, call, leg, what)


def fall_back(turn: Turn, call: Call, leg: Leg) -> None:
    """Who was called for `leg` did not answer."""
    target = call.fallback
    if target:
        turn.fact(f.FallbackSet(call.id, ""))
    go(turn, call, leg, target)


def _voicemail(turn: Turn, call: Call, leg: Leg, mailbox: str) -> None:
    flows.leave(turn, call, "voicemail")
    voicemail.leave_message(turn, call, leg, mailbox)


def _queue(turn: Turn, call: Call, leg: Leg, queue: str) -> None:
    flows.leave(turn, call, "queue")
    queues.enter(turn, call, leg, queue)


def _extension(turn: Turn, call: Call, leg: Leg, number: str) -> None:
    flows.leave(turn, call, "transfer")
    ringing.call_telephone(turn, call, leg, number)


def _outside(turn: Turn, call: Call, leg: Leg, number: str) -> None:
    flows.leave(turn, call, "transfer")
    trunks.place(turn, call, leg, number)


def _flow(turn: Turn, call: Call, leg: Leg, flow: str) -> None:
    flows.enter(turn, call, leg, flow)


def _node(turn: Turn, call: Call, leg: Leg, where: str) -> None:
    flow, _, node = where.partition("/")
    if flow != call.flow or not call.node:
        turn.fact(f.FlowEntered(call.id, flow))
    recordings.cover(turn, leg, "menu")
    flows.go(turn, call, leg, node)


def _recall(turn: Turn, call: Call, leg: Leg, number: str) -> None:
    turn.fact(f.TransferMade(call.id, "recall", leg.id, 0, number))
    ringing.call_telephone(turn, call, leg, number, cadence="recall")


_KINDS: Mapping[str, Callable[[Turn, Call, Leg, str], None]] = {
    "voicemail": _voicemail,
    "queue": _queue,
    "extension": _extension,
    "outside": _outside,
    "flow": _flow,
    "node": _node,
    "recall": _recall,
}
