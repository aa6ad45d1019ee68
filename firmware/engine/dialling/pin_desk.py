"""PINs of classes and rooms asked by voice, and how often any PIN may be wrong before it is locked.

`of` names what a PIN opens: `class:ID`, `room:ID`; others (`mailbox:ID`, `agent:ID`) count their tries here too. Tries
are counted by who keys them: one telephone, or everybody outside together, for a caller's number proves nothing. So
nobody outside can lock the house out.
"""

from __future__ import annotations

from firmware.config.schema import Class, Config, Room
from firmware.engine.dialling.state import PinTries
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import facts as f
from firmware.protocol.names import Cause

ASKED = ".pin"
"""Variable of a call: which PIN it is asked for; no flow can name it."""
OUTSIDE = "outside"
ASK_AFTER_S, KEY_WITHIN_S = 2.0, 12.0


def owner(config: Config, of: str) -> Class | Room | None:
    """The part that holds the PIN, with its `pin` (a chair's PIN is the room's `chair_pin`)."""
    kind, _, name = of.partition(":")
    parts = config.classes if kind == "class" else config.rooms if kind == "room" else ()
    return next((one for one in parts if one.id == name), None)


def who(leg: Leg) -> str:
    return OUTSIDE if leg.fxo else leg.party


def locked(turn: Turn, of: str, leg: Leg) -> bool:
    """Too many wrong ones came from here a while ago: not even the right one counts."""
    tries = turn.state.dialling.pins.get(f"{of}/{who(leg)}")
    return tries is not None and turn.at_us < tries.until_us


def wrong(turn: Turn, of: str, leg: Leg) -> bool:
    """Counts a wrong PIN; whether it is locked now."""
    plan = turn.plan.config.dial_plan
    before = turn.state.dialling.pins.get(f"{of}/{who(leg)}", PinTries())
    count = before.wrong + 1 if not before.until_us else 1  # what was locked has served its time
    shut = count >= plan.pin_tries
    until_us = turn.at_us + us(plan.pin_lock_s) if shut else 0
    turn.fact(f.PinRefused(leg.call, of, who(leg), count, until_us))
    return shut


def right(turn: Turn, of: str, leg: Leg) -> None:
    """Nothing is held against this one any more."""
    if f"{of}/{who(leg)}" in turn.state.dialling.pins:
        turn.fact(f.PinAccepted(leg.call, of, who(leg)))


def ask(turn: Turn, leg: Leg, of: str) -> bool:
    """`leg` is asked for this PIN; False, with a fact, while it is locked for whoever is there."""
    if locked(turn, of, leg):
        turn.fact(f.AttemptRefused(leg.call, f"pin:{of}", "pin-locked", Cause.CALL_REJECTED))
        return False
    turn.fact(f.VariableSet(leg.call, ASKED, of))
    turn.fact(f.NodeTried(leg.call, 0))
    turn.enter(leg, Phase.PIN)
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    turn.timer(f"ask:{leg.id}", ASK_AFTER_S)
    turn.timer(f"digit:{leg.id}", KEY_WITHIN_S)
    return True


def asked(call: Call) -> str:
    """Which PIN this call is asked for; empty: none of those here."""
    return call.variables.get(ASKED, "")


def done(turn: Turn, call: Call) -> None:
    turn.fact(f.VariableSet(call.id, ASKED, ""))
