"""What sources may send and hold, as plain data."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True):
    """0: no limit. A packet is a datagram, or what one read of a connection brings."""

    a_second: int = 0
    """Packets of one source; what is more is not heard, and a connection ends."""
    at_once: int = 0
    """How many of them may come together."""
    of_all: int = 0
    """Packets a second of all sources together that are in none of the networks."""
    connections: int = 0
    """TCP and TLS, of one source; more are closed at once."""
    connections_of_all: int = 0
    silent_s: int = 10
    """A connection that brought no whole message for so long ends."""


class Network(Struct, frozen=True):
    """Sources with a budget of their own: trunks, one's own telephones. Each source of it has the whole budget."""

    network: str
    """Prefix: `192.0.2.0/24`, `2001:db8::/32`."""
    a_second: int = 0
    at_once: int = 0
