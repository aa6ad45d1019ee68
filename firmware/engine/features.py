"""Feature codes: signing in and out, ready and not ready, the mailbox, picking up."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import agents, calls, ringing, voicemail
from firmware.engine.dialplan import Match
from firmware.engine.secrets import AGENT, MAILBOX
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState, Cause

ASK_AFTER_S = 2.0
"""Who knows what to key is not talked to."""
KEY_WITHIN_S = 12.0
PIN_TRIES = 3


def run(turn: Turn, leg: Leg, match: Match) -> None:
    HANDLERS[match.feature](turn, leg, match.argument)


def _sign_out(turn: Turn, leg: Leg, argument: str) -> None:
    _wish(turn, leg, AgentState.SIGNED_OUT, "", "signed-out")


def _ready(turn: Turn, leg: Leg, argument: str) -> None:
    _wish(turn, leg, AgentState.READY, "", "ready")


def _not_ready(turn: Turn, leg: Leg, argument: str) -> None:
    reason = turn.plan.config.features.not_ready_reasons.get(argument, "")
    if argument and not reason:
        calls.farewell(turn, leg, "unknown-reason")
    else:
        _wish(turn, leg, AgentState.NOT_READY, reason, "not-ready")


def _wish(turn: Turn, leg: Leg, state: AgentState, reason: str, words: str) -> None:
    agent = agents.at(turn, leg.party)
    if agent is None:
        calls.farewell(turn, leg, "not-signed-in")
        return
    agents.wish(turn, agent.id, state, reason)
    calls.farewell(turn, leg, words)


def _voicemail(turn: Turn, leg: Leg, argument: str) -> None:
    mailbox = turn.plan.mailbox_of(turn.plan.telephones.get(leg.port))
    if mailbox is None:
        calls.farewell(turn, leg, "voicemail-no-mailbox")
        return
    turn.fact(f.VariableSet(leg.call, MAILBOX, mailbox.id))
    if mailbox.pin:
        _ask_pin(turn, leg)
    else:
        voicemail.open_box(turn, leg)


def _pick_up(turn: Turn, leg: Leg, argument: str) -> None:
    if not ringing.pick_up(turn, leg):
        calls.farewell(turn, leg, "nothing-to-pick-up")


def _sign_in(turn: Turn, leg: Leg, argument: str) -> None:
    agent_named(turn, leg, argument)


HANDLERS: Mapping[str, Callable[[Turn, Leg, str], None]] = {
    "sign_in": _sign_in,
    "sign_out": _sign_out,
    "ready": _ready,
    "not_ready": _not_ready,
    "voicemail": _voicemail,
    "pickup": _pick_up,
}

# -- signing in -------------------------------------------------------------------------------------


def asks_for_agent(turn: Turn, leg: Leg) -> bool:
    """After the sign-in code the agent's number is keyed, to `#`."""
    code = turn.plan.config.features.sign_in
    if not code or leg.digits != code:
        return False
    turn.fact(f.NumberDialled(leg.call, code, "", turn.call_of(leg).direction))
    turn.enter(leg, Phase.KEYING)
    _await(turn, leg)
    return True


def _await(turn: Turn, leg: Leg) -> None:
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    turn.timer(f"ask:{leg.id}", ASK_AFTER_S)
    turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)


def ask(turn: Turn, number: int) -> None:
    """Timer `ask`: nothing was keyed yet, so say what is wanted."""
    turn.clear(f"ask:{number}")
    leg = turn.state.legs.get(number)
    if leg is None:
        return
    if leg.phase == Phase.KEYING:
        turn.say(leg, "", "enter-agent")
    elif leg.phase == Phase.PIN:
        turn.say(leg, "", "enter-pin" if AGENT in turn.call_of(leg).variables else "voicemail-pin")


def keyed(turn: Turn, leg: Leg, digit: str) -> None:
    turn.clear(f"ask:{leg.id}")
    turn.quiet(leg)
    if digit == "#":
        agent_named(turn, leg, leg.digits)
        return
    turn.fact(f.DigitsKept(leg.id, leg.digits + digit))
    turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)


def agent_named(turn: Turn, leg: Leg, agent: str) -> None:
    telephone = turn.plan.telephones.get(leg.port)
    agent = agent or (telephone.agent if telephone else "")
    found = turn.plan.agents.get(agent)
    if found is None:
        turn.fact(f.AttemptRefused(leg.call, f"agent:{agent}", "no-such-agent", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "wrong-agent-or-pin")
        return
    turn.fact(f.VariableSet(leg.call, AGENT, agent))
    if found.pin:
        _ask_pin(turn, leg)
    else:
        _signed_in(turn, leg, agent)


def _signed_in(turn: Turn, leg: Leg, agent: str) -> None:
    agents.sign_in(turn, agent, leg.party)
    calls.farewell(turn, leg, "signed-in")


# -- PINs -------------------------------------------------------------------------------------------


def _ask_pin(turn: Turn, leg: Leg) -> None:
    turn.enter(leg, Phase.PIN)
    _await(turn, leg)


def pin_lost(turn: Turn, leg: Leg) -> None:
    """What was keyed of it died with the former engine: it is asked for from the beginning, and not counted."""
    turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)
    turn.timer(f"ask:{leg.id}", 0.0)


def pin_digit(turn: Turn, leg: Leg, digit: str) -> None:
    turn.clear(f"ask:{leg.id}")
    turn.quiet(leg)
    turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)


def pin_entered(turn: Turn, leg: Leg, event: e.SecretEntered) -> None:
    call = turn.call_of(leg)
    turn.clear(f"ask:{leg.id}")
    turn.clear(f"digit:{leg.id}")
    turn.quiet(leg)
    if event.right:
        agent = call.variables.get(AGENT, "")
        if agent:
            _signed_in(turn, leg, agent)
        else:
            voicemail.open_box(turn, leg)
        return
    turn.fact(f.NodeTried(call.id, call.tries + 1))
    if call.tries < PIN_TRIES:
        turn.say(leg, "", "wrong-agent-or-pin")
        turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)
        return
    turn.fact(f.AttemptRefused(call.id, "pin", "wrong-pin", Cause.CALL_REJECTED))
    calls.farewell(turn, leg, "wrong-agent-or-pin")


def no_more_digits(turn: Turn, leg: Leg) -> None:
    if leg.phase == Phase.KEYING and leg.digits:
        agent_named(turn, leg, leg.digits)
    else:
        calls.farewell(turn, leg, "wrong-agent-or-pin")
