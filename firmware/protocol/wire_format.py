"""What switch and engine say to one another over their socket: length-prefixed msgpack frames. No I/O here.

Both sides use `FrameStream`. The switch keeps events in an `Outbox` until they are acknowledged; it drops
repeated commands by an `Inbox`.
"""

from __future__ import annotations

from collections import OrderedDict, deque

import msgspec
from msgspec import Struct

from firmware.protocol.commands import Numbered
from firmware.protocol.events import AnySwitchEvent
from firmware.protocol.framing import Bodies, framed
from firmware.protocol.last_resort import LastResort

LONGEST_FRAME = 1 << 20


OUTBOX_EVENTS = 100_000
"""A day of a small box without an engine; 10 MB at most."""


class Hello(Struct, frozen=True, tag=True):
    """First frame of each side. The switch tells its life (`epoch`); the engine its own."""

    role: str
    """`switch` or `engine`."""
    epoch: int
    newest: int = 0
    """From the switch: the number of its newest event; what waited for an engine goes up to there."""


class EventFrame(Struct, frozen=True, tag=True):
    """Event `number` (from 1) of the switch's life."""

    epoch: int
    number: int
    event: AnySwitchEvent


class Ack(Struct, frozen=True, tag=True):
    """All events up to `number` of switch life `epoch` are journalled."""

    epoch: int
    number: int


class CommandFrame(Struct, frozen=True, tag=True):
    command: Numbered


Frame = Hello | EventFrame | Ack | CommandFrame | LastResort

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Frame)


def encode(frame: Frame) -> bytes:
    """One frame with its length before it."""
    return framed(_ENCODER.encode(frame))


class FrameStream:
    """Bytes in, frames out. A frame that cannot be read is counted in `garbled` and left out.

    A length beyond LONGEST_FRAME means the stream is out of step: `broken`; the connection must be made anew.
    """

    def __init__(self) -> None:
        self._bodies = Bodies(LONGEST_FRAME)
        self.garbled = 0

    @property
    def broken(self) -> bool:
        return self._bodies.broken

    def receive(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """Frames that `data` completes, in order; split and merged as the socket likes."""
        frames: list[Frame] = []
        if not self.broken:
            for body in self._bodies.receive(data):
                self._take(body, frames)
        return frames

    def _take(self, body: bytes, frames: list[Frame]) -> None:
        try:
            frames.append(_DECODER.decode(body))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.garbled += 1


class Outbox:
    """The switch's events, numbered from 1, kept until acknowledged. Beyond `limit` the oldest are `lost`."""

    def __init__(self, epoch: int, limit: int = OUTBOX_EVENTS) -> None:
        self.epoch = epoch
        self.lost = 0
        self._limit = limit
        self._next = 1
        self._kept: deque[EventFrame] = deque()

    @property
    def newest(self) -> int:
        """Number of the event added last; 0 before the first."""
        return self._next - 1

    def add(self, event: AnySwitchEvent) -> EventFrame:
        frame = EventFrame(self.epoch, self._next, event)
        self._next += 1
        self._kept.append(frame)
        if len(self._kept) > self._limit:
            self._kept.popleft()
            self.lost += 1
        return frame

    def acknowledge(self, ack: Ack) -> None:
        """An acknowledgement of another life means nothing."""
        while ack.epoch == self.epoch and self._kept and self._kept[0].number <= ack.number:
            self._kept.popleft()

    def unacknowledged(self) -> tuple[EventFrame, ...]:
        """To be sent again on a new connection."""
        return tuple(self._kept)


class Inbox:
    """Drops commands that came before: an engine that starts anew repeats those it is not sure of."""

    def __init__(self, remembered: int = 8192) -> None:
        self.repeats = 0
        self._remembered = remembered
        self._seen: OrderedDict[tuple[int, int, int], None] = OrderedDict()

    def is_new(self, command: Numbered) -> bool:
        """True the first time this id is seen."""
        key = (command.epoch, command.number, command.index)
        if key in self._seen:
            self.repeats += 1
            return False
        self._seen[key] = None
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return True
