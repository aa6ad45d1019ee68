"""Tracks: what the reels hold of each recording, gathered into A-law stereo WAV files (left the caller's
leg's port).

A file has its final name only when it is whole and durable; until then the reels are the truth.
"""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.dsp.g711 import DECODERS, SILENCE
from firmware.protocol.tape import TICK_SAMPLES, TapeBlock
from firmware.store.disk import Disk

RECORDINGS, _CUTTING = "recordings", ".cutting"
SAMPLE_RATE_HZ = 8000
TICK_BYTES = 2 * TICK_SAMPLES
_FLUSH_BYTES = 1 << 16
_ID = re.compile(r"[0-9a-f]{16}")
_WAVE_FORMAT_ALAW = 6
# RIFF, fmt with its extension size (required for non-PCM), fact (samples per channel), data.
_WAV = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
_ALAW = DECODERS["alaw"].astype("<i2")


class UnnamedRecording(ValueError):
    """A recording's id is not 16 hexadecimal digits: it names no file."""


def recording_path(recording: str) -> Path:
    """Where a recording is, relative to the data directory; says nothing of who called. Raises
    UnnamedRecording.
    """
    if not _ID.fullmatch(recording):
        raise UnnamedRecording(f"{recording!r} is no recording")
    return Path(RECORDINGS, recording[:2], f"{recording}.wav")


def wav_head(data_bytes: int) -> bytes:
    samples = data_bytes // 2
    sizes = (4 + 26 + 12 + 8 + data_bytes, data_bytes)
    rate = 2 * SAMPLE_RATE_HZ
    fmt = (18, _WAVE_FORMAT_ALAW, 2, SAMPLE_RATE_HZ, rate, 2, 8, 0)
    return _WAV.pack(b"RIFF", sizes[0], b"WAVE", b"fmt ", *fmt, b"fact", 4, samples, b"data", sizes[1])


class NotARecording(ValueError):
    """A file is not one of our finished recordings."""


def read_samples(path: Path) -> NDArray[np.int16]:
    """The recording's samples, `<i2[n, 2]`: left what the port said, right what it heard. Raises
    NotARecording, OSError.
    """
    data = path.read_bytes()
    if len(data) < _WAV.size or data[: _WAV.size] != wav_head(len(data) - _WAV.size):
        raise NotARecording(f"{path} is not a whole recording of this box")
    return _ALAW[np.frombuffer(data, np.uint8, offset=_WAV.size)].reshape(-1, 2)


MISSING = "blocks-missing"
"""Not on the reels; why, is for `firmware.archive.evidence` to say."""


class Gap(Struct, frozen=True):
    """Ticks of a recording that the reels do not have."""

    from_tick: int
    to_tick: int
    reason: str


class Cut(Struct, frozen=True):
    """A recording as a file. `path` is relative to the data directory; `sha256` is of the decoded `<i2`
    samples.
    """

    recording: str
    path: Path
    epoch: int
    """The life of the switch that taped it."""
    from_tick: int
    seconds: float
    sha256: str
    gaps: tuple[Gap, ...]


