"""Prompts."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import Part


class Prompt(Part, frozen=True):
    """A text to be spoken, or a WAV that replaces it."""

    id: Annotated[str, Meta(extra={"defines": "prompt", "form": "name"})]
    """What queues and flows call it; that of a built-in prompt replaces it."""
    zh: str = ""
    """Text in Mandarin."""
    en: str = ""
    """Text in English."""
    zh_wav: str = ""
    """WAV file instead of the Mandarin text."""
    en_wav: str = ""
    """WAV file instead of the English text."""
