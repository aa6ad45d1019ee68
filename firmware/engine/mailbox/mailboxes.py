"""Mailboxes as they stand: what is in them, how much more goes in, and the lamps that tell of it."""

from __future__ import annotations

from firmware.config.schema import Extension, Mailbox
from firmware.engine.mailbox.state import MailboxNow, VoiceMessage
from firmware.engine.plan import Plan
from firmware.engine.state import State
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f

WARN_AT = 0.8
AMPLE, WARN, FULL = "ample", "warn", "full"


def standing(state: State, mailbox: str) -> MailboxNow:
    """To look at; one nobody ever used stands as a new one."""
    return state.boxes.get(mailbox) or MailboxNow()


def messages(state: State, mailbox: str) -> list[VoiceMessage]:
    return state.mailboxes.get(mailbox, [])


def new_count(state: State, mailbox: str) -> int:
    return sum(not one.heard and not one.deleted for one in messages(state, mailbox))


def owners(plan: Plan, mailbox: str) -> list[Extension]:
    """The telephones whose own it is; a group's mailbox has several."""
    found = ((one, plan.mailbox_of(one)) for one in plan.config.extensions)
    return [one for one, box in found if box is not None and box.id == mailbox]


def is_own(turn: Turn, port: int, mailbox: str) -> bool:
    box = turn.plan.mailbox_of(turn.plan.telephones.get(port))
    return box is not None and box.id == mailbox


# -- room -------------------------------------------------------------------------------------------


def longest_s(turn: Turn, mailbox: Mailbox) -> float:
    """How long the next message may be; 0: it is full."""
    kept = messages(turn.state, mailbox.id)
    if mailbox.most_messages and len(kept) >= mailbox.most_messages:
        return 0.0
    left_s = mailbox.most_minutes * 60.0 - _seconds(kept) if mailbox.most_minutes else mailbox.max_message_s
    return min(mailbox.max_message_s, left_s) if left_s > mailbox.least_message_s else 0.0


def _seconds(kept: list[VoiceMessage]) -> float:
    return sum(one.seconds + one.intro_seconds for one in kept)


def _level(turn: Turn, mailbox: Mailbox) -> str:
    if longest_s(turn, mailbox) == 0.0:
        return FULL
    kept = messages(turn.state, mailbox.id)
    many = mailbox.most_messages and len(kept) >= mailbox.most_messages * WARN_AT
    long = mailbox.most_minutes and _seconds(kept) >= mailbox.most_minutes * 60 * WARN_AT
    return WARN if many or long else AMPLE


# -- what follows from a change ---------------------------------------------------------------------


def changed(turn: Turn, mailbox: str) -> None:
    """Something came into it, was heard, or went: how full it is, its lamps, its open reminder."""
    found = turn.plan.mailboxes.get(mailbox)
    if found is not None:
        _tell_level(turn, found)
    for extension in owners(turn.plan, mailbox):
        _tell_lamp(turn, extension)
    if standing(turn.state, mailbox).reminders and not new_count(turn.state, mailbox):
        turn.fact(f.MailboxChecked(mailbox))


def _tell_level(turn: Turn, mailbox: Mailbox) -> None:
    level = _level(turn, mailbox)
    if level != standing(turn.state, mailbox.id).level:
        kept = messages(turn.state, mailbox.id)
        turn.fact(f.MailboxFilled(mailbox.id, level, len(kept), _seconds(kept)))


def configured(turn: Turn) -> None:
    """A configuration came into force: other limits, other lamps."""
    for mailbox in turn.plan.config.mailboxes:
        _tell_level(turn, mailbox)
    for extension in turn.plan.config.extensions:
        _tell_lamp(turn, extension)


def _wanted(turn: Turn, extension: Extension) -> int:
    mailbox = turn.plan.mailbox_of(extension) if _has_lamp(turn, extension) else None
    return new_count(turn.state, mailbox.id) if mailbox is not None else 0


def _has_lamp(turn: Turn, extension: Extension) -> bool:
    """A telephone with messages always has one."""
    if turn.plan.ports.get(extension.number) in turn.plan.signalled:
        return extension.lamp != "none"
    return extension.lamp == "fsk"


def _tell_lamp(turn: Turn, extension: Extension) -> None:
    wanted, port = _wanted(turn, extension), turn.plan.ports.get(extension.number)
    if port is not None and wanted != turn.state.lamps.get(extension.number, 0):
        turn.fact(f.LampTold(extension.number, wanted))
        turn.command(c.ShowMessages(port=port, count=wanted))


def compare_lamp(turn: Turn, port: e.PortReport) -> None:
    """A switch that began anew has sent nothing yet: it is told again."""
    telephone = turn.plan.telephones.get(port.port)
    if telephone is None or not port.kind or not _has_lamp(turn, telephone):
        return
    told = turn.state.lamps.get(telephone.number, 0)
    if port.lamp != told:
        turn.command(c.ShowMessages(port=port.port, count=told))


def special_dial(turn: Turn, extension: Extension | None) -> bool:
    """Whether its dial tone stutters: something new is in its mailbox."""
    mailbox = turn.plan.mailbox_of(extension)
    wants = extension is not None and extension.lamp != "none"
    return wants and mailbox is not None and new_count(turn.state, mailbox.id) > 0


def drop(turn: Turn, mailbox: str, message: VoiceMessage) -> None:
    """It is in this mailbox no longer; another one may still hold it."""
    turn.fact(f.VoicemailDeleted(mailbox, message.recording))


def mailed(turn: Turn, mailbox: str, recording: str) -> None:
    """Its mail was taken by the mail server."""
    found = turn.plan.mailboxes.get(mailbox)
    if found is None or not found.mail_then_delete:
        return
    for message in messages(turn.state, mailbox):
        if message.recording == recording:
            drop(turn, mailbox, message)
            changed(turn, mailbox)
            return
