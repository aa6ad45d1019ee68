"""What the lamp of a telephone is told: application/simple-message-summary (RFC 3842 5)."""

from __future__ import annotations

from msgspec import Struct

PACKAGE = "message-summary"
CONTENT_TYPE = "application/simple-message-summary"
MOST_MESSAGES = 4_294_967_295
"""RFC 3842 5.2 lets no more be said."""


class Messages(Struct, frozen=True):
    new: int = 0
    old: int = 0


def message_summary(messages: Messages, account: str) -> str:
    """`account` is the URI of the mailbox."""
    new, old = (min(max(count, 0), MOST_MESSAGES) for count in (messages.new, messages.old))
    waiting = "yes" if new else "no"
    return (
        f"Messages-Waiting: {waiting}\r\nMessage-Account: {account}\r\nVoice-Message: {new}/{old} (0/0)\r\n"
    )
