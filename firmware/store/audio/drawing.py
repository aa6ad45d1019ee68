"""What a recording looks like: lowest and highest sample of each column, and its stretches of silence.

A-law bytes are never decoded but for the columns: with every other bit turned (ITU-T G.711 table 1) the lower seven
bits grow with the level and the highest is the sign, so a byte's rank among samples is a matter of two more turns.
"""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.dsp.g711 import DECODERS
from firmware.archive.tracks import SAMPLE_RATE_HZ, NotARecording, wav_head

Bytes = NDArray[np.uint8]
_HEAD = len(wav_head(0))
_TURN, _SIGN = np.uint8(0x55), np.uint8(0x80)
_WIDE = 128
"""Samples of a row: rows are long enough for the machine to take many bytes at once."""
_STRETCH = 160
"""Samples of a tick, 20 ms."""
_VALUES = np.sort(DECODERS["alaw"]).astype(np.int16)
"""By rank."""


class Peaks(Struct, frozen=True):
    """`int16[columns, 2]` each: lowest and highest sample. Left is the caller, right who spoke with him."""

    seconds: float
    left: NDArray[np.int16]
    right: NDArray[np.int16]


def peaks(handle: int, columns: int) -> Peaks:
    """Of an open recording; fewer columns where it has fewer samples.

    Raises NotARecording, OSError, ValueError (no column at all).
    """
    if columns < 1:
        raise ValueError("a drawing has one column at least")
    samples = samples_of(handle)
    columns = min(columns, len(samples))
    edges = [len(samples) * one // columns for one in range(columns + 1)] if columns else []
    found = [_column(samples[begin:end]) for begin, end in pairwise(edges)]
    both = _VALUES[np.array(found, np.uint8).reshape(-1, 2, 2)]
    return Peaks(len(samples) / SAMPLE_RATE_HZ, both[:, :, 0], both[:, :, 1])


def _column(part: Bytes) -> tuple[Bytes, Bytes]:
    """Ranks of the lowest and the highest sample, of both sides."""
    rank = _ranks(part)
    whole = len(rank) // _WIDE * _WIDE
    rest = rank[whole:]
    if not whole:
        return rest.min(axis=0), rest.max(axis=0)
    wide = rank[:whole].reshape(-1, 2 * _WIDE)
    low = np.concatenate((wide.min(axis=0).reshape(-1, 2), rest)).min(axis=0)
    return low, np.concatenate((wide.max(axis=0).reshape(-1, 2), rest)).max(axis=0)


def _ranks(part: Bytes) -> Bytes:
    turned = part ^ _TURN
    is_positive = turned.view(np.int8) >> 7
    return turned ^ (~is_positive & 0x7F).view(np.uint8)


def silences(handle: int, least_s: float = 1.0, below: int = 330) -> list[tuple[float, float]]:
    """Stretches of at least `least_s` in which no sample of either side reaches `below` (330: −40 dB of the loudest).

    (from, to) in seconds. Raises NotARecording, OSError.
    """
    samples = samples_of(handle)
    level = (samples[: len(samples) // _STRETCH * _STRETCH] ^ _TURN) & ~_SIGN
    quiet = level.reshape(-1, 2 * _STRETCH).max(axis=1) < np.searchsorted(_VALUES[128:], below)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], quiet, [False]))))
    seconds = edges * _STRETCH / SAMPLE_RATE_HZ
    spans = ((float(begin), float(end)) for begin, end in seconds.reshape(-1, 2))
    return [(begin, end) for begin, end in spans if end - begin >= least_s]


def samples_of(handle: int) -> Bytes:
    """A-law bytes of an open recording, `uint8[samples, 2]`. Raises NotARecording, OSError."""
    size = os.fstat(handle).st_size
    data = np.empty(size, np.uint8)
    taken = os.preadv(handle, [data.data], 0) if size else 0
    if taken < _HEAD or data[:_HEAD].tobytes() != wav_head(taken - _HEAD):
        raise NotARecording("not a whole recording of this box")
    return data[_HEAD : _HEAD + (taken - _HEAD) // 2 * 2].reshape(-1, 2)
