"""The rehearsal under way: a process of its own at the lowest priority, one at a time, known by a file of the run
directory, so that any thread, any page and a web process that started anew find it again.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from firmware.config.export import as_toml
from firmware.config.schema import Config
from firmware.protocol.places import Places
from webui.rehearsing import kept
from webui.rehearsing.kept import Outcome
from webui.rehearsing.wanted import Wanted

FOLDER = "rehearsal"
COMMAND: Sequence[str] = (sys.executable, "-m", "firmware.cli.main", "config", "rehearse")
LOWEST = ("nice", "-n", "19")
TAIL = 8192
MOST_SAID = 600
MOST_OUT = 8 << 20
"""Bytes of a comparison; one of a large box has some hundred thousand."""


class Job(Struct, frozen=True):
    pid: int
    began: int
    """The kernel's own stamp of the process: a number may be given to another one later."""
    outcome: Outcome
    wanted: Wanted
    is_stopped: bool = False


class Progress(Struct, frozen=True):
    done: float = 0.0
    run: str = ""
    """`unchanged` or `draft`."""
    seed: int = 0


class Busy(RuntimeError):
    """Another rehearsal is under way."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"draft {job.outcome.draft}")
        self.job = job


def begin(places: Places, outcome: Outcome, wanted: Wanted, config: Config, scenario: str) -> Job:
    """`scenario`: TOML of the expected day, or empty. Raises Busy, OSError."""
    with _held(places) as folder:
        running = _settled(places, folder)
        if running is not None:
            raise Busy(running)
        _clear(folder)
        argv = [*COMMAND, "--data", str(places.root), "--draft", _put(folder / "draft.toml", as_toml(config))]
        argv += ["--scenario", _put(folder / "day.toml", scenario)] if scenario else ["--day", wanted.day]
        argv += ["--seeds", str(wanted.seeds), "--seed", str(wanted.seed), "--json", "--progress", "json"]
        pid = _started(argv, folder)
        job = Job(pid, _began(pid) or 0, outcome, wanted)
        _write(folder, job)
        return job


def running(places: Places) -> Job | None:
    """What has ended by now is kept with its draft first. Raises OSError."""
    with _held(places) as folder:
        return _settled(places, folder)


def progress(places: Places) -> Progress:
    """Of the rehearsal under way."""
    for line in reversed(_tail(places.run / FOLDER / "progress").splitlines()):
        with suppress(msgspec.MsgspecError):
            return msgspec.json.decode(line, type=Progress)
    return Progress()


def stop(places: Places, draft: int | None = None) -> bool:
    """Whether one (of this draft) was told to end. It leaves nothing behind. Raises OSError."""
    with _held(places) as folder:
        job = _settled(places, folder)
        if job is None or draft not in (None, job.outcome.draft):
            return False
        _write(folder, structs.replace(job, is_stopped=True))
        with suppress(ProcessLookupError):
            os.kill(job.pid, signal.SIGTERM)
        return True


def _settled(places: Places, folder: Path) -> Job | None:
    """None where none is under way any more."""
    job = _read(folder)
    if job is None:
        return None
    if job.began and _began(job.pid) == job.began:
        return job
    with suppress(ChildProcessError):
        os.waitpid(job.pid, os.WNOHANG)
    if not job.is_stopped:
        kept.write(places.root, _ended(job.outcome, folder))
    _clear(folder)
    return None


def _ended(outcome: Outcome, folder: Path) -> Outcome:
    found = _found(folder / "found.json")
    if found is not None:
        return structs.replace(outcome, found=found)
    said = [one for one in _tail(folder / "progress").splitlines() if one and not one.startswith('{"done"')]
    return structs.replace(outcome, failure="\n".join(said)[-MOST_SAID:].strip() or "-")


def _found(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8")) if path.stat().st_size <= MOST_OUT else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"total", "queues", "seeds", "words"} <= set(found) else None


def _started(argv: list[str], folder: Path) -> int:
    """Its own session: what ends the web process by a signal does not reach it. Raises OSError."""
    lowest = LOWEST if shutil.which(LOWEST[0]) else ()
    with _new(folder / "found.json") as found, _new(folder / "progress") as told:
        started = subprocess.Popen(  # noqa: S603 - our own command; what people gave is in files and numbers
            [*lowest, *argv], stdin=subprocess.DEVNULL, stdout=found, stderr=told, start_new_session=True
        )
    started.returncode = 0  # it is waited for by `_settled`, by whichever thread sees its end
    return started.pid


def _began(pid: int) -> int | None:
    """None: there is no such process, or it has ended and waits to be asked for (proc(5), fields 3 and 22)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


@contextmanager
def _held(places: Places) -> Iterator[Path]:
    """By one thread of one process at a time."""
    folder = places.run / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@contextmanager
def _new(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _put(path: Path, text: str) -> str:
    """It may hold PINs: nobody else reads it."""
    with _new(path) as handle, os.fdopen(handle, "w", encoding="utf-8", closefd=False) as file:
        file.write(text)
    return str(path)


def _clear(folder: Path) -> None:
    for name in ("job.json", "draft.toml", "day.toml", "found.json", "progress"):
        (folder / name).unlink(missing_ok=True)


def _read(folder: Path) -> Job | None:
    try:
        return msgspec.json.decode((folder / "job.json").read_bytes(), type=Job)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(folder: Path, job: Job) -> None:
    new = folder / "job.new"
    new.write_bytes(msgspec.json.encode(job))
    new.replace(folder / "job.json")


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
