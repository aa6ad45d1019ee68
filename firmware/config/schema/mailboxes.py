"""Mailboxes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import DaysOrSites, Digits, Part, PromptId, Seconds


class Mailbox(Part, frozen=True):
    """Where messages are left."""

    id: Annotated[str, Meta(extra={"defines": "mailbox", "form": "name"})]
    """What extensions, queues and flows call it."""
    name: str = ""
    """Person or department."""
    greeting: PromptId = "voicemail-greeting"
    """Prompt before the tone."""
    max_message_s: Seconds = 120.0
    """A message ends after this."""
    least_message_s: Seconds = 2.0
    """A shorter message is no message."""
    pin: Digits = ""
    """Asked before messages are played, when set."""
    retention_days: DaysOrSites = -1
    """Messages older than this are deleted; 0: never, -1: as the site says."""