class Track:
    """One recording being gathered."""

    def __init__(self, disk: Disk, part: Path, epoch: int, tick: int) -> None:
        self._disk, self.part, self.epoch = disk, part, epoch
        self.first_tick = self.next_tick = tick
        self.gaps: list[Gap] = []
        self._digest = hashlib.sha256()
        self._buffer = bytearray()
        self.data_bytes = 0
        disk.remove(part)
        self._handle = disk.create(part)
        disk.write(self._handle, wav_head(0))

    def add(self, epoch: int, tick: int, data: bytes) -> None:
        """`data` is one tick, interleaved. A tick that was there before is passed over; missing ones are
        silence.
        """
        if epoch != self.epoch:
            self.epoch, self.first_tick = epoch, tick - (self.next_tick - self.first_tick)
            self.gaps.append(Gap(tick, tick, "switch-died"))
            self.next_tick = tick
        if tick < self.next_tick:
            return
        if tick > self.next_tick:
            self.gaps.append(Gap(self.next_tick, tick, MISSING))
            self._append(
                bytes([SILENCE["alaw"]]) * TICK_BYTES * min(tick - self.next_tick, _MOST_SILENT_TICKS)
            )
        self._append(data)
        self.next_tick = tick + 1

    def finish(self, target: Path) -> str:
        """The file is durable under its name. Returns the SHA-256 of its samples. Raises OSError."""
        self._flush()
        self._disk.write_at(self._handle, wav_head(self.data_bytes), 0)
        self._disk.sync(self._handle)
        self._disk.close(self._handle)
        self._disk.make_directory(target.parent)
        self._disk.replace(self.part, target)
        self._disk.sync_directory(target.parent)
        return self._digest.hexdigest()

    def discard(self) -> None:
        self._disk.close(self._handle)
        self._disk.remove(self.part)

    def _append(self, data: bytes) -> None:
        self._buffer += data
        self.data_bytes += len(data)
        if len(self._buffer) >= _FLUSH_BYTES:
            self._flush()

    def _flush(self) -> None:
        data = bytes(self._buffer)
        self._buffer.clear()
        self._digest.update(_ALAW[np.frombuffer(data, np.uint8)].tobytes())
        self._disk.write(self._handle, data)


_MOST_SILENT_TICKS = 50 * 600
"""A hole longer than ten minutes is damage; it stays in the ledger and out of the file."""


class Tracks:
    """All recordings being gathered, by id."""

    def __init__(self, directory: Path, disk: Disk) -> None:
        self._directory, self._disk = directory, disk
        self._parts = directory / RECORDINGS / _CUTTING
        self._open: dict[str, Track] = {}
        disk.make_directory(self._parts)
        disk.sync_directory(self._parts.parent)  # a former archive may have died after it made a folder
        for left in self._parts.glob("*.part"):
            disk.remove(left)

    def __contains__(self, recording: str) -> bool:
        return recording in self._open

    def reached(self, recording: str) -> int:
        """The tick after the last one gathered; -1 when there is none."""
        track = self._open.get(recording)
        return track.next_tick if track else -1

    def take(self, block: TapeBlock, wanted: NDArray[np.intp]) -> None:
        """Adds the rows `wanted` of one block. Raises OSError."""
        rows = np.ascontiguousarray(block.samples[wanted].transpose(0, 2, 1))
        for place, index in enumerate(wanted):
            recording = block.recordings[index]
            track = self._open.get(recording)
            if track is None:
                part = self._parts / f"{recording}.part"
                track = self._open[recording] = Track(self._disk, part, block.epoch, block.tick)
            track.add(block.epoch, block.tick, rows[place].tobytes())

    def cut(self, recording: str, from_tick: int | None, to_tick: int | None) -> Cut | None:
        """The file of one recording, durable; None when nothing of it was taped. Raises OSError."""
        track = self._open.pop(recording, None)
        if track is None:
            return None
        path = recording_path(recording)
        digest = track.finish(self._directory / path)
        gaps = list(track.gaps)
        if from_tick is not None and from_tick < track.first_tick:
            gaps.insert(0, Gap(from_tick, track.first_tick, MISSING))
        if to_tick is not None and track.next_tick < to_tick:
            gaps.append(Gap(track.next_tick, to_tick, MISSING))
        seconds = track.data_bytes / 2 / SAMPLE_RATE_HZ
        return Cut(recording, path, track.epoch, track.first_tick, seconds, digest, tuple(gaps))

    def discard(self, recording: str) -> None:
        track = self._open.pop(recording, None)
        if track is not None:
            track.discard()

    def close(self) -> None:
        """Nothing that is not finished stays; the reels have it."""
        for recording in list(self._open):
            self.discard(recording)
