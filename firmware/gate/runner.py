"""The gate's process: one thread between programs, the engine and the journal's ring."""

from __future__ import annotations

import secrets
import select
import sys
from collections.abc import Callable

from drivers.ports import Clock
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.gate.engine_link import EngineLink
from firmware.gate.hub import Hub
from firmware.gate.server import Server
from firmware.gate.tail import Tail
from firmware.protocol import facts as f
from firmware.protocol.box_secret import box_secret
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.journal import Record
from firmware.protocol.order_format import OrderAnswer, StateView
from firmware.protocol.places import Places
from firmware.protocol.ring import Overtaken, Ring
from firmware.protocol.rings import JOURNAL_BYTES
from firmware.protocol.status_file import StatusFile

ROLE = "gate"
SECRET = "gate"  # noqa: S105 - the name of the key, not the key
STATUS_US = 1_000_000
LOOK_US = 40_000
"""So often the journal's ring is looked at: an event is told that late at most."""
IDLE_US = 500_000
"""The same while nobody is there to be told."""
VIEW_US = 2_000_000
"""An engine that does not say how things stand is asked again."""


class Gate:
    """Everything the process holds; `step` is one turn of its loop."""

    def __init__(
        self, places: Places, config: Config, clock: Clock, wall_offset_us: int, port: int = -1
    ) -> None:
        """`port` replaces the configuration's. Raises OSError."""
        self._places, self._clock = places, clock
        self._heartbeat = Heartbeat(places.beat(ROLE))
        self._heartbeat.beat(clock.now_us())
        self._status, self._told_us = StatusFile(places.status(ROLE)), 0
        self._tail = Tail(Ring.in_file(places.run / "journal.ring", JOURNAL_BYTES))
        self._early: list[Record] = []
        """Came while nobody had yet said how things stand."""
        self._view_us = 0
        self.link = EngineLink(places.engine_socket, self._view_came)
        self.hub = Hub(config, box_secret(places.secrets, SECRET), self._give, wall_offset_us)
        self._port = config.gate.port if port < 0 else port
        self.server: Server | None = Server(self.hub, self._port, _challenge)
        self._waits_for_view = True

    def step(self, patience_us: int = IDLE_US) -> None:
        now_us = self._clock.now_us()
        self._heartbeat.beat(now_us)
        if self._waits_for_view and now_us >= self._view_us:
            self._view_us = now_us + VIEW_US
            self.link.ask_view()
        self.link.proceed(now_us)
        self._wait(min(patience_us, self._patience_us(now_us)))
        self._look()
        if self.server is not None:
            self.server.proceed(self._clock.now_us())
        if now_us >= self._told_us:
            self._told_us = now_us + STATUS_US
            self._status.write(self.hub.figures(now_us, listening=self.server is not None))

    def close(self) -> None:
        if self.server is not None:
            self.server.close()
        self.link.close()
        self._heartbeat.close()
        self._status.close()

    def _patience_us(self, now_us: int) -> int:
        some = bool(self.hub.sessions)
        waits = [LOOK_US if some else IDLE_US]
        if self.server is not None and (wait := self.server.wait_us(now_us)) is not None:
            waits.append(wait)
        return max(0, min(waits))

    def _wait(self, wait_us: int) -> None:
        server = self.server
        readers = [*self.link.readers, *(server.readers if server else ())]
        writers = [*self.link.writers, *(server.writers if server else ())]
        readable, writable, _ = select.select(readers, writers, [], wait_us / 1e6)
        if any(one in readable for one in self.link.readers):
            self.link.read()
        if any(one in writable for one in self.link.writers):
            self.link.flush()
        if server is not None:
            server.read(readable, self._clock.now_us())

    def _look(self) -> None:
        """What the engine decided since."""
        try:
            for record in self._tail.read():
                self._take(record)
        except Overtaken:
            self._waits_for_view, self._early, self._view_us = True, [], 0

    def _take(self, record: Record) -> None:
        if self._waits_for_view:
            self._early.append(record)
            return
        self.hub.take(record)
        if any(isinstance(fact, f.ConfigTaken) for fact in record.facts):
            self._take_config()

    def _view_came(self, view: StateView) -> None:
        self._waits_for_view = False
        self.hub.begin(view)
        early, self._early = self._early, []
        for record in early:
            self._take(record)

    def _take_config(self) -> None:
        """Tokens and queues at once; a gate that is switched off lets everybody go."""
        found = newest(self._places.config_db)
        if found is None:
            return
        self.hub.use(found.config)
        if self.server is not None and not found.config.gate.enabled:
            self.server.close()
            self.server = None
        elif self.server is None and found.config.gate.enabled:
            self.server = Server(self.hub, found.config.gate.port, _challenge)

    def _give(self, order: AnyOrder, told: Callable[[OrderAnswer], None]) -> None:
        self.link.give(order, told, self._clock.now_us())


def _challenge() -> str:
    return str(secrets.randbelow(10**9))


def run(
    places: Places, config: Config, *, clock: Clock, wall_offset_us: int, stopped: Callable[[], bool]
) -> None:
    """Returns after `stopped()`. Raises OSError where the port is taken."""
    gate = Gate(places, config, clock, wall_offset_us)
    sys.stderr.write(f"gate: on 127.0.0.1:{config.gate.port}\n")
    try:
        while not stopped():
            gate.step()
    finally:
        gate.close()
