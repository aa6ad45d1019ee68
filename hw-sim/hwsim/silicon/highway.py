"""The PCM highways of all hats on one wire: timeslots on one side, the wires' speech on the other.

Speech moves in blocks of 20 ms. What was written to the playback side by the end of tick n is on the wires in
tick n + 1 (four periods ahead, as a real buffer is), and is put into `to_world[n]` just before time
reaches the end of tick n, so that a world that answers it with `to_box[n + 1]` echoes a sample given to
`exchange(n)` in the result of `exchange(n + 1)`: a loop of 160 samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.g711 import DECODERS, ENCODERS
from drivers.ports import CYCLE_SAMPLES, CYCLE_US, TICK_SAMPLES, TICK_US, Clock
from hwsim.silicon.si321x import Si321x
from hwsim.silicon.si3050 import Si3050
from hwsim.wire import RING_BLOCKS, Wire

SLOTS = 8
PERIODS = TICK_SAMPLES // CYCLE_SAMPLES
PERIOD_BYTES = CYCLE_SAMPLES * SLOTS
BLOCK_BYTES = PERIODS * PERIOD_BYTES
LATE_US = 8 * CYCLE_US
"""The capture buffer: who reads later than this finds it overrun."""
BYTE_OF_SLOT = np.array([3, 2, 1, 0, 7, 6, 5, 4])
IDLE = 0xFF
"""A timeslot nobody drives (pulled up)."""
ENCODE = np.stack([ENCODERS["alaw"], ENCODERS["ulaw"]]).ravel()
DECODE = np.stack([DECODERS["alaw"], DECODERS["ulaw"]]).ravel()
_LAWS = {"a": 0, "u": 1}
AnyChip = Si3050 | Si321x


class Highway:
    """One hat's eight timeslots; `chips[i]` serves row `first + i` of the wire."""

    def __init__(self, wire: Wire, first: int, chips: Sequence[AnyChip | None], clock: Clock) -> None:
        self.contention = 0
        self.underruns = 0
        self.broken = False
        """An injected −EPIPE for whoever reads or writes next."""
        self.running = False
        self.period = 0
        self._wire = wire
        self._clock = clock
        self._first = first
        self._chips = chips
        self._fifo = bytearray()
        self._block = b""
        self._stale_us: int | None = 0
        for chip in chips:
            if chip is not None:
                chip.moved = self._moved

    def _moved(self) -> None:
        self._stale_us = 0

    def start(self, period: int) -> None:
        """The stream begins: what is already written was played while the first block came in."""
        self.running, self.period = True, period
        del self._fifo[:BLOCK_BYTES]
        self._block = b""

    def halt(self) -> None:
        self.running = False
        self._fifo.clear()

    def give(self, data: bytes) -> None:
        self._fifo += data

    @property
    def queued_frames(self) -> int:
        return len(self._fifo) // SLOTS

    def _arrange(self) -> None:
        """Rows, slots, laws and gains from what the chips' registers say now."""
        now_us = self._clock.now_us()
        slots = [(row, chip.slot()) for row, chip in enumerate(self._chips) if chip is not None]
        hearing = [
            (row, slot) for row, slot in slots if slot.to_line_open and 0 <= slot.hears < SLOTS and slot.law
        ]
        driving = [(row, slot) for row, slot in slots if 0 <= slot.speaks < SLOTS and slot.law]
        self.contention += len(driving) - len({slot.speaks for _, slot in driving})
        self._hear_rows = np.array([row for row, _ in hearing], np.intp)
        self._hear_bytes = BYTE_OF_SLOT[[slot.hears for _, slot in hearing]]
        self._hear_law = np.array([[256 * _LAWS[slot.law]] for _, slot in hearing], np.intp)
        self._hear_gain = _gains([slot.to_line for _, slot in hearing])
        self._speak_rows = np.array([row for row, _ in driving], np.intp)
        self._speak_bytes = BYTE_OF_SLOT[[slot.speaks for _, slot in driving]]
        self._speak_law = np.array([[65536 * _LAWS[slot.law]] for _, slot in driving], np.intp)
        self._speak_gain = _gains([slot.from_line * slot.from_line_open for _, slot in driving])
        settles = [chip.settles_at_us() for chip in self._chips if chip is not None]
        self._stale_us = min((at for at in settles if at > now_us), default=None)

    def _fresh(self) -> bool:
        """False when the arrangement had to be made anew."""
        if self._stale_us is None or (self._stale_us and self._clock.now_us() < self._stale_us):
            return True
        self._arrange()
        return False

    def publish(self, block: int) -> None:
        """Put the next 160 frames of the playback side on the wires as `to_world[block]`."""
        self._fresh()
        out = self._wire.to_world[block % RING_BLOCKS, self._first : self._first + SLOTS]
        out[...] = 0
        data = bytes(self._fifo[:BLOCK_BYTES])
        del self._fifo[:BLOCK_BYTES]
        if not self.running:
            return
        if len(data) < BLOCK_BYTES:
            self.underruns += 1
            self.broken = True
            return
        if len(self._hear_rows):
            octets = np.frombuffer(data, np.uint8).reshape(TICK_SAMPLES, SLOTS).T[self._hear_bytes]
            heard = DECODE[octets + self._hear_law]
            out[self._hear_rows] = heard if self._hear_gain is None else _scaled(heard, self._hear_gain)

    def take(self, block: int, late: bool) -> bytes:
        """The period now due, from `to_box[block]`, or silence when the world is late."""
        if not self._fresh() or not self.period % PERIODS or not self._block:
            self._block = self._collect(block, late)
        at = self.period % PERIODS * PERIOD_BYTES
        self.period += 1
        return self._block[at : at + PERIOD_BYTES]

    def _collect(self, block: int, late: bool) -> bytes:
        frames: NDArray[np.uint8] = np.full((TICK_SAMPLES, SLOTS), IDLE, np.uint8)
        if len(self._speak_rows):
            spoken = self._wire.to_box[block % RING_BLOCKS, self._first + self._speak_rows]
            if late:
                spoken[...] = 0
            elif self._speak_gain is not None:
                spoken = _scaled(spoken, self._speak_gain)
            frames[:, self._speak_bytes] = ENCODE[spoken.view(np.uint16) + self._speak_law].T
        return frames.tobytes()


