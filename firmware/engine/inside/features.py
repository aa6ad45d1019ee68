"""Feature codes of reaching telephones: forwards, do-not-disturb, park, pickup, intercom, paging, call-backs."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import calls, prompts
from firmware.engine.floor import agents
from firmware.engine.inside import completion, forwarding, paging, parking, pickup, ringing
from firmware.engine.inside import state as pbx_state
from firmware.engine.state import Leg
from firmware.engine.turn import Turn
from firmware.protocol.names import AgentState

Handler = Callable[[Turn, Leg, str], None]
UNDISTURBED = "do-not-disturb"
"""Not-ready reason of an agent who keyed it."""


def _forward(why: str) -> Handler:
    def handle(turn: Turn, leg: Leg, argument: str) -> None:
        if argument and not forwarding.target_of(turn, leg.party, argument):
            forwarding.refused(turn, leg.call, leg.party, argument)
            calls.farewell(turn, leg, "not-allowed")
            return
        pbx_state.put(turn, leg.party, why, argument)
        calls.farewell(turn, leg, *_told(argument))

    return handle


def _told(number: str) -> tuple[str, ...]:
    return ("forwarded-to", *prompts.digits(number)) if number else ("switched-off",)


def _forward_off(turn: Turn, leg: Leg, argument: str) -> None:
    for why in pbx_state.FORWARDS:
        if pbx_state.setting(turn, leg.party, why):
            pbx_state.put(turn, leg.party, why, "")
    disturb(turn, leg.party, "0")
    calls.farewell(turn, leg, "switched-off")


def _do_not_disturb(turn: Turn, leg: Leg, argument: str) -> None:
    disturb(turn, leg.party, argument)
    calls.farewell(turn, leg, "switched-on" if argument == "1" else "switched-off")


def disturb(turn: Turn, extension: str, argument: str) -> None:
    """An agent who does not want to be disturbed is not ready; he is again when that is over."""
    if bool(pbx_state.setting(turn, extension, UNDISTURBED)) == (argument == "1"):
        return
    pbx_state.put(turn, extension, UNDISTURBED, argument)
    agent = agents.at(turn, extension)
    if agent is None:
        return
    if argument == "1":
        agents.wish(turn, agent.id, AgentState.NOT_READY, UNDISTURBED)
    elif UNDISTURBED in (agent.reason, *(agent.deferred or ())):
        agents.wish(turn, agent.id, AgentState.READY)


def _switch(what: str) -> Handler:
    def handle(turn: Turn, leg: Leg, argument: str) -> None:
        pbx_state.put(turn, leg.party, what, argument)
        calls.farewell(turn, leg, "switched-on" if argument == "1" else "switched-off")

    return handle


def _park(turn: Turn, leg: Leg, argument: str) -> None:
    parking.park(turn, leg, "")


def _pick_up(turn: Turn, leg: Leg, argument: str) -> None:
    if not pickup.pick_up(turn, leg, argument):
        calls.farewell(turn, leg, "nothing-to-pick-up")


def _intercom(turn: Turn, leg: Leg, argument: str) -> None:
    ringing.call_telephone(turn, turn.call_of(leg), leg, argument, ringing.INTERCOM)


def _own_number(turn: Turn, leg: Leg, argument: str) -> None:
    calls.farewell(turn, leg, "your-number", *prompts.digits(leg.party))


def _call_back(turn: Turn, leg: Leg, argument: str) -> None:
    completion.want(turn, leg, argument)


def _no_call_back(turn: Turn, leg: Leg, argument: str) -> None:
    completion.cancel(turn, leg, argument)


def _retrieve(turn: Turn, leg: Leg, argument: str) -> None:
    parking.retrieve(turn, leg, argument)


def _page(turn: Turn, leg: Leg, argument: str) -> None:
    paging.page(turn, leg, argument)


HANDLERS: Mapping[str, Handler] = {
    "pickup": _pick_up,
    "forward_off": _forward_off,
    "forward_always": _forward("always"),
    "forward_busy": _forward("busy"),
    "forward_no_answer": _forward("no-answer"),
    "forward_unreachable": _forward("unreachable"),
    "do_not_disturb": _do_not_disturb,
    "follow_me": _switch(pbx_state.FOLLOW_ME),
    "call_waiting": _switch(pbx_state.CALL_WAITING),
    "callback": _call_back,
    "callback_cancel": _no_call_back,
    "park": _park,
    "retrieve": _retrieve,
    "pickup_directed": _pick_up,
    "intercom": _intercom,
    "paging": _page,
    "own_number": _own_number,
}
