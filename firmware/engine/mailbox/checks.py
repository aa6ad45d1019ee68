"""The daily check list: a mailbox that must be heard by a time of day, and the telephones that ring when it was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from firmware.config.schema import Mailbox
from firmware.config.times import DAYS
from firmware.engine import calls, spoken_times
from firmware.engine.floor import queues
from firmware.engine.inside import clicked
from firmware.engine.mailbox import mailboxes
from firmware.engine.state import Phase
from firmware.engine.turn import SECOND_US, Turn
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy

MOST_REMINDERS = 4
"""A day; after them it is a matter for people."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def arm(turn: Turn) -> None:
    """After the clock or the configuration changed: each check at its next time; none while the clock is unknown."""
    for name in [one for one in turn.state.timers if one.startswith("check:")]:
        turn.clear(name)
    for mailbox in turn.plan.config.mailboxes:
        _arm(turn, mailbox)


def _arm(turn: Turn, mailbox: Mailbox) -> None:
    offset_us = turn.board.wall_us
    if mailbox.check_by and offset_us is not None:
        wall_us = turn.at_us + offset_us
        due_us = next_check_us(mailbox, wall_us, turn.plan.config.site.zone)
        if due_us is not None:
            turn.timer(f"check:{mailbox.id}", (due_us - wall_us) / SECOND_US)


def next_check_us(mailbox: Mailbox, wall_us: int, zone: str) -> int | None:
    """The first later instant at which the clock shows `check_by` on one of its days; Unix time."""
    hour, _, minute = mailbox.check_by.partition(":")
    today = spoken_times.local(wall_us, zone)
    for ahead in range(8):
        day = today.date() + timedelta(days=ahead)
        at = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=ZoneInfo(zone))
        at_us = (at.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
        if at_us > wall_us and DAYS[day.weekday()] in mailbox.check_days:
            return at_us
    return None


def due(turn: Turn, name: str) -> None:
    """Timer `check`: what is new must have been heard by now."""
    turn.clear(f"check:{name}")
    mailbox = turn.plan.mailboxes.get(name)
    if mailbox is None:
        return
    waiting = mailboxes.new_count(turn.state, name)
    if not waiting:
        _arm(turn, mailbox)
        return
    reminder = mailboxes.standing(turn.state, name).reminders % MOST_REMINDERS + 1
    turn.fact(f.MailboxUnchecked(name, waiting, reminder))
    _ring(turn, name)
    if reminder < MOST_REMINDERS:
        turn.timer(f"check:{name}", mailbox.remind_every_m * 60.0)
    else:
        _arm(turn, mailbox)


def _ring(turn: Turn, mailbox: str) -> None:
    """Who lifts one of its telephones hears it, as if he had dialled its code."""
    code = turn.plan.config.features.voicemail
    for extension in mailboxes.owners(turn.plan, mailbox):
        port = turn.plan.ports.get(extension.number)
        if code and port is not None and queues.telephone_free(turn, port):
            clicked.ring(turn, port, extension.number, code)


def stop_ringing(turn: Turn, mailbox: str) -> None:
    """Somebody hears it: its other telephones need not ring for it."""
    code = turn.plan.config.features.voicemail
    numbers = {one.number for one in mailboxes.owners(turn.plan, mailbox)}
    for leg in list(turn.state.legs.values()):
        asked = leg.phase == Phase.ALERTING and leg.role is LegRole.CALLER and leg.digits == code
        if asked and leg.party in numbers:
            calls.end(turn, turn.call_of(leg), Cause.NORMAL_CLEARING, ReleasedBy.BOX)
