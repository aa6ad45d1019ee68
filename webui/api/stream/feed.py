"""The newest events, bounded, for all who follow: each reader has only a place in them and takes no memory.

Runs in the event loop of the web process. Strategy: whoever reads too slowly is told `overtaken` and goes on with
what is newest; the state is asked anew. Nobody's slowness reaches the engine, which only ever wrote its ring.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from pathlib import Path

from firmware.gate.tail import Tail
from firmware.protocol.journal import Record
from firmware.protocol.ring import Overtaken, Ring
from firmware.protocol.rings import JOURNAL_BYTES
from firmware.stream.happenings import Happening, Position, Teller
from webui.live.guarded import Guarded

MOST_KEPT = 20_000
LOOK_S = 0.04


class Feed:
    """`offset_us` tells Unix time minus box time."""

    def __init__(self, ring: Path, offset_us: Callable[[], int], most: int = MOST_KEPT) -> None:
        self._path, self._offset_us = ring, offset_us
        self._tail: Tail | None = None
        self._kept: deque[Happening] = deque(maxlen=most)
        self._first = 0
        """Number of the first one kept; they are counted through."""
        self._floor: Position | None = None
        """Everything behind it is kept; None: nothing is known yet."""
        self._newest: Position = (0, 0, 0)
        self._teller = Teller()
        self._grown = asyncio.Event()

    async def run(self, stopped: Callable[[], bool]) -> None:
        guarded = Guarded("events for programs")
        while not stopped():
            with guarded.turn():
                self.step()
            await asyncio.sleep(LOOK_S)

    def step(self) -> None:
        """What came since the last time."""
        if self._tail is None:
            if not self._path.exists():
                return
            self._tail = Tail(Ring.in_file(self._path, JOURNAL_BYTES))
        try:
            for record in self._tail.read():
                self.take(record)
        except Overtaken:
            self.lose()

    def take(self, record: Record) -> None:
        if self._floor is None:
            self._floor = (record.epoch, record.number - 1, 9999)
        for one in self._teller.tell(record, self._offset_us()):
            if len(self._kept) == self._kept.maxlen:
                self._floor = self._kept[0].position
                self._first += 1
            self._kept.append(one)
            self._wake()
        self._newest = (record.epoch, record.number, 9999)

    def lose(self) -> None:
        """Some were missed: nobody can go on from before."""
        self._first += len(self._kept) + 1
        self._kept.clear()
        self._floor = None
        self._wake()

    @property
    def end(self) -> int:
        """Number of the next one that comes."""
        return self._first + len(self._kept)

    def after(self, position: Position) -> int | None:
        """Number of the first one behind it; None: what lies between is not kept."""
        if self._floor is None or not self._floor <= position <= self._newest:
            return None
        return self._first + bisect_right(self._kept, position, key=lambda one: one.position)

    def at(self, number: int) -> Happening | None:
        """None: it has not come yet. Raises Overtaken."""
        if number < self._first:
            raise Overtaken(f"event {number} is not kept any more")
        return self._kept[number - self._first] if number < self.end else None

    async def grows(self, patience_s: float) -> bool:
        """False: nothing came for so long."""
        grown = self._grown
        try:
            await asyncio.wait_for(grown.wait(), patience_s)
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()
