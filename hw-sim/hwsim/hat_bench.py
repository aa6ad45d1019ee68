"""Simulated hats on a bench: virtual time, wires changed by hand at exact times, each sample sent comes back."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from drivers.backends import Backend, HatSpec, build_cards
from drivers.ports import TICK_SAMPLES, AnyLineEvent, Card, Clock, Samples
from hwsim.bench_board import SimulatedHats
from hwsim.clock import VirtualClock
from hwsim.wire import RING_BLOCKS, Wire

SUBSCRIBER_OHM = 300.0
EXCHANGE_OHM = 1200.0
"""Feed bridge and copper."""


class HatBench:
    """`run` exchanges ticks and collects (port, event) in `events`; `at` and the named changes set the wires.

    Ports are rows of the wire. `sent` and `heard` are the last tick's samples of all ports.
    """

    def __init__(self, layout: Sequence[Sequence[str]], country: str = "CN", law: str = "a") -> None:
        rows = 8 * len(layout)
        self.wire = Wire(rows)
        self.clock = VirtualClock()
        self.hats = SimulatedHats(self.wire, self.clock, layout)
        self.events: list[AnyLineEvent] = []
        self.sent = np.zeros((rows, TICK_SAMPLES), np.int16)
        self.heard = np.zeros((rows, TICK_SAMPLES), np.int16)
        self.speech: Callable[[int], Samples | float] = lambda _block: 0.0
        """What the world adds to each block."""
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.clock.follow(self._advance)
        self.specs: list[HatSpec] = self.hats.specs(country, law)
        self.cards: list[Card] = self.build(self.hats.backend(), self.clock)

    def build(self, backend: Backend, clock: Clock) -> list[Card]:
        return build_cards(self.specs, backend, clock)

    def start(self) -> list[str]:
        return [finding for card in self.cards for finding in card.start()]

    def at(self, at_us: int, change: Callable[[], None]) -> None:
        """Do something to the wires at an exact box time."""
        heapq.heappush(self._due, (at_us, next(self._order), change))

    def _advance(self, until_us: int) -> None:
        while self._due and self._due[0][0] <= until_us:
            heapq.heappop(self._due)[2]()
        blocks, wire = self.wire.blocks, self.wire
        while blocks[1] <= blocks[0]:
            block = int(blocks[1])
            back = wire.to_world[(block - 1) % RING_BLOCKS] if block else 0
            wire.to_box[block % RING_BLOCKS] = back + self.speech(block)
            blocks[1] += 1

    def run(self, for_ms: int) -> list[AnyLineEvent]:
        """Whole ticks; the events that came."""
        first = len(self.events)
        for _ in range(-(-for_ms // 20)):
            self.tick()
        return self.events[first:]

    def tick(self) -> None:
        for number, card in enumerate(self.cards):
            rows = slice(8 * number, 8 * number + 8)
            self.heard[rows] = card.exchange(self.sent[rows])
            self.events += card.take_events()

    def battery(self, port: int, volts: float = 48.0) -> None:
        self.wire.world["battery_v"][port] = volts
        self.wire.world["loop_ohm"][port] = EXCHANGE_OHM

    def hook(self, port: int, off_hook: bool) -> None:
        self.wire.world["loop_ohm"][port] = SUBSCRIBER_OHM if off_hook else math.inf

    def ring(self, port: int, volts_peak: float, hz: float = 25.0) -> None:
        self.wire.world["ring_hz"][port] = hz
        self.wire.world["ring_phase0_us"][port] = self.clock.now_us()
        self.wire.world["ring_v"][port] = volts_peak

    def dial(
        self,
        port: int,
        digits: str,
        pulses_per_second: float,
        make_percent: float,
        *,
        gap_ms: int,
        phase_us: int = 0,
    ) -> int:
        """Pulses of a telephone at exact times from now on; returns when the last digit is over."""
        at_us = float(self.clock.now_us() + 300_000 + phase_us)
        period_us = 1e6 / pulses_per_second
        for digit in digits:
            for _ in range(int(digit) or 10):
                self.at(round(at_us), lambda: self.hook(port, False))
                self.at(round(at_us + period_us * (1 - make_percent / 100)), lambda: self.hook(port, True))
                at_us += period_us
            at_us += gap_ms * 1000
        return round(at_us)
