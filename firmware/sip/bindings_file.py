"""Registrations that outlive the process and the box: a file in memory at once, a copy on the disk now and then."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import msgspec
from msgspec import Struct

from firmware.sip.bindings import Bindings, Contact
from firmware.store.disk import Disk

NAME = "sip.contacts"
MOST_BYTES = 16_000_000
MEMORY_US = 200_000
"""Changes reach memory after so long at most."""
DISK_US = 60_000_000
"""And the disk: a flash card lives longer for it, and telephones register again within the hour."""
WAITING = 2
"""Copies that a slow disk may owe."""
PATIENCE_S = 2.0


class KeptContacts(Struct, frozen=True):
    """Content of both files, MessagePack."""

    at_us: int
    contacts: tuple[Contact, ...]
    schema: int = 1


def encode(contacts: Iterable[Contact], at_us: int) -> bytes:
    return msgspec.msgpack.encode(KeptContacts(at_us, tuple(contacts)))


def decode(data: bytes) -> KeptContacts | None:
    """None for what is no such file, or of a newer version."""
    try:
        kept = msgspec.msgpack.decode(data, type=KeptContacts)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return kept if kept.schema == 1 else None


def load(run: Path, data: Path, now_us: int) -> list[Contact]:
    """What stood when the process ended, from memory, else from the disk; without what cannot be reached any more."""
    kept = read(run / NAME) or read(data / NAME)
    if kept is None:
        return []
    return [one for one in kept.contacts if one.expires_us > now_us and not one.needs_connection]


class Keeper:
    """Writes what changed when `due`. The disk is another thread's, which is in a system call all its life."""

    def __init__(self, run: Path, data: Path, disk: Disk | None = None) -> None:
        self._memory, self._disk_path, self._disk = run / NAME, data / NAME, disk or Disk()
        self._in_memory = self._on_disk = 0
        """Versions of the bindings that were written."""
        self._memory_us = self._disk_us = 0
        """When each may be written again."""
        self._writing: SimpleQueue[bytes | None] = SimpleQueue()
        self._writer: Thread | None = None
        self.findings: list[str] = []
        """Why the last writing failed; one for each place."""

    def due_us(self, bindings: Bindings) -> int | None:
        waits = [
            at_us
            for at_us, written in ((self._memory_us, self._in_memory), (self._disk_us, self._on_disk))
            if written != bindings.version
        ]
        return min(waits, default=None)

    def due(self, bindings: Bindings, now_us: int) -> None:
        memory = bindings.version != self._in_memory and now_us >= self._memory_us
        disk = bindings.version != self._on_disk and now_us >= self._disk_us
        if not memory and not disk:
            return
        data = encode(bindings.all(), now_us)
        if memory:
            self._in_memory, self._memory_us = bindings.version, now_us + MEMORY_US
            self._remember(data)
        if disk and self._writing.qsize() < WAITING:
            self._on_disk, self._disk_us = bindings.version, now_us + DISK_US
            self._hand_over(data)

    def close(self, bindings: Bindings, now_us: int) -> None:
        """Both files say what stands now when this returns."""
        self._memory_us = self._disk_us = 0
        self.due(bindings, now_us)
        if self._writer is not None:
            self._writing.put(None)
            self._writer.join(PATIENCE_S)
            self._writer = None

    def _remember(self, data: bytes) -> None:
        """A file in memory waits for nothing."""
        partial = self._memory.with_name(f"{NAME}.new")
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            partial.replace(self._memory)
        except OSError as error:
            self._found(f"contacts are not kept in memory: {error}")

    def _hand_over(self, data: bytes) -> None:
        if self._writer is None:
            self._writer = Thread(target=self._run, name="sip-contacts", daemon=True)
            self._writer.start()
        self._writing.put(data)

    def _run(self) -> None:
        while (data := self._writing.get()) is not None:
            try:
                self._disk.write_whole(self._disk_path, data)
            except OSError as error:
                self._found(f"contacts are not kept on the disk: {error}")

    def _found(self, finding: str) -> None:
        if finding not in self.findings and len(self.findings) < 10:
            self.findings.append(finding)


def read(path: Path) -> KeptContacts | None:
    """None for what cannot be read."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return decode(file.read(MOST_BYTES))
    return None
