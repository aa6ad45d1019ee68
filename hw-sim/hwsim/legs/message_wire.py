"""What a card of legs and the world say to one another: commands one way, events the other, in order. No time in it."""

from __future__ import annotations

from collections import deque

from drivers.ports import PortFailed, PortRecovered
from drivers.signalling import SignallingCommand, SignallingEvent

LegEvent = SignallingEvent | PortFailed | PortRecovered


class MessageWire:
    """Ports are rows of the box's matrix. Neither side calls the other."""

    def __init__(self) -> None:
        self.to_world: deque[tuple[int, SignallingCommand]] = deque()
        self.to_box: deque[LegEvent] = deque()
        self.asked = False
        """The box's half began anew and wants to know which calls stand."""
