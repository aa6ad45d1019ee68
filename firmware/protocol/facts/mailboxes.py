"""Mailboxes: who opened them, what was done with their messages, greetings, PINs, lamps and daily checks."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact


class MailboxOpened(Fact, frozen=True, tag=True):
    """Somebody may hear it from here on. `by`: an extension, or the outside line; `own`: one of its telephones."""

    mailbox: str
    call: int
    by: str
    own: bool


class MessageMarked(Fact, frozen=True, tag=True):
    """A listener wants a message deleted, or kept after all; it goes when the listener leaves."""

    mailbox: str
    recording: str
    deleted: bool


class MessageForwarded(Fact, frozen=True, tag=True):
    """A message is in another mailbox too; `intro` is what was said before it. `seconds`, `number`: the message's."""

    mailbox: str
    recording: str
    to: str
    by: str
    intro: str = ""
    seconds: float = 0.0
    intro_seconds: float = 0.0
    number: str = ""


class GreetingKept(Fact, frozen=True, tag=True):
    """A greeting spoken by telephone. `kind`: `unavailable`, `busy`, `out-of-hours`, `temporary`."""

    mailbox: str
    kind: str
    recording: str
    seconds: float


class GreetingDropped(Fact, frozen=True, tag=True):
    """A greeting is used no more: deleted, spoken anew, or gone."""

    mailbox: str
    kind: str
    recording: str


class PinMissed(Fact, frozen=True, tag=True):
    """A wrong PIN. `gates` are what counts it: the mailbox (its own telephones apart) and who tried."""

    mailbox: str
    call: int
    by: str
    gates: tuple[str, ...]


class PinLocked(Fact, frozen=True, tag=True):
    """Too many wrong PINs: no PIN is right at this gate before `until_us`."""

    gate: str
    mailbox: str
    by: str
    until_us: int


class PinChanged(Fact, frozen=True, tag=True):
    """A PIN chosen by telephone, as a keyed hash (`firmware.engine.dialling.pins`).

    It counts as long as the configuration's PIN is still `over`: an admin's new one comes before it.
    """

    mailbox: str
    sealed: str
    over: str


class MailboxFilled(Fact, frozen=True, tag=True):
    """How full it is now: `ample`, `warn` (80 % of its messages or minutes), `full`."""

    mailbox: str
    level: str
    messages: int
    seconds: float


class LampTold(Fact, frozen=True, tag=True):
    """The message-waiting lamp of a telephone shall show so many new messages; 0: dark."""

    extension: str
    count: int


class MailboxUnchecked(Fact, frozen=True, tag=True):
    """New messages are in a mailbox that should have been heard by now; `reminder` counts from 1."""

    mailbox: str
    count: int
    reminder: int


class MailboxChecked(Fact, frozen=True, tag=True):
    """A mailbox that was reminded of has no new message any more."""

    mailbox: str


MailboxFact = (
    MailboxOpened
    | MessageMarked
    | MessageForwarded
    | GreetingKept
    | GreetingDropped
    | PinMissed
    | PinLocked
    | PinChanged
    | MailboxFilled
    | LampTold
    | MailboxUnchecked
    | MailboxChecked
)
