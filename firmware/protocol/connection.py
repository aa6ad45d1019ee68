"""What the ends of our Unix sockets share: sending what is kept and taking what has arrived, never waiting."""

from __future__ import annotations

import socket
from pathlib import Path

CHUNK_BYTES = 1 << 16


def send_kept(connection: socket.socket, kept: bytearray) -> bool:
    """What the socket takes now leaves `kept`. False: the other side is gone."""
    try:
        while kept:
            del kept[: connection.send(kept)]
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


def arrived(connection: socket.socket) -> bytes | None:
    """At most CHUNK_BYTES; None: nothing yet; empty: the other side is gone."""
    try:
        return connection.recv(CHUNK_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def connected(path: Path) -> socket.socket | None:
    """To whoever listens there; None: nobody does, or he has no room just now."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.setblocking(False)
    try:
        link.connect(str(path))
    except OSError:
        link.close()
        return None
    return link
