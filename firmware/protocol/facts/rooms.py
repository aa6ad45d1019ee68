"""Conference rooms."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact


class RoomEntered(Fact, frozen=True, tag=True):
    """A leg is in a conference room, as its chair or not."""

    room: str
    call: int
    leg: int
    chair: bool = False


class RoomLeft(Fact, frozen=True, tag=True):
    """It is out again."""

    room: str
    call: int
    leg: int


class RoomMixed(Fact, frozen=True, tag=True):
    """These legs hear one another in the room; whoever else is there hears music."""

    room: str
    legs: tuple[int, ...]


class RoomMuted(Fact, frozen=True, tag=True):
    """These legs are not heard in the room, or are again."""

    room: str
    legs: tuple[int, ...]
    muted: bool


class RoomLocked(Fact, frozen=True, tag=True):
    """Nobody more comes in but chairs, or everybody again."""

    room: str
    locked: bool


RoomFact = RoomEntered | RoomLeft | RoomMixed | RoomMuted | RoomLocked
