"""What the engine remembers of dialling: talk used up, wrong PINs, last numbers, services, conference rooms."""

from __future__ import annotations

from msgspec import Struct, field


class Spent(Struct):
    """One extension's calls outside on one day that are over."""

    day: str = ""
    seconds: float = 0.0
    cost: float = 0.0


class PinTries(Struct):
    """Wrong PINs in a row, and till when the PIN is locked."""

    wrong: int = 0
    until_us: int = 0


class Suspect(Struct):
    """What one extension did of late that may be somebody else's doing, by kind."""

    at_us: dict[str, list[int]] = field(default_factory=dict)
    told_us: dict[str, int] = field(default_factory=dict)
    """When the alarm was raised last."""


MUTE, LOCK, DISMISS, MUTE_OTHERS = "1", "4", "5", "6"
ROOM_KEYS = (MUTE, LOCK, DISMISS, MUTE_OTHERS)
"""What members of a conference room key; all but the first are the chair's. Few emergency numbers are made of these."""


class RoomNow(Struct):
    """Legs in a conference room in the order they came; `mixed` are those who hear one another."""

    members: list[int] = field(default_factory=list)
    chairs: list[int] = field(default_factory=list)
    mixed: list[int] = field(default_factory=list)
    muted: list[int] = field(default_factory=list)
    """Members whom nobody hears."""
    locked: bool = False
    """Only chairs come in."""


class DiallingState(Struct):
    spent: dict[str, Spent] = field(default_factory=dict)
    suspects: dict[str, Suspect] = field(default_factory=dict)
    pins: dict[str, PinTries] = field(default_factory=dict)
    """By `OF/WHO`."""
    unlocked: dict[str, int] = field(default_factory=dict)
    """Extension to when its unlocking lapses."""
    last: dict[str, str] = field(default_factory=dict)
    """Extension to what it dialled last."""
    services: dict[str, str] = field(default_factory=dict)
    """Service to the mode that was keyed."""
    rooms: dict[str, RoomNow] = field(default_factory=dict)
