"""What is kept, for how long, and who asked: orders become facts; the archive does what they say."""

from __future__ import annotations

from firmware.engine.mailbox import greetings as mailbox_greetings
from firmware.engine.mailbox import mailboxes
from firmware.engine.orders import is_new
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause

ACTIONS = ("export", "listen")


def erasure_order(turn: Turn, given: i.ErasureOrder) -> None:
    if not is_new(turn, given.id):
        return
    if not given.marks or not given.why:
        _refuse(turn, "erase", "no-number" if given.why else "no-reason-given")
        return
    turn.fact(f.ErasureOrdered(given.id, given.author, given.why, given.marks, given.at_once))


def erasure_worked(turn: Turn, given: i.ErasureWorked) -> None:
    if is_new(turn, given.id):
        turn.fact(f.RecordsErased(given.erasure, given.calls, given.recordings))


def hold_order(turn: Turn, given: i.HoldOrder) -> None:
    if not is_new(turn, given.id):
        return
    subjects = bool(given.call) + bool(given.recording) + bool(given.marks)
    if not given.why:
        _refuse(turn, "hold", "no-reason-given")
    elif given.do == "release" and given.hold:
        turn.fact(f.HoldReleased(given.hold, given.author, given.why))
    elif given.do == "place" and subjects == 1:
        subject = (given.call, given.recording, given.marks, given.shown)
        turn.fact(f.HoldPlaced(given.id, given.author, given.why, *subject))
    else:
        _refuse(turn, "hold", "not-possible")


def access_order(turn: Turn, given: i.AccessOrder) -> None:
    if not is_new(turn, given.id):
        return
    if given.do not in ACTIONS:
        _refuse(turn, "access", "not-possible")
        return
    turn.fact(f.RecordingsAccessed(given.id, given.author, given.do, given.recordings, given.why))


def messages_gone(turn: Turn, given: i.MessagesGone) -> None:
    """Whoever listens to one of them hears the present one to its end; it is not there again."""
    if not is_new(turn, given.id):
        return
    gone = set(given.recordings)
    for mailbox, messages in sorted(turn.state.mailboxes.items()):
        lost = [one for message in messages for one in (message.recording, message.intro) if one in gone]
        for recording in lost:
            turn.fact(f.VoicemailDeleted(mailbox, recording))
        if lost:
            mailboxes.changed(turn, mailbox)
    mailbox_greetings.gone(turn, gone)


def _refuse(turn: Turn, wanted: str, reason: str) -> None:
    turn.fact(f.AttemptRefused(0, wanted, reason, Cause.CALL_REJECTED))
