"""All cards as one matrix: ports are rows, cards in order. The first card's exchange is the tick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import numpy as np

from drivers.gauges import Gauges, LineFault, measures
from drivers.ports import (
    TICK_SAMPLES,
    TICK_US,
    AnyLineCommand,
    Clock,
    DriverError,
    LineReading,
    PortKind,
    Samples,
)
from drivers.signalling import AnyCard, AnyPortEvent, SignallingCard, SignallingCommand
from firmware.switch.elastic import ElasticCard, drifts


class Rack:
    """`kinds[port]` is what works at each port after `start`."""

    def __init__(self, cards: Sequence[AnyCard], clock: Clock) -> None:
        self._cards = list(cards)
        self._clock = clock
        self._due_us: int | None = None
        self._firsts = np.cumsum([0, *(len(card.kinds) for card in self._cards)]).tolist()
        self.ports: int = self._firsts[-1]
        self._home = [(card, index) for card in self._cards for index in range(len(card.kinds))]
        self.elastic = {
            number: ElasticCard(card) for number, card in enumerate(self._cards) if number and drifts(card)
        }
        self._rx = np.zeros((self.ports, TICK_SAMPLES), np.int16)
        self._gauges = Gauges(self.ports)
        self._dead: set[int] = set()
        self.misfits = 0

    @property
    def kinds(self) -> list[PortKind | None]:
        return [
            None if number in self._dead else kind
            for number, card in enumerate(self._cards)
            for kind in card.kinds
        ]

    @property
    def loop_delays(self) -> list[int]:
        return [card.loop_delay_samples for card, _ in self._home]

    @property
    def slips(self) -> int:
        return sum(one.buffer.slips for one in self.elastic.values())

    def start(self) -> list[str]:
        """Bring all cards up; a card that cannot be used is a finding and stays silent."""
        findings = []
        for number, card in enumerate(self._cards):
            try:
                findings += [f"{card.name}: {finding}" for finding in card.start()]
            except DriverError as error:
                self._dead.add(number)
                findings.append(f"{card.name}: cannot be used: {error}")
        return findings

    def exchange(self, tx: Samples) -> Samples:
        """One tick to and from all ports; waits for the first living card with a clock, or else for the box's."""
        timed = False
        for number, card in enumerate(self._cards):
            if number in self._dead:
                continue
            rows = slice(self._firsts[number], self._firsts[number + 1])
            source = self.elastic.get(number, card) if timed else card
            self._rx[rows] = source.exchange(tx[rows])
            timed = timed or not signals(card) or card.has_clock
        if not timed:
            self._wait()
        return self._rx

    def take_events(self) -> list[tuple[int, AnyPortEvent]]:
        """(box-wide port, event), in order of time, then of ports."""
        events = [
            (first + event.port, event)
            for first, card in zip(self._firsts, self._cards, strict=False)
            for event in card.take_events()
        ]
        if len(events) > 1:
            events.sort(key=lambda one: one[1].at_us)
        return events

    def command(self, port: int, command: AnyLineCommand) -> None:
        """A port that is not there is counted in `misfits`."""
        if not 0 <= port < self.ports:
            self.misfits += 1
            return
        card, index = self._home[port]
        card.command(index, command)

    def signal(self, port: int, command: SignallingCommand) -> None:
        """To a card whose calls come with messages; for any other port it is counted in `misfits`."""
        card, index = self._home[port]
        if signals(card):
            card.signal(index, command)
        else:
            self.misfits += 1

    def show(self, command: SignallingCommand) -> None:
        """To every card that can show it."""
        for card in self._cards:
            if signals(card):
                card.signal(0, command)

    def dialling(self, port: int) -> bool:
        card, index = self._home[port]
        return card.dialling(index)

    def reading(self, port: int) -> LineReading:
        card, index = self._home[port]
        return card.reading(index)

    def gauges(self) -> Gauges:
        """Of all ports, as their chips told lately; valid until the next call."""
        told = self._gauges
        for number, card in enumerate(self._cards):
            rows = slice(self._firsts[number], self._firsts[number + 1])
            if measures(card):
                told.volts[rows], told.milliamps[rows] = card.gauges.volts, card.gauges.milliamps
                told.faults[rows] = card.gauges.faults
            if number in self._dead:
                told.faults[rows] = LineFault.CHIP
        return told

    @property
    def cards(self) -> list[tuple[str, int]]:
        """(name, ports) in order."""
        return [(card.name, len(card.kinds)) for card in self._cards]

    def stop(self) -> None:
        for number, card in reversed(list(enumerate(self._cards))):
            if number not in self._dead:
                card.stop()

    def _wait(self) -> None:
        now_us = self._clock.now_us()
        if self._due_us is None or now_us - self._due_us > 10 * TICK_US:
            self._due_us = now_us
        self._due_us += TICK_US
        self._clock.wait_until(self._due_us)


def signals(card: AnyCard) -> TypeGuard[SignallingCard]:
    return hasattr(card, "signal")
