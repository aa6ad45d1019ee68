"""Messages: left after the beep, heard from one's own telephone."""

from __future__ import annotations

from firmware.engine import calls, prompts, recordings, targets
from firmware.engine.secrets import MAILBOX
from firmware.engine.state import Call, Leg, Phase, VoiceMessage
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, Outcome, Tone

BEEP_MS = 400
ANSWER_WITHIN_S = 15.0
MESSAGE = ".message"
"""Variable of a listener's call: the message being heard."""


def leave_message(turn: Turn, call: Call, leg: Leg, mailbox_id: str) -> None:
    mailbox = turn.plan.mailboxes.get(mailbox_id)
    if mailbox is None:
        targets.go(turn, call, leg, "")
        return
    if call.direction is Direction.INBOUND and call.reached is None:
        turn.fact(f.CallReached(call.id, Outcome.VOICEMAIL))
    turn.fact(f.VariableSet(call.id, MAILBOX, mailbox_id))
    if turn.state.disk_stop:
        calls.farewell(turn, leg, "voicemail-unavailable")
        return
    turn.enter(leg, Phase.MAILBOX)
    recordings.cover(turn, leg, "greeting")
    turn.command(c.Listen(port=leg.port, digits=True, far_end=leg.fxo))
    greeting = c.Phrase(mailbox.greeting, turn.language(leg))
    turn.play(leg, "greeted", greeting, c.ToneItem(Tone.BEEP, BEEP_MS))


def greeted(turn: Turn, leg: Leg) -> None:
    """After the beep."""
    if leg.phase != Phase.MAILBOX or leg.recording:
        return
    if turn.state.disk_stop:
        calls.farewell(turn, leg, "voicemail-unavailable")
        return
    mailbox_id = turn.call_of(leg).variables[MAILBOX]
    mailbox = turn.plan.mailboxes.get(mailbox_id)
    recordings.begin(turn, leg, "voicemail", mailbox_id)
    turn.timer(f"record:{leg.id}", mailbox.max_message_s if mailbox else 60.0)


def key(turn: Turn, leg: Leg, digit: str) -> None:
    """`#` ends the greeting or the message."""
    if digit != "#":
        return
    if leg.recording:
        finish(turn, leg)
    else:
        turn.play(leg, "greeted", c.ToneItem(Tone.BEEP, BEEP_MS))


def full(turn: Turn, number: int) -> None:
    """Timer `record`: the longest message."""
    turn.clear(f"record:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.MAILBOX and leg.recording:
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
    enough = turn.at_us - taping.began_us >= us(least_s + gone_s)
    recordings.stop(turn, leg, "released" if enough else "too-short")
    if enough:
        turn.fact(f.VoicemailLeft(mailbox_id, leg.call, taping.id))
    return enough


# -- hearing them -----------------------------------------------------------------------------------


def open_box(turn: Turn, leg: Leg) -> None:
    mailbox = turn.call_of(leg).variables[MAILBOX]
    count = len(turn.state.mailboxes.get(mailbox, []))
    if not count:
        calls.farewell(turn, leg, *prompts.messages(0))
        return
    turn.enter(leg, Phase.LISTENING)
    turn.say(leg, "listen", *prompts.messages(count))


def next_message(turn: Turn, leg: Leg) -> None:
    """The one after the present one; first those not heard yet would be out of order, so simply the oldest first."""
    call = turn.call_of(leg)
    messages = turn.state.mailboxes.get(call.variables[MAILBOX], [])
    present = call.variables.get(MESSAGE, "")
    places = [place for place, one in enumerate(messages) if one.recording == present]
    place = places[0] + 1 if places else 0
    _hear(turn, leg, messages, place)


def _hear(turn: Turn, leg: Leg, messages: list[VoiceMessage], place: int) -> None:
    if place >= len(messages):
        calls.farewell(turn, leg, "voicemail-no-more")
        return
    recording = messages[place].recording
    turn.fact(f.VariableSet(leg.call, MESSAGE, recording))
    turn.fact(f.MessagePlayed(turn.call_of(leg).variables[MAILBOX], recording, leg.party))
    menu = c.Phrase("voicemail-menu", turn.language(leg))
    turn.play(leg, "heard", c.Message(recording), menu)


def heard(turn: Turn, leg: Leg) -> None:
    """Message and menu were heard to the end."""
    _mark_heard(turn, leg)
    turn.timer(f"record:{leg.id}", ANSWER_WITHIN_S)


def _mark_heard(turn: Turn, leg: Leg) -> None:
    variables = turn.call_of(leg).variables
    mailbox, recording = variables[MAILBOX], variables.get(MESSAGE, "")
    for message in turn.state.mailboxes.get(mailbox, []):
        if message.recording == recording and not message.heard:
            turn.fact(f.VoicemailHeard(mailbox, recording))


def listener_key(turn: Turn, leg: Leg, digit: str) -> None:
    """`1` again, `2` next, `3` delete."""
    call = turn.call_of(leg)
    mailbox, present = call.variables[MAILBOX], call.variables.get(MESSAGE, "")
    messages = turn.state.mailboxes.get(mailbox, [])
    places = [place for place, one in enumerate(messages) if one.recording == present]
    if digit not in "123" or not places:
        return
    turn.clear(f"record:{leg.id}")
    turn.quiet(leg)
    _mark_heard(turn, leg)
    if digit == "3":
        turn.fact(f.VoicemailDeleted(mailbox, present))
        _hear(turn, leg, turn.state.mailboxes[mailbox], places[0])
    else:
        _hear(turn, leg, messages, places[0] + (digit == "2"))


def listener_silent(turn: Turn, leg: Leg) -> None:
    calls.farewell(turn, leg, "goodbye")
