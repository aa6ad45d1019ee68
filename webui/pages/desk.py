"""An agent's desk: state, calls, who calls, wrap-up. The page shows what the live stream tells and gives orders.

An order's id comes from the page and has the person's name before it: sent again after a dropped line it is done once.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from firmware.protocol.inputs import AgentOrder, AnyOrder, CallOrder, DispositionOrder
from webui.callers import who_calls
from webui.calls.shown import Shown
from webui.language import language
from webui.live.picture import STATES
from webui.ordering import LONGEST, Make, Told, in_words, take_order, text_of, whole_of
from webui.security.guard import me
from webui.security.rights import Right, needs
from webui.site import the_site

BLUEPRINT = Blueprint("desk", __name__, url_prefix="/desk")
AGENT_DEEDS = frozenset(
    {"sign-in", "sign-out", "ready", "not-ready", "end-wrap-up", "longer-wrap-up", "breather"}
)
CALL_DEEDS = frozenset(
    {
        "call", "call-back", "answer", "decline", "hang-up", "hold", "resume", "swap", "consult", "complete",
        "conference", "drop-last", "transfer", "park", "pause-recording", "resume-recording",
    }
)  # fmt: skip
WORDS = (
    "number", "hold", "resume", "swap", "complete", "conference", "hang-up", "decline", "answer", "park", "rings",
    "pause-recording", "resume-recording", "no-calls", "talking", "held", "waited", "asked", "why", "before", "unknown",
    "private", "joining", "their-number", "recorded", "recording-paused", "queue", "ends", "next", "lost", "waiting",
    "longest",
)  # fmt: skip


@BLUEPRINT.get("")
@needs(Right.WORK)
def show() -> ResponseReturnValue:
    config = the_site().config
    agent = next((one for one in config.agents if one.id == me().agent), None)
    seat = next((one.number for one in config.extensions if agent and one.agent == agent.id), "")
    return render_template(
        "desk/show.html",
        agent=agent,
        seat=seat,
        extensions=config.extensions,
        reasons=list(dict.fromkeys(config.features.not_ready_reasons.values())),
        colleagues=[one for one in config.agents if one != agent],
        queues=config.queues,
        codes=config.positions.dispositions,
        said=in_words,
        words=WORDS,
        states=STATES,
    )


@BLUEPRINT.post("/orders")
@needs(Right.WORK)
def order() -> ResponseReturnValue:
    return take_order(MAKE)


@BLUEPRINT.get("/caller")
@needs(Right.WORK)
def caller() -> ResponseReturnValue:
    """Who a number is, and what was with it before."""
    with closing(who_calls(the_site())) as caller_of:
        about = caller_of.about(request.args.get("number", "")[:LONGEST])
    shown = Shown(the_site().config, the_site().config.site.zone, language())
    for call in about["calls"]:
        parts = (
            shown.queue(call["queue"] or ""),
            shown.agent(call["agent"] or ""),
            shown.said(call["outcome"] or ""),
        )
        call["in_words"] = " · ".join(one for one in parts if one)
    return about


def _agent(told: Told, order_id: str) -> AnyOrder | None:
    if told.get("do") not in AGENT_DEEDS or not me().agent:
        return None
    return AgentOrder(
        order_id,
        me().name,
        me().agent,
        told["do"],
        reason=text_of(told, "reason"),
        extension=text_of(told, "extension"),
    )


def _call(told: Told, order_id: str) -> AnyOrder | None:
    if told.get("do") not in CALL_DEEDS or not me().agent:
        return None
    return CallOrder(
        order_id, me().name, told["do"], number=text_of(told, "number"), call=whole_of(told, "call"),
        leg=whole_of(told, "leg"), agent=me().agent, auto=told.get("auto") is True,
    )  # fmt: skip


def _disposition(told: Told, order_id: str) -> AnyOrder | None:
    if not me().agent or not whole_of(told, "call"):
        return None
    note = str(told.get("note", ""))[:4000]
    return DispositionOrder(
        order_id, me().name, whole_of(told, "call"), me().agent, text_of(told, "code"), note
    )


MAKE: Mapping[str, Make] = {
    "agent": _agent,
    "call": _call,
    "disposition": _disposition,
}
