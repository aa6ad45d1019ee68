"""A message goes to another mailbox, or its sender is called back."""

from __future__ import annotations

from firmware.engine.dialling.dialplan import Match, MatchKind
from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.inside import telephones
from firmware.engine.mailbox import dictation as mailbox_dictation
from firmware.engine.mailbox import doors as mailbox_doors
from firmware.engine.mailbox import listening as mailbox_listening
from firmware.engine.mailbox import mail as mailbox_mail
from firmware.engine.mailbox import mailboxes
from firmware.engine.mailbox.state import VoiceMessage
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause


def ask_to(turn: Turn, leg: Leg) -> None:
    mailbox_listening.menu(turn, leg, "to", "voicemail-pass-to")


def to_key(turn: Turn, leg: Leg, digit: str) -> None:
    """A mailbox, or an extension that has one, to `#`; `*` not after all."""
    turn.quiet(leg)
    turn.timer(f"record:{leg.id}", mailbox_listening.ANSWER_WITHIN_S)
    if digit == "*":
        _back(turn, leg)
    elif digit != "#":
        turn.fact(f.DigitsKept(leg.id, (leg.digits + digit)[-20:]))
    else:
        _to(turn, leg, leg.digits)


def _to(turn: Turn, leg: Leg, name: str) -> None:
    turn.clear(f"record:{leg.id}")
    found = mailbox_doors.find(turn, name)
    if found is None or found.id == turn.call_of(leg).variables.get(MAILBOX):
        mailbox_listening.menu(turn, leg, "to", "number-unknown", "voicemail-pass-to")
    elif mailboxes.longest_s(turn, found) == 0.0:
        mailbox_listening.menu(turn, leg, "to", "voicemail-full", "voicemail-pass-to")
    else:
        mailbox_listening.menu(turn, leg, f"introduce:{found.id}", "voicemail-introduce")


def introduce_key(turn: Turn, leg: Leg, digit: str) -> None:
    """`1` with words before it, `2` or `#` as it is, `*` not after all."""
    if digit not in "12#*":
        return
    to = turn.call_of(leg).variables[mailbox_listening.MENU].partition(":")[2]
    turn.clear(f"record:{leg.id}")
    turn.quiet(leg)
    if digit == "1":
        mailbox_dictation.begin(turn, leg, f"introduction:{to}", "voicemail-speak-introduction")
    elif digit == "*":
        _back(turn, leg)
    else:
        pass_on(turn, leg, to)


def _back(turn: Turn, leg: Leg) -> None:
    turn.clear(f"record:{leg.id}")
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    turn.fact(f.VariableSet(leg.call, mailbox_listening.MENU, ""))
    turn.say(leg, "heard", "voicemail-menu")


def pass_on(turn: Turn, leg: Leg, to: str, intro: str = "", intro_seconds: float = 0.0) -> None:
    message, mailbox = mailbox_listening.present(turn, leg), turn.call_of(leg).variables[MAILBOX]
    if message is None:
        mailbox_listening.next_message(turn, leg)
        return
    by, seconds = leg.party or turn.plan.line_name(leg.port), message.seconds
    turn.fact(
        f.MessageForwarded(mailbox, message.recording, to, by, intro, seconds, intro_seconds, message.number)
    )
    mailboxes.changed(turn, to)
    mailbox_mail.ask(turn, to, message.recording)
    turn.fact(f.VariableSet(leg.call, mailbox_listening.MENU, ""))
    turn.say(leg, "heard", "voicemail-passed-on", "voicemail-menu")


# -- calling the sender back ------------------------------------------------------------------------


def call_back(turn: Turn, leg: Leg, message: VoiceMessage) -> None:
    """As if this telephone had dialled the number: its class of service decides. Never from an outside line."""
    match = _dialled(turn, message)
    if leg.fxo or match is None:
        turn.fact(f.AttemptRefused(leg.call, "call-back", "not-allowed", Cause.CALL_REJECTED))
        turn.say(leg, "heard", "not-allowed", "voicemail-menu")
        return
    mailbox_listening.left(turn, leg)
    turn.enter(leg, Phase.DIALLING)
    turn.command(c.Listen(port=leg.port, digits=True))
    telephones.follow_now(turn, leg, match)


def _dialled(turn: Turn, message: VoiceMessage) -> Match | None:
    """An extension, or an outside number and nothing else: a caller may show whatever number he likes."""
    if not message.number.isascii() or not message.number.isdigit():
        return None
    prefix = "" if message.inside else turn.plan.config.dial_plan.outside_prefix
    match = turn.plan.dial_tree.settle(prefix + message.number)
    return match if match.kind is (MatchKind.EXTENSION if message.inside else MatchKind.OUTSIDE) else None
