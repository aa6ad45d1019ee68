"""The copper between silicon and world: what is on each port's two wires, as arrays.

Chips write what they do to the wire, the world writes what it does; neither calls the other. The arrays live in
ordinary memory (virtual time) or in shared memory (`run --sim`, where the world is a process of its own).
Levels: int16 full scale is +3.14 dBm0 (sine). Audio moves in ticks of 160 samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TICK_SAMPLES = 160
RING_BLOCKS = 16

BOX_SIDE = np.dtype(
    [
        ("kind", "u1"),  # 0 empty, 1 FXO, 2 FXS
        ("off_hook", "u1"),  # FXO: our loop is closed
        (
            "feed",
            "u1",
        ),  # FXS: linefeed code of Si321x register 64 (0 open, 1 forward, 2 OHT, 4 ringing, 5 reverse…)
        ("pad", "u1"),
        ("ring_v", "f4"),  # FXS: ringing voltage, V peak
        ("ring_hz", "f4"),
        ("feed_v", "f4"),  # FXS: open-circuit voltage tip-ring, signed
        ("limit_ma", "f4"),  # FXS: loop current limit
        ("dc_ohm", "f4"),  # FXO: DC termination while off-hook
    ]
)
WORLD_SIDE = np.dtype(
    [
        ("battery_v", "f4"),  # FXO: open-circuit battery of the exchange, signed; 0: none (unplugged, CPC)
        ("loop_ohm", "f4"),  # FXO: loop + feed resistance. FXS: telephone's DC resistance, inf on-hook
        ("ring_v", "f4"),  # FXO: ringing voltage on the line, V peak; 0: none
        ("ring_hz", "f4"),
        ("parallel_ohm", "f4"),  # FXO: a telephone in parallel, inf: none
        ("ring_phase0_us", "i8"),  # FXO: box time at which this burst's sine had phase 0
        ("power_cut", "f4"),  # FXS: 1 while the port's 12 V are away, else 0
    ]
)


class Wire:
    """All ports of one simulated box.

    `to_world[block % RING_BLOCKS]` and `to_box[block % RING_BLOCKS]` are `int16[ports, 160]`: what the chips
    put on the wire in tick `block`, and what the world puts there. `blocks[0]` counts the ticks the chips have
    completed, `blocks[1]` those the world has.
    """

    def __init__(self, ports: int, memory: memoryview | None = None) -> None:
        self.ports = ports
        buffer = memoryview(bytearray(self.size(ports))) if memory is None else memory
        at = 0

        def take(dtype: np.dtype[np.void] | type, shape: tuple[int, ...]) -> NDArray[np.generic]:
            nonlocal at
            array = np.ndarray(shape, dtype, buffer, at)
            at += array.nbytes
            return array

        self.blocks: NDArray[np.int64] = take(np.int64, (2,)).view(np.int64)
        self.world: NDArray[np.void] = take(WORLD_SIDE, (ports,)).view(WORLD_SIDE)
        self.box: NDArray[np.void] = take(BOX_SIDE, (ports,)).view(BOX_SIDE)
        shape = (RING_BLOCKS, ports, TICK_SAMPLES)
        self.to_world: NDArray[np.int16] = take(np.int16, shape).view(np.int16)
        self.to_box: NDArray[np.int16] = take(np.int16, shape).view(np.int16)
        if memory is None:
            self.world["loop_ohm"] = np.inf
            self.world["parallel_ohm"] = np.inf

    @staticmethod
    def size(ports: int) -> int:
        """Bytes of memory needed."""
        audio = 2 * RING_BLOCKS * ports * TICK_SAMPLES * 2
        return 16 + ports * (BOX_SIDE.itemsize + WORLD_SIDE.itemsize) + audio
