"""Recordings of a box without audio, for whoever must have the sound: silence of their length."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import soundfile

from drivers.ports import SAMPLE_RATE_HZ, TICK_SAMPLES
from firmware.store.history import HISTORY_FILE

FOLDER = "unheard"
SOUND = "silence.wav"


def with_silence(data: Path, recording: str) -> Path:
    """A folder in which history has this recording with a sound; `data` as it is while the recording goes on."""
    with closing(sqlite3.connect(f"file:{data / HISTORY_FILE}?mode=ro", uri=True)) as history:
        row = history.execute(
            "SELECT to_tick - from_tick FROM recordings WHERE id = ? AND path = ''", (recording,)
        ).fetchone()
    if row is None or not row[0]:
        return data
    folder = data / FOLDER
    folder.mkdir(exist_ok=True)
    silence = np.zeros(row[0] * TICK_SAMPLES, np.int16)
    soundfile.write(folder / SOUND, silence, SAMPLE_RATE_HZ)
    _copy(data / HISTORY_FILE, folder / HISTORY_FILE, recording, len(silence) / SAMPLE_RATE_HZ)
    return folder


def _copy(history: Path, copy: Path, recording: str, seconds: float) -> None:
    """Of history this one recording and its call."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(copy)) as made, made:
        made.execute("ATTACH ? AS whole", (str(history),))
        made.execute("CREATE TABLE recordings AS SELECT * FROM whole.recordings WHERE id = ?", (recording,))
        made.execute(
            "CREATE TABLE calls AS SELECT * FROM whole.calls WHERE id IN (SELECT call FROM recordings)"
        )
        made.execute("UPDATE recordings SET path = ?, seconds = ?, gone = ''", (SOUND, seconds))
