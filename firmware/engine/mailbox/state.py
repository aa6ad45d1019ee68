"""What the engine remembers of mailboxes beside their messages, as plain data: a part of `state.State`."""

from __future__ import annotations

from msgspec import Struct, field

OPERATOR_KEY = "0"
"""What somebody keys who would rather talk to a person than leave a message."""


class VoiceMessage(Struct):
    recording: str
    at_us: int
    heard: bool = False
    heard_us: int = 0
    seconds: float = 0.0
    number: str = ""
    """Who left it: a number as received, or an extension."""
    inside: bool = False
    """`number` is an extension."""
    deleted: bool = False
    """Goes when its listener leaves."""
    intro: str = ""
    """Recording that was spoken before it by who passed it on."""
    intro_seconds: float = 0.0
    passed_on_by: str = ""


class MailboxNow(Struct):
    greetings: dict[str, str] = field(default_factory=dict)
    """Kind to recording."""
    pin: str = ""
    """Sealed; chosen by telephone."""
    pin_over: str = ""
    """The configuration's PIN when it was chosen."""
    opened_us: int = -1
    level: str = "ample"
    reminders: int = 0
    """Since the newest time by which it should have been heard."""


def pin_in_force(configured: str, box: MailboxNow | None) -> str:
    """The PIN chosen by telephone, unless the configuration's changed since then."""
    if box is not None and box.pin and box.pin_over == configured:
        return box.pin
    return configured


class PinGate(Struct):
    missed: int = 0
    """Wrong PINs since the latest right one or lock."""
    locks: int = 0
    until_us: int = -1
    newest_us: int = -1
    """When it counted last: a day of rest makes it forget."""
