"""Telephone ports without power, by events: noticed, alarmed and tried again as the driver does it on silicon."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from drivers.cards.hat_port import MOST_ALARMS, RETRY_US
from drivers.ports import AnyLineEvent, PortFailed, PortRecovered
from hwsim.fast import latencies as late
from hwsim.world.timeline import Timeline


class PortPower:
    """`failed` are the ports out of service; `give(port, event, at_us)` tells the box."""

    def __init__(self, timeline: Timeline, give: Callable[[int, AnyLineEvent, int], None]) -> None:
        self.failed: set[int] = set()
        self._timeline = timeline
        self._give = give
        self._cut: set[int] = set()
        self._alarms: dict[int, int] = {}

    def cut(self, port: int, now_us: int) -> None:
        self._cut.add(port)
        if port not in self.failed:
            self._timeline.at(now_us + late.PORT_FAILED_US, partial(self._notice, port))

    def come_back(self, port: int) -> None:
        """The driver finds out when it next tries."""
        self._cut.discard(port)

    def _notice(self, port: int, now_us: int) -> None:
        if port in self._cut and port not in self.failed:
            self.failed.add(port)
            self._give(port, PortFailed(port, now_us, "the FXS chip was reset"), now_us)
            self._alarm(port, now_us)

    def _alarm(self, port: int, now_us: int) -> None:
        """The next try comes later with each alarm; after too many there is none."""
        before = self._alarms.get(port, 0)
        self._alarms[port] = before + 1
        if before < MOST_ALARMS:
            self._timeline.at(now_us + before * RETRY_US + late.PORT_TRY_US, partial(self._tried, port))

    def _tried(self, port: int, now_us: int) -> None:
        if port in self._cut:
            self._alarm(port, now_us)
        else:
            self._timeline.at(now_us + late.PORT_UP_US - late.PORT_TRY_US, partial(self._up, port))

    def _up(self, port: int, now_us: int) -> None:
        if port in self._cut:
            self._alarm(port, now_us)
            return
        self.failed.discard(port)
        self._give(port, PortRecovered(port, now_us), now_us)
