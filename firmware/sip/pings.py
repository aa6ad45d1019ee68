"""OPTIONS to telephones behind NAT: they keep the router's door open, and show who is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from drivers.sip.events import RequestAnswered
from firmware.sip.bindings import Contact
from firmware.sip.outputs import Out, Send

EVERY_US = 25_000_000
"""Routers forget a UDP mapping after 30 s (RFC 4787 REQ-5 wants minutes; many do not listen)."""
AT_ONCE = 20
"""Requests of one `due`."""
SILENT_AFTER = 3
"""So many without an answer, and the telephone is called after others."""
TIMED_OUT = 408
Place = tuple[str, str, str, int]


class _Ping(Struct):
    next_us: int
    request: int = 0
    """On its way; 0: none."""
    unanswered: int = 0


class Pings:
    def __init__(self, next_request: Callable[[], int], own: str) -> None:
        self._next_request, self._own = next_request, own
        self._pings: dict[Place, _Ping] = {}
        self._places: dict[str, set[Place]] = {}
        """Of each number."""
        self._asked: dict[int, Place] = {}
        self.due_us: int | None = None
        """Nothing is to be sent before."""

    def use(self, number: str, contacts: Iterable[Contact], now_us: int) -> None:
        """All contacts of this number."""
        wanted = {_place(one) for one in contacts if one.is_natted}
        former = self._places.pop(number, set())
        if wanted:
            self._places[number] = wanted
        for place in former - wanted:
            self._asked.pop(self._pings.pop(place).request, None)
        for place in sorted(wanted - former):
            self._pings[place] = _Ping(now_us + EVERY_US)
            self.due_us = min(self.due_us or now_us + EVERY_US, now_us + EVERY_US)

    def due(self, now_us: int) -> list[Out]:
        if self.due_us is None or now_us < self.due_us:
            return []
        waiting = [place for place, ping in self._pings.items() if ping.next_us <= now_us]
        sent: list[Out] = [self._send(place, now_us) for place in waiting[:AT_ONCE]]
        self.due_us = min((ping.next_us for ping in self._pings.values()), default=None)
        return sent

    def answered(self, answer: RequestAnswered) -> bool:
        """Any answer is a sign of life, a refusal too."""
        place = self._asked.pop(answer.request, None)
        if place is None:
            return False
        ping = self._pings[place]
        ping.request = 0
        ping.unanswered = ping.unanswered + 1 if answer.status == TIMED_OUT else 0
        return True

    def is_silent(self, contact: Contact) -> bool:
        ping = self._pings.get(_place(contact))
        return ping is not None and ping.unanswered >= SILENT_AFTER

    def _send(self, place: Place, now_us: int) -> Send:
        """One whose answer is still awaited after so long counts as unanswered."""
        ping = self._pings[place]
        if self._asked.pop(ping.request, None):
            ping.unanswered += 1
        ping.request, ping.next_us = self._next_request(), now_us + EVERY_US
        self._asked[ping.request] = place
        _, reach, _, _ = place
        return Send(ping.request, "OPTIONS", reach, self._own, f"<{reach}>")


def _place(contact: Contact) -> Place:
    return (contact.number, contact.reach, contact.address, contact.port)
