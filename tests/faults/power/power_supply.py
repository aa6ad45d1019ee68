"""Power for a box: a process that serves its disk, fails at the agreed step, and keeps what a disk would have kept."""

from __future__ import annotations

import contextlib
import os
import random
import select
import socket
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from tests.faults.power.fuse_mount import Aim, FuseMount, Step, detach
from tests.faults.power.torn_disk import FileNode, TornDisk

T = TypeVar("T")


class Off(Struct, frozen=True, tag=True):
    """All processes are dead: lose what was not synced, as `seed` decides."""

    seed: int


class Failed(Struct, frozen=True, tag=True):
    """Step number `steps` was the last, and this one it was; `hit`: it was aimed at."""

    steps: int
    last: Step
    hit: bool


class Ready(Struct, frozen=True, tag=True):
    """Done. `changed`: files written to the image since the last time; `gone`: removed from it."""

    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class PowerSupply:
    """`image` is an ordinary directory that shows, after each cut, what survived it."""

    def __init__(self, place: Path, image: Path) -> None:
        """`place` is where the box will find its disk. Raises OSError."""
        self.place, self.image = place, image
        place.mkdir(parents=True, exist_ok=True)
        image.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            _serve(theirs, place, image)
            os._exit(0)
        theirs.close()
        self._link = ours

    def fileno(self) -> int:
        """Readable when the power failed."""
        return self._link.fileno()

    def on(self, aim: Aim) -> None:
        """Mounts; fails where it is aimed."""
        self._tell(aim)
        self._hear(Ready)

    def failed(self) -> Failed:
        """After `fileno` is readable: where it failed. From here on no process gets an answer from the disk."""
        return self._hear(Failed)

    def cut_now(self) -> Failed:
        """For a box that came to no agreed step; its processes are dead."""
        with contextlib.suppress(OSError):
            detach(self.place)
        return self.failed()

    def off(self, seed: int) -> Ready:
        """After all processes were told to die."""
        self._tell(Off(seed))
        return self._hear(Ready)

    def close(self) -> None:
        self._link.close()
        with contextlib.suppress(OSError):
            detach(self.place)
        os.waitpid(self.pid, 0)

    def waiting(self, other: int, timeout_s: float) -> bool:
        """True when the power failed first, False when `other` (a pidfd) or the time was over."""
        readable, _, _ = select.select([self._link.fileno(), other], [], [], timeout_s)
        return self._link.fileno() in readable

    def _tell(self, order: Aim | Off) -> None:
        self._link.send(msgspec.json.encode(order))

    def _hear(self, kind: type[T]) -> T:
        return msgspec.json.decode(self._link.recv(1 << 20), type=kind)


def _serve(link: socket.socket, place: Path, image: Path) -> None:
    disk = TornDisk()
    shown: dict[str, tuple[int, int]] = {}
    while order := link.recv(1 << 16):
        aim = msgspec.json.decode(order, type=Aim)
        mount = FuseMount(disk, place)
        link.send(msgspec.json.encode(Ready()))
        mount.serve(aim)
        link.send(msgspec.json.encode(Failed(mount.steps, mount.last, aim.hits(mount.steps, mount.last))))
        told = link.recv(1 << 16)
        mount.unmount()
        if not told:
            return
        disk.lose_power(random.Random(msgspec.json.decode(told, type=Off).seed))
        link.send(msgspec.json.encode(_show(disk, image, shown)))


def _show(disk: TornDisk, image: Path, shown: dict[str, tuple[int, int]]) -> Ready:
    """Brings the image up to date; only what changed is written."""
    files = disk.paths()
    gone = [path for path in shown if path not in files]
    for path in gone:
        (image / path).unlink()
        del shown[path]
    changed = [path for path, node in files.items() if shown.get(path) != _state(node)]
    for path in changed:
        (image / path).parent.mkdir(parents=True, exist_ok=True)
        (image / path).write_bytes(files[path].data)
        shown[path] = _state(files[path])
    return Ready(tuple(changed), tuple(gone))


def _state(node: FileNode) -> tuple[int, int]:
    return node.number, node.version
