"""A bench for recorder and archive: whole calls as records and tape; disks that fail, die or lose power."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from firmware.protocol import facts as f
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.names import AgentState, Direction, LegRole, Outcome, Presentation, ReleasedBy
from firmware.protocol.tape import TapeBlock
from firmware.store.disk import Disk

SECOND_US = 1_000_000
TICK_US = 20_000


def recording_id(call: int) -> str:
    return f"{call * 0x9E3779B97F4A7C15 & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def story(call: int, at_s: int = 0, talk_s: int = 4) -> list[tuple[int, tuple[f.Fact, ...]]]:
    """An inbound call: menu 2 s, queue 3 s, talk. (box time, facts) of each input; legs are 2n and 2n + 1."""
    caller, agent, name = 2 * call, 2 * call + 1, recording_id(call)
    begin = at_s * SECOND_US
    talk, end = begin + 6 * SECOND_US, begin + (6 + talk_s) * SECOND_US
    first, last = taped_ticks(at_s, talk_s)
    return [
        (
            begin,
            (
                f.CallBegan(call, Direction.INBOUND, 0, "line-1"),
                f.LegAdded(caller, call, 0, LegRole.CALLER, "line-1"),
            ),
        ),
        (
            begin + SECOND_US,
            (
                f.CallerKnown(call, "13800138000", "+8613800138000", "=1+1", Presentation.ALLOWED, "fsk"),
                f.RingCounted(call, 1),
                f.CallAnswered(call, "flow"),
                f.LegAnswered(caller),
                f.NotRecorded(call, caller, "menu"),
                f.FlowEntered(call, "main"),
            ),
        ),
        (
            begin + 3 * SECOND_US,
            (f.FlowLeft(call, "queue"), f.Enqueued(call, "sales"), f.NotRecorded(call, caller, "queue")),
        ),
        (
            begin + 4 * SECOND_US,
            (
                f.LegAdded(agent, call, 4, LegRole.AGENT, "801", "ann"),
                f.AgentOffered(call, "sales", "ann", agent, "idle longest"),
                f.AgentChanged("ann", AgentState.RINGING, call=call),
            ),
        ),
        (
            talk,
            (
                f.LegAnswered(agent),
                f.AgentConnected(call, "sales", "ann", agent),
                f.Dequeued(call, "sales", "answered"),
                f.AgentChanged("ann", AgentState.TALKING, call=call),
                f.TalkBegan(call, (caller, agent)),
                f.RecordingBegan(name, call, caller, "801", "ann", "conversation", "sales"),
            ),
        ),
        (talk + TICK_US, (f.RecordingTaped(name, first),)),
        (
            end,
            (
                f.TalkEnded(call, (caller, agent)),
                f.RecordingEnded(name, "released"),
                f.LegReleased(caller, 16, ReleasedBy.CALLER),
                f.LegReleased(agent, 16, ReleasedBy.BOX),
                f.CallEnded(call, Outcome.ANSWERED, 16, ReleasedBy.CALLER),
                f.AgentChanged("ann", AgentState.WRAP_UP, call=call),
            ),
        ),
        (end + TICK_US, (f.RecordingTaped(name, first, last),)),
        (end + 5 * SECOND_US, (f.AgentChanged("ann", AgentState.READY),)),
    ]


def taped_ticks(at_s: int, talk_s: int) -> tuple[int, int]:
    """First tick on tape and the one after the last."""
    return (at_s + 6) * 50 + 1, (at_s + 6 + talk_s) * 50 + 1


def records(*stories: list[tuple[int, tuple[f.Fact, ...]]], epoch: int = 1) -> list[Record]:
    """All of them in order of time, numbered from 1."""
    told = sorted((moment for story in stories for moment in story), key=lambda moment: moment[0])
    return [
        Record(epoch, number, at_us, TimeReached(), facts, ())  # type: ignore[arg-type]
        for number, (at_us, facts) in enumerate(told, 1)
    ]


def blocks(call: int, at_s: int = 0, talk_s: int = 4) -> list[TapeBlock]:
    first, last = taped_ticks(at_s, talk_s)
    rng = np.random.default_rng(call)
    return [
        TapeBlock(1, tick, (recording_id(call),), rng.integers(0, 256, (1, 2, 160), dtype=np.uint8))
        for tick in range(first, last)
    ]


class Killed(BaseException):
    """The process died here."""


class DyingDisk(Disk):
    """Dies before step number `after`; a write it dies in is half there."""

    def __init__(self, after: int) -> None:
        self.left = after

    def _step(self) -> bool:
        self.left -= 1
        return self.left == 0

    def create(self, path: Path) -> int:
        if self._step():
            raise Killed
        return super().create(path)

    def write(self, handle: int, data: bytes) -> None:
        if self._step():
            super().write(handle, data[: len(data) // 2])
            raise Killed
        super().write(handle, data)

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        if self._step():
            super().write_at(handle, data[: len(data) // 2], offset)
            raise Killed
        super().write_at(handle, data, offset)

    def sync(self, handle: int) -> None:
        if self._step():
            raise Killed

    def replace(self, source: Path, target: Path) -> None:
        if self._step():
            raise Killed
        super().replace(source, target)

    def remove(self, path: Path) -> None:
        if self._step():
            raise Killed
        super().remove(path)

    def sync_directory(self, path: Path) -> None:
        if self._step():
            raise Killed


class BrokenDisk(DyingDisk):
    """Answers step number `after` with an error, once; half of a write is there then."""

    def _step(self) -> bool:
        self.left -= 1
        if self.left == 0:
            raise OSError(28, "No space left on device")
        return False

    def write(self, handle: int, data: bytes) -> None:
        self.left -= 1
        if self.left == 0:
            Disk.write(self, handle, data[: len(data) // 2])
            raise OSError(28, "No space left on device")
        Disk.write(self, handle, data)


class CutDisk(Disk):
    """Keeps account of what is durable; `cut` takes away what is not, as a power cut may."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._paths: dict[int, Path] = {}
        self._written: dict[Path, int] = {}
        self._synced: dict[Path, int] = {}
        self._names: list[tuple[Path, Path | None, bytes | None]] = []
        """Names not yet durable: (path, where it came from, what was there before)."""

    def create(self, path: Path) -> int:
        handle = super().create(path)
        self._paths[handle] = path
        self._written[path] = self._synced[path] = 0
        self._names.append((path, None, None))
        return handle

    def write(self, handle: int, data: bytes) -> None:
        super().write(handle, data)
        self._written[self._paths[handle]] += len(data)

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        super().write_at(handle, data, offset)
        path = self._paths[handle]
        self._synced[path] = min(self._synced[path], offset)

    def sync(self, handle: int) -> None:
        path = self._paths.get(handle)
        if path is not None:
            self._synced[path] = self._written[path]

    def close(self, handle: int) -> None:
        super().close(handle)
        self._paths.pop(handle, None)

    def replace(self, source: Path, target: Path) -> None:
        before = target.read_bytes() if target.exists() else None
        super().replace(source, target)
        self._written[target] = self._written.pop(source, 0)
        self._synced[target] = self._synced.pop(source, 0)
        self._names = [name for name in self._names if name[0] != source]
        self._names.append((target, source, before))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self._written.pop(path, None)
        self._synced.pop(path, None)
        self._names = [name for name in self._names if name[0] != path]

    def sync_directory(self, path: Path) -> None:
        self._names = [name for name in self._names if name[0].parent != path]

    def cut(self) -> None:
        """What was not synced is gone, in part or whole."""
        for path, written in self._written.items():
            keep = self._rng.randint(self._synced[path], written)
            if path.exists() and path.stat().st_size > keep:
                with path.open("r+b") as file:
                    file.truncate(keep)
        for path, _, before in reversed(self._names):
            if self._rng.random() < 0.5 and path.exists():
                path.unlink()
                if before is not None:
                    path.write_bytes(before)
