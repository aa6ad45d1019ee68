"""Every row of the FXO table by its own path; then what an exchange does in time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

import pytest

from drivers.chips.fxo_line import STEPS, FxoLine, Given, Loop
from drivers.chips.si3050 import RING_NEGATIVE, RING_POSITIVE
from drivers.ports import (
    AnyLineCommand,
    AnyLineEvent,
    FlashHook,
    GoOffHook,
    GoOnHook,
    LoopOpened,
    PolarityReversed,
    RingBegan,
    RingStopped,
    SendPulses,
    StartRinging,
)

CYCLE_US = 5_000


class Exchange:
    """Battery and ringing for a line that is looked at as the hat does."""

    def __init__(self, volts: int = 48) -> None:
        self.line = FxoLine(1)
        self.now_us = 0
        self.events: list[AnyLineEvent] = []
        self.loop: list[bool] = []
        self.volts = volts

    def reversals(self) -> list[bool]:
        """All events must be reversals."""
        assert self.names() == ["PolarityReversed"] * len(self.events)
        return [event.reversed for event in self.events if isinstance(event, PolarityReversed)]

    def wait(self, for_ms: int, volts: int | None = None, ring_hz: float = 0.0) -> Exchange:
        if volts is not None:
            self.volts = volts
        for _ in range(for_ms * 1000 // CYCLE_US):
            self.now_us += CYCLE_US
            line, now_us = self.line, self.now_us
            if line.on_hook and self.now_us // CYCLE_US % 2:
                self.events += line.ring_bits(self._bits(ring_hz), now_us)
            else:
                self.events += line.voltage(self.volts, now_us)
            self.events += line.advance(now_us)
            self.loop.append(line.loop_closed)
        return self

    def _bits(self, hz: float) -> int:
        wave = math.sin(2 * math.pi * hz * self.now_us * 1e-6)
        return RING_POSITIVE if wave > 0.25 else RING_NEGATIVE if wave < -0.25 else 0

    def command(self, command: AnyLineCommand) -> Exchange:
        self.events += self.line.command(command, self.now_us)
        self.loop.append(self.line.loop_closed)
        return self

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def seized(self) -> Exchange:
        return self.wait(200).command(GoOffHook()).wait(450, 8 if self.volts > 0 else -8)


PATHS: Mapping[Loop, Callable[[Exchange], object]] = {
    Loop.DARK: lambda line: line.wait(50, 0),
    Loop.UNPLUGGED: lambda line: line.wait(1200, 0),
    Loop.IDLE: lambda line: line.wait(200),
    Loop.RINGING: lambda line: line.wait(200).wait(200, ring_hz=25),
    Loop.SETTLING: lambda line: line.wait(200).command(GoOffHook()).wait(50, 8),
    Loop.SEIZED: lambda line: line.seized(),
    Loop.OPENED: lambda line: line.seized().wait(200, 0),
    Loop.FLASH: lambda line: line.seized().command(FlashHook(100)),
    Loop.BREAK: lambda line: line.seized().command(SendPulses("21")),
    Loop.MAKE: lambda line: line.seized().command(SendPulses("21")).wait(75),
    Loop.BETWEEN: lambda line: line.seized().command(SendPulses("11")).wait(100),
}
MOVES: Mapping[Given, Callable[[Exchange], object]] = {
    Given.BATTERY: lambda line: line.wait(100, 48 if line.line.on_hook else 8),
    Given.NO_BATTERY: lambda line: line.wait(100, 0),
    Given.RING: lambda line: line.wait(150, ring_hz=25),
    Given.RING_END: lambda line: line.wait(150),
    Given.SEIZE: lambda line: line.command(GoOffHook()),
    Given.RELEASE: lambda line: line.command(GoOnHook()),
    Given.FLASH: lambda line: line.command(FlashHook(100)),
    Given.PULSES: lambda line: line.command(SendPulses("5")),
    Given.TIMEOUT: lambda line: line.wait(((line.line.deadline_us or 0) - line.now_us + 4999) // 5000 * 5),
    Given.DIGIT_DONE: lambda line: line.wait(165),
    Given.ALL_DONE: lambda line: line.command(GoOnHook()).seized().command(SendPulses("1")).wait(65),
}


@pytest.mark.parametrize(("state", "given"), STEPS, ids=lambda value: value.name)
def test_each_row_is_walked_by_an_exchange(state: Loop, given: Given) -> None:
    line = Exchange()
    PATHS[state](line)
    assert line.line.state is state
    line.events.clear()
    MOVES[given](line)
    after, event = STEPS[state, given]
    assert line.line.state is after
    assert line.names() == ([event.__name__] if event else [])
    assert line.line.unexpected == 0


def test_every_state_can_be_reached_and_left() -> None:
    assert {after for after, _ in STEPS.values()} == set(Loop) == {before for before, _ in STEPS}
    assert {given for _, given in STEPS} == set(Given)


@pytest.mark.parametrize("hz", [16.7, 20.0, 25.0])
def test_ringing_is_seen_within_a_tenth_of_a_second_and_its_end_too(hz: float) -> None:
    line = Exchange().wait(500).wait(1000, ring_hz=hz).wait(500)
    began, stopped = line.events
    assert isinstance(began, RingBegan) and 500_000 < began.at_us <= 640_000
    assert isinstance(stopped, RingStopped) and 1_500_000 < stopped.at_us <= 1_590_000


def test_one_swing_of_the_line_is_no_ringing() -> None:
    line = Exchange().wait(500)
    for bits in (RING_POSITIVE, RING_NEGATIVE, RING_POSITIVE):
        line.events += line.line.ring_bits(bits, line.now_us)
        line.wait(10)
    assert line.wait(500).events == []


def test_ringing_bits_without_battery_are_no_ringing() -> None:
    assert Exchange(volts=0).wait(500, ring_hz=25).names() == []


def test_answer_and_release_reversal_are_both_reported() -> None:
    line = Exchange(volts=-48).seized().wait(500, 8).wait(1000, -8)
    assert line.reversals() == [True, False]


def test_a_reversal_shorter_than_the_debounce_is_none() -> None:
    assert Exchange().seized().wait(50, -8).wait(500, 8).events == []


def test_a_reversal_on_hook_before_the_ring_is_reported() -> None:
    line = Exchange().wait(500).wait(300, -48).wait(300, 48)
    assert line.reversals() == [True, False]


def test_swapped_wires_become_the_new_idle_polarity() -> None:
    line = Exchange().wait(500).wait(61_000, -48)
    assert line.reversals() == [True, False]
    assert line.wait(200, 48).reversals() == [True, False, True]


@pytest.mark.parametrize("volts", [2, -2, 0])
def test_a_missing_battery_on_hook_is_an_alarm_after_a_second(volts: int) -> None:
    line = Exchange().wait(500).wait(900, volts)
    assert line.events == []
    line.wait(300)
    assert line.names() == ["BatteryLost"]
    assert line.wait(200, 48).names() == ["BatteryLost", "BatteryReturned"]


def test_an_open_loop_is_reported_after_80_ms_and_not_before() -> None:
    line = Exchange().seized().wait(70, 0).wait(100, 8)
    assert line.events == []
    at_us = line.now_us
    line.wait(200, 0)
    assert [type(event) for event in line.events] == [LoopOpened]
    assert 80_000 <= line.events[0].at_us - at_us <= 90_000


def test_seizing_does_not_look_like_an_open_loop() -> None:
    line = Exchange().wait(200).command(GoOffHook()).wait(300, 0).wait(300, 8)
    assert line.events == []


@pytest.mark.parametrize("rate", [9.0, 10.0, 11.0])
@pytest.mark.parametrize("make", [30.0, 38.5, 45.0])
def test_pulses_keep_their_rate_and_ratio_on_the_5_ms_grid(rate: float, make: float) -> None:
    line = Exchange().seized()
    line.loop.clear()
    line.command(SendPulses("03", rate, make)).wait(2600)
    runs = [(closed, sum(1 for _ in group)) for closed, group in itertools.groupby(line.loop)]
    breaks = [5 * length for closed, length in runs if not closed]
    assert len(breaks) == 13
    assert all(abs(ms - 10 * (100 - make) / rate) <= 5.1 for ms in breaks)
    first_digit = sum(length for _, length in runs[:19]) * 5
    assert first_digit == pytest.approx(9 * 1000 / rate + breaks[0], abs=7.5)
    assert max(5 * length for closed, length in runs[:-1] if closed) >= 700
    assert not line.line.dialling


def test_a_release_cancels_pulses() -> None:
    line = Exchange().seized().command(SendPulses("9")).wait(200).command(GoOnHook()).wait(2000, 48)
    assert line.line.state is Loop.IDLE and not line.loop[-1]


@pytest.mark.parametrize(
    "command",
    [
        SendPulses("12a"),
        SendPulses(""),
        SendPulses("1", make_percent=99),
        SendPulses("²"),
        FlashHook(0),
        StartRinging((1, 1)),
        GoOffHook(),
    ],
)
def test_what_does_not_fit_is_counted(command: AnyLineCommand) -> None:
    line = Exchange().seized().command(command)
    assert line.line.unexpected == 1 and line.line.state is Loop.SEIZED
