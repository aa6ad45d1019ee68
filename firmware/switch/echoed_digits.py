"""Digits that are only the echo of what we sent ourselves: the port's own dialling, or the far leg's key."""

from __future__ import annotations

import numpy as np

from drivers.dsp.tones import DTMF_HZ
from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES, Samples

TICKS = 6
"""A digit is sure after 40-60 ms, the echo path adds up to 40."""
SHARE = 0.6
"""Of a tick's energy in the digit's two tones: a key's tick has nearly all, speech hardly ever so much."""
LEAST_POWER = 100.0**2 / 2

_TIME = 2 * np.pi * np.arange(TICK_SAMPLES) / SAMPLE_RATE_HZ
_WAVES = {
    digit: np.stack([part for hz in pair for part in (np.cos(hz * _TIME), np.sin(hz * _TIME))])
    for digit, pair in DTMF_HZ.items()
}


class EchoedDigits:
    """Remembers the last ticks sent to all ports."""

    def __init__(self, ports: int) -> None:
        self._sent = np.zeros((TICKS, ports, TICK_SAMPLES), np.int16)
        self._at = 0
        if ports:
            self.is_echo(0, "1")  # the algebra's pages are in memory before the first digit of a call

    def sent(self, tx: Samples) -> None:
        """Once a tick, what went out in the exchange that brought the digits asked about next."""
        self._sent[self._at] = tx
        self._at = (self._at + 1) % TICKS

    def is_echo(self, port: int, digit: str) -> bool:
        """Whether we sent this very digit to the port just before it was heard from there."""
        ticks = self._sent[:, port].astype(np.float64)
        power = np.mean(ticks**2, axis=1)
        tones = 2 * np.sum((ticks @ _WAVES[digit].T / TICK_SAMPLES) ** 2, axis=1)
        return bool(np.any((power > LEAST_POWER) & (tones > SHARE * power)))
