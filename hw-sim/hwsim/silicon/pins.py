"""One port's two wires as a chip feels them: figures of `Wire.world` and `Wire.box`, quick to reach."""

from __future__ import annotations

import math
from struct import unpack_from

import numpy as np

from hwsim.wire import BOX_SIDE, WORLD_SIDE, Wire

_FLOATS_WORLD = WORLD_SIDE.itemsize // 4
_FLOATS_BOX = BOX_SIDE.itemsize // 4


class Pins:
    """`port` is the row of the wire. Reads are of this moment; nothing is kept."""

    def __init__(self, wire: Wire, port: int) -> None:
        self.port = port
        self._world_bytes = wire.world.view(np.uint8).data
        self._box_bytes = wire.box.view(np.uint8).data
        self.world = self._world = self._world_bytes.cast("f")
        """For the busiest looks: floats, this port's begin at `first` (battery, loop, ringing, Hz, parallel)."""
        self._box = self._box_bytes.cast("f")
        self.first = self._in = port * _FLOATS_WORLD
        self._out = port * _FLOATS_BOX

    @property
    def battery_v(self) -> float:
        return self._world[self._in]

    @property
    def loop_ohm(self) -> float:
        return self._world[self._in + 1]

    @property
    def ring_v(self) -> float:
        return self._world[self._in + 2]

    @property
    def ring_hz(self) -> float:
        return self._world[self._in + 3]

    @property
    def parallel_ohm(self) -> float:
        return self._world[self._in + 4]

    @property
    def power_cut(self) -> bool:
        return self._world[self._in + 7] != 0.0

    def ringing(self, now_us: int) -> float:
        """Ringing voltage now: a sine whose phase depends on box time alone, however often one looks."""
        if not self.ring_v:
            return 0.0
        (phase0_us,) = unpack_from("<q", self._world_bytes, 4 * self._in + 20)
        turns = (now_us - phase0_us) * 1e-6 * self.ring_hz
        return self.ring_v * math.sin(2 * math.pi * (turns % 1.0))

    def is_kind(self, kind: int) -> None:
        self._box_bytes[4 * self._out] = kind

    def close_loop(self, closed: bool, dc_ohm: float) -> None:
        """FXO: what our side of the loop is."""
        self._box_bytes[4 * self._out + 1] = closed
        self._box[self._out + 5] = dc_ohm

    def feed(self, linefeed: int, feed_v: float, limit_ma: float, ring_v: float, ring_hz: float) -> None:
        """FXS: what we put on the telephone's wires."""
        box, at = self._box, self._out
        self._box_bytes[4 * at + 2] = linefeed
        box[at + 1], box[at + 2], box[at + 3], box[at + 4] = ring_v, ring_hz, feed_v, limit_ma
