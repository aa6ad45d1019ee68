"""A telephone's own FSK receiver, on-hook: what lights its message lamp. Independent of the box's senders.

Each bit is told by which of two tones has more energy over one bit's time; octets by their start and stop bits.
Layouts: ETSI ES 200 659-3 (0x82 with 0x0B), GR-30 (0x06).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TONES_HZ = {"fsk-bell202": (1200.0, 2200.0), "fsk-v23": (1300.0, 2100.0)}
"""Mark (1) and space (0)."""
RATE_HZ, BAUD = 8000, 1200
WINDOW = 7
QUIETEST_RMS = 150.0
SILENT_TICKS = 2
LONGEST_TICKS = 200
MULTIPLE, SINGLE = 0x82, 0x06
LAMPS = {
    MULTIPLE: {b"\x0b\x01\xff": True, b"\x0b\x01\x00": False},
    SINGLE: {b"BBB": True, b"ooo": False},
}


class LampReceiver:
    """`take` a tick of what is on the wires; True or False when a message told the lamp."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._kept: list[NDArray[np.int16]] = []
        self._silent = 0

    def take(self, block: NDArray[np.int16]) -> bool | None:
        loud = float(np.sqrt(np.mean(block.astype(np.float64) ** 2))) >= QUIETEST_RMS
        if not loud and not self._kept:
            return None
        self._kept.append(block.copy())
        self._silent = 0 if loud else self._silent + 1
        if self._silent < SILENT_TICKS and len(self._kept) < LONGEST_TICKS:
            return None
        sound = np.concatenate(self._kept)
        self.forget()
        return next((lamp for one in messages(sound, self._form) if (lamp := _lamp(one)) is not None), None)

    @property
    def hears(self) -> bool:
        """Something has begun."""
        return bool(self._kept)

    def forget(self) -> None:
        """Lifted or rung: what was half heard is nothing."""
        self._kept, self._silent = [], 0


def messages(sound: NDArray[np.int16], form: str) -> list[bytes]:
    """Type, length and body of each message with a right checksum."""
    octets = _octets(_is_mark(sound.astype(np.float64), *TONES_HZ[form]))
    found, at = [], 0
    while at + 2 < len(octets):
        end = at + 2 + octets[at + 1]
        whole = bytes(octets[at : end + 1])
        if octets[at] in (*LAMPS, 0x80, 0x04) and len(whole) == end + 1 - at and sum(whole) & 0xFF == 0:
            found.append(whole[:-1])
            at = end
        at += 1
    return found


def _lamp(message: bytes) -> bool | None:
    body = message[2:]
    if message[0] != MULTIPLE:
        return LAMPS.get(message[0], {}).get(body)
    while len(body) >= 2:
        one, body = body[: 2 + body[1]], body[2 + body[1] :]
        if one in LAMPS[MULTIPLE]:
            return LAMPS[MULTIPLE][one]
    return None


def _is_mark(sound: NDArray[np.float64], mark_hz: float, space_hz: float) -> NDArray[np.bool_]:
    """For each sample the tone around it."""
    at_s = np.arange(len(sound)) / RATE_HZ
    box = np.ones(WINDOW)
    mark, space = (
        np.abs(np.convolve(sound * np.exp(-2j * np.pi * hz * at_s), box, "same"))
        for hz in (mark_hz, space_hz)
    )
    return mark >= space


def _octets(mark: NDArray[np.bool_]) -> list[int]:
    """After each change from mark to space: eight bits, lowest first, and a stop bit that must be mark."""
    bit = RATE_HZ / BAUD
    octets: list[int] = []
    at = 1
    while at + round(9.5 * bit) < len(mark):
        if not (mark[at - 1] and not mark[at]):
            at += 1
            continue
        bits = [bool(mark[at + round((k + 0.5) * bit)]) for k in range(10)]
        if bits[0] or not bits[9]:
            at += 1
            continue
        octets.append(sum(1 << k for k in range(8) if bits[k + 1]))
        at += round(9.5 * bit)
    return octets
