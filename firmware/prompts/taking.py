"""A foreign sound file becomes a prompt: decoded in a process of its own, measured, brought to the telephone's level.

`python -m firmware.prompts.taking IN OUT` does it with little memory and time, and prints what it found as JSON:
whatever a hostile file does to a decoder, it does there.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    import soundfile
    from numpy.typing import NDArray

MOST_BYTES = 8 << 20
LONGEST_S, SHORTEST_S = 120.0, 0.2
FORMATS = frozenset({"WAV", "WAVEX", "FLAC", "OGG", "MP3", "AIFF"})
RATES_HZ = (4_000, 192_000)
MOST_CHANNELS = 8
SILENT_DBM0 = -60.0
"""Whatever is below this is no speech."""
MOST_MEMORY, MOST_CPU_S, PATIENCE_S = 512 << 20, 20, 30
_BLOCK = 1 << 16
"""Frames that are decoded at once."""


class Measured(Struct, frozen=True):
    """What was taken, and how it was changed."""

    seconds: float
    was_dbm0: float
    """Level of the speech in the file."""
    is_dbm0: float
    """Of the prompt."""
    rate_hz: int
    channels: int
    format: str
    silence_s: float = 0.0
    """Taken off its ends."""


class NotTaken(ValueError):
    """`why` is one of WHY."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


WHY = (
    "too-large",
    "no-sound",
    "empty",
    "too-short",
    "too-long",
    "silent",
    "odd-rate",
    "channels",
    "not-numbers",
)


def take(source: Path, target: Path) -> Measured:
    """`target` is 16-bit mono 8 kHz WAV afterwards. Any thread; it waits. Raises NotTaken, OSError."""
    if source.stat().st_size > MOST_BYTES:
        raise NotTaken("too-large")
    argv = [sys.executable, "-m", "firmware.prompts.taking", str(source), str(target)]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=PATIENCE_S, check=False, env=_environment())  # noqa: S603
    except subprocess.TimeoutExpired:
        raise NotTaken("no-sound") from None
    return _told(done.stdout)


def _environment() -> dict[str, str]:
    """NumPy's own threads want memory that a taker does not have."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": paths}


def _told(out: bytes) -> Measured:
    """A decoder that died said nothing."""
    try:
        told = json.loads(out)
        if isinstance(told, dict) and told.get("why") in WHY:
            raise NotTaken(told["why"])
        return msgspec.convert(told, Measured)
    except (msgspec.ValidationError, json.JSONDecodeError, UnicodeDecodeError):
        raise NotTaken("no-sound") from None


def taken(source: Path, target: Path) -> Measured:
    """The same in this process. Raises NotTaken, OSError."""
    import soundfile

    from firmware.prompts.resampling import RATE_HZ, active_dbm0, levelled, to_8k, trimmed

    try:
        with soundfile.SoundFile(source) as file:
            _check_head(file.format, file.samplerate, file.channels)
            most = int(LONGEST_S * file.samplerate)
            samples = _mixed(file, most + 1)
            head = file.samplerate, file.channels, file.format
    except (soundfile.SoundFileError, RuntimeError, MemoryError):
        raise NotTaken("no-sound") from None
    _check_length(len(samples), most, head[0])
    mono = to_8k(samples, head[0])
    was_dbm0 = float(active_dbm0(mono))
    if was_dbm0 < SILENT_DBM0:
        raise NotTaken("silent")
    spoken = trimmed(mono)
    prompt = levelled(spoken)
    soundfile.write(target, prompt, RATE_HZ, subtype="PCM_16", format="WAV")
    is_dbm0 = float(active_dbm0(prompt / 32767))
    silence_s = round((len(mono) - len(spoken)) / RATE_HZ, 2)
    return Measured(round(len(prompt) / RATE_HZ, 2), round(was_dbm0, 1), round(is_dbm0, 1), *head, silence_s)


def _mixed(file: soundfile.SoundFile, most: int) -> NDArray[np.float32]:
    """The mean of all channels of `most` frames at most, block by block: silence packs a thousandfold."""
    import numpy as np

    mono = np.empty(most, np.float32)
    count = 0
    while count < most:
        block = file.read(min(_BLOCK, most - count), dtype="float32", always_2d=True)
        if not len(block):
            break
        if not np.isfinite(block).all():
            raise NotTaken("not-numbers")
        mono[count : count + len(block)] = block.mean(axis=1)
        count += len(block)
    return mono[:count]


def _check_head(form: str, rate_hz: int, channels: int) -> None:
    if form not in FORMATS:
        raise NotTaken("no-sound")
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise NotTaken("odd-rate")
    if not 1 <= channels <= MOST_CHANNELS:
        raise NotTaken("channels")


def _check_length(count: int, most: int, rate_hz: int) -> None:
    if not count:
        raise NotTaken("empty")
    if count > most:
        raise NotTaken("too-long")
    if count < SHORTEST_S * rate_hz:
        raise NotTaken("too-short")


def main(arguments: list[str]) -> int:
    """`IN OUT`; exit code 0 taken, 1 not, 2 misused."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m firmware.prompts.taking IN OUT\n")
        return 2
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    os.nice(19)
    try:
        found = taken(Path(arguments[0]), Path(arguments[1]))
    except NotTaken as error:
        sys.stdout.write(json.dumps({"why": error.why}))
        return 1
    sys.stdout.write(msgspec.json.encode(found).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
