"""Follows the engine for all browsers together: asks how things stand when the journal grew, tells what changed.

Strategy: the engine's own view is taken instead of guessing it from facts; asking is paced, so that two hundred busy
agents cost the engine as little as one. All of it runs in the event loop of the web process; other threads only read
`things`, which is replaced and never changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from drivers.ports import Clock
from firmware.config.schema import Config
from firmware.gate.engine_link import EngineLink
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.order_format import OrderAnswer, StateView
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.protocol.rings import JOURNAL_BYTES
from webui.live.guarded import Guarded
from webui.live.levels import DayLevels
from webui.live.picture import Thing, changes, key_of, picture_of
from webui.live.streams import MOST_STREAMS, Sees, Stream, encoded

LOOK_S = 0.03
IDLE_S = 0.3
CHUNKS = 8
"""Of 64 KiB, read in one look."""
ASK_US = 60_000
"""So long between two questions while much happens."""
ANYWAY_US = 1_000_000
"""So often also when nothing happened."""
LEVELS_S = 15.0
"""So often the day's service levels are read from history."""
SILENT_US = 3_000_000
"""An engine that says nothing for so long is away."""

STEP_US = 20_000
"""Two clocks that are read one after the other differ by some microseconds each time: nothing has changed by that."""


class LiveHub:
    def __init__(
        self, places: Places, clock: Clock, wall_us: Callable[[], int], config: Callable[[], Config]
    ) -> None:
        self._clock, self._wall_us, self._config = clock, wall_us, config
        self._link = EngineLink(places.engine_socket, self._came)
        self._ring_path = places.run / "journal.ring"
        self._ring: Ring | None = None
        self._position = -1
        self._offset_us = 0
        """Unix time minus box time, as pages are told it."""
        self._asked_us = self._told_us = -ANYWAY_US
        self._streams: set[Stream] = set()
        self._encoded: dict[str, tuple[Thing, bytes]] = {}
        self.things: Mapping[str, Thing] = {}
        self.view: StateView | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns = Guarded("what the engine tells")
        self._levels = DayLevels(places.history_db, config, wall_us)

    # -- of the event loop ----------------------------------------------------------------------------

    async def run(self, stopped: Callable[[], bool]) -> None:
        self._loop = asyncio.get_running_loop()
        levels = asyncio.ensure_future(self._follow_levels())
        while not stopped():
            with self._turns.turn():
                self.step()
            await asyncio.sleep(LOOK_S if self._streams or self._link.writers else IDLE_S)
        levels.cancel()
        self._link.close()

    async def _follow_levels(self) -> None:
        """Only while somebody looks; a thread waits for the disk."""
        levels = Guarded("the day's service levels")
        while True:
            if self._streams:
                with levels.turn():
                    await asyncio.to_thread(self._levels.read)
            await asyncio.sleep(LEVELS_S)

    def step(self) -> None:
        now_us = self._clock.now_us()
        self._link.proceed(now_us)
        since_us = now_us - self._asked_us
        if since_us >= ASK_US and (self._has_grown() or since_us >= ANYWAY_US):
            self._asked_us = now_us
            self._link.ask_view()
        for _ in range(CHUNKS):
            self._link.read()
        self._link.flush()
        if self.view is not None and now_us - self._told_us > SILENT_US:
            self.view = None
            self._show()

    def open(self, sees: Sees) -> Stream | None:
        """None: too many are open."""
        if len(self._streams) >= MOST_STREAMS:
            return None
        stream = Stream(sees)
        self._streams.add(stream)
        self._catch_up(stream)
        return stream

    def close(self, stream: Stream) -> None:
        self._streams.discard(stream)

    @property
    def streams(self) -> int:
        return len(self._streams)

    # -- of any thread --------------------------------------------------------------------------------

    def give(self, order: AnyOrder, patience_s: float = 6.0) -> OrderAnswer:
        """Raises RuntimeError where the loop does not run."""
        if self._loop is None:
            raise RuntimeError("the hub does not run")
        return asyncio.run_coroutine_threadsafe(self._give(order), self._loop).result(patience_s)

    async def _give(self, order: AnyOrder) -> OrderAnswer:
        answered: asyncio.Future[OrderAnswer] = asyncio.get_running_loop().create_future()
        self._link.give(order, partial(_settle, answered), self._clock.now_us())
        while not answered.done():
            with self._turns.turn():
                self.step()
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(answered), 0.01)
        return answered.result()

    # -- parts ----------------------------------------------------------------------------------------

    def _has_grown(self) -> bool:
        """Since this was asked the last time."""
        if self._ring is None and self._ring_path.exists():
            self._ring = Ring.in_file(self._ring_path, JOURNAL_BYTES)
        before, self._position = self._position, self._ring.put_until if self._ring else -1
        return self._position != before

    def _came(self, view: StateView) -> None:
        self.view, self._told_us = view, self._clock.now_us()
        self._show()

    def _show(self) -> None:
        offset_us = self._wall_us() - self._clock.now_us()
        if abs(offset_us - self._offset_us) > STEP_US:
            self._offset_us = offset_us
        now = picture_of(self.view, self._config(), self._offset_us, self._levels.now)
        changed, gone = changes(self.things, now)
        self.things = now
        told = [(key_of(one), one, encoded(one)) for one in changed]
        self._encoded.update((key, (one, text)) for key, one, text in told)
        for key in gone:
            self._encoded.pop(key, None)
        for stream in self._streams:
            stream.tell(told, gone)
            self._catch_up(stream)

    def _catch_up(self, stream: Stream) -> None:
        if stream.is_behind:
            stream.tell_all(self._encoded)


def _settle(answered: asyncio.Future[OrderAnswer], told: OrderAnswer) -> None:
    if not answered.done():
        answered.set_result(told)
