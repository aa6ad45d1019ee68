"""Account codes: what a call is booked on. Feature `account`, then dial tone again for the number."""

from __future__ import annotations

from firmware.engine import calls
from firmware.engine.inside import telephones
from firmware.engine.state import Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause


def given(turn: Turn, leg: Leg, code: str) -> None:
    if not code or not (turn.plan.config.dial_plan.accounts == "free" or code in turn.plan.accounts):
        turn.fact(f.AttemptRefused(leg.call, f"account:{code}", "no-such-account", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "account-unknown")
        return
    turn.fact(f.AccountGiven(leg.call, code))
    telephones.dial_tone_again(turn, leg)
