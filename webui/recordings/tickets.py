"""What lets one person hear one recording for a while: made after the audit was told, shown by each request."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from msgspec import Struct

LASTS_US = 4 * 3_600_000_000
MOST = 2_000


class Ticket(Struct, frozen=True):
    person: str
    recording: str
    until_us: int
    """Wall time."""
    takes_out: bool = False
    """It is saved as a file."""


class Tickets:
    """Of any thread. In memory: after a restart players ask again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()

    def make(self, person: str, recording: str, now_us: int, *, takes_out: bool = False) -> str:
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[key] = Ticket(person, recording, now_us + LASTS_US, takes_out)
            while len(self._tickets) > MOST:
                self._tickets.popitem(last=False)
        return key

    def of(self, key: str, person: str, now_us: int) -> Ticket | None:
        """None for one that is somebody else's, too old, or none."""
        with self._lock:
            found = self._tickets.get(key)
        return found if found and found.person == person and now_us < found.until_us else None
