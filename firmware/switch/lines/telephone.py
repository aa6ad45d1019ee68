"""A telephone at an FXS port: lifted, put down, flashed; rung with the country's cadence and caller ID."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

import numpy as np

from drivers import ports as wires
from firmware.protocol.commands import Listen, Release, Ring, StopRing
from firmware.protocol.events import DigitReceived, HookFlashed, TelephoneReleased, TelephoneSeized
from firmware.switch.caller_sender import caller_id_sound
from firmware.switch.lines.exchanged import Given, HushSignal, Out, SendSound, SignalEnded
from firmware.switch.plan import PortPlan

SETTLING_MS = 60
"""From the command to the first sample on the wire, at most."""
CADENCES_MS = {"internal": (400, 200, 400, 3000), "recall": (300, 300, 300, 300, 300, 2500)}
"""Distinctive ringing beside the country's own."""


class Telephone(Enum):
    ON_HOOK = auto()
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
        del given, now_us
        self.state = Telephone.ON_HOOK
        return [wires.StopRinging(), HushSignal()]

    def _lifted(self, given: Given, now_us: int) -> list[Out]:
        del given
        rung = self.ringing
        self.state = Telephone.OFF_HOOK
        stop: list[Out] = [wires.StopRinging(), HushSignal()] if rung else []
        return [*stop, TelephoneSeized(port=self._plan.port, at_us=now_us)]

    def _put_down(self, given: Given, now_us: int) -> list[Out]:
        del given
        self.state = Telephone.ON_HOOK
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


Step = Callable[[TelephoneMachine, Given, int], list[Out]]
_M = TelephoneMachine
STEPS: Mapping[tuple[Telephone, type], Step] = {
    (Telephone.ON_HOOK, Ring): _M._rung,
    (Telephone.ON_HOOK, wires.Seized): _M._lifted,
    (Telephone.ON_HOOK, Listen): _M._listening,
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
