"""What facts of mailboxes do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.board import Board
from firmware.engine.mailbox.state import MailboxNow, PinGate, VoiceMessage
from firmware.protocol import facts as f

DAY_US = 86_400_000_000


def _box(board: Board, mailbox: str) -> MailboxNow:
    return board.state.boxes.setdefault(mailbox, MailboxNow())


def _messages(board: Board, mailbox: str) -> list[VoiceMessage]:
    return board.state.mailboxes.setdefault(mailbox, [])


def left(board: Board, fact: f.VoicemailLeft, at_us: int) -> None:
    message = VoiceMessage(
        fact.recording, at_us, seconds=fact.seconds, number=fact.number, inside=fact.inside
    )
    _messages(board, fact.mailbox).append(message)


def heard(board: Board, fact: f.VoicemailHeard, at_us: int) -> None:
    for message in board.state.mailboxes.get(fact.mailbox, []):
        if message.recording == fact.recording and not message.heard:
            message.heard, message.heard_us = True, at_us


def deleted(board: Board, fact: f.VoicemailDeleted, at_us: int) -> None:
    kept = [one for one in _messages(board, fact.mailbox) if one.recording != fact.recording]
    for message in kept:
        if message.intro == fact.recording:
            message.intro, message.intro_seconds = "", 0.0
    board.state.mailboxes[fact.mailbox] = kept


def marked(board: Board, fact: f.MessageMarked, at_us: int) -> None:
    for message in board.state.mailboxes.get(fact.mailbox, []):
        if message.recording == fact.recording:
            message.deleted = fact.deleted


def forwarded(board: Board, fact: f.MessageForwarded, at_us: int) -> None:
    """The same message a second time is new again, with the newer introduction."""
    kept = [one for one in _messages(board, fact.to) if one.recording != fact.recording]
    kept.append(
        VoiceMessage(
            fact.recording,
            at_us,
            seconds=fact.seconds,
            number=fact.number,
            inside=fact.number in board.plan.extensions,
            intro=fact.intro,
            intro_seconds=fact.intro_seconds,
            passed_on_by=fact.by,
        )
    )
    board.state.mailboxes[fact.to] = kept


def opened(board: Board, fact: f.MailboxOpened, at_us: int) -> None:
    _box(board, fact.mailbox).opened_us = at_us
    board.state.gates.pop(f"{fact.mailbox}/{'own' if fact.own else 'away'}", None)


def greeting_kept(board: Board, fact: f.GreetingKept, at_us: int) -> None:
    _box(board, fact.mailbox).greetings[fact.kind] = fact.recording


def greeting_dropped(board: Board, fact: f.GreetingDropped, at_us: int) -> None:
    greetings = _box(board, fact.mailbox).greetings
    if greetings.get(fact.kind) == fact.recording:
        del greetings[fact.kind]


def pin_missed(board: Board, fact: f.PinMissed, at_us: int) -> None:
    for name in fact.gates:
        gate = board.state.gates.setdefault(name, PinGate())
        if at_us - gate.newest_us > DAY_US:
            gate.missed = gate.locks = 0
        gate.missed, gate.newest_us = gate.missed + 1, at_us


def pin_locked(board: Board, fact: f.PinLocked, at_us: int) -> None:
    gate = board.state.gates.setdefault(fact.gate, PinGate())
    gate.missed, gate.locks, gate.until_us = 0, gate.locks + 1, fact.until_us


def pin_changed(board: Board, fact: f.PinChanged, at_us: int) -> None:
    box = _box(board, fact.mailbox)
    box.pin, box.pin_over = fact.sealed, fact.over


def filled(board: Board, fact: f.MailboxFilled, at_us: int) -> None:
    _box(board, fact.mailbox).level = fact.level


def lamp_told(board: Board, fact: f.LampTold, at_us: int) -> None:
    board.state.lamps[fact.extension] = fact.count


def unchecked(board: Board, fact: f.MailboxUnchecked, at_us: int) -> None:
    _box(board, fact.mailbox).reminders = fact.reminder


def checked(board: Board, fact: f.MailboxChecked, at_us: int) -> None:
    _box(board, fact.mailbox).reminders = 0
