"""Queues, agents and calls as they stand now, and what a supervisor may do about them.

The page is filled and kept by the live stream; who works sees, who supervises also orders.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from firmware.protocol.inputs import AgentOrder, AnyOrder, CallOrder, QueueOrder
from webui.live.picture import STATES
from webui.ordering import Make, Told, in_words, take_order, text_of, whole_of
from webui.security.guard import me
from webui.security.rights import Right, may, needs
from webui.site import the_site

BLUEPRINT = Blueprint("wallboard", __name__, url_prefix="/wallboard")
WORDS = (
    "waiting", "longest", "ready", "busy", "paused", "callbacks", "closed", "close", "open", "listen", "whisper",
    "barge", "take-over", "hang-up", "lost", "make-ready", "sign-out", "no-calls", "alert", "menu", "parked", "done",
    "level", "alert-nobody", "alert-wait", "alert-waiting", "alert-level", "alert-over",
)  # fmt: skip
WATCH_DEEDS = frozenset({"listen", "whisper", "barge", "take-over"})
AGENT_DEEDS = frozenset({"ready", "not-ready", "end-wrap-up", "sign-out", "join-queue", "leave-queue"})
QUEUE_DEEDS = frozenset({"close", "open"})


@BLUEPRINT.get("")
@needs(Right.WORK)
def show() -> ResponseReturnValue:
    config = the_site().config
    seat = next((one.number for one in config.extensions if me().agent and one.agent == me().agent), "")
    return render_template(
        "wallboard/show.html",
        states=STATES,
        words=WORDS,
        orders=may(me().role, Right.SUPERVISE),
        extensions=config.extensions,
        seat=seat,
        reasons=list(dict.fromkeys(config.features.not_ready_reasons.values())),
        said=in_words,
    )


@BLUEPRINT.post("/orders")
@needs(Right.SUPERVISE)
def order() -> ResponseReturnValue:
    return take_order(MAKE)


def _agent(told: Told, order_id: str) -> AnyOrder | None:
    if told.get("do") not in AGENT_DEEDS or not text_of(told, "agent"):
        return None
    return AgentOrder(
        order_id, me().name, text_of(told, "agent"), told["do"], reason=text_of(told, "reason"),
        queue=text_of(told, "queue"),
    )  # fmt: skip


def _watch(told: Told, order_id: str) -> AnyOrder | None:
    """At the telephone the supervisor sits at."""
    if told.get("do") not in WATCH_DEEDS or not (me().agent or text_of(told, "extension")):
        return None
    return CallOrder(
        order_id, me().name, told["do"], extension=text_of(told, "extension"), number=text_of(told, "number"),
        leg=whole_of(told, "leg"), agent="" if text_of(told, "extension") else me().agent, auto=True,
    )  # fmt: skip


def _hang_up(told: Told, order_id: str) -> AnyOrder | None:
    call = whole_of(told, "call")
    return CallOrder(order_id, me().name, "hang-up", call=call) if call else None


def _queue(told: Told, order_id: str) -> AnyOrder | None:
    if told.get("do") not in QUEUE_DEEDS:
        return None
    return QueueOrder(order_id, me().name, told["do"], text_of(told, "queue"))


MAKE: Mapping[str, Make] = {"agent": _agent, "watch": _watch, "hang-up": _hang_up, "queue": _queue}
