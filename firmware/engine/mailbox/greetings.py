"""What a mailbox says to who leaves a message: greetings spoken by telephone, or the configuration's prompts."""

from __future__ import annotations

from collections.abc import Mapping

from firmware.config.schema import Mailbox
from firmware.engine.hours import calendar
from firmware.engine.mailbox import mailboxes
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f

UNAVAILABLE, BUSY, CLOSED, TEMPORARY = "unavailable", "busy", "out-of-hours", "temporary"
KINDS: Mapping[str, str] = {"1": UNAVAILABLE, "2": BUSY, "3": CLOSED, "4": TEMPORARY}
"""By the key that chooses one in the menu."""


def item(turn: Turn, mailbox: Mailbox, busy: bool, language: str) -> c.PlayItem:
    """The temporary one comes before all; out of hours before busy; what nobody spoke or set is the plain one."""
    spoken = mailboxes.standing(turn.state, mailbox.id).greetings
    for kind in _wanted(turn, mailbox, busy):
        if kind in spoken:
            return c.Message(spoken[kind])
        if prompt := _prompt(mailbox, kind):
            return c.Phrase(prompt, language)
    return c.Phrase("voicemail-greeting", language)


def _wanted(turn: Turn, mailbox: Mailbox, busy: bool) -> list[str]:
    closed = [CLOSED] if _is_closed(turn, mailbox) else []
    return [TEMPORARY, *closed, *([BUSY] if busy else []), UNAVAILABLE]


def _prompt(mailbox: Mailbox, kind: str) -> str:
    prompts = {UNAVAILABLE: mailbox.greeting, BUSY: mailbox.busy_greeting, CLOSED: mailbox.closed_greeting}
    return prompts.get(kind, "")


def _is_closed(turn: Turn, mailbox: Mailbox) -> bool:
    """While the clock was never set, everything counts as open."""
    hours, offset_us = turn.plan.hours.get(mailbox.hours), turn.board.wall_us
    if hours is None or offset_us is None:
        return False
    return not calendar.is_open(hours, turn.at_us + offset_us, turn.plan.config.site.zone)


def keep(turn: Turn, mailbox: str, kind: str, recording: str, seconds: float) -> None:
    drop(turn, mailbox, kind)
    turn.fact(f.GreetingKept(mailbox, kind, recording, seconds))


def drop(turn: Turn, mailbox: str, kind: str) -> bool:
    """Whether there was one."""
    recording = mailboxes.standing(turn.state, mailbox).greetings.get(kind, "")
    if recording:
        turn.fact(f.GreetingDropped(mailbox, kind, recording))
    return bool(recording)


def gone(turn: Turn, recordings: set[str]) -> None:
    """Erased: the prompt is said again."""
    for mailbox, box in sorted(turn.state.boxes.items()):
        for kind, recording in sorted(box.greetings.items()):
            if recording in recordings:
                turn.fact(f.GreetingDropped(mailbox, kind, recording))
