"""Who hears whom, as one gather over a matrix of sources. No Python loop over ports or samples in the tick.

Rows of the matrix: the ports, two player slots for each port, one mixer for each port, and silence last, so
that source -1 is silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from drivers.ports import TICK_SAMPLES, Samples
from firmware.switch.mixers import Mixers
from firmware.switch.players import Players

SILENCE = -1
PLAYERS_A_PORT = 2
"""One for what the engine plays, one for the switch's own signals (dialling, caller ID)."""


class Gain:
    """A vector of gains. Only the ports whose gain is not 1 are touched."""

    def __init__(self, ports: int) -> None:
        self._factor = np.ones(ports, np.float32)
        self.set_db(0, 0.0)

    def set_db(self, port: int, gain_db: float) -> None:
        self._factor[port : port + 1] = 10.0 ** (gain_db / 20.0)
        self._which = np.flatnonzero(np.abs(self._factor - 1.0) > 1e-4)
        self._column = self._factor[self._which, None]

    def apply(self, matrix: Samples) -> None:
        """In place, saturating."""
        if not self._which.size:
            return
        scaled = matrix[self._which] * self._column
        np.rint(scaled, out=scaled)
        np.clip(scaled, -32768, 32767, out=scaled)
        matrix[self._which] = scaled


class Fabric:
    """`sources[port]` is the row that `port` hears. All calls come from the switch's one thread."""

    def __init__(self, ports: int, players: Players) -> None:
        self.ports = ports
        self.players = players
        self._rows = np.zeros((ports * (PLAYERS_A_PORT + 2) + 1, TICK_SAMPLES), np.int16)
        self.said = self._rows[:ports]
        """What each port says, after its gain, this tick."""
        self.heard = np.zeros((ports, TICK_SAMPLES), np.int16)
        """What each port hears, after its gain, this tick."""
        self.sources = np.full(ports, SILENCE, np.intp)
        self.gain_from = Gain(ports)
        self.gain_to = Gain(ports)
        self._mixers = Mixers()
        self._first_mixer = ports * (PLAYERS_A_PORT + 1)
        self._played = self._rows[ports : self._first_mixer]
        self._mixed = self._rows[self._first_mixer : -1]
        self._wanted = self.sources.copy()
        self._held = np.zeros(ports, bool)
        self._added = np.empty(0, np.intp)

    def hear(self, port: int, source: int) -> None:
        """Another port, `player_row(port)`, or SILENCE. Takes the port out of its conference."""
        self._mixers.leave(port)
        self._want(port, source)

    def confer(self, members: Sequence[int]) -> None:
        """All members hear the sum of the others."""
        self._mixers.confer(members)
        for port in members:
            self._want(port, self._first_mixer + port)

    def mix(self, port: int, sources: Sequence[int]) -> None:
        """The port alone hears the sum of these ports. Takes it out of its conference."""
        self._mixers.leave(port)
        self._mixers.mix_for(port, sources)
        self._want(port, self._first_mixer + port if sources else SILENCE)

    def hold(self, port: int) -> None:
        """Until `free`, the port hears its signal player, whatever else is asked for it."""
        self._held[port] = True
        self.sources[port] = self.player_row(self.signal_slot(port))

    def free(self, port: int) -> None:
        """The port hears again what is wanted by now."""
        self._held[port] = False
        self.sources[port] = self._wanted[port]

    def held(self, port: int) -> bool:
        return bool(self._held[port])

    def add_signals(self, ports: Iterable[int]) -> None:
        """These ports, and no others, hear their signal player beside what they hear."""
        self._added = np.array(sorted(ports), np.intp)

    def hears(self, port: int) -> int:
        """The row the port is to hear (leaving `hold` aside)."""
        return int(self._wanted[port])

    def player_row(self, slot: int) -> int:
        return self.ports + slot

    def signal_slot(self, port: int) -> int:
        """The port's second player slot; its first is the port's own number."""
        return self.ports + port

    def _want(self, port: int, source: int) -> None:
        self._wanted[port] = source
        if not self._held[port]:
            self.sources[port] = source

    def tick(self, said: Samples) -> Samples:
        """One block from all ports to all ports; the result is valid until the next call."""
        np.copyto(self.said, said)
        self.gain_from.apply(self.said)
        self.players.tick(self._played)
        self._mixers.mix(self.said, self._mixed)
        np.take(self._rows, self.sources, axis=0, out=self.heard, mode="wrap")
        if self._added.size:
            self._add_signals()
        self.gain_to.apply(self.heard)
        return self.heard

    def _add_signals(self) -> None:
        """Saturating; as many Python calls for any number of ports."""
        both = self.heard[self._added].astype(np.int32)
        both += self._played[self.ports + self._added]
        np.clip(both, -32768, 32767, out=both)
        self.heard[self._added] = both
