"""What a mailbox's owner sets by telephone: greetings and the PIN."""

from __future__ import annotations

from firmware.engine import calls
from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.mailbox import dictation as mailbox_dictation
from firmware.engine.mailbox import greetings as mailbox_greetings
from firmware.engine.mailbox import listening as mailbox_listening
from firmware.engine.mailbox import mailboxes
from firmware.engine.mailbox import pins as mailbox_pins
from firmware.engine.state import Leg
from firmware.engine.turn import Turn
from firmware.protocol import commands as c


def offer(turn: Turn, leg: Leg, *before: str) -> None:
    mailbox_listening.menu(turn, leg, "options", *before, "voicemail-options")


def key(turn: Turn, leg: Leg, digit: str) -> None:
    """`1` the messages from the first, `2` greetings, `3` PIN, `*` the message before, `#` goodbye."""
    if digit not in "123*#":
        return
    _heard(turn, leg)
    if digit == "1":
        _from_the_first(turn, leg)
    elif digit == "2":
        _greetings(turn, leg)
    elif digit == "3":
        mailbox_pins.choose(turn, leg)
    elif digit == "*" and mailbox_listening.order(turn, leg):
        _newest_heard(turn, leg)
    elif digit == "#":
        calls.farewell(turn, leg, "goodbye")
    else:
        offer(turn, leg, "voicemail-none")


def _from_the_first(turn: Turn, leg: Leg) -> None:
    messages = [one for one in mailbox_listening.order(turn, leg) if not one.deleted]
    if messages:
        mailbox_listening.hear(turn, leg, messages[0])
    else:
        offer(turn, leg, "voicemail-none")


def _newest_heard(turn: Turn, leg: Leg) -> None:
    """The message that was heard last, also when it was the last one of all."""
    message = mailbox_listening.present(turn, leg) or mailbox_listening.order(turn, leg)[-1]
    mailbox_listening.hear(turn, leg, message)


def _heard(turn: Turn, leg: Leg) -> None:
    turn.clear(f"record:{leg.id}")
    turn.quiet(leg)


def _greetings(turn: Turn, leg: Leg, *before: str) -> None:
    mailbox_listening.menu(turn, leg, "greetings", *before, "voicemail-greetings")


def greetings_key(turn: Turn, leg: Leg, digit: str) -> None:
    """Which of them; `*` back."""
    kind = mailbox_greetings.KINDS.get(digit)
    if kind is None and digit != "*":
        return
    _heard(turn, leg)
    if kind is None:
        offer(turn, leg)
    else:
        one_greeting(turn, leg, kind)


def one_greeting(turn: Turn, leg: Leg, kind: str, *before: str) -> None:
    mailbox_listening.menu(turn, leg, f"greeting:{kind}", *before, "voicemail-one-greeting")


def greeting_key(turn: Turn, leg: Leg, digit: str) -> None:
    """`1` hear it, `2` speak it anew, `3` delete it, `*` back."""
    if digit not in "123*":
        return
    variables = turn.call_of(leg).variables
    mailbox, kind = variables[MAILBOX], variables[mailbox_listening.MENU].partition(":")[2]
    _heard(turn, leg)
    if digit == "1":
        _hear(turn, leg, mailbox, kind)
    elif digit == "2":
        mailbox_dictation.begin(turn, leg, f"greeting:{kind}", "voicemail-speak-greeting")
    elif digit == "3":
        dropped = mailbox_greetings.drop(turn, mailbox, kind)
        one_greeting(turn, leg, kind, "voicemail-greeting-deleted" if dropped else "voicemail-no-greeting")
    else:
        _greetings(turn, leg)


def _hear(turn: Turn, leg: Leg, mailbox: str, kind: str) -> None:
    recording = mailboxes.standing(turn.state, mailbox).greetings.get(kind, "")
    if recording:
        turn.play(leg, "asked", c.Message(recording), c.Phrase("voicemail-one-greeting", turn.language(leg)))
    else:
        one_greeting(turn, leg, kind, "voicemail-no-greeting")
