"""Mailboxes: PINs that can be guessed, lamps that cannot be lit, mails and checks that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.schema import Config, Mailbox
from firmware.config.shape import BROKEN

LEAST_PIN = 4
OPERATORS = ("extension", "queue", "group")
"""Kinds of targets where a person may answer. Never a number outside: any caller keys 0."""


def check_mailboxes(config: Config, countries: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    owned = {one.voicemail or one.number for one in config.extensions}
    for place, mailbox in enumerate(config.mailboxes):
        yield from _mailbox(config, mailbox, place, mailbox.id in owned)
    yield from _lamps(config, countries)
    if config.mail.server and not config.mail.sender:
        yield Finding(("mail", "sender"), say.MAIL_WITHOUT_SENDER, {})
    if config.mail.user and not config.mail.password_file:
        yield Finding(("mail", "password_file"), say.MAIL_WITHOUT_PASSWORD, {"user": config.mail.user})


def _mailbox(config: Config, mailbox: Mailbox, place: int, owned: bool) -> Iterator[Finding]:
    data = {"name": mailbox.id}
    if mailbox.pin not in ("", BROKEN) and len(mailbox.pin) < LEAST_PIN:
        yield Finding(("mailbox", place, "pin"), say.SHORT_PIN, data | {"least": str(LEAST_PIN)})
    if mailbox.operator not in ("", BROKEN) and mailbox.operator.partition(":")[0] not in OPERATORS:
        yield Finding(
            ("mailbox", place, "operator"), say.OPERATOR_IS_NOBODY, data | {"value": mailbox.operator}
        )
    if mailbox.mail and not config.mail.server:
        yield Finding(("mailbox", place, "mail"), say.MAIL_WITHOUT_SERVER, data)
    if mailbox.mail_then_delete and not mailbox.mail:
        yield Finding(("mailbox", place, "mail_then_delete"), say.DELETED_UNMAILED, data)
    if mailbox.check_by and not owned:
        yield Finding(("mailbox", place, "check_by"), say.CHECK_RINGS_NOBODY, data)
    if mailbox.closed_greeting and not mailbox.hours:
        yield Finding(("mailbox", place, "closed_greeting"), say.NEVER_CLOSED, data)


def _lamps(config: Config, countries: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    form = countries.get(config.site.country, {}).get("caller_id", {}).get("form", "")
    mailboxes = {one.id for one in config.mailboxes}
    for place, extension in enumerate(config.extensions):
        data = {"name": extension.number, "country": config.site.country}
        if extension.lamp != "fsk":
            continue
        if form and not form.startswith("fsk"):
            yield Finding(("extension", place, "lamp"), say.NO_LAMP_THERE, data)
        if (extension.voicemail or extension.number) not in mailboxes:
            yield Finding(("extension", place, "lamp"), say.LAMP_OF_NOTHING, data)
