"""Which outside line carries an emergency call when nobody but the switch can say."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from firmware.protocol import commands as c
from firmware.protocol.last_resort import EmergencyLine, LastResort
from firmware.switch.last_resort.given import Given
from firmware.switch.lines.ports import LINES, Port

GUARD_US = 1_000_000
"""A line let go stays on-hook so long before it is seized anew: the exchange must see a release, not a flash."""


class Lines:
    """Knows of each line what the port says, whether it carries an emergency call, and since when it rests."""

    def __init__(self, ports: Sequence[Port], given: Given, table: LastResort) -> None:
        self.table = table
        self._ports = ports
        self._given = given
        self._emergency: set[int] = set()
        self._released_us: dict[int, int] = {}

    def note(self, command: c.AnySwitchCommand, now_us: int) -> None:
        """To be called before the command is carried out."""
        if isinstance(command, c.Dial) and command.digits in self.table.numbers:
            self.take(command.port)
        elif isinstance(command, c.Release):
            self.drop(command.port, now_us)

    def take(self, port: int) -> None:
        """It carries an emergency call, or is kept for one."""
        self._emergency.add(port)

    def drop(self, port: int, now_us: int) -> None:
        """It does no more."""
        self._emergency.discard(port)
        if self.held(port):
            self._released_us[port] = now_us

    def held(self, port: int) -> bool:
        return (
            0 <= port < len(self._ports)
            and isinstance(self._ports[port], LINES)
            and self._ports[port].off_hook
        )

    def rings(self, port: int) -> bool:
        return 0 <= port < len(self._ports) and self._ports[port].ringing

    def rested_us(self, port: int) -> int:
        """When it may be seized."""
        return self._released_us.get(port, -GUARD_US) + GUARD_US

    def pick(self, passed: Collection[int]) -> EmergencyLine | None:
        """A free line; else one whose caller talks to nobody; else one in conversation; at last one that rings.

        Of each kind the first in order. `passed` have been tried; one that carries an emergency call is never taken.
        """
        usable = [one for one in self.table.lines if one.port not in passed and self._usable(one.port)]
        ranks = {one.port: self._rank(one.port) for one in usable}
        return min(usable, key=lambda one: ranks[one.port], default=None)

    def others(self, port: int, passed: Collection[int]) -> bool:
        """Whether there is another line to go on to."""
        left = (one.port for one in self.table.lines if one.port != port and one.port not in passed)
        return any(self._usable(one) for one in left)

    def _usable(self, port: int) -> bool:
        if not 0 <= port < len(self._ports) or port in self._emergency:
            return False
        line = self._ports[port]
        return isinstance(line, LINES) and not line.alarms.alarms

    def _rank(self, port: int) -> int:
        if self.rings(port):
            return 3
        if not self.held(port):
            return 0
        return 2 if self._given.talks(port) else 1
