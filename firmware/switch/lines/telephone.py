"""A telephone at an FXS port: lifted, put down, flashed; rung with the country's cadence and caller ID."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

import numpy as np

from drivers import ports as wires
from firmware.protocol.commands import Listen, Release, Ring, ShowMessages, StopRing
from firmware.protocol.events import DigitReceived, HookFlashed, TelephoneReleased, TelephoneSeized
from firmware.switch.caller_sender import caller_id_sound, lamp_sound
from firmware.switch.lines.exchanged import (
    DeadlineReached,
    Given,
    HushSignal,
    Out,
    SendLamp,
    SendSound,
    SignalEnded,
)
from firmware.switch.plan import PortPlan

SETTLING_MS = 60
"""From the command to the first sample on the wire, at most."""
IDLE_US = 1_500_000
"""So long a telephone must have been left alone before its lamp is told."""
APART_US = 100_000
"""From port to port: a whole box of lamps is not told in one tick."""
CADENCES_MS = {
    "internal": (400, 200, 400, 3000),
    "recall": (300, 300, 300, 300, 300, 2500),
    "intercom": (200, 200, 200, 2400),
}
"""Distinctive ringing beside the country's own."""


class Telephone(Enum):
    ON_HOOK = auto()
    SENDING = auto()
    """On-hook: its message lamp is being told."""
    RINGING = auto()
    OFF_HOOK = auto()


