"""A mailbox's owner chooses its PIN by telephone. Its digits are heard by `secrets` alone; here is only their hash."""

from __future__ import annotations

from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.mailbox import options as mailbox_options
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import events as e
from firmware.protocol import facts as f

KEY_WITHIN_S = 12.0
TRIES = 3
CHOSEN = ".pin"
"""Variable of the call: the hash of what was keyed first; it must be keyed twice."""


def choose(turn: Turn, leg: Leg) -> None:
    turn.fact(f.NodeTried(leg.call, 0))
    turn.enter(leg, Phase.NEW_PIN)
    _ask(turn, leg, "voicemail-new-pin")


def _ask(turn: Turn, leg: Leg, *words: str) -> None:
    turn.fact(f.VariableSet(leg.call, CHOSEN, ""))
    turn.say(leg, "", *words)
    turn.timer(f"record:{leg.id}", KEY_WITHIN_S)


def digit(turn: Turn, leg: Leg, _digit: str) -> None:
    turn.quiet(leg)
    turn.timer(f"record:{leg.id}", KEY_WITHIN_S)


def chosen(turn: Turn, leg: Leg, event: e.SecretChosen) -> None:
    turn.quiet(leg)
    call = turn.call_of(leg)
    first = call.variables.get(CHOSEN, "")
    if event.fault:
        _again(turn, leg, f"voicemail-pin-{event.fault}")
    elif not first:
        turn.fact(f.VariableSet(call.id, CHOSEN, event.sealed))
        turn.say(leg, "", "voicemail-new-pin-again")
        turn.timer(f"record:{leg.id}", KEY_WITHIN_S)
    elif first != event.sealed:
        _again(turn, leg, "voicemail-pin-differs")
    else:
        _change(turn, leg, event.sealed)


def _again(turn: Turn, leg: Leg, words: str) -> None:
    call = turn.call_of(leg)
    turn.fact(f.NodeTried(call.id, call.tries + 1))
    if call.tries < TRIES:
        _ask(turn, leg, words, "voicemail-new-pin")
    else:
        _leave(turn, leg, words)


def _change(turn: Turn, leg: Leg, sealed: str) -> None:
    mailbox = turn.plan.mailboxes.get(turn.call_of(leg).variables[MAILBOX])
    if mailbox is not None:
        turn.fact(f.PinChanged(mailbox.id, sealed, mailbox.pin))
    _leave(turn, leg, "voicemail-pin-changed")


def _leave(turn: Turn, leg: Leg, words: str) -> None:
    turn.clear(f"record:{leg.id}")
    turn.fact(f.VariableSet(leg.call, CHOSEN, ""))
    turn.enter(leg, Phase.LISTENING)
    mailbox_options.offer(turn, leg, words)


def lost(turn: Turn, leg: Leg) -> None:
    """What was keyed of it died with the former engine."""
    _ask(turn, leg, "voicemail-new-pin")


def time_up(turn: Turn, leg: Leg) -> None:
    _leave(turn, leg, "voicemail-pin-kept")
