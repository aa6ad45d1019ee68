"""What systemd wants to hear from a service of Type=notify, over the socket it names."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class SystemdNotifier:
    """Says nothing where nobody listens, and never waits."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)

    def say(self, **state: object) -> None:
        """E.g. `READY=1`, `WATCHDOG=1`, `STATUS="…"`."""
        if self._address:
            text = "\n".join(f"{key}={value}" for key, value in state.items())
            with suppress(OSError):
                self._socket.sendto(text.encode(), self._address)

    def close(self) -> None:
        self._socket.close()
