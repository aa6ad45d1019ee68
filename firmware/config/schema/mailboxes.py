"""Mailboxes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import (
    Count,
    Day,
    DaysOrSites,
    Digits,
    HoursId,
    LanguageOrNone,
    Part,
    PromptId,
    Seconds,
    one_of,
)

ClockTime = Annotated[str, Meta(extra={"form": "clock-time"})]
Mail = Annotated[str, Meta(extra={"form": "mail-address"})]


class Mailbox(Part, frozen=True):
    """Where messages are left."""

    id: Annotated[str, Meta(extra={"defines": "mailbox", "form": "name"})]
    """What extensions, queues and flows call it."""
    name: str = ""
    """Person or department."""
    greeting: PromptId = "voicemail-greeting"
    """Prompt before the tone; a greeting spoken by telephone comes before it and the next two."""
    busy_greeting: PromptId = ""
    """Prompt while the called telephone is in use; empty: `greeting`."""
    closed_greeting: PromptId = ""
    """Prompt outside `hours`; empty: `greeting`."""
    hours: HoursId = ""
    """Opening hours outside which the out-of-hours greeting is played; empty: always open."""
    operator: str = ""
    """Where the key 0 leads who hears the greeting or speaks: `extension:NUMBER`, `queue:ID` or `group:ID`. What was
    spoken till then is kept. Empty: nowhere."""
    max_message_s: Seconds = 120.0
    """A message ends after this."""
    least_message_s: Seconds = 2.0
    """A shorter message is no message."""
    pin: Digits = ""
    """Asked before messages are played, when set; its owner may choose another by telephone, which counts till this
    one is changed. Without one it opens only at its own telephones."""
    pin_tries: Annotated[int, Meta(ge=1, le=100)] = 5
    """Wrong PINs in a row after which none is right for a while, longer each time."""
    most_messages: Count = 100
    """More are not taken; 0: any number."""
    most_minutes: Count = 60
    """Nor more minutes of messages together; 0: any."""
    envelope: bool = False
    """Time, caller and length are said before each message, not only by key."""
    mail: Mail = ""
    """Address each new message is mailed to as a sound file; needs `[mail]`."""
    mail_language: LanguageOrNone = ""
    """Language of these mails; empty: the site's."""
    mail_then_delete: bool = False
    """A message leaves the mailbox once the mail server has taken its mail."""
    check_by: ClockTime = ""
    """Time of day, `17:00`, by which new messages must have been heard: after it the mailbox's telephones ring."""
    check_days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
    """Days on which that counts."""
    remind_every_m: Annotated[int, Meta(ge=1, le=240)] = 15
    """Minutes between two such reminders; four a day."""
    retention_days: DaysOrSites = -1
    """Messages older than this are deleted; 0: never, -1: as the site says."""


class MailServer(Part, frozen=True):
    """Where mails with messages are handed in."""

    server: str = ""
    """Name or address; empty: no mail is sent."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    """587 with `starttls`, 465 with `tls`."""
    security: Annotated[str, one_of("starttls", "tls", "none")] = "starttls"
    """`none` only where nothing but the house is between: mails carry messages."""
    user: str = ""
    """Empty: without signing in."""
    password_file: str = ""
    """File with the password, readable by the box alone; the password itself never stands here."""
    sender: Mail = ""
    """Address the mails come from."""
    most_megabytes: Annotated[int, Meta(ge=1, le=100)] = 10
    """A longer message is told of without its sound."""
