"""Into a mailbox: one's own, any other by its number, from outside by a flow; the PIN, and who guesses it.

A mailbox without a PIN opens only at its own telephones. From elsewhere one that is not there, one without a PIN and
one with another PIN sound the same. Wrong PINs are counted by mailbox (its own telephones apart, so that a stranger
cannot lock its owner out) and by telephone or line; each lock lasts longer than the one before.
"""

from __future__ import annotations

from firmware.config.schema import Mailbox
from firmware.engine import calls, recordings
from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.mailbox import checks as mailbox_checks
from firmware.engine.mailbox import listening as mailbox_listening
from firmware.engine.mailbox import mailboxes
from firmware.engine.mailbox.state import PinGate, pin_in_force
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import SECOND_US, Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, Outcome

TRIES_A_CALL = 3
TRIES_BY = 12
"""At all mailboxes together, from one telephone or line."""
FIRST_LOCK_S, LOCK_GROWS, LONGEST_LOCK_S = 60, 4, 86_400
ASK_AFTER_S = 2.0
KEY_WITHIN_S = 12.0
WHICH = "which"
"""Menu in which the mailbox's number is keyed."""


def own(turn: Turn, leg: Leg) -> None:
    mailbox = turn.plan.mailbox_of(turn.plan.telephones.get(leg.port))
    if mailbox is None:
        calls.farewell(turn, leg, "voicemail-no-mailbox")
    else:
        _knock(turn, leg, mailbox.id)


def visit(turn: Turn, call: Call, leg: Leg, name: str) -> None:
    """By number or id; nothing: it is asked for. What is keyed may be an extension whose mailbox is meant."""
    if leg.fxo:
        recordings.cover(turn, leg, "menu")
        turn.command(c.Listen(port=leg.port, digits=True, far_end=True))
        if call.direction is Direction.INBOUND and call.reached is None:
            turn.fact(f.CallReached(call.id, Outcome.SELF_SERVED))
    if name:
        found = find(turn, name)
        _knock(turn, leg, found.id if found is not None else "")
    else:
        turn.enter(leg, Phase.LISTENING)
        mailbox_listening.menu(turn, leg, WHICH, "voicemail-which")


def which_key(turn: Turn, leg: Leg, digit: str) -> None:
    """Menu `which`: to `#`."""
    turn.quiet(leg)
    if digit != "#":
        turn.fact(f.DigitsKept(leg.id, (leg.digits + digit)[-20:]))
        turn.timer(f"record:{leg.id}", KEY_WITHIN_S)
        return
    found = find(turn, leg.digits)
    turn.fact(f.DigitsKept(leg.id, ""))
    turn.clear(f"record:{leg.id}")
    _knock(turn, leg, found.id if found is not None else "")


def find(turn: Turn, name: str) -> Mailbox | None:
    return turn.plan.mailboxes.get(name) or turn.plan.mailbox_of(turn.plan.extensions.get(name))


def _knock(turn: Turn, leg: Leg, mailbox: str) -> None:
    call = turn.call_of(leg)
    turn.fact(f.VariableSet(call.id, MAILBOX, mailbox))
    turn.fact(f.NodeTried(call.id, 0))
    if mailboxes.is_own(turn, leg.port, mailbox) and not leg.fxo and not _pin(turn, mailbox):
        _open(turn, leg, mailbox)
    elif _locked(turn, leg, mailbox):
        _refuse(turn, leg, "locked", "voicemail-locked")
    else:
        turn.enter(leg, Phase.PIN)
        turn.timer(f"ask:{leg.id}", 0.0 if leg.fxo else ASK_AFTER_S)
        turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)


def _pin(turn: Turn, mailbox: str) -> str:
    found = turn.plan.mailboxes.get(mailbox)
    return pin_in_force(found.pin, turn.state.boxes.get(mailbox)) if found is not None else ""


# -- the PIN ----------------------------------------------------------------------------------------


def entered(turn: Turn, leg: Leg, right: bool) -> None:
    call = turn.call_of(leg)
    mailbox = call.variables.get(MAILBOX, "")
    for timer in ("ask", "digit"):
        turn.clear(f"{timer}:{leg.id}")
    turn.quiet(leg)
    if _locked(turn, leg, mailbox):
        _refuse(turn, leg, "locked", "voicemail-locked")
    elif right and _pin(turn, mailbox):
        _open(turn, leg, mailbox)
    else:
        _missed(turn, call, leg, mailbox)


def _missed(turn: Turn, call: Call, leg: Leg, mailbox: str) -> None:
    gates = _gates(turn, leg, mailbox)
    turn.fact(f.PinMissed(mailbox, call.id, _by(turn, leg), tuple(gates)))
    for gate, tries in gates.items():
        known = turn.state.gates[gate]
        if tries and known.missed >= tries:
            lock_s = min(FIRST_LOCK_S * LOCK_GROWS**known.locks, LONGEST_LOCK_S)
            turn.fact(f.PinLocked(gate, mailbox, _by(turn, leg), turn.at_us + lock_s * SECOND_US))
    turn.fact(f.NodeTried(call.id, call.tries + 1))
    if _locked(turn, leg, mailbox):
        _refuse(turn, leg, "locked", "voicemail-locked")
    elif call.tries >= TRIES_A_CALL:
        _refuse(turn, leg, "wrong-pin", "wrong-agent-or-pin")
    else:
        turn.say(leg, "", "wrong-agent-or-pin")
        turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)


def _refuse(turn: Turn, leg: Leg, reason: str, words: str) -> None:
    turn.fact(f.AttemptRefused(leg.call, "pin", reason, Cause.CALL_REJECTED))
    calls.farewell(turn, leg, words)


def _gates(turn: Turn, leg: Leg, mailbox: str) -> dict[str, int]:
    """Gate to the wrong PINs that lock it."""
    inside = not leg.fxo and mailboxes.is_own(turn, leg.port, mailbox)
    found = turn.plan.mailboxes.get(mailbox)
    by = {f"by:{_by(turn, leg)}": TRIES_BY}
    return {f"{mailbox}/{'own' if inside else 'away'}": found.pin_tries, **by} if found is not None else by


def _by(turn: Turn, leg: Leg) -> str:
    """Never the caller's number: it can be anything, and would be kept."""
    return turn.plan.line_name(leg.port) if leg.fxo else leg.party


def _locked(turn: Turn, leg: Leg, mailbox: str) -> bool:
    gates = (turn.state.gates.get(gate, PinGate()) for gate in _gates(turn, leg, mailbox))
    return any(gate.until_us > turn.at_us for gate in gates)


def _open(turn: Turn, leg: Leg, mailbox: str) -> None:
    first = mailboxes.standing(turn.state, mailbox).opened_us < 0
    inside = not leg.fxo and mailboxes.is_own(turn, leg.port, mailbox)
    turn.fact(f.MailboxOpened(mailbox, leg.call, _by(turn, leg), inside))
    mailbox_checks.stop_ringing(turn, mailbox)
    mailbox_listening.begin(turn, leg, first)
