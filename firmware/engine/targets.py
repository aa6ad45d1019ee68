"""Where a caller can be sent, as one word of data: `voicemail:BOX` (`/busy` after it: who was called is in a call),
`mailbox:BOX` (to hear it; nothing: it asks which), `queue:ID`, `extension:NUMBER`, `outside:NUMBER`, `flow:ID`,
`room:ID`, `service:ID`, `node:FLOW/NODE`, `recall:NUMBER`, `overflow:QUEUE/PLACE`; nothing: a last word and hang up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import calls, recordings
from firmware.engine.floor import overflowing, queues
from firmware.engine.hours import services
from firmware.engine.inside import groups, parking, ringing, rooms
from firmware.engine.ivr import flows
from firmware.engine.mailbox import doors as mailbox_doors
from firmware.engine.mailbox import voicemail
from firmware.engine.outside import trunks
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f


def go(turn: Turn, call: Call, leg: Leg, target: str) -> None:
    """`leg` is the party that is sent on; a chain of targets that leads nowhere ends with a last word."""
    kind, _, what = target.partition(":")
    turn.steps += 1
    if kind not in _KINDS or turn.steps > flows.MOST_STEPS:
        flows.leave(turn, call, "hang-up")
        calls.farewell(turn, leg, "not-available")
        return
    if kind not in TELEPHONES and turn.served(call) is not leg:
        turn.fact(f.PartySent(call.id, leg.id, target))
        turn.command(c.Listen(port=leg.port, digits=True, far_end=leg.fxo))
    _KINDS[kind](turn, call, leg, what)


TELEPHONES = ("extension", "outside", "group", "recall", "slot")
"""Kinds of targets where somebody is called; at the others `leg` is served alone."""


def fall_back(turn: Turn, call: Call, leg: Leg) -> None:
    """Who was called for `leg` did not answer."""
    target = call.fallback
    if target:
        turn.fact(f.FallbackSet(call.id, ""))
    go(turn, call, leg, target)


def _voicemail(turn: Turn, call: Call, leg: Leg, mailbox: str) -> None:
    flows.leave(turn, call, "voicemail")
    voicemail.leave_message(turn, call, leg, mailbox)


def _mailbox(turn: Turn, call: Call, leg: Leg, mailbox: str) -> None:
    flows.leave(turn, call, "mailbox")
    mailbox_doors.visit(turn, call, leg, mailbox)


def _queue(turn: Turn, call: Call, leg: Leg, queue: str) -> None:
    flows.leave(turn, call, "queue")
    queues.enter(turn, call, leg, queue)


def _overflow(turn: Turn, call: Call, leg: Leg, where: str) -> None:
    flows.leave(turn, call, "queue")
    overflowing.further(turn, call, leg, where)


def _extension(turn: Turn, call: Call, leg: Leg, number: str) -> None:
    flows.leave(turn, call, "transfer")
    ringing.call_telephone(turn, call, leg, number)


def _outside(turn: Turn, call: Call, leg: Leg, number: str) -> None:
    flows.leave(turn, call, "transfer")
    trunks.place(turn, call, leg, number)


def _flow(turn: Turn, call: Call, leg: Leg, flow: str) -> None:
    flows.enter(turn, call, leg, flow)


def _room(turn: Turn, call: Call, leg: Leg, name: str) -> None:
    rooms.enter(turn, call, leg, name)


def _service(turn: Turn, call: Call, leg: Leg, name: str) -> None:
    services.enter(turn, call, leg, name)


def _node(turn: Turn, call: Call, leg: Leg, where: str) -> None:
    flow, _, node = where.partition("/")
    if flow != call.flow or not call.node:
        turn.fact(f.FlowEntered(call.id, flow))
    recordings.cover(turn, leg, "menu")
    flows.go(turn, call, leg, node)


def _recall(turn: Turn, call: Call, leg: Leg, number: str) -> None:
    recall(turn, call, leg, number, turn.plan.config.switchboard.recall_to)


def recall(turn: Turn, call: Call, leg: Leg, number: str, otherwise: str) -> None:
    """Back to extension `number`, who sent `leg` away; where that is in vain, on to `otherwise`."""
    turn.fact(f.FallbackSet(call.id, otherwise))
    turn.fact(f.TransferMade(call.id, "recall", leg.id, 0, number))
    ringing.call_telephone(turn, call, leg, number, cadence="recall")


def _group(turn: Turn, call: Call, leg: Leg, group: str) -> None:
    flows.leave(turn, call, "transfer")
    groups.call_group(turn, call, leg, group)


def _slot(turn: Turn, call: Call, leg: Leg, slot: str) -> None:
    parking.again(turn, call, leg, slot)


_KINDS: Mapping[str, Callable[[Turn, Call, Leg, str], None]] = {
    "voicemail": _voicemail,
    "mailbox": _mailbox,
    "queue": _queue,
    "overflow": _overflow,
    "extension": _extension,
    "outside": _outside,
    "flow": _flow,
    "node": _node,
    "room": _room,
    "service": _service,
    "recall": _recall,
    "group": _group,
    "slot": _slot,
}