def _gains(gains: list[float]) -> NDArray[np.float32] | None:
    """A column of gains, or None when all are 1."""
    return None if all(gain == 1.0 for gain in gains) else np.array(gains, np.float32)[:, None]


def _scaled(samples: NDArray[np.int16], gains: NDArray[np.float32]) -> NDArray[np.int16]:
    scaled: NDArray[np.int16] = np.clip(np.rint(samples * gains), -32768, 32767).astype(np.int16)
    return scaled


class Backplane:
    """The frame clock all highways of one wire share.

    Blocks begin at multiples of 20 ms of box time and are counted as the world counts them: a stream begins
    with the block the world rendered last. Block b is periods 4b … 4b + 3. `blocks[0]` is raised when the
    chips have played all of a tick, just before time reaches its end; the world renders the next one then.
    A block not there by the end of its first period is silence, and counted in `late_blocks`.
    """

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.wire = wire
        self.clock = clock
        self.highways: list[Highway] = []
        self.late_blocks = 0
        self.overruns = 0
        self._t0_us: int | None = None
        self._period = 0
        self._counted_late = -1

    def start(self, highway: Highway, waits: bool = True) -> None:
        """A stream (re)starts: the first with the next block, others with the block under way."""
        if not any(other.running for other in self.highways):
            begins_us = -(-self.clock.now_us() // TICK_US) * TICK_US
            if waits:  # a world of another process is a moment behind
                self.clock.wait_until(begins_us + CYCLE_US)
            block = max(0, int(self.wire.blocks[1]) - 1)
            self._period = block * PERIODS
            self._t0_us = begins_us - block * TICK_US
            self.wire.blocks[0] = block
        highway.start(self._period // PERIODS * PERIODS)

    def due(self, highway: Highway) -> bool:
        """Whether the highway's next period is over."""
        end_us = (highway.period + 1) * CYCLE_US
        return highway.running and self._t0_us is not None and self.clock.now_us() >= self._t0_us + end_us

    def take(self, highway: Highway) -> bytes | None:
        """Wait for the end of the highway's period and give it; None when its reader came too late."""
        assert self._t0_us is not None
        due_us = self._t0_us + (highway.period + 1) * CYCLE_US
        if self.clock.now_us() > due_us + LATE_US:
            self.overruns += 1
            return None
        block = highway.period // PERIODS
        if highway.period % PERIODS == PERIODS - 1 and self.wire.blocks[0] <= block:
            self._publish(block)
        self.clock.wait_until(due_us)
        self._period = max(self._period, highway.period + 1)
        return highway.take(block, self._late(block, highway))

    def _publish(self, block: int) -> None:
        for highway in self.highways:
            highway.publish(block)
        self.wire.blocks[0] = block + 1

    def _late(self, block: int, highway: Highway) -> bool:
        if highway.period % PERIODS:
            return self._counted_late == block
        late = bool(self.wire.blocks[1] <= block)
        if late and self._counted_late != block:
            self._counted_late = block
            self.late_blocks += 1
        return late
