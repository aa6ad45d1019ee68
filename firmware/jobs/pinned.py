"""A connection to an address that was checked: no second look at the name, nothing of this machine by accident."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable

from firmware.config.schema import Jobs
from firmware.jobs.addresses import named, networks_of
from firmware.jobs.answers import Failed
from firmware.jobs.urls import Place

Hold = Callable[[socket.socket], None]
"""Told of each socket, so that somebody else can shut it when time is over."""


class Pinned(http.client.HTTPConnection):
    """`left_s` says how much time there is."""

    def __init__(
        self, place: Place, address: str, rules: Jobs, left_s: Callable[[], float], hold: Hold
    ) -> None:
        super().__init__(place.host, place.port)
        self._place, self._address, self._rules = place, address, rules
        self._left_s, self._hold = left_s, hold

    def connect(self) -> None:
        """Raises Failed, OSError."""
        place, rules, left_s = self._place, self._rules, self._left_s()
        if left_s <= 0:
            raise Failed("timed-out")
        link = socket.create_connection((self._address, place.port), timeout=left_s)
        self.sock = link
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._hold(link)
        ours = link.getpeername()[0] == link.getsockname()[0]
        if ours and not named(self._address, networks_of(rules.networks)):
            raise Failed("address-not-allowed")
        if place.scheme == "https":
            context = ssl.create_default_context(cafile=None)
            if rules.certificates:
                context.load_verify_locations(rules.certificates)
            self.sock = context.wrap_socket(link, server_hostname=place.host)
            self._hold(self.sock)
