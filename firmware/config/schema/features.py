"""Feature codes."""

from __future__ import annotations

from msgspec import field

from firmware.config.schema.part import Key, Part, StarCode


class Features(Part, frozen=True):
    """Feature codes: star codes a telephone can dial."""

    sign_in: StarCode = "*41"
    """`*41` agent `#` [pin `#`]."""
    sign_out: StarCode = "*42"
    """Sign out."""
    ready: StarCode = "*43"
    """Take calls."""
    not_ready: StarCode = "*44"
    """Followed by one digit: the reason."""
    voicemail: StarCode = "*98"
    """Hear messages."""
    pickup: StarCode = "*8"
    """Take a call that rings elsewhere."""
    not_ready_reasons: dict[Key, str] = field(
        default_factory=lambda: {
            "1": "break",
            "2": "lunch",
            "3": "meeting",
            "4": "training",
            "5": "paperwork",
        }
    )
    """Digit to reason."""
