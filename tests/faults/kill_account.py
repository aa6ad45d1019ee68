"""What the box says happened: calls of history.db, the ledger, the files of its recordings."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct

from firmware.archive.tracks import SAMPLE_RATE_HZ, NotARecording, read_samples
from tests.faults.kill_box import ROOT

SWITCH_AWAY = frozenset(("switch-died", "switch"))
MISSING = frozenset(("unexplained", "blocks-missing"))


class BoxCall(Struct):
    """A row of `calls`; box time, None for what did not happen."""

    id: int
    line: str
    offered_us: int
    box_answered_us: int | None
    answered_us: int | None
    released_us: int | None
    outcome: str | None
    agent: str
    talk_s: float = 0.0
    reasons_s: dict[str, float] = {}
    """Answered time without audio, from the ledger."""
    audio_s: float = 0.0

    @property
    def missing_s(self) -> float:
        return sum(seconds for reason, seconds in self.reasons_s.items() if reason in MISSING)


class BoxAccount(Struct):
    calls: list[BoxCall]
    faults: list[str]
    """What is wrong whatever the people say: files that cannot be read, gaps in the journal, oddities."""


def archived_until_us(data: Path) -> int:
    """Box time up to which history.db is written; 0 for none."""
    try:
        with closing(sqlite3.connect(f"file:{data}/history.db?mode=ro", uri=True)) as db:
            row = db.execute("SELECT at_us FROM progress").fetchone()
    except sqlite3.Error:
        return 0
    return int(row[0]) if row else 0


def recordings_waiting(data: Path, until_us: int) -> int:
    """How many that ended by then have no file yet."""
    with closing(sqlite3.connect(f"file:{data}/history.db?mode=ro", uri=True)) as db:
        found = db.execute("SELECT count(*) FROM recordings WHERE cut = 0 AND ended_us < ?", (until_us,))
        return int(found.fetchone()[0])


def account(data: Path) -> BoxAccount:
    with closing(sqlite3.connect(f"file:{data}/history.db?mode=ro", uri=True)) as db:
        calls = [
            BoxCall(*row)
            for row in db.execute(
                "SELECT c.id, c.line, c.offered_us, c.box_answered_us, c.answered_us, c.released_us, c.outcome,"
                " c.agent, coalesce(c.talk_s, 0) FROM calls c WHERE c.direction = 'inbound' ORDER BY c.id"
            )
        ]
        faults = [f"journal gap {row}" for row in db.execute("SELECT * FROM journal_gaps")]
        faults += [f"oddity {row}" for row in db.execute("SELECT fact, problem, at_us FROM oddities")]
        files = db.execute("SELECT id, path, seconds FROM recordings WHERE path != ''").fetchall()
    for recording, path, seconds in files:
        faults += _file_faults(recording, data / path, seconds)
    _add_ledger(data, {call.id: call for call in calls})
    return BoxAccount(calls, faults)


def _file_faults(recording: str, path: Path, seconds: float) -> list[str]:
    try:
        there_s = len(read_samples(path)) / SAMPLE_RATE_HZ
    except (OSError, NotARecording) as error:
        return [f"recording {recording}: {error}"]
    return (
        []
        if abs(there_s - seconds) < 0.021
        else [f"recording {recording}: {there_s} s, said to be {seconds}"]
    )


def _add_ledger(data: Path, calls: dict[int, BoxCall]) -> None:
    argv = [sys.executable, "-m", "firmware.cli.main", "recordings", "ledger", "--json", "--data", str(data)]
    told = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode in (0, 1), told.stderr
    ledger: dict[str, Any] = json.loads(told.stdout)
    for one in ledger["calls"]:
        call = calls.get(one["call"])
        if call is not None:
            call.reasons_s = one["reasons_s"] | {"unexplained": one["unexplained_s"]}
            call.audio_s = one["audio_s"]
