"""What a PIN of a class or of a conference room, asked for by voice, leads to."""

from __future__ import annotations

from firmware.engine import calls
from firmware.engine.dialling import pin_desk
from firmware.engine.inside import rooms, telephones
from firmware.engine.state import Leg
from firmware.engine.turn import Turn
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause


def entered(turn: Turn, leg: Leg, event: e.SecretEntered) -> None:
    call = turn.call_of(leg)
    of = pin_desk.asked(call)
    if pin_desk.locked(turn, of, leg):  # from another leg of the same place
        calls.farewell(turn, leg, "pin-locked")
    elif not event.right:
        _wrong(turn, leg, of)
    else:
        pin_desk.right(turn, of, leg)
        pin_desk.done(turn, call)
        kind, _, name = of.partition(":")
        if kind == "room":
            rooms.admitted(turn, leg, name, chair=event.chair)
        else:
            telephones.class_pin_right(turn, leg)


def _wrong(turn: Turn, leg: Leg, of: str) -> None:
    """Again, as often as may be; then not at all for a while."""
    if pin_desk.wrong(turn, of, leg):
        turn.fact(f.AttemptRefused(leg.call, f"pin:{of}", "pin-locked", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "pin-locked")
        return
    turn.say(leg, "", "wrong-pin")
    turn.timer(f"digit:{leg.id}", pin_desk.KEY_WITHIN_S)
