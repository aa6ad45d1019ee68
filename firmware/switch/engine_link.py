"""The switch's side of the socket to the engine: events out, kept until acknowledged; commands in."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from firmware.protocol.commands import Numbered, Report
from firmware.protocol.connection import arrived, send_kept
from firmware.protocol.events import AnySwitchEvent
from firmware.protocol.last_resort import LastResort
from firmware.protocol.wire_format import (
    OUTBOX_EVENTS,
    Ack,
    CommandFrame,
    EventFrame,
    Frame,
    FrameStream,
    Hello,
    Outbox,
    encode,
)

ROLE = "switch"
UNSENT_BYTES = 1 << 20
"""So much waits to be taken by the engine; the rest waits in the outbox."""


class EngineLink:
    """`exchange` once a tick; it never waits. A newer connection replaces the former: a new engine."""

    def __init__(self, path: Path, epoch: int) -> None:
        """Raises OSError when the socket cannot be made. The role lock says that nobody else has it."""
        path.unlink(missing_ok=True)
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(1)
        self._listener.setblocking(False)
        self._engine: socket.socket | None = None
        self._stream = FrameStream()
        self._out = bytearray()
        self.outbox = Outbox(epoch)
        self._unsent: deque[EventFrame] = deque(maxlen=OUTBOX_EVENTS)
        self.last_resort: LastResort | None = None
        """What the engine left for the time without it."""
        self.connections = 0
        self.garbled = 0
        self._epoch = epoch
        self._known = 0

    @property
    def up(self) -> bool:
        return self._engine is not None

    @property
    def known(self) -> int:
        """The newest event that an engine has decided upon, as its acknowledgements and commands say."""
        return self._known

    def exchange(self, events: Sequence[AnySwitchEvent]) -> list[Numbered]:
        """Tell these events; commands that came since the last call, in order."""
        told = [self.outbox.add(event) for event in events]
        if self._engine is not None:
            self._unsent.extend(told)
        self._accept()
        self._refill()
        commands = self._receive()
        self._flush()
        return commands

    def close(self) -> None:
        self._hang_up()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        try:
            engine, _ = self._listener.accept()
        except BlockingIOError:
            return
        except OSError:
            return
        self._hang_up()
        engine.setblocking(False)
        self._engine, self._stream = engine, FrameStream()
        self.connections += 1
        self._send(Hello(ROLE, self._epoch, self.outbox.newest))
        self._unsent.extend(self.outbox.unacknowledged())

    def _refill(self) -> None:
        """A day's backlog must not break the connection that brings it: the engine gets what it is able to take."""
        while self._unsent and len(self._out) < UNSENT_BYTES:
            self._send(self._unsent.popleft())

    def _send(self, frame: Hello | EventFrame) -> None:
        if self._engine is None:
            return
        self._out += encode(frame)

    def _receive(self) -> list[Numbered]:
        commands: list[Numbered] = []
        while self._engine is not None:
            data = arrived(self._engine)
            if data is None:
                break
            if not data:
                self._hang_up()
                break
            for frame in self._stream.receive(data):
                self._take(frame, commands)
            if self._stream.broken:
                self._hang_up()
        return commands

    def _take(self, frame: Frame, commands: list[Numbered]) -> None:
        match frame:
            case CommandFrame(command):
                if command.life in (0, self._epoch) or isinstance(command.command, Report):
                    commands.append(command)  # what was decided for a former life died with it
                if command.life == self._epoch:
                    self._knows(command.seen)
            case Ack():
                self.outbox.acknowledge(frame)
                if frame.epoch == self._epoch:
                    self._knows(frame.number)
            case LastResort():
                self.last_resort = frame
            case _:
                pass

    def _knows(self, number: int) -> None:
        """No engine knows what has not happened yet."""
        self._known = max(self._known, min(number, self.outbox.newest))

    def _flush(self) -> None:
        if self._engine is not None and not send_kept(self._engine, self._out):
            self._hang_up()

    def _hang_up(self) -> None:
        self.garbled += self._stream.garbled
        self._stream = FrameStream()
        self._out.clear()
        self._unsent.clear()
        if self._engine is not None:
            self._engine.close()
        self._engine = None
