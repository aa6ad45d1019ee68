"""A bench for the switch: a card that is a loop of arrays, a clock that moves with it, a tape in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from drivers.countries import profile
from drivers.ports import (
    TICK_SAMPLES,
    TICK_US,
    AnyLineCommand,
    AnyLineEvent,
    LineReading,
    PortKind,
    Samples,
    Seized,
)
from firmware.config.schema import Card as CardConfig
from firmware.config.schema import Config, Extension, Line, Site
from firmware.prompts.bank import PromptBank
from firmware.protocol.commands import AnySwitchCommand, Numbered
from firmware.protocol.events import AnySwitchEvent
from firmware.protocol.tape import TapeBlock, decode
from firmware.switch.plan import SwitchPlan
from firmware.switch.switch import Switch

FXO, FXS = PortKind.FXO, PortKind.FXS
ALL = 1 << 40
"""Number of an event beyond all."""


class HandClock:
    """Box time that moves when somebody waits or exchanges."""

    def __init__(self) -> None:
        self.us = 1_000_000

    def now_us(self) -> int:
        return self.us

    def wait_until(self, at_us: int) -> None:
        self.us = max(self.us, at_us)


class LoopCard:
    """Says what is queued for each port and keeps what each port was given."""

    loop_delay_samples = 0

    def __init__(self, kinds: Sequence[PortKind | None], clock: HandClock, name: str = "card") -> None:
        self.name = name
        self.kinds: Sequence[PortKind | None] = list(kinds)
        self.commands: list[tuple[int, AnyLineCommand]] = []
        self.given: list[Samples] = []
        self.dialling_ports: set[int] = set()
        self.echo_db: dict[int, float] = {}
        self._clock = clock
        self._said: list[list[Samples]] = [[] for _ in kinds]
        self._events: list[AnyLineEvent] = []

    def say(self, port: int, samples: Samples) -> None:
        blocks = -(-len(samples) // TICK_SAMPLES)
        padded = np.zeros(blocks * TICK_SAMPLES, np.int16)
        padded[: len(samples)] = samples
        self._said[port] += list(padded.reshape(blocks, TICK_SAMPLES))

    def happen(self, event: AnyLineEvent) -> None:
        self._events.append(event)

    def heard(self, port: int) -> Samples:
        return np.concatenate([block[port] for block in self.given])

    def start(self) -> list[str]:
        return []

    def exchange(self, tx: Samples) -> Samples:
        self.given.append(tx.copy())
        self._clock.us += TICK_US
        rx = np.zeros((len(self.kinds), TICK_SAMPLES), np.int16)
        for port, blocks in enumerate(self._said):
            if blocks:
                rx[port] = blocks.pop(0)
        for port, gain_db in self.echo_db.items():
            rx[port] += np.rint(tx[port] * 10 ** (gain_db / 20)).astype(np.int16)
        return rx

    def take_events(self) -> list[AnyLineEvent]:
        events, self._events = self._events, []
        return events

    def command(self, port: int, command: AnyLineCommand) -> None:
        self.commands.append((port, command))

    def dialling(self, port: int) -> bool:
        return port in self.dialling_ports

    def reading(self, port: int) -> LineReading:
        return LineReading("fxs", True, "none", False, 48.0, 0.0, "idle")

    def stop(self) -> None:
        pass


class ListTape:
    def __init__(self) -> None:
        self.blocks: list[TapeBlock] = []
        self.full = False

    def put(self, block: bytes) -> bool:
        if self.full:
            return False
        self.blocks.append(decode(block))
        return True


def config(country: str = "CN", lines: int = 4, **line: Any) -> Config:
    """Slots 1-4 outside lines, 5-8 telephones."""
    return Config(
        site=Site(country=country),
        cards=(CardConfig(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
        lines=tuple(Line(name=f"line-{n}", card="hat", slot=n, **line) for n in range(1, lines + 1)),
        extensions=tuple(Extension(number=f"80{n}", card="hat", slot=4 + n) for n in range(1, 5)),
    )


class Bench:
    """A switch of four lines (ports 0-3) and four telephones (ports 4-7), started."""

    def __init__(
        self,
        bank: PromptBank | None = None,
        country: str = "CN",
        kinds: Sequence[PortKind | None] = (FXO,) * 4 + (FXS,) * 4,
        engine: bool = True,
        **line: Any,
    ) -> None:
        """`engine`: one is there and decides upon everything at once."""
        self.clock = HandClock()
        self.country = profile(country)
        self.card = LoopCard(kinds, self.clock)
        self.tape = ListTape()
        bank = bank or PromptBank({}, {})
        plan = SwitchPlan.from_config(config(country, **line))
        self.switch = Switch([self.card], plan, self.clock, bank, self.tape, epoch=3)
        self.findings = self.switch.start()
        self.first = self.switch.tick()
        self._number = 0
        if engine:
            self.switch.hear_engine(True, ALL)

    def do(self, *commands: AnySwitchCommand) -> None:
        for command in commands:
            self._number += 1
            self.switch.submit(Numbered(1, self._number, 0, command))

    def run(self, ticks: int) -> list[AnySwitchEvent]:
        return [event for _ in range(ticks) for event in self.switch.tick()]

    def lift(self, port: int) -> None:
        self.card.happen(Seized(port, self.clock.us))
        self.run(1)
