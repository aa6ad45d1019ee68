"""The card of SIP legs in virtual time: messages through a `MessageWire`, speech in the wire's rows through a codec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from drivers.dsp.g711 import Law, decode, encode
from drivers.ports import TICK_SAMPLES, AnyLineCommand, LineReading, PortKind, Samples
from drivers.signalling import (
    CallAlerting,
    CallCleared,
    CallConnected,
    CallProgressed,
    SignallingCommand,
)
from hwsim.legs.message_wire import LegEvent, MessageWire
from hwsim.wire import RING_BLOCKS, Wire

NO_SOUND: NDArray[np.int16] = np.zeros(0, np.int16)
LAWS = {"pcma": "alaw", "pcmu": "ulaw"}
"""Other codecs bring 16 bits through as they are."""


class LegCard:
    """A `drivers.signalling.SignallingCard` at rows `first` … of the wire.

    `exchange` never waits: the clock is somebody else's. A sample given to it is heard by the world a block later, as
    from a hat.
    """

    loop_delay_samples = 0
    has_clock = False

    def __init__(
        self,
        name: str,
        slots: Sequence[str],
        wire: Wire,
        messages: MessageWire,
        *,
        first: int = 0,
        codec: str = "pcma",
        ringback: NDArray[np.int16] = NO_SOUND,
        is_alone: bool = False,
    ) -> None:
        """`ringback` is a whole period, heard from a channel whose far end rings without saying how.

        `is_alone`: no hat tells the world when the box has sent a block, so this card does.
        """
        self.name = name
        kinds = {kind.value: kind for kind in PortKind}
        self.kinds: Sequence[PortKind | None] = [kinds.get(slot) for slot in slots]
        self.misfits = 0
        """Commands of currents."""
        self._law = cast(Law | None, LAWS.get(codec))
        self._is_alone = is_alone
        self._wire = wire
        self._messages = messages
        self._first = first
        self._rows = slice(first, first + len(slots))
        self._rx = np.zeros((len(slots), TICK_SAMPLES), np.int16)
        self._ringback = np.resize(ringback, -(-len(ringback) // TICK_SAMPLES) * TICK_SAMPLES)
        self._ringing: dict[int, int] = {}
        """Row of the card to the sample of ringback it is at."""

    def start(self) -> list[str]:
        """What stands is told before anything else."""
        self._messages.to_box.clear()
        self._messages.asked = True
        self._ringing.clear()
        return []

    def exchange(self, tx: Samples) -> Samples:
        sent, rendered = (int(count) for count in self._wire.blocks)
        self._wire.to_world[sent % RING_BLOCKS, self._rows] = self._coded(tx)
        if rendered > 1:
            self._rx[...] = self._coded(self._wire.to_box[(rendered - 2) % RING_BLOCKS, self._rows])
        if self._is_alone and rendered:
            self._wire.blocks[0] = sent + 1
        for port, at in self._ringing.items():
            self._rx[port] = self._ringback[at : at + TICK_SAMPLES]
            self._ringing[port] = (at + TICK_SAMPLES) % len(self._ringback)
        return self._rx

    def _coded(self, samples: Samples) -> Samples:
        """Through the codec; a leg without a call is silent, which A-law has no code for."""
        if self._law is None:
            return samples
        coded = decode(encode(samples, self._law), self._law)
        coded[~samples.any(axis=1)] = 0
        return coded

    def take_events(self) -> list[LegEvent]:
        """Events of `drivers.signalling`, and ports that failed or are there again."""
        waiting = self._messages.to_box
        events: list[LegEvent] = [structs.replace(event, port=event.port - self._first) for event in waiting]
        waiting.clear()
        for event in events:
            self._note(event)
        return events

    def _note(self, event: LegEvent) -> None:
        """Ringback is the card's until the far end has something to say."""
        is_channel = self.kinds[event.port] is PortKind.SIP_TRUNK and self._ringback.size > 0
        if isinstance(event, CallAlerting) and not event.in_band and is_channel:
            self._ringing.setdefault(event.port, 0)
        elif isinstance(event, CallAlerting | CallProgressed | CallConnected | CallCleared):
            self._ringing.pop(event.port, None)

    def signal(self, port: int, command: SignallingCommand) -> None:
        self._messages.to_world.append((self._first + port, command))

    def command(self, port: int, command: AnyLineCommand) -> None:
        del port, command
        self.misfits += 1

    def dialling(self, port: int) -> bool:
        del port
        return False

    def reading(self, port: int) -> LineReading:
        kind = self.kinds[port]
        return LineReading(kind.value if kind else "", kind is not None, "", False, 0.0, 0.0, "")

    def stop(self) -> None:
        """Calls stand: the process that has them lives on."""
