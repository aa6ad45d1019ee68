"""Finished sounds: WAV, 16-bit mono 8 kHz, at their level. They are written so that they last, and read as they lie."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import wave
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from firmware.prompts.resampling import RATE_HZ
from firmware.store.disk import Disk

Sound = NDArray[np.int16]
_FORM = (RATE_HZ, 1, 2)
_DISK = Disk()


class UnreadableSound(ValueError):
    """A sound file cannot be used; the text says why."""


def write_finished(path: Path, sound: Sound) -> None:
    """The file is whole or not there, whatever happens, and lasts. Any thread, any process. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    _DISK.remove(partial)
    try:
        _fill(partial, wav_of(sound))
        _DISK.replace(partial, path)
    except OSError:
        with contextlib.suppress(OSError):
            _DISK.remove(partial)
        raise
    _DISK.sync_directory(path.parent)


def _fill(path: Path, data: bytes) -> None:
    handle = _DISK.create(path)
    try:
        os.fchmod(handle, 0o644)  # the product's are made by whoever installs, and read by the box's user
        _DISK.write(handle, data)
        _DISK.sync(handle)
    finally:
        _DISK.close(handle)


def wav_of(sound: Sound) -> bytes:
    made = io.BytesIO()
    soundfile.write(made, sound, RATE_HZ, subtype="PCM_16", format="WAV")
    return made.getvalue()


def read_finished(path: Path) -> Sound:
    """Nothing is decoded, nothing resampled: cheap enough for the switch. Raises UnreadableSound."""
    octets = _octets(path)
    if not octets:
        raise UnreadableSound(f"{path} is empty")
    return np.frombuffer(octets, "<i2")


def is_whole(path: Path) -> bool:
    """Whether it is a finished sound: a file can be there after a power cut and hold nothing."""
    try:
        _octets(path)
    except UnreadableSound:
        return False
    return True


def _octets(path: Path) -> bytes:
    try:
        with wave.open(str(path)) as file:
            form, count = (file.getframerate(), file.getnchannels(), file.getsampwidth()), file.getnframes()
            octets: bytes = file.readframes(count)
    except (OSError, EOFError, wave.Error) as error:
        raise UnreadableSound(f"{path} cannot be read: {error!r}") from None
    if form != _FORM:
        raise UnreadableSound(f"{path} is not 16-bit mono 8 kHz")
    if len(octets) != 2 * count:
        raise UnreadableSound(f"{path} breaks off")
    return octets
