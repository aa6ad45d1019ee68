"""Recorded messages as the switch plays them: the caller's side of a finished recording."""

from __future__ import annotations

from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import numpy as np
import soundfile
from numpy.typing import NDArray

from firmware.switch.ports import MessageShelf

RECORDINGS = "recordings"
LONGEST_SAMPLES = 10 * 60 * 8000
A_SECOND = 8000
KEPT = 8
"""Messages that were read and not played."""


class RecordingShelf:
    """A `MessageShelf` over the archive's directory. What is not cut yet, or unreadable, is not there.

    `message` reads the disk: the tick of a real box goes through `ReadAhead`.
    """

    def __init__(self, data: Path) -> None:
        self._directory = data / RECORDINGS
        self.unreadable = 0

    def ready(self, recording: str, /) -> bool:
        del recording
        return True

    def message(self, recording: str, /) -> NDArray[np.int16] | None:
        """8 kHz mono samples. `recording` must be 16 hexadecimal digits: it becomes a path."""
        if len(recording) != 16 or set(recording) - set("0123456789abcdef"):
            return None
        path = self._directory / recording[:2] / f"{recording}.wav"
        if not path.exists():
            return None
        try:
            return _left_side(path)
        except (RuntimeError, OSError):
            self.unreadable += 1
            return None


def _left_side(path: Path) -> NDArray[np.int16]:
    """A second at a time, so that a thread that reads never holds the interpreter for long."""
    with soundfile.SoundFile(str(path)) as file:
        left = np.empty(min(file.frames, LONGEST_SAMPLES), np.int16)
        at = 0
        while at < len(left):
            block = file.read(min(A_SECOND, len(left) - at), dtype="int16", always_2d=True)
            if not len(block):
                break
            left[at : at + len(block)] = block[:, 0]
            at += len(block)
    return left[:at]


class ReadAhead:
    """A `MessageShelf` whose disk is read by a thread of its own, which is in a system call nearly all its life."""

    def __init__(self, shelf: MessageShelf) -> None:
        self._shelf = shelf
        self._wanted: SimpleQueue[str] = SimpleQueue()
        self._asked: set[str] = set()
        self._read: dict[str, NDArray[np.int16] | None] = {}
        self._reader: Thread | None = None

    def ready(self, recording: str, /) -> bool:
        if recording in self._read:
            return True
        if recording not in self._asked:
            self._asked.add(recording)
            self._wanted.put(recording)
            if self._reader is None:
                self._reader = Thread(target=self._run, name="messages", daemon=True)
                self._reader.start()
        return False

    def message(self, recording: str, /) -> NDArray[np.int16] | None:
        """Each reading is given once: a message may have been erased meanwhile."""
        self._asked.discard(recording)
        return self._read.pop(recording, None)

    def _run(self) -> None:
        while True:
            recording = self._wanted.get()
            if len(self._read) >= KEPT:  # nobody came for it
                forgotten = next(iter(self._read))
                self._asked.discard(forgotten)
                del self._read[forgotten]
            self._read[recording] = self._shelf.message(recording)
