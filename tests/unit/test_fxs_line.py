"""Every row of the FXS table by its own path; then what a telephone does in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from drivers.chips.fxs_line import STEPS, FxsLine, Given, Hook, reachable
from drivers.ports import (
    AnyLineCommand,
    AnyLineEvent,
    CollectPulses,
    Flashed,
    GoOffHook,
    OpenLoop,
    PulseDialled,
    Released,
    RingBegan,
    RingStopped,
    Seized,
    SetPolarity,
    StartRinging,
    StopRinging,
    TransmitOnHook,
)

CYCLE_US = 5_000


class Telephone:
    """Looks at the loop every 5 ms, as the hat does."""

    def __init__(self, collecting: bool = False) -> None:
        self.line = FxsLine(3)
        self.now_us = 1_000_000
        self.events: list[AnyLineEvent] = []
        self.feeds: list[int] = []
        self.command(CollectPulses(collecting))

    def command(self, command: AnyLineCommand) -> Telephone:
        self.events += self.line.command(command, self.now_us)
        self.events += self.line.advance(self.now_us)
        return self

    def hold(self, closed: bool, for_ms: int) -> Telephone:
        for _ in range(for_ms * 1000 // CYCLE_US):
            self.now_us += CYCLE_US
            self.events += self.line.hook(closed, self.now_us)
            self.events += self.line.advance(self.now_us)
            if not self.feeds or self.feeds[-1] != self.line.linefeed:
                self.feeds.append(self.line.linefeed)
        return self

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def test_every_state_can_be_reached_and_left() -> None:
    assert reachable() == set(Hook)
    assert {before for before, _ in STEPS} == set(Hook)
    assert {given for _, given in STEPS} == set(Given)


PATHS: Mapping[Hook, Callable[[Telephone], object]] = {
    Hook.ON: lambda phone: None,
    Hook.DATA: lambda phone: phone.command(TransmitOnHook(500)),
    Hook.RING_WAIT: lambda phone: phone.command(StartRinging((1000, 4000), first_pause_ms=500)),
    Hook.RINGING: lambda phone: phone.command(StartRinging((1000, 4000))),
    Hook.RING_GAP: lambda phone: (phone.command(StartRinging((1000, 4000))), phone.hold(False, 1100)),
    Hook.OFF: lambda phone: phone.hold(True, 100),
    Hook.BREAK: lambda phone: phone.hold(True, 100).hold(False, 15),
    Hook.MAKE: lambda phone: phone.hold(True, 100).hold(False, 60).hold(True, 20),
    Hook.DIGIT_BREAK: lambda phone: phone.hold(True, 100).hold(False, 60).hold(True, 40).hold(False, 15),
    Hook.FEED_OFF: lambda phone: phone.command(OpenLoop(500)),
    Hook.FEED_OFF_IN_CALL: lambda phone: (phone.hold(True, 100), phone.command(OpenLoop(500))),
    Hook.FEED_BACK: lambda phone: (phone.hold(True, 100), phone.command(OpenLoop(50)), phone.hold(False, 60)),
}
MOVES: Mapping[Given, Callable[[Telephone], object]] = {
    Given.CLOSED: lambda phone: phone.hold(True, 15),
    Given.OPENED: lambda phone: phone.hold(False, 15),
    Given.BLIP: lambda phone: phone.hold(True, 15),
    Given.PULSE: lambda phone: phone.hold(False, 45).hold(True, 15),
    Given.FLASH: lambda phone: phone.hold(False, 300).hold(True, 15),
    Given.TIMEOUT: lambda phone: phone.hold(
        phone.line.state in (Hook.MAKE, Hook.OFF), ((phone.line.deadline_us or 0) - phone.now_us) // 1000 + 5
    ),
    Given.RING: lambda phone: phone.command(StartRinging((1000, 4000), first_pause_ms=500)),
    Given.TRANSMIT: lambda phone: phone.command(TransmitOnHook(500)),
    Given.STOP: lambda phone: phone.command(StopRinging()),
    Given.FEED_AWAY: lambda phone: phone.command(OpenLoop(500)),
}


@pytest.mark.parametrize(("state", "given"), STEPS, ids=lambda value: value.name)
def test_each_row_is_walked_by_a_telephone(state: Hook, given: Given) -> None:
    phone = Telephone(collecting=True)
    PATHS[state](phone)
    assert phone.line.state is state
    phone.events.clear()
    MOVES[given](phone)
    after, event = STEPS[state, given]
    assert phone.line.state is after
    assert (event is None) == (phone.names() == [])
    assert event is None or phone.names() == [event.__name__]
    assert phone.line.unexpected == 0


def test_lifting_and_hanging_up() -> None:
    phone = Telephone().hold(True, 200).hold(False, 1000)
    assert phone.events == [Seized(3, 1_010_000), Released(3, 2_005_000)]


def test_a_contact_that_bounces_is_not_a_seizure() -> None:
    assert Telephone().hold(True, 5).hold(False, 50).events == []


@pytest.mark.parametrize("break_ms", [50, 90, 120, 300, 790])
def test_in_conversation_a_break_is_a_flash(break_ms: int) -> None:
    assert Telephone().hold(True, 500).hold(False, break_ms).hold(True, 300).names() == ["Seized", "Flashed"]


def test_a_flash_longer_than_the_limit_is_a_release_and_a_new_seizure() -> None:
    assert Telephone().hold(True, 500).hold(False, 900).hold(True, 50).names() == [
        "Seized",
        "Released",
        "Seized",
    ]


def test_a_very_short_break_in_conversation_is_nothing() -> None:
    assert Telephone().hold(True, 500).hold(False, 25).hold(True, 500).names() == ["Seized"]


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize(("break_ms", "make_ms"), [(50, 40), (60, 40), (75, 35), (65, 25)])
def test_while_collecting_breaks_are_pulses_of_a_digit(digit: int, break_ms: int, make_ms: int) -> None:
    phone = Telephone(collecting=True).hold(True, 300)
    for _ in range(digit or 10):
        phone.hold(False, break_ms).hold(True, make_ms)
    phone.hold(True, 300)
    assert [event.digit for event in phone.events if isinstance(event, PulseDialled)] == [str(digit)]
    assert len(phone.events) == 2


def test_more_than_ten_pulses_are_no_digit() -> None:
    phone = Telephone(collecting=True).hold(True, 300)
    for _ in range(12):
        phone.hold(False, 60).hold(True, 40)
    assert phone.hold(True, 300).names() == ["Seized"] and phone.line.unexpected == 1


def test_hanging_up_in_the_middle_of_a_digit_is_a_release_without_a_digit() -> None:
    phone = Telephone(collecting=True).hold(True, 300).hold(False, 60).hold(True, 40).hold(False, 900)
    assert phone.names() == ["Seized", "Released"]
    phone.hold(True, 300).hold(False, 60).hold(True, 300)
    last = phone.events[-1]
    assert isinstance(last, PulseDialled) and last.digit == "1"


def test_ringing_follows_the_cadence_without_drift_and_stops_at_the_answer() -> None:
    phone = Telephone()
    phone.command(StartRinging((403, 197, 400, 2000)))
    phone.hold(False, 3 * 3000 - 100)
    began = [event.at_us for event in phone.events if isinstance(event, RingBegan)]
    assert [(at - began[0]) // 1000 for at in began] == [0, 600, 3000, 3600, 6000, 6600]
    assert phone.feeds == [4, 2, 4, 2, 4, 2, 4, 2, 4, 2, 4, 2]
    phone.hold(False, 200).hold(True, 15)
    assert isinstance(phone.events[-1], Seized) and phone.line.linefeed == 1


def test_a_reversed_pause_before_the_first_burst_carries_caller_id() -> None:
    phone = Telephone()
    phone.command(StartRinging((400, 2000), first_pause_ms=300, reverse_first=True))
    phone.hold(False, 800)
    assert phone.feeds == [6, 4, 2]
    assert phone.names() == ["RingBegan", "RingStopped"]


def test_polarity_is_reversed_in_every_fed_state() -> None:
    phone = Telephone()
    phone.command(SetPolarity(True))
    assert phone.line.linefeed == 5
    phone.command(StartRinging((400, 2000)))
    phone.hold(False, 500)
    assert phone.line.linefeed == 6
    phone.command(StopRinging())
    phone.command(SetPolarity(False))
    assert phone.line.linefeed == 1


def test_a_telephone_that_stays_through_an_open_loop_is_still_off_hook() -> None:
    phone = Telephone().hold(True, 200)
    phone.command(OpenLoop(500))
    assert phone.hold(False, 520).feeds == [1, 0, 1]
    assert phone.hold(True, 500).names() == ["Seized"] and phone.line.off_hook


def test_a_telephone_that_leaves_during_an_open_loop_is_released() -> None:
    phone = Telephone().hold(True, 200)
    phone.command(OpenLoop(500))
    assert phone.hold(False, 1000).names() == ["Seized", "Released"]


def test_what_does_not_fit_is_counted() -> None:
    phone = Telephone().hold(True, 200)
    for command in (StartRinging((400, 200)), GoOffHook(), StopRinging(), StartRinging(())):
        phone.command(command)
    assert phone.line.unexpected == 4 and phone.line.state is Hook.OFF


def test_events_of_a_burst_carry_the_port() -> None:
    phone = Telephone()
    phone.command(StartRinging((100, 200)))
    phone.hold(False, 150)
    assert phone.events == [RingBegan(3, 1_000_000), RingStopped(3, 1_100_000)]
    assert Flashed(3, 1).port == 3
