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


RoomFact = RoomEntered | RoomLeft | RoomMixed
