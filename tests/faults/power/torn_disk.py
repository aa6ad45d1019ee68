"""A disk as POSIX promises it: what was not synced may be there, be gone or be torn when the power fails.

A file's data and size last after its fsync, a name after the fsync of its directory; nothing else lasts. Each sector
of 512 bytes holds any one of the versions it had since the last sync, a grown file's lost sectors hold zeros or
garbage, its size is any it had. Names come and go one by one; only a rename within a directory is one step, and one
between directories never loses the file. (ext4 promises more: the fsync of a new file keeps its name too.)
"""

from __future__ import annotations

import errno
import random
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
ROOT = 1
SHARED_INDEX = "-shm"
"""SQLite's index of its log: memory that happens to have a name. Its writes come when the kernel likes."""


@dataclass(slots=True)
class Write:
    """Bytes at an offset; `data` None: the size was set to `offset`."""

    offset: int
    data: bytes | None


@dataclass(slots=True)
class FileNode:
    """`data` is what processes see, `durable` what the platter holds, `pending` what makes the one of the other."""

    number: int
    label: str
    data: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Write] = field(default_factory=list)
    version: int = 0
    looked_up: int = 0

    def write(self, offset: int, data: bytes) -> None:
        _apply(self.data, Write(offset, data))
        self.pending.append(Write(offset, data))
        self.version += 1

    def resize(self, size: int) -> None:
        _apply(self.data, Write(size, None))
        self.pending.append(Write(size, None))
        self.version += 1

    def sync(self) -> None:
        for write in self.pending:
            _apply(self.durable, write)
        self.pending.clear()

    def lose_power(self, rng: random.Random) -> None:
        if self.pending:
            self.durable = _torn(self.durable, self.pending, rng)
            self.pending.clear()
            self.version += 1
        self.data = bytearray(self.durable)


@dataclass(slots=True)
class Change:
    """Names set (None: removed) by one step. `after`: lasts only where that one does."""

    names: dict[str, int | None]
    after: Change | None = None
    lasts: bool = False


@dataclass(slots=True)
class DirectoryNode:
    number: int
    label: str
    entries: dict[str, int] = field(default_factory=dict)
    durable: dict[str, int] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)
    looked_up: int = 0

    def change(self, names: dict[str, int | None], after: Change | None = None) -> Change:
        change = Change(names, after)
        _rename(self.entries, change)
        self.pending.append(change)
        return change

    def sync(self) -> None:
        for change in self.pending:
            _rename(self.durable, change)
            change.lasts = True
        self.pending.clear()

    def choose(self, rng: random.Random) -> None:
        """Which of its pending changes happened to reach the platter."""
        count = len(self.pending)
        way = rng.random()
        first = rng.randint(0, count)
        for index, change in enumerate(self.pending):
            change.lasts = way < 0.2 or (way < 0.4 and index < first) or (way >= 0.6 and rng.random() < 0.5)

    def lose_power(self) -> None:
        for change in self.pending:
            if change.lasts and (change.after is None or change.after.lasts):
                _rename(self.durable, change)
        self.pending.clear()
        self.entries = dict(self.durable)


Node = FileNode | DirectoryNode


