"""Leaving a message: the greeting, the beep, the recording. Hearing it is in `listening`."""

from __future__ import annotations

from firmware.config.schema import Mailbox
from firmware.engine import calls, recordings, targets
from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.mailbox import greetings as mailbox_greetings
from firmware.engine.mailbox import mail as mailbox_mail
from firmware.engine.mailbox import mailboxes
from firmware.engine.mailbox.state import OPERATOR_KEY
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, Outcome, Presentation, Tone

BEEP_MS = 400
LEAST_ROOM_S = 1.0


def leave_message(turn: Turn, call: Call, leg: Leg, where: str) -> None:
    """`where` is a mailbox, or `MAILBOX/busy`: who was called is in a call just now."""
    name, _, why = where.partition("/")
    mailbox = turn.plan.mailboxes.get(name)
    if mailbox is None:
        targets.go(turn, call, leg, "")
        return
    if call.direction is Direction.INBOUND and call.reached is None:
        turn.fact(f.CallReached(call.id, Outcome.VOICEMAIL))
    turn.fact(f.VariableSet(call.id, MAILBOX, name))
    if not _takes(turn, leg, mailbox):
        return
    turn.enter(leg, Phase.MAILBOX)
    recordings.cover(turn, leg, "greeting")
    turn.command(c.Listen(port=leg.port, digits=True, far_end=leg.fxo))
    greeting = mailbox_greetings.item(turn, mailbox, why == "busy", turn.language(leg))
    turn.play(leg, "greeted", greeting, c.ToneItem(Tone.BEEP, BEEP_MS))


def _takes(turn: Turn, leg: Leg, mailbox: Mailbox | None) -> bool:
    """Nobody speaks into a mailbox that keeps nothing: a last word instead."""
    if turn.state.disk_stop:
        calls.farewell(turn, leg, "voicemail-unavailable")
        return False
    if mailbox is not None and mailboxes.longest_s(turn, mailbox) == 0.0:
        calls.farewell(turn, leg, "voicemail-full")
        return False
    return True


def greeted(turn: Turn, leg: Leg) -> None:
    """After the beep."""
    if leg.phase != Phase.MAILBOX or leg.recording:
        return
    mailbox_id = turn.call_of(leg).variables[MAILBOX]
    mailbox = turn.plan.mailboxes.get(mailbox_id)
    if not _takes(turn, leg, mailbox):
        return
    recordings.begin(turn, leg, "voicemail", mailbox_id)
    longest_s = mailboxes.longest_s(turn, mailbox) if mailbox else 60.0
    turn.timer(f"record:{leg.id}", max(longest_s, LEAST_ROOM_S))


def key(turn: Turn, leg: Leg, digit: str) -> None:
    """`#` ends the greeting or the message, 0 leads to the mailbox's operator."""
    if digit == OPERATOR_KEY:
        _to_operator(turn, leg)
    elif digit != "#":
        return
    elif leg.recording:
        finish(turn, leg)
    else:
        turn.play(leg, "greeted", c.ToneItem(Tone.BEEP, BEEP_MS))


def _to_operator(turn: Turn, leg: Leg) -> None:
    call = turn.call_of(leg)
    mailbox = turn.plan.mailboxes.get(call.variables[MAILBOX])
    if mailbox is None or not mailbox.operator:
        return
    if leg.recording:
        turn.clear(f"record:{leg.id}")
        keep(turn, leg)
    turn.quiet(leg)
    turn.fact(f.FallbackSet(call.id, ""))
    targets.go(turn, call, leg, mailbox.operator)


def full(turn: Turn, leg: Leg) -> None:
    """The longest message."""
    if leg.recording:
        finish(turn, leg)


def finish(turn: Turn, leg: Leg) -> None:
    turn.clear(f"record:{leg.id}")
    kept = keep(turn, leg)
    recordings.cover(turn, leg, "greeting")
    calls.farewell(turn, leg, "voicemail-thanks" if kept else "voicemail-short")


def cut_short(turn: Turn, leg: Leg, reason: str) -> None:
    """The disk takes no more: nobody shall speak on into nothing."""
    turn.clear(f"record:{leg.id}")
    kept = keep(turn, leg)
    recordings.cover(turn, leg, reason)
    calls.farewell(turn, leg, "voicemail-cut" if kept else "voicemail-unavailable")


def keep(turn: Turn, leg: Leg, gone_s: float = 0.0) -> bool:
    """The message is over: into the mailbox, unless it is too short to be one.

    Its last `gone_s` are no message: a busy tone or silence after the caller had left.
    """
    taping = turn.state.recordings.get(leg.recording)
    if taping is None:
        return False
    mailbox_id = turn.call_of(leg).variables[MAILBOX]
    mailbox = turn.plan.mailboxes.get(mailbox_id)
    least_s = mailbox.least_message_s if mailbox else 0.0
    lasted_us = turn.at_us - taping.began_us
    enough = lasted_us >= us(least_s + gone_s)
    recordings.stop(turn, leg, "released" if enough else "too-short")
    if enough:
        number, inside = _who(turn, leg)
        turn.fact(f.VoicemailLeft(mailbox_id, leg.call, taping.id, lasted_us / 1e6, number, inside))
        mailboxes.changed(turn, mailbox_id)
        mailbox_mail.ask(turn, mailbox_id, taping.id)
    return enough


def _who(turn: Turn, leg: Leg) -> tuple[str, bool]:
    """Who left it, and whether that is an extension; nothing where the caller did not say."""
    call = turn.call_of(leg)
    if not leg.fxo:
        return leg.party, leg.party in turn.plan.extensions
    return (call.number if call.presentation is Presentation.ALLOWED else ""), False
