"""What the gate tells of itself: `gate.status.json` in shared memory, anew each second."""

from __future__ import annotations

from msgspec import Struct


class GateStatus(Struct, frozen=True):
    """Counts are since the gate's start. A field is added, never renamed."""

    at_us: int = 0
    """Box time of this status."""
    listening: bool = False
    """Programs can connect."""
    connections: int = 0
    """Open now, strangers included."""
    clients: int = 0
    """Logged in now."""
    logins: int = 0
    """Programs that came in."""
    refused_logins: int = 0
    """Logins with a wrong name or secret, or too soon after such."""
    last_refused_us: int = 0
    """Box time of the last of them; 0: there was none."""
    refused_connections: int = 0
    """Connections closed because there were too many."""
    gate_orders: int = 0
    """Orders given to the engine for programs."""
    dropped: int = 0
    """Programs let go because they did not read."""
