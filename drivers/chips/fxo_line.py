"""The exchange's side of an FXO port: ringing, battery, polarity; the loop we close, flash and pulse.

Sans-IO.

`ring_bits` takes each look at register 5, `voltage` each at register 29, `command` what the switch wants,
`advance` the time; `loop_closed` is what the hook bit must be after any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from msgspec import Struct

from drivers.chips.si3050 import RING_NEGATIVE, RING_POSITIVE
from drivers.ports import (
    CYCLE_US,
    AnyLineCommand,
    AnyLineEvent,
    BatteryLost,
    BatteryReturned,
    FlashHook,
    GoOffHook,
    GoOnHook,
    LineEvent,
    LoopClosed,
    LoopOpened,
    PolarityReversed,
    RingBegan,
    RingStopped,
    SendPulses,
)


class Loop(Enum):
    DARK = auto()
    """On-hook without battery, not yet long enough for an alarm."""
    UNPLUGGED = auto()
    IDLE = auto()
    RINGING = auto()
    SETTLING = auto()
    """Off-hook, too short for the voltage to mean anything."""
    SEIZED = auto()
    OPENED = auto()
    """Off-hook, and the exchange took the battery away."""
    FLASH = auto()
    BREAK = auto()
    MAKE = auto()
    BETWEEN = auto()
    """Between two pulsed digits."""


class Given(Enum):
    BATTERY = auto()
    NO_BATTERY = auto()
    RING = auto()
    RING_END = auto()
    SEIZE = auto()
    RELEASE = auto()
    FLASH = auto()
    PULSES = auto()
    TIMEOUT = auto()
    DIGIT_DONE = auto()
    ALL_DONE = auto()


STEPS: Mapping[tuple[Loop, Given], tuple[Loop, type[LineEvent] | None]] = {
    (Loop.DARK, Given.BATTERY): (Loop.IDLE, None),
    (Loop.DARK, Given.TIMEOUT): (Loop.UNPLUGGED, BatteryLost),
    (Loop.DARK, Given.SEIZE): (Loop.SETTLING, None),
    (Loop.UNPLUGGED, Given.BATTERY): (Loop.IDLE, BatteryReturned),
    (Loop.UNPLUGGED, Given.SEIZE): (Loop.SETTLING, None),
    (Loop.IDLE, Given.NO_BATTERY): (Loop.DARK, None),
    (Loop.IDLE, Given.RING): (Loop.RINGING, RingBegan),
    (Loop.IDLE, Given.SEIZE): (Loop.SETTLING, None),
    (Loop.RINGING, Given.RING_END): (Loop.IDLE, RingStopped),
    (Loop.RINGING, Given.SEIZE): (Loop.SETTLING, None),
    (Loop.SETTLING, Given.TIMEOUT): (Loop.SEIZED, None),
    (Loop.SETTLING, Given.RELEASE): (Loop.IDLE, None),
    (Loop.SETTLING, Given.FLASH): (Loop.FLASH, None),
    (Loop.SETTLING, Given.PULSES): (Loop.BREAK, None),
    (Loop.SEIZED, Given.NO_BATTERY): (Loop.OPENED, LoopOpened),
    (Loop.SEIZED, Given.RELEASE): (Loop.IDLE, None),
    (Loop.SEIZED, Given.FLASH): (Loop.FLASH, None),
    (Loop.SEIZED, Given.PULSES): (Loop.BREAK, None),
    (Loop.OPENED, Given.BATTERY): (Loop.SEIZED, LoopClosed),
    (Loop.OPENED, Given.RELEASE): (Loop.DARK, None),
    (Loop.FLASH, Given.TIMEOUT): (Loop.SETTLING, None),
    (Loop.FLASH, Given.RELEASE): (Loop.IDLE, None),
    (Loop.BREAK, Given.TIMEOUT): (Loop.MAKE, None),
    (Loop.BREAK, Given.DIGIT_DONE): (Loop.BETWEEN, None),
    (Loop.BREAK, Given.ALL_DONE): (Loop.SETTLING, None),
    (Loop.BREAK, Given.RELEASE): (Loop.IDLE, None),
    (Loop.MAKE, Given.TIMEOUT): (Loop.BREAK, None),
    (Loop.MAKE, Given.RELEASE): (Loop.IDLE, None),
    (Loop.BETWEEN, Given.TIMEOUT): (Loop.BREAK, None),
    (Loop.BETWEEN, Given.RELEASE): (Loop.IDLE, None),
}

CLOSED_STATES = frozenset({Loop.SETTLING, Loop.SEIZED, Loop.OPENED, Loop.MAKE, Loop.BETWEEN})
DIALLING_STATES = frozenset({Loop.FLASH, Loop.BREAK, Loop.MAKE, Loop.BETWEEN})
ON_HOOK_STATES = frozenset({Loop.DARK, Loop.UNPLUGGED, Loop.IDLE, Loop.RINGING})
WATCHED_STATES = frozenset({Loop.DARK, Loop.UNPLUGGED, Loop.IDLE, Loop.SEIZED, Loop.OPENED})
"""Where the line voltage says something about the exchange."""
NOTHING: tuple[AnyLineEvent, ...] = ()
RING_BITS = RING_POSITIVE | RING_NEGATIVE


class FxoTimes(Struct, frozen=True):
    """Limits; HARDWARE.md 1.1.3 and 1.1.5 for battery and ringing."""

    battery_v: int = 3
    battery_debounce_ms: int = 64
    battery_alarm_ms: int = 1000
    polarity_debounce_ms: int = 64
    open_loop_ms: int = 80
    ring_alternations: int = 3
    ring_debounce_ms: int = 64
    settle_ms: int = 420
    """Off-hook delay and calibrations of the chip (128 + 17 + 256 ms), and a cycle or two."""
    between_digits_ms: int = 700
    idle_again_ms: int = 60_000
    """A reversal that stays on an on-hook line for so long is its idle polarity (wires were swapped)."""


class FxoLine:
    def __init__(self, port: int, times: FxoTimes | None = None) -> None:
        self.state = Loop.DARK
        self.deadline_us: int | None = None
        self.unexpected = 0
        self.reversed = False
        self._port = port
        self._times = times or FxoTimes()
        self._battery = False
        self._battery_us: int | None = None
        self._sign = 0
        self._idle_sign = 0
        self._sign_us: int | None = None
        self._reversed_us = 0
        self._half = 0
        self._alternations = 0
        self._ring_us: int | None = None
        self._digits: list[int] = []
        self._pulse = 0
        self._digit_us = 0
        self._period_us = 100_000.0
        self._break_us = 61_500.0
        self._flash_us = 0

    @property
    def loop_closed(self) -> bool:
        return self.state in CLOSED_STATES

    @property
    def dialling(self) -> bool:
        return self.state in DIALLING_STATES

    @property
    def on_hook(self) -> bool:
        return self.state in ON_HOOK_STATES

    @property
    def battery(self) -> bool:
        return self._battery

    def ring_bits(self, bits: int, now_us: int) -> Sequence[AnyLineEvent]:
        """One look at RDTP and RDTN: ringing is what changes between them often enough with battery there."""
        half = bits & RING_BITS
        if half in (0, RING_BITS):
            return NOTHING if self._ring_us is None else self._no_ring(now_us)
        self._ring_us = now_us
        if half != self._half:
            self._alternations += self._half != 0
            self._half = half
        if self.state is Loop.IDLE and self._battery and self._alternations >= self._times.ring_alternations:
            return self._handle(Given.RING, now_us, now_us)
        return NOTHING

    def _no_ring(self, now_us: int) -> Sequence[AnyLineEvent]:
        if self._ring_us is None or now_us - self._ring_us < self._times.ring_debounce_ms * 1000:
            return NOTHING
        self._forget_ring()
        return self._handle(Given.RING_END, now_us, now_us) if self.state is Loop.RINGING else NOTHING

    def _forget_ring(self) -> None:
        self._ring_us, self._half, self._alternations = None, 0, 0

    def voltage(self, volts: int, now_us: int) -> Sequence[AnyLineEvent]:
        """One look at the line voltage; while ringing or dialling it means nothing."""
        if self.state not in WATCHED_STATES or self._ring_us is not None:
            return NOTHING
        if -self._times.battery_v < volts < self._times.battery_v:
            self._sign_us = None
            return self._judge_battery(False, now_us) if self._battery else NOTHING
        events = NOTHING if self._battery else self._judge_battery(True, now_us)
        if self._battery_us is not None and self._battery:
            self._battery_us = None
        sign = 1 if volts > 0 else -1
        if sign == self._sign:
            self._sign_us = None
            return events
        return (*events, *self._judge_sign(sign, now_us))

    def _judge_battery(self, there: bool, now_us: int) -> Sequence[AnyLineEvent]:
        if self._battery_us is None:
            self._battery_us = now_us
        times = self._times
        needed_ms = times.open_loop_ms if not there and not self.on_hook else times.battery_debounce_ms
        if now_us - self._battery_us < needed_ms * 1000:
            return NOTHING
        since_us, self._battery_us, self._battery = self._battery_us, None, there
        if there and self.state is Loop.UNPLUGGED:
            self._sign = self._idle_sign = 0  # another pair of wires perhaps
        return self._handle(Given.BATTERY if there else Given.NO_BATTERY, now_us, since_us)

    def _judge_sign(self, sign: int, now_us: int) -> Sequence[AnyLineEvent]:
        if self._sign_us is None:
            self._sign_us = now_us
        if now_us - self._sign_us < self._times.polarity_debounce_ms * 1000:
            return NOTHING
        self._sign_us, self._sign = None, sign
        if not self._idle_sign:
            self._idle_sign, self.reversed = sign, False
            return NOTHING
        return self._report_polarity(sign != self._idle_sign, now_us)

    def _report_polarity(self, backwards: bool, now_us: int) -> Sequence[AnyLineEvent]:
        if backwards == self.reversed:
            return NOTHING
        self.reversed, self._reversed_us = backwards, now_us
        return (PolarityReversed(self._port, now_us, backwards),)

    def advance(self, now_us: int) -> Sequence[AnyLineEvent]:
        """Deadlines fall into the nearest cycle: pulses keep their mean rate however they lie to the 5 ms."""
        if self.deadline_us is None:
            if self.state is Loop.DARK:
                self.deadline_us = now_us + self._times.battery_alarm_ms * 1000
            elif self.reversed and self.state is Loop.IDLE:
                return self._new_idle(now_us)
            return NOTHING
        if now_us + CYCLE_US // 2 < self.deadline_us:
            return NOTHING
        due_us = self.deadline_us
        return self._handle(self._due(), now_us, due_us)

    def _new_idle(self, now_us: int) -> Sequence[AnyLineEvent]:
        if now_us - self._reversed_us < self._times.idle_again_ms * 1000:
            return NOTHING
        self._idle_sign = self._sign
        return self._report_polarity(False, now_us)

    def _due(self) -> Given:
        if self.state is not Loop.BREAK:
            return Given.TIMEOUT
        self._pulse += 1
        if self._pulse < self._digits[0]:
            return Given.TIMEOUT
        self._digits.pop(0)
        self._pulse = 0
        return Given.DIGIT_DONE if self._digits else Given.ALL_DONE

    def command(self, command: AnyLineCommand, now_us: int) -> Sequence[AnyLineEvent]:
        """What does not fit the state or the port is counted in `unexpected`."""
        match command:
            case GoOffHook():
                given = Given.SEIZE
            case GoOnHook():
                given = Given.RELEASE
            case FlashHook(for_ms=for_ms) if for_ms > 0 and self._may(Given.FLASH):
                self._flash_us = for_ms * 1000
                given = Given.FLASH
            case SendPulses() if self._may(Given.PULSES) and self._load(command):
                given = Given.PULSES
            case _:
                self.unexpected += 1
                return NOTHING
        return self._handle(given, now_us, now_us)

    def _may(self, given: Given) -> bool:
        return (self.state, given) in STEPS

    def _load(self, command: SendPulses) -> bool:
        digits, rate = command.digits, command.pulses_per_second
        if not (
            digits.isascii() and digits.isdigit() and 5 <= rate <= 25 and 10 <= command.make_percent <= 90
        ):
            return False
        self._digits = [int(digit) or 10 for digit in digits]
        self._pulse = 0
        self._period_us = 1e6 / rate
        self._break_us = self._period_us * (100 - command.make_percent) / 100
        return True

    def _handle(self, given: Given, now_us: int, since_us: int) -> Sequence[AnyLineEvent]:
        step = STEPS.get((self.state, given))
        if step is None:
            self.unexpected += 1
            return NOTHING
        before, (self.state, event) = self.state, step
        if before is Loop.SETTLING or (self.on_hook and before not in ON_HOOK_STATES):
            self._battery, self._battery_us = self.state is not Loop.DARK, None
        if not self.on_hook:
            self._forget_ring()
        self._set_deadline(before, since_us)
        return (event(self._port, now_us),) if event else NOTHING  # type: ignore[return-value]

    def _set_deadline(self, before: Loop, since_us: int) -> None:
        state, times = self.state, self._times
        self.deadline_us = None
        if state is Loop.BREAK:
            if before is not Loop.MAKE:
                self._digit_us = since_us
            self.deadline_us = self._digit_us + round(self._pulse * self._period_us + self._break_us)
        elif state is Loop.MAKE:
            self.deadline_us = self._digit_us + round(self._pulse * self._period_us)
        else:
            stay_us = {
                Loop.DARK: times.battery_alarm_ms * 1000,
                Loop.SETTLING: times.settle_ms * 1000,
                Loop.FLASH: self._flash_us,
                Loop.BETWEEN: times.between_digits_ms * 1000,
            }.get(state)
            self.deadline_us = None if stay_us is None else since_us + stay_us
