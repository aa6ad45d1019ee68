"""A whole box over simulated silicon whose telephones are lifted, keyed and spoken into by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
from msgspec import structs

from firmware.cli.prompts import prompt_bank
from firmware.cli.rehearsal.boxes import FullBox
from firmware.config.schema import Config
from firmware.protocol.inputs import FromSwitch
from firmware.protocol.journal import Record
from hwsim.scenario import About, Caller, OutsideLine, OutsideParty, Scenario
from hwsim.world.tap import Tap
from tests.unit.fake_box import LINES, PHONES, office

Kind = TypeVar("Kind")
HZ = {"li": 700.0, "801": 1100.0, "804": 1500.0}
"""What each of these sings, to be told apart."""
PARTIES = (
    OutsideParty(number="110", answers_after_s=2.0, talk_s=300.0),
    OutsideParty(number="13900001111", answers_after_s=4.0, talk_s=300.0),
    OutsideParty(number="13900002222", behaves="busy"),
    OutsideParty(number="13900004444", behaves="vacant"),
    OutsideParty(number="13900005555", behaves="congestion"),
)


def config(**line: object) -> Config:
    """The office of the engine's tests; `line` changes all lines."""
    made = office()
    return structs.replace(made, lines=tuple(structs.replace(one, **line) for one in made.lines))


def scenario(
    box: Config | None = None, callers: tuple[Caller, ...] = (), lines: tuple[OutsideLine, ...] = ()
) -> Scenario:
    return Scenario(
        about=About(name="by hand", seconds=3600.0, starts="2026-11-23T09:00:00"),
        box=box or config(),
        outside_lines=(OutsideLine(line="*"), *lines),
        outside_parties=PARTIES,
        callers=callers,
    )


def caller(line: str = "L1", at_s: float = 1.0, name: str = "li") -> Caller:
    """Rings a line and waits in the queue for a person."""
    return Caller(
        id=name, at_s=at_s, calls=line, number="13800000000", press=("1@4",), patience_s=999.0, talk_s=999.0
    )


class HandBox:
    """`records` are all of the engine's; times are seconds."""

    def __init__(self, given: Scenario, out: Path) -> None:
        self.box = FullBox(given, out, prompt_bank(given.config, out / "spoken"))
        self.world = self.box.world
        self.records: list[Record] = []
        self.box.half.listeners.append(self.records.append)

    @property
    def now_s(self) -> float:
        return self.box.now_us / 1e6

    def wait(self, seconds: float) -> None:
        self.box.run_until(self.box.now_us + round(seconds * 1e6))

    def lift(self, number: str) -> None:
        self.world.lift(f"ext-{number}", self.world.now_us)
        self.wait(1.0)

    def hang_up(self, number: str) -> None:
        self.world.hang_up(f"ext-{number}", self.world.now_us)
        self.wait(1.5)

    def flash(self, number: str, for_ms: int = 100) -> None:
        self.world.telephones[number].flash(for_ms, self.world.now_us)
        self.wait(1.5)

    def key(self, number: str, digits: str) -> float:
        """Seconds at which the last key was let go."""
        self.world.press(f"ext-{number}", digits, self.world.now_us)
        self.wait(0.2 * len(digits))
        return self.now_s

    def pulse(self, number: str, digits: str, per_second: float, make_percent: float) -> None:
        self.world.telephones[number].dial_pulses(digits, per_second, make_percent, self.world.now_us)

    def rings(self, number: str) -> bool:
        return self.world.telephones[number].bell

    def line_state(self, line: str) -> str:
        """The exchange's view."""
        return self.world.lines[LINES[line]].exchange.state.name

    def facts(self, kind: type[Kind], since_s: float = 0.0) -> list[Kind]:
        return [
            one
            for record in self.records
            if record.at_us >= since_s * 1e6
            for one in record.facts
            if isinstance(one, kind)
        ]

    def ordered(self, kind: type[Kind], since_s: float = 0.0) -> list[tuple[float, Kind]]:
        """(When, command) of all commands of a kind."""
        return [
            (record.at_us / 1e6, one)
            for record in self.records
            if record.at_us >= since_s * 1e6
            for one in record.commands
            if isinstance(one, kind)
        ]

    def told(self, kind: type[Kind], since_s: float = 0.0) -> list[tuple[float, Kind]]:
        """(When, event) of the switch's events of a kind."""
        return [
            (record.at_us / 1e6, record.input.event)
            for record in self.records
            if record.at_us >= since_s * 1e6
            and isinstance(record.input, FromSwitch)
            and isinstance(record.input.event, kind)
        ]

    def hears(self, *who: str) -> set[tuple[str, str]]:
        """(Listener, singer) of all pairs where the singer is heard; everybody sings for four seconds."""
        ports = {one: PHONES.get(one, LINES["L1"]) for one in who}
        taps = {one: Tap(lambda port=port: port, None) for one, port in ports.items()}  # type: ignore[misc]
        self.world.taps += taps.values()
        for one in who:
            self._sing(one)
        self.wait(1.0)
        for tap in taps.values():
            tap.pull()
        self.wait(3.0)
        heard = {one: tap.pull().astype(float) for one, tap in taps.items()}
        for tap in taps.values():
            self.world.taps.remove(tap)
        self.wait(1.2)
        return {
            (listener, singer)
            for listener, samples in heard.items()
            for singer in who
            if _level_dbm0(samples, HZ[singer]) > -32.0
        }

    def _sing(self, who: str, seconds: float = 5.0) -> None:
        """In syllables, so that nobody takes it for a tone of the exchange."""
        mouth = self.world.mouth_of(who if who == "li" else f"ext-{who}")
        if mouth is None:
            return
        mouth.hush()
        at_s = np.arange(round(8000 * seconds)) / 8000
        syllables = 0.55 + 0.45 * np.sign(np.sin(2 * np.pi * 1.3 * at_s))
        mouth.once((3600.0 * syllables * np.sin(2 * np.pi * HZ[who] * at_s)).astype(np.float32))


def _level_dbm0(samples: np.ndarray, hz: float) -> float:
    turns = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / 8000)
    amplitude = 2 * abs(np.dot(samples, turns)) / max(len(samples), 1)
    return float(20 * np.log10(max(amplitude, 1e-3) / 32767) + 3.14)
