"""Prompts and music."""

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


BUILT_IN_MUSIC = ("default", "calm", "lively")
"""Tunes of our own making, free of anybody's rights."""


class Tune(Part, frozen=True):
    """Music from a WAV, beside the built-in `default`, `calm` and `lively`. It is read when the box is set up."""

    id: Annotated[str, Meta(extra={"defines": "music", "form": "name"})]
    """What `music` keys call it."""
    wav: str
    """WAV file; it is played over and over."""
