"""What the engine remembers beyond its own life: each record into the journal ring, now and then a snapshot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from firmware.engine.engine import Engine
from firmware.engine.process.recovery import RECENT
from firmware.protocol import journal
from firmware.protocol.facts import ErasureOrdered, InputPassedOver, RecordsErased
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.protocol.snapshots import pack

if TYPE_CHECKING:
    from drivers.ports import Clock

FULL_US = 5_000
SNAPSHOT_RECORDS = 2_000
"""A restart replays no more than these and what came while the snapshot ring was full; some 100 ms on a small box."""
SNAPSHOT_US = 3_600_000_000
"""On a quiet box too: segments can only be dropped, and an erasure be complete, once a snapshot covers them."""


class Journalling:
    """Waits for room, and only for that: an engine that cannot remember must not decide."""

    def __init__(
        self,
        ring: Ring,
        snapshots: Ring,
        clock: Clock,
        waiting: Callable[[], None],
        recent: Iterable[bytes] = (),
    ) -> None:
        """`waiting` is called every FULL_US while there is no room; `recent` are the newest records of former lives."""
        self.ring, self._snapshots, self._clock = ring, snapshots, clock
        self._waiting = waiting
        self.records = 0
        self.recent: deque[bytes] = deque(recent, maxlen=RECENT)
        self.bytes = 0
        self.waits = 0
        self.waited_us = 0
        self.stands = False
        """There is no room now."""
        self.passed_over = 0
        self.since_snapshot = 0
        self.snapshot_us = clock.now_us()
        self._turn = False
        """An erasure was ordered or done: a snapshot at once, and a new segment behind it."""

    def put(self, record: Record) -> None:
        """Raises RecordTooLarge for what no ring would ever take."""
        payload = journal.encode(record)
        if len(payload) > self.ring.capacity // 2:
            raise journal.RecordTooLarge(f"{len(payload)} bytes")
        if not self.ring.put(payload):
            self._wait(payload)
        self.recent.append(payload)
        self.records += 1
        self.bytes += len(payload)
        self.since_snapshot += 1
        self._turn |= any(isinstance(fact, ErasureOrdered | RecordsErased) for fact in record.facts)
        self.passed_over += any(isinstance(fact, InputPassedOver) for fact in record.facts)

    def snapshot(self, engine: Engine, at_us: int) -> None:
        """When enough records or time lie behind; tried again at the next call where the ring is full."""
        old = self.since_snapshot > 0 and at_us - self.snapshot_us >= SNAPSHOT_US
        if self.since_snapshot >= SNAPSHOT_RECORDS or old or self._turn:
            self.snapshot_now(engine, at_us)

    def snapshot_now(self, engine: Engine, at_us: int) -> None:
        state = engine.state
        if self._snapshots.put(pack(engine.snapshot(), state.epoch, state.number, self._turn)):
            self.since_snapshot, self.snapshot_us, self._turn = 0, at_us, False

    def _wait(self, payload: bytes) -> None:
        began_us = self._clock.now_us()
        self.waits += 1
        self.stands = True
        waited_us = self.waited_us
        while not self.ring.put(payload):
            now_us = self._clock.now_us()
            self._clock.wait_until(now_us + FULL_US)
            self.waited_us = waited_us + now_us - began_us
            self._waiting()
        self.waited_us = waited_us + self._clock.now_us() - began_us
        self.stands = False