class TornDisk:
    """The nodes by number, and what a power cut leaves of them. Raises OSError as a file system does."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {ROOT: DirectoryNode(ROOT, "")}
        self._newest = ROOT

    def file(self, number: int) -> FileNode:
        node = self.nodes[number]
        if not isinstance(node, FileNode):
            raise OSError(errno.EISDIR, "a directory")
        return node

    def directory(self, number: int) -> DirectoryNode:
        node = self.nodes[number]
        if not isinstance(node, DirectoryNode):
            raise OSError(errno.ENOTDIR, "no directory")
        return node

    def find(self, parent: int, name: str) -> Node:
        found = self.directory(parent).entries.get(name)
        if found is None:
            raise OSError(errno.ENOENT, name)
        return self.nodes[found]

    def create(self, parent: int, name: str) -> FileNode:
        node = FileNode(self._next(), name)
        self._add(parent, name, node)
        return node

    def make_directory(self, parent: int, name: str) -> DirectoryNode:
        node = DirectoryNode(self._next(), name)
        self._add(parent, name, node)
        return node

    def remove(self, parent: int, name: str) -> None:
        self.find(parent, name)
        self.directory(parent).change({name: None})

    def link(self, parent: int, name: str, number: int) -> None:
        if name in self.directory(parent).entries:
            raise OSError(errno.EEXIST, name)
        self.directory(parent).change({name: number})

    def rename(self, parent: int, name: str, new_parent: int, new_name: str) -> None:
        node = self.find(parent, name)
        node.label = new_name
        if parent == new_parent:
            self.directory(parent).change({name: None, new_name: node.number})
        else:
            added = self.directory(new_parent).change({new_name: node.number})
            self.directory(parent).change({name: None}, after=added)

    def lose_power(self, rng: random.Random) -> None:
        """What is there afterwards is what the next boot finds; all of it is durable."""
        directories = [node for node in self.nodes.values() if isinstance(node, DirectoryNode)]
        for directory in directories:
            directory.choose(rng)
        for directory in directories:
            directory.lose_power()
        reached = set(self._reach(ROOT))
        self.nodes = {number: node for number, node in self.nodes.items() if number in reached}
        for node in self.nodes.values():
            node.looked_up = 0
            if isinstance(node, FileNode):
                node.lose_power(rng)

    def paths(self) -> dict[str, FileNode]:
        """All files by path."""
        return dict(self._files(ROOT, Path()))

    def _files(self, number: int, place: Path) -> list[tuple[str, FileNode]]:
        found: list[tuple[str, FileNode]] = []
        for name, child in self.directory(number).entries.items():
            node = self.nodes[child]
            if isinstance(node, FileNode):
                found.append((str(place / name), node))
            else:
                found += self._files(child, place / name)
        return found

    def _reach(self, number: int) -> list[int]:
        node = self.nodes[number]
        children = node.entries.values() if isinstance(node, DirectoryNode) else ()
        return [number, *(found for child in children for found in self._reach(child))]

    def _next(self) -> int:
        self._newest += 1
        return self._newest

    def _add(self, parent: int, name: str, node: Node) -> None:
        if name in self.directory(parent).entries:
            raise OSError(errno.EEXIST, name)
        self.nodes[node.number] = node
        self.directory(parent).change({name: node.number})


def _rename(entries: dict[str, int], change: Change) -> None:
    for name, number in change.names.items():
        if number is None:
            entries.pop(name, None)
        else:
            entries[name] = number


def _apply(image: bytearray, write: Write) -> None:
    if write.data is None:
        del image[write.offset :]
        image.extend(bytes(write.offset - len(image)))
        return
    if len(image) < write.offset:
        image.extend(bytes(write.offset - len(image)))
    image[write.offset : write.offset + len(write.data)] = write.data


def _torn(durable: bytearray, pending: list[Write], rng: random.Random) -> bytearray:
    """One of the states the platter may be in."""
    way = rng.random()
    if way < 0.2:
        return bytearray(durable)
    image = bytearray(durable)
    if way < 0.6:
        count = len(pending) if way < 0.4 else rng.randrange(len(pending))
        for write in pending[:count]:
            _apply(image, write)
        return image if count == len(pending) else _sectors(image, pending[count : count + 1], rng)
    return _sectors(image, pending, rng)


def _sectors(image: bytearray, pending: list[Write], rng: random.Random) -> bytearray:
    """Every sector touched holds one of its versions."""
    whole, likely = bytearray(image), rng.random()
    sizes = [len(image)]
    for write in pending:
        _apply(whole, write)
        sizes.append(len(whole))
        if write.data is None:
            if rng.random() < likely:
                del image[write.offset :]
            continue
        end = write.offset + len(write.data)
        for start in range(write.offset - write.offset % SECTOR, end, SECTOR):
            if rng.random() < likely:
                _put(image, start, whole[start : start + SECTOR], rng)
    size = rng.choice(sizes)
    del image[size:]
    image.extend(_nothing(size - len(image), rng))
    return image


def _put(image: bytearray, start: int, data: bytearray, rng: random.Random) -> None:
    if len(image) < start:
        image.extend(_nothing(start - len(image), rng))
    image[start : start + len(data)] = data


def _nothing(count: int, rng: random.Random) -> bytes:
    """What a sector holds that was given to a file and never written."""
    return bytes(count) if count <= 0 or rng.random() < 0.6 else rng.randbytes(count)
