"""The engine's process: one thread that gives inputs, sends commands and re-arms to the next deadline."""

from __future__ import annotations

import select
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from firmware.config.newest import newest
from firmware.engine.disk_watch import DiskWatch
from firmware.engine.keeper import Keeper
from firmware.engine.order_desk import OrderDesk
from firmware.engine.recovery import recover
from firmware.engine.switch_link import ROLE, SwitchLink
from firmware.engine.view import state_view
from firmware.engine.wall_watch import WallLook
from firmware.protocol import journal
from firmware.protocol.commands import Numbered
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.inputs import ConfigApplied, FromSwitch, Started
from firmware.protocol.journal import Record
from firmware.protocol.order_format import (
    NOT_READ,
    AskReload,
    AskState,
    GiveOrder,
    OrderAnswer,
    ReloadAnswer,
    Request,
    Verdict,
)
from firmware.protocol.order_server import Client, OrderServer
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from firmware.protocol.wire_format import Ack, CommandFrame, EventFrame, Hello
from firmware.recorder.snapshots import pack

if TYPE_CHECKING:
    from drivers.ports import Clock  # the module carries NumPy, which the engine does without

RETRY_US = 200_000
IDLE_US = 1_000_000
FULL_US = 5_000
SAVED_US = 20_000
"""So often it is looked whether an order somebody waits for is on the disk."""
SNAPSHOT_RECORDS = 5_000


class EngineProcess:
    """Everything one engine process holds; `step` is one turn of its loop."""

    def __init__(self, places: Places, box: str, clock: Clock, wall: WallLook) -> None:
        self._places, self._clock, self._wall = places, clock, wall
        self._rings = Rings(places.run)
        recovered = recover(places.root, self._rings.journal, box)
        self._epoch = recovered.engine.state.epoch + 1
        self.link = SwitchLink(places.switch_socket)
        self.keeper = Keeper(recovered.engine, self._journal, self._send, recovered.recent)
        self._since_snapshot = 0
        self._retry_us = 0
        self._disk = DiskWatch(places.status("recorder"), self._rings.audio)
        self._heartbeat = Heartbeat(places.beat(ROLE))
        now_us = clock.now_us()
        self._heartbeat.beat(now_us)
        self.keeper.give(Started(self._epoch), now_us)
        self._look_at_wall()
        self._take_config(now_us)
        self.desk = OrderDesk(self.keeper, self._rings.journal)
        self.orders = OrderServer(places.engine_socket)

    def step(self, patience_us: int = IDLE_US) -> None:
        """Waits no longer than `patience_us` for something to do."""
        now_us = self._clock.now_us()
        self._heartbeat.beat(now_us)
        self._reconnect(now_us)
        self.keeper.run_timers(now_us)
        self._look_at_wall()
        self._look_at_disk(now_us)
        self._exchange(patience_us)
        self.desk.tell_saved()
        self._snapshot()

    def _exchange(self, patience_us: int) -> None:
        """Waits for the switch, for orders or for the next deadline; decides upon what came."""
        wait_us = min(patience_us, self._patience_us())
        self.link.flush()
        readers = [*self.link.readers, *self.orders.readers]
        writers = [*self.link.writers, *self.orders.writers]
        readable, writable, _ = select.select(readers, writers, [], wait_us / 1e6)
        self.orders.flush(writable)
        if any(one in readable for one in self.link.readers):
            self._hear_switch()
        for client, request in self.orders.take(readable):
            self._serve(client, request)

    def _hear_switch(self) -> None:
        newest: EventFrame | None = None
        for frame in self.link.read():
            if isinstance(frame, Hello):
                self._greeted(frame)
            else:
                newest = frame
                given = FromSwitch(frame.epoch, frame.number, frame.event)
                self.keeper.give(given, self.keeper.not_before(frame.event.at_us))
        if newest is not None:
            self.link.send(Ack(newest.epoch, newest.number))

    def _greeted(self, switch: Hello) -> None:
        """A connection stands: what the same switch may have missed, then the question how things are."""
        if switch.epoch == self.keeper.engine.state.switch_epoch:
            self.keeper.repeat()
        self.keeper.give(Started(self._epoch), self.keeper.not_before(self._clock.now_us()))

    def _serve(self, client: Client, request: Request | None) -> None:
        match request:
            case GiveOrder():
                self.desk.take(request, self._clock.now_us(), partial(self.orders.answer, client))
            case AskState():
                view = state_view(self.keeper.engine, request.request, link_up=self.link.greeted)
                self.orders.answer(client, view)
            case AskReload():
                told = ReloadAnswer(request.request, False, self._epoch, "not-possible")
                self.orders.answer(client, told)
            case None:
                self.orders.answer(client, OrderAnswer(NOT_READ, Verdict.REFUSED, reason="not-understood"))

    def close(self) -> None:
        self.orders.close()
        self.link.close()
        self._heartbeat.close()

    def _patience_us(self) -> int:
        deadline = self.keeper.engine.deadline_us
        now_us = self._clock.now_us()
        waits = [SAVED_US if self.desk.waits else IDLE_US]
        if self.orders.waits:
            return 0
        if deadline is not None:
            waits.append(deadline - now_us)
        if not self.link.up:
            waits.append(self._retry_us - now_us)
        return max(0, min(waits))

    def _reconnect(self, now_us: int) -> None:
        if self.link.up or now_us < self._retry_us:
            return
        self._retry_us = now_us + RETRY_US
        self.link.connect(self._epoch)

    def _take_config(self, now_us: int) -> None:
        """What was put into config.db while no engine was there; later versions come as orders."""
        found = newest(self._places.config_db)
        if found is not None and found.version != self.keeper.engine.state.config_version:
            self.keeper.give(ConfigApplied(found.version, found.author, found.json), now_us)

    def _look_at_wall(self) -> None:
        given = self._wall.look()
        if given is not None:
            self.keeper.give(given, self.keeper.not_before(self._clock.now_us()))

    def _look_at_disk(self, now_us: int) -> None:
        state = self.keeper.engine.state
        given = self._disk.look(now_us, state.disk_level, state.disk_stop)
        if given is not None:
            self.keeper.give(given, self.keeper.not_before(now_us))

    def _journal(self, record: Record) -> None:
        """Waits for room: an engine that cannot remember must not decide."""
        payload = journal.encode(record)
        if len(payload) > self._rings.journal.capacity // 2:
            raise journal.RecordTooLarge(f"{len(payload)} bytes")
        while not self._rings.journal.put(payload):
            self._clock.wait_until(self._clock.now_us() + FULL_US)
            self._heartbeat.beat(self._clock.now_us())
        self._since_snapshot += 1

    def _send(self, command: Numbered) -> None:
        self.link.send(CommandFrame(command))

    def _snapshot(self) -> None:
        if self._since_snapshot < SNAPSHOT_RECORDS:
            return
        engine = self.keeper.engine
        if self._rings.snapshots.put(pack(engine.snapshot(), engine.state.epoch, engine.state.number)):
            self._since_snapshot = 0


def run(
    places: Places, box: str, *, clock: Clock, wall: WallLook, stopped: Callable[[], bool]
) -> None:
    """Returns after `stopped()`."""
    process = EngineProcess(places, box, clock, wall)
    try:
        while not stopped():
            process.step()
    finally:
        process.close()
