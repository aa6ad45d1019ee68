"""Conference rooms."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import Digits, MusicName, Part, PromptId


class Room(Part, frozen=True):
    """A conference room: telephones dial its number, callers are sent there as `room:ID`."""

    id: Annotated[str, Meta(extra={"defines": "room", "form": "name"})]
    """What flows and reports call it."""
    number: Digits = ""
    """What telephones dial; empty: only flows and called numbers lead there."""
    name: str = ""
    """What it is for."""
    pin: Digits = ""
    """Asked of everybody who comes; empty: nobody is asked."""
    chair_pin: Digits = ""
    """With this PIN one comes as the chair. While it is set, the others hear music till a chair is there."""
    most_members: Annotated[int, Meta(extra={"least": 2, "most": 60})] = 20
    """Nobody else is let in."""
    tones: bool = True
    """A tone is heard by all when somebody comes or goes."""
    music: MusicName = "default"
    """Music of whoever is alone or waits for the chair."""
    record: bool = False
    """Record what is said; one recording for each member."""
    consent: PromptId = ""
    """Announcement that everybody hears before he is let in; needed where it is recorded."""
