"""Handing living calls to another version of the engine: first it is tried in a process of its own, then it takes over.

The one that runs goes on deciding all the while. What it leaves at the end is in memory, so the gap is a start and no
replay; the switch holds all calls meanwhile.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from firmware.engine.engine import Engine
from firmware.engine.essence import digest
from firmware.engine.process.handover import Handover, leave
from firmware.engine.process.trial import Trial
from firmware.protocol import journal

TRIAL_US = 30_000_000
LOOK_US = 20_000
MOST_BYTES = 1 << 20

Heard = Callable[[Trial], None]


class Reload:
    """One trial at a time. `command` tries the state in the file whose path is added to it, and prints a `Trial`."""

    def __init__(self, directory: Path, command: Sequence[str]) -> None:
        self._trial_file = directory / "engine.trial"
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._heard: Heard | None = None
        self._until_us = 0

    @property
    def runs(self) -> bool:
        return self._child is not None

    def begin(self, engine: Engine, at_us: int, heard: Heard) -> None:
        """`heard` is told what came of it, by `look`."""
        base, records = engine.past
        try:
            leave(self._trial_file, handover_of(engine, tuple(map(journal.encode, records)), base))
            self._child = subprocess.Popen(  # noqa: S603 - our own command
                [*self._command, str(self._trial_file)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            self._end()
            heard(Trial(False, "does-not-start", str(error)))
            return
        assert self._child.stdout is not None
        os.set_blocking(
            self._child.stdout.fileno(), False
        )  # whoever holds the other end, nobody waits for him
        self._heard, self._until_us = heard, at_us + TRIAL_US

    def look(self, at_us: int) -> None:
        child = self._child
        if child is None:
            return
        if child.poll() is None and at_us < self._until_us:
            return
        late = child.poll() is None
        self._end()
        told = (child.stdout.read(MOST_BYTES) or b"") if child.stdout and not late else b""
        if child.stdout:
            child.stdout.close()
        if self._heard is not None:
            self._heard(Trial(False, "takes-too-long") if late else _read(told, child.returncode))

    def close(self) -> None:
        if self._child is not None and self._child.stdout is not None:
            self._child.stdout.close()
        self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        self._trial_file.unlink(missing_ok=True)
        if child is not None and child.poll() is None:
            child.kill()
            child.wait()


def handover_of(engine: Engine, recent: tuple[bytes, ...], base: bytes = b"", left_us: int = 0) -> Handover:
    state = engine.state
    return Handover(state.epoch, state.number, digest(state), engine.snapshot(), recent, base, left_us)


def _read(told: bytes, code: int) -> Trial:
    """The last line is the trial's word; anything else means the new version does not even start."""
    lines = told.strip().splitlines() or [b""]
    try:
        return msgspec.json.decode(lines[-1], type=Trial)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        seen = lines[-1].decode("utf-8", "replace")[-300:]
        return Trial(False, "does-not-start", f"exit code {code}: {seen}")
