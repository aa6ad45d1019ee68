"""G.711 A-law and µ-law by table: encode is one gather over 65536 entries, decode one over 256."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Law = Literal["alaw", "ulaw"]


def _segment(magnitude: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the chord: position of the top bit, counted from bit 7."""
    top: NDArray[np.int64] = np.floor(np.log2(magnitude | 0xFF)).astype(np.int64) - 7
    return top


def _alaw_encoder() -> NDArray[np.uint8]:
    linear = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    magnitude = np.where(linear >= 0, linear, -linear - 1)
    segment = _segment(magnitude)
    code = (segment << 4) | ((magnitude >> np.where(segment > 0, segment + 3, 4)) & 0x0F)
    return (code ^ np.where(linear >= 0, 0x55 | 0x80, 0x55)).astype(np.uint8)


def _alaw_decoder() -> NDArray[np.int16]:
    code = np.arange(256) ^ 0x55
    step, segment = (code & 0x0F) << 4, (code & 0x70) >> 4
    magnitude = np.where(segment > 0, (step + 0x108) << np.maximum(segment - 1, 0), step + 8)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_encoder() -> NDArray[np.uint8]:
    linear = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    magnitude = np.minimum(np.abs(linear) + 0x84, 0x7FFF)
    segment = _segment(magnitude)
    code = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0F)
    octets: NDArray[np.uint8] = (code ^ np.where(linear >= 0, 0xFF, 0x7F)).astype(np.uint8)
    return octets


def _ulaw_decoder() -> NDArray[np.int16]:
    code = ~np.arange(256) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


ENCODERS = {"alaw": _alaw_encoder(), "ulaw": _ulaw_encoder()}
"""`uint8[65536]`, indexed by the sample as uint16."""
DECODERS = {"alaw": _alaw_decoder(), "ulaw": _ulaw_decoder()}
"""`int16[256]`."""
SILENCE = {"alaw": 0xD5, "ulaw": 0xFF}


def encode(samples: NDArray[np.int16], law: Law, out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Linear samples of any shape to octets; `out` saves the allocation."""
    return np.take(ENCODERS[law], samples.view(np.uint16), out=out, mode="clip")


def decode(octets: NDArray[np.uint8], law: Law, out: NDArray[np.int16] | None = None) -> NDArray[np.int16]:
    """Octets of any shape to linear samples; `out` saves the allocation."""
    return np.take(DECODERS[law], octets, out=out, mode="clip")
