"""Feature codes: signing in and out, ready and not ready, the mailbox, picking up."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine import calls
from firmware.engine.dialling import account, asked_pins, pin_desk, shortcuts
from firmware.engine.dialling.dialplan import Match
from firmware.engine.dialling.secrets import AGENT
from firmware.engine.floor import agents
from firmware.engine.floor import features as position_features
from firmware.engine.hours import services
from firmware.engine.inside import features as reach_features
from firmware.engine.mailbox import doors as mailbox_doors
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

ASK_AFTER_S = 2.0
"""Who knows what to key is not talked to."""
KEY_WITHIN_S = 12.0


def run(turn: Turn, leg: Leg, match: Match) -> None:
    HANDLERS[match.feature](turn, leg, match.argument)


def _voicemail(turn: Turn, leg: Leg, argument: str) -> None:
    mailbox_doors.own(turn, leg)


def _voicemail_of(turn: Turn, leg: Leg, argument: str) -> None:
    mailbox_doors.visit(turn, turn.call_of(leg), leg, argument)


def _unlock(turn: Turn, leg: Leg, argument: str) -> None:
    """The PIN of the telephone's class, then dial tone: its next call outside is not asked for it."""
    given = turn.plan.class_of(leg.party)
    if given is None or not given.pin:
        turn.fact(f.AttemptRefused(leg.call, "unlock", "no-pin", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "not-allowed")
    elif not pin_desk.ask(turn, leg, f"class:{given.id}"):
        calls.farewell(turn, leg, "pin-locked")


def _redial(turn: Turn, leg: Leg, argument: str) -> None:
    shortcuts.redial(turn, leg)


def _speed_dial(turn: Turn, leg: Leg, argument: str) -> None:
    shortcuts.speed_dial(turn, leg, argument)


def _service(turn: Turn, leg: Leg, argument: str) -> None:
    services.keyed(turn, leg, argument)


def _account(turn: Turn, leg: Leg, argument: str) -> None:
    account.given(turn, leg, argument)


def _sign_in(turn: Turn, leg: Leg, argument: str) -> None:
    agent_named(turn, leg, argument)


HANDLERS: Mapping[str, Callable[[Turn, Leg, str], None]] = {
    **position_features.HANDLERS,
    **reach_features.HANDLERS,
    "sign_in": _sign_in,
    "voicemail": _voicemail,
    "voicemail_of": _voicemail_of,
    "service": _service,
    "account": _account,
    "unlock": _unlock,
    "redial": _redial,
    "speed_dial": _speed_dial,
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
    elif leg.phase == Phase.PIN and pin_desk.asked(turn.call_of(leg)):
        turn.say(leg, "", "enter-pin")
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
    if found.pin and pin_desk.locked(turn, f"agent:{agent}", leg):
        _agent_locked(turn, leg, agent)
    elif found.pin:
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
    if pin_desk.asked(call):
        asked_pins.entered(turn, leg, event)
        return
    if AGENT not in call.variables:
        mailbox_doors.entered(turn, leg, event.right)
        return
    _agent_pin(turn, leg, call.variables[AGENT], event.right)


def _agent_pin(turn: Turn, leg: Leg, agent: str, right: bool) -> None:
    """Wrong ones are counted over all calls of this telephone."""
    of = f"agent:{agent}"
    if pin_desk.locked(turn, of, leg) or (not right and pin_desk.wrong(turn, of, leg)):
        _agent_locked(turn, leg, agent)
    elif right:
        pin_desk.right(turn, of, leg)
        _signed_in(turn, leg, agent)
    else:
        turn.say(leg, "", "wrong-agent-or-pin")
        turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)


def _agent_locked(turn: Turn, leg: Leg, agent: str) -> None:
    turn.fact(f.AttemptRefused(leg.call, f"pin:agent:{agent}", "pin-locked", Cause.CALL_REJECTED))
    calls.farewell(turn, leg, "pin-locked")


def no_more_digits(turn: Turn, leg: Leg) -> None:
    if leg.phase == Phase.KEYING and leg.digits:
        agent_named(turn, leg, leg.digits)
    elif pin_desk.asked(turn.call_of(leg)):
        calls.farewell(turn, leg, "wrong-pin")
    else:
        calls.farewell(turn, leg, "wrong-agent-or-pin")