class TelephoneMachine:
    """What a hook switch, a bell and a pulse dial do."""

    deadline_us: int | None = None

    def __init__(self, plan: PortPlan) -> None:
        self.state = Telephone.ON_HOOK
        self.unexpected = 0
        self._plan = plan
        self._caller_id = np.zeros(0, np.int16)
        self._bursts_to_id = 0
        self.lamp = -1
        """New messages of the newest `ShowMessages`; -1: there was none."""
        self._sending = -1
        self._shown = -1

    @property
    def off_hook(self) -> bool:
        return self.state is Telephone.OFF_HOOK

    @property
    def ringing(self) -> bool:
        return self.state is Telephone.RINGING

    def handle(self, given: Given, now_us: int) -> list[Out]:
        step = STEPS.get((self.state, type(given)))
        if step is None:
            self.unexpected += 1
            return []
        return step(self, given, now_us)

    def _rung(self, given: Given, now_us: int) -> list[Out]:
        del now_us
        assert isinstance(given, Ring)
        self.state, self._bursts_to_id = Telephone.RINGING, 0
        self.deadline_us = None
        cadence = CADENCES_MS.get(given.cadence, self._plan.country.ring_cadence_ms)
        form = self._plan.caller_id
        self._caller_id = caller_id_sound(self._plan, given.number, given.name)
        if not len(self._caller_id):
            return [wires.StartRinging(cadence)]
        if form.when == "between-rings":
            gaps = cadence[1::2]
            self._bursts_to_id = gaps.index(max(gaps)) + 1
            return [wires.StartRinging(cadence)]
        quiet_ms = SETTLING_MS + len(self._caller_id) // 8 + form.ring_after_ms
        ring = wires.StartRinging(cadence, quiet_ms, form.reversal)
        return [ring, SendSound(self._caller_id)]

    def _burst_over(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self._bursts_to_id -= 1
        return [SendSound(self._caller_id)] if self._bursts_to_id == 0 else []

    def _id_sent(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        return [HushSignal()]

    def _hushed(self, given: Given, now_us: int) -> list[Out]:
        del given
        self._rest(now_us)
        return [wires.StopRinging(), HushSignal()]

    def _lifted(self, given: Given, now_us: int) -> list[Out]:
        del given
        rung = self.ringing
        self.state, self.deadline_us = Telephone.OFF_HOOK, None
        stop: list[Out] = [wires.StopRinging(), HushSignal()] if rung else []
        return [*stop, TelephoneSeized(port=self._plan.port, at_us=now_us)]

    def _put_down(self, given: Given, now_us: int) -> list[Out]:
        del given
        self._rest(now_us)
        return [TelephoneReleased(port=self._plan.port, at_us=now_us)]

    def _flashed(self, given: Given, now_us: int) -> list[Out]:
        del given
        return [HookFlashed(port=self._plan.port, at_us=now_us)]

    def _pulsed(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, wires.PulseDialled)
        return [DigitReceived(port=self._plan.port, at_us=now_us, digit=given.digit, pulse=True)]

    def _listening(self, given: Given, now_us: int) -> list[Out]:
        del now_us
        assert isinstance(given, Listen)
        return [wires.CollectPulses(given.pulses)]

    def _rest(self, now_us: int) -> None:
        """On-hook and idle; a lamp that is not as it should be is told in a moment."""
        self.state = Telephone.ON_HOOK
        apart_us = IDLE_US + self._plan.port * APART_US
        self.deadline_us = now_us + apart_us if self.lamp != self._shown else None

    def _asked_to_show(self, given: Given, now_us: int) -> list[Out]:
        assert isinstance(given, ShowMessages)
        self.lamp = given.count
        if given.count < 0 or self._plan.caller_id.form not in ("fsk-bell202", "fsk-v23"):
            self._shown = given.count
        if (given.count > 0) is (self._shown > 0) and self._shown >= 0:
            self._shown = given.count  # the lamp is right already: it shows no numbers
        if self.state is Telephone.ON_HOOK:
            self._rest(now_us)
        return []

    def _show(self, given: Given, now_us: int) -> list[Out]:
        del given, now_us
        self.state, self.deadline_us, self._sending = Telephone.SENDING, None, self.lamp
        sound = lamp_sound(self._plan, self.lamp > 0)
        transmit = wires.TransmitOnHook(
            SETTLING_MS + len(sound) // 8 + SETTLING_MS, self._plan.caller_id.reversal
        )
        return [transmit, SendLamp(sound, self.lamp > 0)]

    def _sent(self, given: Given, now_us: int) -> list[Out]:
        del given
        self._shown = self._sending
        self._rest(now_us)
        return [HushSignal()]

    def _recovered(self, given: Given, now_us: int) -> list[Out]:
        """What a chip was given while it was out of order came to nobody."""
        del given
        self._shown = -1
        self._rest(now_us)
        return []

    def _cut_off(self, given: Given, now_us: int) -> list[Out]:
        """Lifted, rung or broken in the middle of it: it is told anew later."""
        self._rest(now_us)
        step = STEPS.get((Telephone.ON_HOOK, type(given)))
        return [HushSignal(), *(step(self, given, now_us) if step is not None else [])]


Step = Callable[[TelephoneMachine, Given, int], list[Out]]
_M = TelephoneMachine
STEPS: Mapping[tuple[Telephone, type], Step] = {
    (Telephone.ON_HOOK, Ring): _M._rung,
    (Telephone.ON_HOOK, wires.Seized): _M._lifted,
    (Telephone.ON_HOOK, Listen): _M._listening,
    (Telephone.ON_HOOK, ShowMessages): _M._asked_to_show,
    (Telephone.ON_HOOK, DeadlineReached): _M._show,
    (Telephone.ON_HOOK, wires.PortRecovered): _M._recovered,
    (Telephone.SENDING, SignalEnded): _M._sent,
    (Telephone.SENDING, ShowMessages): _M._asked_to_show,
    (Telephone.SENDING, Ring): _M._cut_off,
    (Telephone.SENDING, wires.Seized): _M._cut_off,
    (Telephone.SENDING, wires.PortFailed): _M._cut_off,
    (Telephone.SENDING, Listen): _M._listening,
    (Telephone.RINGING, ShowMessages): _M._asked_to_show,
    (Telephone.OFF_HOOK, ShowMessages): _M._asked_to_show,
    (Telephone.RINGING, wires.RingStopped): _M._burst_over,
    (Telephone.RINGING, SignalEnded): _M._id_sent,
    (Telephone.RINGING, StopRing): _M._hushed,
    (Telephone.RINGING, Release): _M._hushed,
    (Telephone.RINGING, wires.Seized): _M._lifted,
    (Telephone.RINGING, Listen): _M._listening,
    (Telephone.RINGING, wires.PortFailed): _M._hushed,
    (Telephone.OFF_HOOK, wires.Released): _M._put_down,
    (Telephone.OFF_HOOK, wires.Flashed): _M._flashed,
    (Telephone.OFF_HOOK, wires.PulseDialled): _M._pulsed,
    (Telephone.OFF_HOOK, Listen): _M._listening,
    (Telephone.OFF_HOOK, wires.PortFailed): _M._put_down,
}
