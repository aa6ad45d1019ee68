"""What all ports measure, as arrays: volts, current, alarms from the cards' gauges, levels from the tick's own blocks.

Nothing here loops over ports. Levels are taken from one block in twelve, everything else twice a second: so that all
of it costs the tick as little as can be measured.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import FULL_SCALE_DBM0
from drivers.ports import PortKind, Samples
from firmware.protocol.meters import (
    EXTREMES,
    FIGURES,
    MINUTE,
    MINUTE_US,
    MINUTES,
    NOW,
    Alarm,
    PortClass,
    PortState,
    Rows,
)

SAMPLE_TICKS, SAMPLE_AT = 25, 12
"""Not in the tick that closes the second."""
LEVEL_TICKS = 12
SAMPLES_A_SECOND = 50 // SAMPLE_TICKS
FLOOR_DBM0 = -70.0
"""Quieter is as quiet: A-law cannot tell it from silence."""
CLASSES: Mapping[PortKind | None, PortClass] = {
    None: PortClass.NONE,
    PortKind.FXO: PortClass.FXO,
    PortKind.FXS: PortClass.FXS,
    PortKind.SIP: PortClass.SIP,
    PortKind.SIP_TRUNK: PortClass.SIP_TRUNK,
}
NAMED: Mapping[str, Alarm] = {"no-battery": Alarm.NO_BATTERY, "chip": Alarm.CHIP}
"""Of the ports' alarm machines; any other name is a far end that is away."""
_SINE = 32767.0**2 / 2
Floats = NDArray[np.float32]


class Meters:
    """`now` is a row a port (`firmware.protocol.meters.NOW`). `is_fresh` in the tick that sampled it."""

    def __init__(self, kinds: Sequence[PortKind | None]) -> None:
        """`kinds` as configured."""
        ports = len(kinds)
        self.now: Rows = np.zeros(ports, NOW)
        self.now["kind"] = [CLASSES[kind] for kind in kinds]
        for name in (*FIGURES, "return_loss"):
            self.now[name] = np.nan
        self.is_fresh = False
        self.minutes: deque[tuple[int, Rows]] = deque(maxlen=MINUTES)
        """(Minute of box time, `MINUTE` rows) that are over, since somebody emptied this."""
        self._state = np.zeros(ports, np.uint8)
        self._named = np.zeros(ports, np.uint16)
        self._from, self._to = np.zeros(ports), np.zeros(ports)
        self._blocks = 0
        self._turn = 0
        self._minute: Minute | None = None

    def settle(self, port: int, state: PortState, alarms: Sequence[str]) -> None:
        """A port's machines took something."""
        self._state[port] = state
        self._named[port] = sum({NAMED.get(alarm, Alarm.AWAY) for alarm in alarms})

    def tick(
        self,
        number: int,
        said: Samples,
        heard: Samples,
        rows: NDArray[np.intp],
        loss_of: Callable[[int], float],
    ) -> bool:
        """One tick's blocks at the ports; True: it is time to `sample`. `rows`: copper in use, for `loss_of`."""
        if number % LEVEL_TICKS == 0:
            self._from += power(said)
            self._to += power(heard)
            self._blocks += 1
            if rows.size:
                self._turn += 1
                port = int(rows[self._turn % rows.size])
                self.now["return_loss"][port] = loss_of(port)
        self.is_fresh = number % SAMPLE_TICKS == SAMPLE_AT
        return self.is_fresh

    def sample(self, volts: Floats, milliamps: Floats, faults: NDArray[np.uint16], at_us: int) -> None:
        """Gauges of all ports, now."""
        now, used = self.now, self._state == PortState.USED
        now["state"], now["alarms"] = self._state, self._named | faults
        now["volts"], now["milliamps"] = volts, milliamps
        blocks = max(1, self._blocks)
        now["level_from"] = np.where(used, dbm0(self._from / blocks), np.nan)
        now["level_to"] = np.where(used, dbm0(self._to / blocks), np.nan)
        self._from[:] = self._to[:] = self._blocks = 0
        self._count(at_us // MINUTE_US)

    def _count(self, number: int) -> None:
        if self._minute is None or self._minute.number != number:
            if self._minute is not None:
                self.minutes.append((self._minute.number, self._minute.rows()))
            self._minute = Minute(number, len(self.now))
        self._minute.add(self.now)


class Minute:
    """Least, mean and most of one minute: V while idle, mA and levels while used, without sign."""

    def __init__(self, number: int, ports: int) -> None:
        self.number = number
        self._samples = 0
        self._alarmed = np.zeros(ports, np.uint16)
        self._alarms = np.zeros(ports, np.uint16)
        self._least = np.full((len(FIGURES), ports), np.nan, np.float32)
        self._most, self._values = self._least.copy(), self._least.copy()
        self._sum = np.zeros((len(FIGURES), ports))
        self._counts = np.zeros((len(FIGURES), ports), np.uint16)
        self._loss = np.full(ports, np.nan, np.float32)

    def add(self, now: Rows) -> None:
        used, idle = now["state"] == PortState.USED, now["state"] == PortState.IDLE
        values = self._values
        np.abs(now["volts"], out=values[0])
        np.abs(now["milliamps"], out=values[1])
        values[0, ~idle] = values[1, ~used] = np.nan
        values[2], values[3] = now["level_from"], now["level_to"]
        known = values == values  # noqa: PLR0124 - NaN differs from itself
        np.fmin(self._least, values, out=self._least)
        np.fmax(self._most, values, out=self._most)
        np.add(self._sum, values, out=self._sum, where=known)
        self._counts += known
        self._alarmed += now["alarms"] != 0
        self._alarms |= now["alarms"]
        np.copyto(self._loss, now["return_loss"], where=used)
        self._samples += 1

    def rows(self) -> Rows:
        """Of `MINUTE`."""
        made = np.zeros(len(self._alarms), MINUTE)
        made["samples"], made["alarms"] = self._samples, self._alarms
        made["alarm_s"] = (self._alarmed + SAMPLES_A_SECOND - 1) // SAMPLES_A_SECOND
        mean = np.divide(
            self._sum, self._counts, out=np.full(self._sum.shape, np.nan), where=self._counts > 0
        )
        for which, table in zip(EXTREMES, (self._least, mean, self._most), strict=True):
            for number, figure in enumerate(FIGURES):
                made[f"{figure}_{which}"] = table[number]
        made["return_loss"] = self._loss
        return made


def power(block: Samples) -> NDArray[np.float64]:
    """Mean square of each row."""
    samples = block.astype(np.float32)
    squares: NDArray[np.float32] = np.einsum("ij,ij->i", samples, samples)
    mean: NDArray[np.float64] = squares.astype(np.float64) / block.shape[1]
    return mean


def dbm0(mean_square: NDArray[np.float64]) -> NDArray[np.float64]:
    """Not below `FLOOR_DBM0`."""
    least = _SINE * 10 ** ((FLOOR_DBM0 - FULL_SCALE_DBM0) / 10)
    level: NDArray[np.float64] = np.log10(np.maximum(mean_square, least) / _SINE)
    level *= 10
    level += FULL_SCALE_DBM0
    return level
