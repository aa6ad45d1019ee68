"""Facts about mailboxes → messages, greetings, locks, fill levels and daily checks."""

from __future__ import annotations

import math

from firmware.archive.audit import Deed, note
from firmware.archive.book import Book, Handlers
from firmware.archive.finding import mark_voicemail
from firmware.protocol import facts


def _number(seconds: float) -> float:
    """SQLite takes what is no number for nothing at all."""
    return seconds if math.isfinite(seconds) else 0.0


def _left(book: Book, fact: facts.VoicemailLeft) -> None:
    _add(book, fact.recording, fact.mailbox, call=fact.call, seconds=fact.seconds)
    mark_voicemail(book, fact.call)


def _add(
    book: Book,
    recording: str,
    mailbox: str,
    *,
    call: int,
    seconds: float,
    of: str = "",
    passed_on_by: str = "",
) -> None:
    """A message that comes to the same mailbox once more is a new one there."""
    book.do(
        "INSERT INTO voicemails (recording, mailbox, call, left_us, left_at, seconds, of, passed_on_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (recording, mailbox) DO UPDATE SET"
        " left_us = excluded.left_us, left_at = excluded.left_at, passed_on_by = excluded.passed_on_by,"
        " heard_us = NULL, deleted_us = NULL",
        recording,
        mailbox,
        call,
        book.at_us,
        book.wall_us,
        _number(seconds),
        of,
        passed_on_by,
    )


def _heard(book: Book, fact: facts.VoicemailHeard) -> None:
    book.do(
        "UPDATE voicemails SET heard_us = coalesce(heard_us, ?) WHERE recording = ? AND mailbox = ?",
        book.at_us,
        fact.recording,
        fact.mailbox,
    )


def _deleted(book: Book, fact: facts.VoicemailDeleted) -> None:
    """With the introduction that was spoken to it."""
    book.do(
        "UPDATE voicemails SET deleted_us = coalesce(deleted_us, ?) WHERE mailbox = ? AND ? IN (recording, of)",
        book.at_us,
        fact.mailbox,
        fact.recording,
    )


def _forwarded(book: Book, fact: facts.MessageForwarded) -> None:
    found = book.row("SELECT call FROM recordings WHERE id = ?", fact.recording)
    call = int(found[0]) if found else 0
    book.do(
        "UPDATE voicemails SET deleted_us = coalesce(deleted_us, ?) WHERE mailbox = ? AND of = ?",
        book.at_us,
        fact.to,
        fact.recording,
    )
    _add(book, fact.recording, fact.to, call=call, seconds=fact.seconds, passed_on_by=fact.by)
    if fact.intro:
        _add(book, fact.intro, fact.to, call=call, seconds=fact.intro_seconds, of=fact.recording)


def _greeting_kept(book: Book, fact: facts.GreetingKept) -> None:
    book.do(
        "INSERT OR IGNORE INTO greetings (recording, mailbox, kind, seconds, kept_us, kept_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        fact.recording,
        fact.mailbox,
        fact.kind,
        _number(fact.seconds),
        book.at_us,
        book.wall_us,
    )


def _greeting_dropped(book: Book, fact: facts.GreetingDropped) -> None:
    book.do(
        "UPDATE greetings SET dropped_us = coalesce(dropped_us, ?) WHERE recording = ?",
        book.at_us,
        fact.recording,
    )


def _opened(book: Book, fact: facts.MailboxOpened) -> None:
    book.do(
        "INSERT INTO mailbox_visits (mailbox, call, visitor, own, at_us, at) VALUES (?, ?, ?, ?, ?, ?)",
        fact.mailbox,
        fact.call,
        fact.by,
        fact.own,
        book.at_us,
        book.wall_us,
    )


def _pin_missed(book: Book, fact: facts.PinMissed) -> None:
    _attempt(book, fact.call, fact.mailbox, fact.by, 0)


def _pin_locked(book: Book, fact: facts.PinLocked) -> None:
    _attempt(book, 0, fact.mailbox, fact.by, fact.until_us)


def _attempt(book: Book, call: int, mailbox: str, who: str, until_us: int) -> None:
    book.do(
        "INSERT INTO pin_attempts (call, of, who, wrong, until_us, at_us, at) VALUES (?, ?, ?, 1, ?, ?, ?)",
        call,
        f"mailbox:{mailbox}",
        who,
        until_us,
        book.at_us,
        book.wall_us,
    )


def _pin_changed(book: Book, fact: facts.PinChanged) -> None:
    entry = f"pin:{fact.mailbox}:{book.number[0]}:{book.number[1]}"
    note(book, entry, Deed(f"mailbox {fact.mailbox}", "pin", f"mailbox {fact.mailbox}", "by telephone"))


def _filled(book: Book, fact: facts.MailboxFilled) -> None:
    book.do(
        "UPDATE mailbox_levels SET to_us = ? WHERE mailbox = ? AND to_us IS NULL", book.at_us, fact.mailbox
    )
    book.do(
        "INSERT INTO mailbox_levels (mailbox, level, messages, seconds, from_us) VALUES (?, ?, ?, ?, ?)",
        fact.mailbox,
        fact.level,
        fact.messages,
        _number(fact.seconds),
        book.at_us,
    )


def _unchecked(book: Book, fact: facts.MailboxUnchecked) -> None:
    book.do(
        "INSERT INTO mailbox_checks (mailbox, messages, reminder, at_us, at) VALUES (?, ?, ?, ?, ?)",
        fact.mailbox,
        fact.count,
        fact.reminder,
        book.at_us,
        book.wall_us,
    )


def _checked(book: Book, fact: facts.MailboxChecked) -> None:
    book.do(
        "UPDATE mailbox_checks SET checked_us = ? WHERE mailbox = ? AND checked_us IS NULL",
        book.at_us,
        fact.mailbox,
    )


HANDLERS: Handlers = {
    facts.VoicemailLeft: _left,
    facts.VoicemailHeard: _heard,
    facts.VoicemailDeleted: _deleted,
    facts.MessageForwarded: _forwarded,
    facts.GreetingKept: _greeting_kept,
    facts.GreetingDropped: _greeting_dropped,
    facts.MailboxOpened: _opened,
    facts.PinMissed: _pin_missed,
    facts.PinLocked: _pin_locked,
    facts.PinChanged: _pin_changed,
    facts.MailboxFilled: _filled,
    facts.MailboxUnchecked: _unchecked,
    facts.MailboxChecked: _checked,
}
