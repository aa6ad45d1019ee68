"""The telephone's side of an FXS port: hook, flash, pulse digits, ringing with cadence. Sans-IO.

`hook` takes each look at the loop (every 5 ms), `command` what the switch wants, `advance` the time;
`linefeed` is what register 64 must hold after any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from itertools import pairwise

from msgspec import Struct

from drivers.chips.si321x import (
    FEED_FORWARD,
    FEED_FORWARD_OHT,
    FEED_OPEN,
    FEED_REVERSE,
    FEED_REVERSE_OHT,
    FEED_RINGING,
)
from drivers.ports import (
    AnyLineCommand,
    AnyLineEvent,
    CollectPulses,
    Flashed,
    LineEvent,
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


class Hook(Enum):
    ON = auto()
    DATA = auto()
    """On-hook, with the speech path open for data."""
    RING_WAIT = auto()
    RINGING = auto()
    RING_GAP = auto()
    OFF = auto()
    BREAK = auto()
    """Off-hook until now; open for not yet long enough to be a release."""
    MAKE = auto()
    """Between two breaks of one digit."""
    DIGIT_BREAK = auto()
    FEED_OFF = auto()
    FEED_OFF_IN_CALL = auto()
    FEED_BACK = auto()
    """The feed is on again after `FEED_OFF_IN_CALL`; is the telephone still there?"""


class Given(Enum):
    CLOSED = auto()
    OPENED = auto()
    BLIP = auto()
    """Closed again after less than any key or dial makes."""
    PULSE = auto()
    FLASH = auto()
    TIMEOUT = auto()
    RING = auto()
    TRANSMIT = auto()
    STOP = auto()
    FEED_AWAY = auto()


STEPS: Mapping[tuple[Hook, Given], tuple[Hook, type[LineEvent] | None]] = {
    (Hook.ON, Given.CLOSED): (Hook.OFF, Seized),
    (Hook.ON, Given.RING): (Hook.RING_WAIT, None),
    (Hook.ON, Given.FEED_AWAY): (Hook.FEED_OFF, None),
    (Hook.ON, Given.TRANSMIT): (Hook.DATA, None),
    (Hook.DATA, Given.TIMEOUT): (Hook.ON, None),
    (Hook.DATA, Given.CLOSED): (Hook.OFF, Seized),
    (Hook.DATA, Given.RING): (Hook.RING_WAIT, None),
    (Hook.DATA, Given.STOP): (Hook.ON, None),
    (Hook.DATA, Given.FEED_AWAY): (Hook.FEED_OFF, None),
    (Hook.RING_WAIT, Given.TIMEOUT): (Hook.RINGING, RingBegan),
    (Hook.RING_WAIT, Given.CLOSED): (Hook.OFF, Seized),
    (Hook.RING_WAIT, Given.STOP): (Hook.ON, None),
    (Hook.RINGING, Given.TIMEOUT): (Hook.RING_GAP, RingStopped),
    (Hook.RINGING, Given.CLOSED): (Hook.OFF, Seized),
    (Hook.RINGING, Given.STOP): (Hook.ON, RingStopped),
    (Hook.RING_GAP, Given.TIMEOUT): (Hook.RINGING, RingBegan),
    (Hook.RING_GAP, Given.CLOSED): (Hook.OFF, Seized),
    (Hook.RING_GAP, Given.STOP): (Hook.ON, None),
    (Hook.OFF, Given.OPENED): (Hook.BREAK, None),
    (Hook.OFF, Given.FEED_AWAY): (Hook.FEED_OFF_IN_CALL, None),
    (Hook.BREAK, Given.BLIP): (Hook.OFF, None),
    (Hook.BREAK, Given.PULSE): (Hook.MAKE, None),
    (Hook.BREAK, Given.FLASH): (Hook.OFF, Flashed),
    (Hook.BREAK, Given.TIMEOUT): (Hook.ON, Released),
    (Hook.BREAK, Given.FEED_AWAY): (Hook.FEED_OFF_IN_CALL, None),
    (Hook.MAKE, Given.OPENED): (Hook.DIGIT_BREAK, None),
    (Hook.MAKE, Given.TIMEOUT): (Hook.OFF, PulseDialled),
    (Hook.MAKE, Given.FEED_AWAY): (Hook.FEED_OFF_IN_CALL, None),
    (Hook.DIGIT_BREAK, Given.BLIP): (Hook.MAKE, None),
    (Hook.DIGIT_BREAK, Given.PULSE): (Hook.MAKE, None),
    (Hook.DIGIT_BREAK, Given.FLASH): (Hook.OFF, Flashed),
    (Hook.DIGIT_BREAK, Given.TIMEOUT): (Hook.ON, Released),
    (Hook.DIGIT_BREAK, Given.FEED_AWAY): (Hook.FEED_OFF_IN_CALL, None),
    (Hook.FEED_OFF, Given.TIMEOUT): (Hook.ON, None),
    (Hook.FEED_OFF_IN_CALL, Given.TIMEOUT): (Hook.FEED_BACK, None),
    (Hook.FEED_BACK, Given.CLOSED): (Hook.OFF, None),
    (Hook.FEED_BACK, Given.TIMEOUT): (Hook.ON, Released),
}

OPENED_STATES = frozenset({Hook.BREAK, Hook.DIGIT_BREAK})
RING_STATES = frozenset({Hook.RING_WAIT, Hook.RINGING, Hook.RING_GAP})
WAIT_STATES = frozenset({Hook.DATA, Hook.RING_WAIT})
"""Their time is what the command said."""
OFF_HOOK_STATES = frozenset(
    {Hook.OFF, Hook.BREAK, Hook.MAKE, Hook.DIGIT_BREAK, Hook.FEED_OFF_IN_CALL, Hook.FEED_BACK}
)
BLIND_STATES = frozenset({Hook.FEED_OFF, Hook.FEED_OFF_IN_CALL})
"""Without feed there is no loop current to see."""
FEEDS: Mapping[Hook, tuple[int, int]] = {
    Hook.DATA: (FEED_FORWARD_OHT, FEED_REVERSE_OHT),
    Hook.RING_WAIT: (FEED_FORWARD_OHT, FEED_REVERSE_OHT),
    Hook.RING_GAP: (FEED_FORWARD_OHT, FEED_REVERSE_OHT),
    Hook.RINGING: (FEED_RINGING, FEED_RINGING),
    Hook.FEED_OFF: (FEED_OPEN, FEED_OPEN),
    Hook.FEED_OFF_IN_CALL: (FEED_OPEN, FEED_OPEN),
}
"""(forward, reversed) where it is not plainly active."""
ACTIVE = (FEED_FORWARD, FEED_REVERSE)
NOTHING: tuple[AnyLineEvent, ...] = ()


class FxsTimes(Struct, frozen=True):
    """Limits in ms; a pulse is looked for only while collecting."""

    shortest_flash_ms: int = 40
    longest_flash_ms: int = 800
    shortest_pulse_ms: int = 22
    longest_pulse_ms: int = 120
    digit_end_ms: int = 200
    """A make longer than this ends a digit (9 pps with 45 % make: 50 ms)."""
    feed_back_ms: int = 300
    debounce_ms: int = 5
    """A change must still be there after so long (the chip has debounced it once already)."""


class FxsLine:
    def __init__(self, port: int, times: FxsTimes | None = None) -> None:
        self.state = Hook.ON
        self.deadline_us: int | None = None
        self.linefeed = FEED_FORWARD
        self.unexpected = 0
        self._port = port
        self._times = times or FxsTimes()
        self._debounce_us = self._times.debounce_ms * 1000
        self._reversed = False
        self._collecting = False
        self._closed = False
        self._changed_us: int | None = None
        self._opened_us = 0
        self._pulses = 0
        self._cadence_us: tuple[int, ...] = ()
        self._step = 0
        self._wait_us = 0
        self._reverse_wait = False

    @property
    def off_hook(self) -> bool:
        return self.state in OFF_HOOK_STATES

    def hook(self, closed: bool, now_us: int) -> Sequence[AnyLineEvent]:
        """One look at the loop; a change counts when it outlasts the debounce, from its first sight."""
        if closed is self._closed:
            self._changed_us = None
            return NOTHING
        if self.state in BLIND_STATES:
            return NOTHING
        if self._changed_us is None:
            self._changed_us = now_us
        if now_us - self._changed_us < self._debounce_us:
            return NOTHING
        since_us, self._changed_us, self._closed = self._changed_us, None, closed
        if closed:
            return self._handle(self._closing(since_us), now_us, since_us)
        self._opened_us = since_us
        return self._handle(Given.OPENED, now_us, since_us)

    def advance(self, now_us: int) -> Sequence[AnyLineEvent]:
        """To be called at or after `deadline_us`."""
        if self.deadline_us is None or now_us < self.deadline_us:
            return NOTHING
        events: list[AnyLineEvent] = []
        while self.deadline_us is not None and now_us >= self.deadline_us:
            events += self._handle(Given.TIMEOUT, now_us, self.deadline_us)
        return events

    def command(self, command: AnyLineCommand, now_us: int) -> Sequence[AnyLineEvent]:
        """What does not fit the state or the port is counted in `unexpected`."""
        match command:
            case StartRinging():
                self._prepare_ringing(command)
                return self._handle(Given.RING, now_us, now_us)
            case TransmitOnHook(for_ms=for_ms, reverse=reverse):
                self._wait_us, self._reverse_wait = for_ms * 1000, reverse
                return self._handle(Given.TRANSMIT, now_us, now_us)
            case StopRinging():
                return self._handle(Given.STOP, now_us, now_us)
            case OpenLoop(for_ms=for_ms):
                self._wait_us = for_ms * 1000
                return self._handle(Given.FEED_AWAY, now_us, now_us)
            case SetPolarity(reversed=wanted):
                self._reversed = wanted
                self._feed()
            case CollectPulses(collecting=wanted):
                self._collecting = wanted
            case _:
                self.unexpected += 1
        return NOTHING

    def _prepare_ringing(self, command: StartRinging) -> None:
        if self.state not in (Hook.ON, Hook.DATA) or not command.cadence_ms or min(command.cadence_ms) <= 0:
            return
        cadence = command.cadence_ms if len(command.cadence_ms) % 2 == 0 else (*command.cadence_ms, 4000)
        self._cadence_us = tuple(ms * 1000 for ms in cadence)
        self._wait_us = command.first_pause_ms * 1000
        self._reverse_wait = command.reverse_first
        self._step = 0

    def _closing(self, now_us: int) -> Given:
        """What the end of an opening means, by its length."""
        if self.state not in OPENED_STATES:
            return Given.CLOSED
        times, open_ms = self._times, (now_us - self._opened_us) / 1000
        if self._collecting and times.shortest_pulse_ms <= open_ms <= times.longest_pulse_ms:
            self._pulses += 1
            return Given.PULSE
        return Given.FLASH if open_ms >= times.shortest_flash_ms else Given.BLIP

    def _handle(self, given: Given, now_us: int, since_us: int) -> Sequence[AnyLineEvent]:
        step = STEPS.get((self.state, given))
        if step is None or (given is Given.RING and not self._cadence_us):
            self.unexpected += 1
            return NOTHING
        self.state, event = step
        pulses = self._pulses
        self._set_deadline(since_us)
        self._feed()
        if event is PulseDialled:
            return self._digit(pulses, now_us)
        return (event(self._port, now_us),) if event else NOTHING  # type: ignore[return-value]

    def _digit(self, pulses: int, now_us: int) -> Sequence[AnyLineEvent]:
        if pulses > 10:
            self.unexpected += 1
            return NOTHING
        return (PulseDialled(self._port, now_us, str(pulses % 10)),)

    def _set_deadline(self, since_us: int) -> None:
        """Counted from `since_us`, so that a cadence does not drift with the cycle."""
        after_us = self._stay_us()
        self.deadline_us = None if after_us is None else since_us + after_us

    def _stay_us(self) -> int | None:
        state, times = self.state, self._times
        if state in OPENED_STATES:
            return times.longest_flash_ms * 1000
        if state is Hook.MAKE:
            return times.digit_end_ms * 1000
        if state is Hook.RINGING or state is Hook.RING_GAP:
            self._step += 1
            return self._cadence_us[(self._step - 1) % len(self._cadence_us)]
        if state in WAIT_STATES or state in BLIND_STATES:
            return self._wait_us
        self._pulses = 0
        if state is Hook.FEED_BACK:
            self._closed = False
            return times.feed_back_ms * 1000
        return None

    def _feed(self) -> None:
        backwards = self._reversed != (self._reverse_wait and self.state in WAIT_STATES)
        self.linefeed = FEEDS.get(self.state, ACTIVE)[backwards]


def reachable() -> set[Hook]:
    """States the table can lead to, from on-hook; for the table's own test and diagram."""
    found = {Hook.ON}
    for _ in pairwise(Hook):
        found |= {after for (before, _), (after, _) in STEPS.items() if before in found}
    return found
