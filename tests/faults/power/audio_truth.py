"""What was taped of each recording, tick by tick; and whether its file holds that and nothing else."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import numpy as np
from msgspec import Struct

from drivers.dsp.g711 import SILENCE
from firmware.archive.tracks import NotARecording, read_samples, wav_head
from firmware.protocol.tape import TICK_SAMPLES
from tests.faults.power import notes
from tests.faults.power.powered_box import spoken

MOST_LOST_TICKS = 100
"""2 s of audio."""
SOON_US = 2_500_000
_NEVER_US = 1 << 62
Gaps = list[tuple[int, int]]


class Taped(Struct):
    """Ticks `first` … `last` (excluded) of switch life `epoch` are in the audio ring."""

    epoch: int
    first: int
    last: int
    stopped_us: int = _NEVER_US
    powerless: bool = False
    """The power failed while it ran, or soon after."""


class AudioTruth:
    """`told` what happened, `check` a history and its files."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._tapes: dict[str, Taped] = {}
        self._running: set[str] = set()
        self._verified: dict[str, tuple[int, int]] = {}
        self._let_go: set[str] = set()
        self._life_us = 0
        self.checked = 0
        self.losses: dict[str, int] = {}
        """Ticks of audio lost by power cuts, by recording."""

    def told(self, note: notes.Taped | notes.TapeStopped | notes.Reached) -> None:
        if isinstance(note, notes.Taped):
            self._tapes[note.recording] = Taped(note.epoch, note.tick, note.tick)
            self._running.add(note.recording)
        elif isinstance(note, notes.TapeStopped):
            self._running.discard(note.recording)
            if note.recording in self._tapes:
                self._tapes[note.recording].last = note.tick
                self._tapes[note.recording].stopped_us = self._life_us
        else:
            self._life_us = note.at_us
            for recording in self._running:
                self._tapes[recording].last = max(self._tapes[recording].first, note.tick)

    def let_go(self, recording: str) -> None:
        """Its file may be gone before its row says so."""
        self._let_go.add(recording)

    def switch_began(self) -> None:
        """What ran ended there; its ticks are in the ring."""
        for recording in self._running:
            self._tapes[recording].stopped_us = self._life_us
        self._running.clear()

    def power_failed(self) -> None:
        """After a life's last note."""
        for tape in self._tapes.values():
            tape.powerless |= tape.stopped_us >= self._life_us - SOON_US
            tape.stopped_us = min(tape.stopped_us, 0)
        self._running.clear()

    def check(self, db: sqlite3.Connection) -> list[str]:
        wrong: list[str] = []
        gaps: dict[str, Gaps] = {}
        for recording, start, end in db.execute("SELECT recording, from_tick, to_tick FROM ledger_gaps"):
            gaps.setdefault(recording, []).append((start, end))
        for recording, path, sha256, first, why in db.execute(
            "SELECT id, path, sha256, audio_from_tick, CASE WHEN gone <> '' THEN 'gone' ELSE coalesce(why, '') END"
            " FROM recordings WHERE cut = 1"
        ).fetchall():
            self.checked += 1
            if path:
                wrong += self._check_file(recording, path, sha256, first, gaps.get(recording, []))
            elif why not in ("too-short", "gone"):
                wrong += self._lost(recording, 0, 0)
        return wrong

    def _check_file(self, recording: str, path: str, sha256: str, first: int, gaps: Gaps) -> list[str]:
        file = self._data / path
        if not file.exists() and recording in self._let_go:
            return []
        if not file.exists():
            return [f"recording {recording} has a row and no file"]
        state = (file.stat().st_mtime_ns, file.stat().st_size)
        if self._verified.get(recording) == state:
            return []
        try:
            samples = read_samples(file)
        except NotARecording as error:
            return [f"recording {recording}: {error}"]
        self._verified[recording] = state
        if hashlib.sha256(samples.tobytes()).hexdigest() != sha256:
            return [f"recording {recording} is another than its row says"]
        count = len(samples) // TICK_SAMPLES
        return self._foreign(recording, file, first, gaps) + self._lost(recording, first, count)

    def _foreign(self, recording: str, file: Path, first: int, gaps: Gaps) -> list[str]:
        """Every tick is the one that was taped there, or silence that the ledger states."""
        told = self._tapes.get(recording)
        if told is None:
            return [f"recording {recording} was never taped"]
        data = np.frombuffer(file.read_bytes(), np.uint8)[len(wav_head(0)) :]
        for number, tick in enumerate(data.reshape(-1, TICK_SAMPLES, 2), first):
            stated = any(start <= number < end for start, end in gaps)
            if stated and (tick == SILENCE["alaw"]).all():
                continue
            meant = np.frombuffer(spoken(recording, told.epoch, number), np.uint8).reshape(2, TICK_SAMPLES).T
            if not np.array_equal(meant, tick):
                return [f"recording {recording} holds another sound at tick {number}"]
        return []

    def _lost(self, recording: str, first: int, count: int) -> list[str]:
        """Audio that was taped and is not in the file."""
        told = self._tapes.get(recording)
        if told is None:
            return []
        end = max(first + count if count else told.first, told.first)
        lost = max(0, told.last - end) + (max(0, first - told.first) if count else 0)
        if lost:
            self.losses[recording] = lost
        if lost > MOST_LOST_TICKS or (lost and not told.powerless):
            whole_s = (told.last - told.first) / 50
            return [f"recording {recording} lost {lost / 50:.2f} s of {whole_s:.2f} s"]
        return []
