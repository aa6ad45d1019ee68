"""The engine's process: one thread that gives inputs, sends commands and re-arms to the next deadline."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from pathlib import Path

from drivers.ports import Clock
from firmware.config.versions import ConfigStore
from firmware.engine.keeper import Keeper
from firmware.engine.recovery import recover
from firmware.protocol import journal
from firmware.protocol.commands import Numbered
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.inputs import ClockSet, ConfigApplied, FromSwitch, Started
from firmware.protocol.journal import Record
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from firmware.protocol.role import RoleLock
from firmware.protocol.wire_format import Ack, CommandFrame, EventFrame, FrameStream, Hello, encode
from firmware.recorder.snapshots import pack

ROLE = "engine"
RETRY_US = 200_000
IDLE_US = 1_000_000
FULL_US = 5_000
SNAPSHOT_RECORDS = 5_000
CONFIG_US = 1_000_000


class SwitchLink:
    """The engine's side of the socket to the switch. Till its hello has come everything sent is dropped.

    What is dropped is sent again (`Keeper.repeat`) or, to a new switch, made good by its report.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._stream = FrameStream()
        self._out = bytearray()
        self._greeted = False

    @property
    def up(self) -> bool:
        return self._socket is not None

    def connect(self, epoch: int) -> bool:
        """True when a new connection stands."""
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.connect(str(self._path))
        except OSError:
            link.close()
            return False
        link.setblocking(False)
        self._socket, self._stream, self._greeted = link, FrameStream(), False
        self._out = bytearray(encode(Hello(ROLE, epoch)))
        return True

    def send(self, frame: CommandFrame | Ack) -> None:
        if self._greeted:
            self._out += encode(frame)

    def wait(self, for_us: int) -> list[Hello | EventFrame]:
        """What arrived within `for_us`; flushes what is to be sent."""
        if self._socket is None:
            select.select([], [], [], for_us / 1e6)
            return []
        self._flush()
        if self._socket is None:
            return []
        writers = [self._socket] if self._out else []
        readable, _, _ = select.select([self._socket], writers, [], for_us / 1e6)
        return self._read() if readable else []

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._greeted = None, False
        self._out.clear()

    def _flush(self) -> None:
        try:
            while self._out and self._socket is not None:
                del self._out[: self._socket.send(self._out)]
        except BlockingIOError:
            return
        except OSError:
            self.close()

    def _read(self) -> list[Hello | EventFrame]:
        try:
            data = self._socket.recv(1 << 16) if self._socket else b""
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self.close()
            return []
        frames = self._stream.receive(data)
        if self._stream.broken:
            self.close()
        self._greeted = self._socket is not None and (
            self._greeted or any(isinstance(frame, Hello) for frame in frames)
        )
        return [frame for frame in frames if isinstance(frame, Hello | EventFrame)]


class EngineProcess:
    """Everything one engine process holds; `step` is one turn of its loop."""

    def __init__(self, places: Places, box: str, clock: Clock, wall_us: Callable[[], int]) -> None:
        self._places, self._clock, self._wall_us = places, clock, wall_us
        self._rings = Rings(places.run)
        self._configs = ConfigStore(places.config_db)
        recovered = recover(places.root, self._rings.journal, box)
        self._epoch = recovered.engine.state.epoch + 1
        self.link = SwitchLink(places.switch_socket)
        self.keeper = Keeper(recovered.engine, self._journal, self._send, recovered.recent)
        self._since_snapshot = 0
        self._retry_us = self._config_us = 0
        self._heartbeat = Heartbeat(places.beat(ROLE))
        now_us = clock.now_us()
        self._heartbeat.beat(now_us)
        self.keeper.give(Started(self._epoch), now_us)
        self.keeper.give(ClockSet(wall_us() - now_us, "system"), now_us)
        self._take_config(now_us)

    def step(self) -> None:
        now_us = self._clock.now_us()
        self._heartbeat.beat(now_us)
        self._reconnect(now_us)
        self.keeper.run_timers(now_us)
        self._take_config(now_us)
        newest: EventFrame | None = None
        for frame in self.link.wait(self._patience_us()):
            if isinstance(frame, Hello):
                self._greeted(frame)
            else:
                newest = frame
                given = FromSwitch(frame.epoch, frame.number, frame.event)
                self.keeper.give(given, self.keeper.not_before(frame.event.at_us))
        if newest is not None:
            self.link.send(Ack(newest.epoch, newest.number))
        self._snapshot()

    def _greeted(self, switch: Hello) -> None:
        """A connection stands: what the same switch may have missed, then the question how things are."""
        if switch.epoch == self.keeper.engine.state.switch_epoch:
            self.keeper.repeat()
        self.keeper.give(Started(self._epoch), self.keeper.not_before(self._clock.now_us()))

    def close(self) -> None:
        self.link.close()
        self._heartbeat.close()

    def _patience_us(self) -> int:
        deadline = self.keeper.engine.deadline_us
        now_us = self._clock.now_us()
        waits = [IDLE_US, self._config_us - now_us]
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
        """A newer version in config.db is an input like any other."""
        if now_us < self._config_us:
            return
        self._config_us = now_us + CONFIG_US
        newest = self._configs.current()
        if newest is not None and newest.version != self.keeper.engine.state.config_version:
            self.keeper.give(ConfigApplied(newest.version, newest.author, newest.json), now_us)

    def _journal(self, record: Record) -> None:
        """Waits for room: an engine that cannot remember must not decide."""
        payload = journal.encode(record)
        while not self._rings.journal.put(payload):
            self._clock.wait_until(self._clock.now_us() + FULL_US)
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
    places: Places, box: str, *, clock: Clock, wall_us: Callable[[], int], stopped: Callable[[], bool]
) -> None:
    """Returns after `stopped()`. Raises RoleHeld."""
    lock = RoleLock(places.run, ROLE)
    try:
        process = EngineProcess(places, box, clock, wall_us)
        try:
            while not stopped():
                process.step()
        finally:
            process.close()
    finally:
        lock.release()
