"""The telephones of the event model: the world's telephones on the drivers' own hook machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from drivers.chips.fxs_line import FxsLine
from drivers.chips.si321x import FEED_RINGING
from drivers.countries import CountryProfile
from drivers.ports import CYCLE_US, AnyLineCommand, AnyLineEvent, PortFailed
from hwsim.fast.port_power import PortPower
from hwsim.world.bell import cadences
from hwsim.world.percepts import HeardBell, Percept, Rang, RingingStopped
from hwsim.world.telephone import Telephone
from hwsim.world.timeline import Timeline


class Telephones:
    """By extension number; `numbers` by port. `give(port, event, at_us)` is the box's port."""

    def __init__(
        self,
        ports: dict[str, int],
        timeline: Timeline,
        tell: Callable[[str, Percept, int], None],
        give: Callable[[int, AnyLineEvent, int], None],
        country: CountryProfile,
    ) -> None:
        self._cadences = cadences(country)
        self._timeline = timeline
        self._give = give
        self._hooks = {port: FxsLine(port) for port in ports.values()}
        self._power = PortPower(timeline, self._service)
        self.numbers = {port: number for number, port in ports.items()}
        self.by_number = {number: self._telephone(number, port, tell) for number, port in ports.items()}

    def _telephone(self, number: str, port: int, tell: Callable[[str, Percept, int], None]) -> Telephone:
        who = f"ext-{number}"
        return Telephone(
            port,
            self._timeline,
            partial(self._hook, port),
            lambda now_us: tell(who, Rang(), now_us),
            lambda now_us: tell(who, RingingStopped(), now_us),
            cadences=self._cadences,
            rings=lambda cadence, now_us: tell(who, HeardBell(cadence), now_us),
        )

    def of(self, who: str) -> Telephone:
        """The telephone of a person `ext-NUMBER`."""
        return self.by_number[who.removeprefix("ext-")]

    def at(self, port: int) -> Telephone | None:
        number = self.numbers.get(port)
        return None if number is None else self.by_number[number]

    def command(self, port: int, command: AnyLineCommand, now_us: int) -> None:
        """The switch wants ringing begun or stopped, or pulses collected."""
        if port in self._hooks and port not in self._power.failed:
            self._tell(port, self._hooks[port].command(command, now_us), now_us)

    def power(self, number: str, there: bool, now_us: int) -> None:
        """The 12 V of a telephone's port come or go."""
        port = self.by_number[number].port
        if there:
            self._power.come_back(port)
        else:
            self._power.cut(port, now_us)

    def _service(self, port: int, event: AnyLineEvent, now_us: int) -> None:
        """The port went out of service, or is there again: then the driver's line begins anew."""
        telephone = self.by_number[self.numbers[port]]
        self._hooks[port] = FxsLine(port)
        self._give(port, event, now_us)
        if isinstance(event, PortFailed):
            telephone.ring(False, now_us)
        elif telephone.off_hook and telephone.plugged:
            self._hook(port, True, now_us)

    def _hook(self, port: int, closed: bool, now_us: int) -> None:
        """The driver looks every cycle, and believes its second look."""
        first_us = -(-now_us // CYCLE_US) * CYCLE_US
        for at_us in (first_us, first_us + CYCLE_US):
            self._timeline.at(at_us, partial(self._look, port, closed))

    def _look(self, port: int, closed: bool, now_us: int) -> None:
        if port not in self._power.failed:
            self._tell(port, self._hooks[port].hook(closed, now_us), now_us)

    def _due(self, port: int, now_us: int) -> None:
        line = self._hooks[port]
        if line.deadline_us is not None and now_us >= line.deadline_us:
            self._tell(port, line.advance(now_us), now_us)

    def _tell(self, port: int, events: Sequence[AnyLineEvent], now_us: int) -> None:
        line = self._hooks[port]
        for event in events:
            self._give(port, event, now_us)
        self.by_number[self.numbers[port]].ring(line.linefeed == FEED_RINGING, now_us)
        if line.deadline_us is not None:
            self._timeline.at(line.deadline_us, partial(self._due, port))
