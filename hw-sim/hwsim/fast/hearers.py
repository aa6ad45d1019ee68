"""Who hears whom in the box without audio: the fabric's indices alone."""

from __future__ import annotations

SILENCE = -1
PLAYER = -2


class Hearers:
    """One source a port: another port, a player, silence; or a conference or mix of several."""

    def __init__(self, ports: int) -> None:
        self._source = [SILENCE] * ports
        self._members: list[frozenset[int]] = [frozenset()] * ports
        self.since_us = [0] * ports
        """Since when each port hears what it hears."""

    def hear(self, port: int, source: int, now_us: int) -> None:
        if self._source[port] == source and not self._members[port]:
            return
        self._source[port], self._members[port] = source, frozenset()
        self.since_us[port] = now_us

    def confer(self, members: tuple[int, ...], now_us: int) -> None:
        for port in members:
            self.hear(port, SILENCE, now_us)
            self._members[port] = frozenset(members) - {port}

    def mix(self, port: int, sources: tuple[int, ...], now_us: int) -> None:
        """The port alone hears all of these."""
        if self._members[port] == frozenset(sources) and sources:
            return
        self.hear(port, SILENCE, now_us)
        self._members[port] = frozenset(sources)
        self.since_us[port] = now_us

    def source(self, port: int) -> int:
        return self._source[port]

    def hears(self, port: int, source: int) -> bool:
        return self._source[port] == source or source in self._members[port]

    def listeners(self, source: int) -> list[int]:
        """Ports that hear what `source` says."""
        return [port for port in range(len(self._source)) if self.hears(port, source)]

    def sources(self, port: int) -> list[int]:
        """Ports that this port hears."""
        return sorted(self._members[port]) or [self._source[port]] * (self._source[port] >= 0)
