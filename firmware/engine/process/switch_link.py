"""The engine's side of the socket to the switch."""

from __future__ import annotations

import socket
from pathlib import Path

from firmware.protocol.connection import arrived, connected, send_kept
from firmware.protocol.last_resort import LastResort
from firmware.protocol.wire_format import (
    Ack,
    CommandFrame,
    EventFrame,
    FrameStream,
    Hello,
    encode,
)

ROLE = "engine"


class SwitchLink:
    """Till the switch's hello has come everything sent is dropped. Its owner's loop does the selecting.

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

    @property
    def greeted(self) -> bool:
        """The switch has told its life: it hears what is sent."""
        return self._greeted

    @property
    def readers(self) -> list[socket.socket]:
        return [self._socket] if self._socket is not None else []

    @property
    def writers(self) -> list[socket.socket]:
        return [self._socket] if self._socket is not None and self._out else []

    def connect(self, epoch: int) -> bool:
        """True when a new connection stands."""
        link = connected(self._path)
        if link is None:
            return False
        self._socket, self._stream, self._greeted = link, FrameStream(), False
        self._out = bytearray(encode(Hello(ROLE, epoch)))
        return True

    def send(self, frame: CommandFrame | Ack | LastResort) -> None:
        if self._greeted:
            self._out += encode(frame)

    def flush(self) -> None:
        if self._socket is not None and not send_kept(self._socket, self._out):
            self.close()

    def read(self) -> list[Hello | EventFrame]:
        """What has arrived; nothing is waited for."""
        data = arrived(self._socket) if self._socket else b""
        if data is None:
            return []
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

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._greeted = None, False
        self._out.clear()
