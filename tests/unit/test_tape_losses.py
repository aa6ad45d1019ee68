"""What a full audio ring loses is told, tick by tick, for each recording; what it does not lose is not."""

from __future__ import annotations

import numpy as np

from firmware.protocol.ring import Ring
from firmware.protocol.tape import decode
from firmware.switch.tape import Began, Ended, Lost, Tape

ONE, TWO = "0" * 15 + "1", "0" * 15 + "2"
ROWS = np.zeros((4, 160), np.int16)


def ticks(tape: Tape, first: int, last: int) -> None:
    for tick in range(first, last + 1):
        tape.tick(tick, ROWS, ROWS)


def test_a_ring_that_is_full_for_a_while_gives_one_loss_for_each_recording() -> None:
    ring = Ring.in_memory(4096)
    tape = Tape(ring, 1)
    tape.record(0, ONE)
    tape.record(2, TWO)
    ticks(tape, 1, 9)
    kept = [decode(data).tick for data in ring.drain()]
    assert kept == [1, 2, 3, 4, 5]
    ticks(tape, 10, 11)
    assert tape.lost_blocks == 4
    assert tape.take_told() == [Began(0, ONE, 1), Began(2, TWO, 1), Lost(0, ONE, 6, 10), Lost(2, TWO, 6, 10)]
    ticks(tape, 12, 12)
    assert tape.take_told() == []


def test_a_recording_that_ends_in_a_full_ring_tells_its_loss_before_its_end() -> None:
    ring = Ring.in_memory(4096)
    tape = Tape(ring, 1)
    tape.record(0, ONE)
    ticks(tape, 1, 20)
    tape.take_told()
    kept = len(ring.peek())
    tape.stop(ONE, 21)
    assert tape.take_told() == [Lost(0, ONE, kept + 1, 21), Ended(0, ONE, 21)]


def test_a_recording_that_began_in_a_full_ring_lost_only_its_own_ticks() -> None:
    ring = Ring.in_memory(1024)
    tape = Tape(ring, 1)
    tape.record(0, ONE)
    ticks(tape, 1, 5)
    tape.record(2, TWO)
    ticks(tape, 6, 7)
    ring.drain()
    ticks(tape, 8, 8)
    assert [told for told in tape.take_told() if isinstance(told, Lost)] == [
        Lost(0, ONE, 3, 8),
        Lost(2, TWO, 6, 8),
    ]
