"""The speech path of all ports at once: loss, hybrid echo, noise and hum between mouths and the box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import FULL_SCALE_DBM0
from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES

ECHO_TAPS = (0.62, 0.52, -0.38, 0.31, -0.24, 0.16, -0.11, 0.07)
"""Shape of every hybrid's reflection: short and dispersive; scaled to the port's return loss."""
LONGEST_ECHO_MS = 60
POOL_S = 4
HUM = ((50.0, 1.0), (150.0, 0.5), (250.0, 0.35), (350.0, 0.2))
"""Mains and its odd harmonics with their relative amplitudes."""
Rows = NDArray[np.float32]


def _rms(level_dbm0: float) -> float:
    return float(32767.0 / np.sqrt(2) * 10 ** ((level_dbm0 - FULL_SCALE_DBM0) / 20))


class Copper:
    """Per-port figures are set with `lay` and `alive`; `tick` takes what the box sent, gives what it gets."""

    def __init__(self, ports: int, seed: int) -> None:
        self.ports = ports
        self._random = np.random.default_rng(seed)
        self._loss = np.ones((ports, 1), np.float32)
        self._echo = np.zeros(ports, np.float32)
        self._present = np.ones((ports, 1), np.float32)
        self._noise = np.zeros((ports, POOL_S * SAMPLE_RATE_HZ), np.float32)
        self._pool = self._random.standard_normal(POOL_S * SAMPLE_RATE_HZ).astype(np.float32)
        self._burst = np.zeros((ports, 1), np.float32)
        self._bursting = False
        self._depth = LONGEST_ECHO_MS * SAMPLE_RATE_HZ // 1000 + len(ECHO_TAPS)
        self._sent = np.zeros((ports, self._depth + TICK_SAMPLES), np.float32)
        self._window = np.zeros((ports, TICK_SAMPLES + len(ECHO_TAPS) - 1), np.intp)
        self._taps = np.zeros((len(ECHO_TAPS), ports, 1), np.float32)
        self._at = 0
        for port in range(ports):
            self._aim(port, 0)

    def lay(
        self,
        port: int,
        *,
        loss_db: float,
        echo_db: float,
        echo_delay_ms: float,
        noise_dbm0: float,
        hum_dbm0: float,
    ) -> None:
        """What kind of line a port has."""
        self._loss[port] = 10 ** (-loss_db / 20)
        self._echo[port] = 10 ** (-echo_db / 20)
        self._aim(port, round(min(echo_delay_ms, LONGEST_ECHO_MS) * SAMPLE_RATE_HZ / 1000))
        self._noise[port] = self._line_noise(noise_dbm0, hum_dbm0)

    def alive(self, port: int, carries: bool, present: bool = True) -> None:
        """`carries`: off-hook, so the box's signal comes back as echo. `present`: the wires are connected."""
        self._present[port] = present
        self._taps[:, port, 0] = self._shape() * self._echo[port] * carries

    def burst(self, port: int, level_dbm0: float | None) -> None:
        """Loud noise on a line, or None for its end."""
        self._burst[port] = 0.0 if level_dbm0 is None else _rms(level_dbm0)
        self._bursting = bool(self._burst.any())

    def tick(self, mouths: Rows, sent: Rows, out: NDArray[np.int16]) -> None:
        """One block: `mouths` (used up) and `sent` are float32[ports, 160]; the box's rx goes to `out`."""
        past = self._sent
        past[:, : self._depth] = past[:, TICK_SAMPLES:].copy()
        past[:, self._depth :] = sent
        delayed = past.ravel()[self._window]
        mouths *= self._loss
        for k in range(len(ECHO_TAPS)):
            mouths += self._taps[k] * delayed[:, k : k + TICK_SAMPLES]
        mouths += self._noise[:, self._at : self._at + TICK_SAMPLES]
        self._at = (self._at + TICK_SAMPLES) % self._noise.shape[1]
        if self._bursting:
            mouths += self._burst * self._random.standard_normal(mouths.shape, np.float32)
        mouths *= self._present
        np.rint(mouths, out=mouths)
        np.clip(mouths, -32768, 32767, out=mouths)
        out[...] = mouths

    def _aim(self, port: int, delay: int) -> None:
        first = port * self._sent.shape[1] + self._depth - delay - len(ECHO_TAPS) + 1
        self._window[port] = first + np.arange(self._window.shape[1])

    def _line_noise(self, noise_dbm0: float, hum_dbm0: float) -> Rows:
        turn = int(self._random.integers(len(self._pool)))
        t = np.arange(len(self._pool)) / SAMPLE_RATE_HZ
        hum = sum(share * np.sin(2 * np.pi * hz * t + hz) for hz, share in HUM)
        hum = np.asarray(hum) / np.sqrt(sum(share**2 for _, share in HUM) / 2) * _rms(hum_dbm0)
        return np.asarray(np.roll(self._pool, turn) * _rms(noise_dbm0) + hum, np.float32)

    @staticmethod
    def _shape() -> NDArray[np.float32]:
        taps = np.array(ECHO_TAPS[::-1], np.float32)
        return taps / np.float32(np.sqrt(np.sum(taps**2)))
