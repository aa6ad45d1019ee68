"""The state and what is derived from it: configuration look-ups, the distributor's indices, timers in order."""

from __future__ import annotations

import heapq
from hashlib import blake2b

from firmware.engine.acd.distributor import Acd
from firmware.engine.floor.membership import with_memberships
from firmware.engine.plan import Plan
from firmware.engine.state import AgentNow, Keyed, Port, State


class Board:
    """What `decide` looks at and `apply` changes. Rebuilt at any time from the state alone."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._timers = [(at_us, name) for name, at_us in state.timers.items()]
        heapq.heapify(self._timers)
        self.configure()

    def configure(self) -> None:
        """Anew after the state's configuration changed."""
        self.plan = Plan.of(self.state.config)
        self.seat()

    def seat(self) -> None:
        """Anew after somebody began or ceased to serve a queue."""
        config = with_memberships(self.plan.config, self.state.floor.memberships)
        self.acd = Acd(config, self.state.acd)

    def port(self, port: int) -> Port:
        """To change: made where it was never heard of."""
        return self.state.ports.setdefault(port, Port())

    def agent(self, agent: str) -> AgentNow:
        """To change: made where it was never heard of."""
        return self.state.agents.setdefault(agent, AgentNow(agent))

    def keyed(self, extension: str) -> Keyed:
        """To change: made where nothing was keyed before."""
        return self.state.keyed.setdefault(extension, Keyed())

    def set_timer(self, name: str, at_us: int) -> None:
        self.state.timers[name] = at_us
        heapq.heappush(self._timers, (at_us, name))

    def next_timer(self) -> tuple[int, str] | None:
        """The earliest timer; ties go by name."""
        timers = self.state.timers
        while self._timers and timers.get(self._timers[0][1]) != self._timers[0][0]:
            heapq.heappop(self._timers)
        return self._timers[0] if self._timers else None

    @property
    def wall_us(self) -> int | None:
        """Wall time minus box time, or None while the clock was never set."""
        return self.state.clock_offset_us if self.state.clock_quality not in ("", "none") else None

    def new_recording(self) -> str:
        """The next recording's name: opaque, and the same whenever this state decides anew."""
        state = self.state
        seed = f"{state.box}:{state.epoch}:{state.recordings_made + 1}".encode()
        return blake2b(seed, digest_size=8).hexdigest()
