"""Which menu of a mailbox a listener's key is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firmware.engine.mailbox import dictation as mailbox_dictation
from firmware.engine.mailbox import doors as mailbox_doors
from firmware.engine.mailbox import listening as mailbox_listening
from firmware.engine.mailbox import options as mailbox_options
from firmware.engine.mailbox import passing as mailbox_passing
from firmware.engine.mailbox import pins as mailbox_pins
from firmware.engine.mailbox import voicemail
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn

MENUS: Mapping[str, Callable[[Turn, Leg, str], None]] = {
    "": mailbox_listening.message_key,
    mailbox_doors.WHICH: mailbox_doors.which_key,
    "options": mailbox_options.key,
    "greetings": mailbox_options.greetings_key,
    "greeting": mailbox_options.greeting_key,
    "to": mailbox_passing.to_key,
    "introduce": mailbox_passing.introduce_key,
}


def key(turn: Turn, leg: Leg, digit: str) -> None:
    name = turn.call_of(leg).variables.get(mailbox_listening.MENU, "").partition(":")[0]
    MENUS[name](turn, leg, digit)


TIME_UP: Mapping[Phase, Callable[[Turn, Leg], None]] = {
    Phase.MAILBOX: voicemail.full,
    Phase.LISTENING: mailbox_listening.time_up,
    Phase.DICTATING: mailbox_dictation.time_up,
    Phase.NEW_PIN: mailbox_pins.time_up,
}


def time_up(turn: Turn, number: int) -> None:
    """Timer `record`: nothing was keyed for long, or enough was spoken."""
    turn.clear(f"record:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and (late := TIME_UP.get(Phase(leg.phase))) is not None:
        late(turn, leg)
