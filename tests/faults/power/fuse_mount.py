"""Serves a TornDisk to the kernel as a file system, by the protocol of /dev/fuse itself (linux/fuse.h, minor 31).

No library: a dozen requests, answered from memory by one thread, counted, and stopped dead at the one that was agreed.
Pages are cached by the kernel but written through, so `write` is one step here and memory mapping works.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tests.faults.power.torn_disk import SHARED_INDEX, DirectoryNode, FileNode, Node, TornDisk

DEVICE = Path("/dev/fuse")
MOST_WRITE = 1 << 17
FOR_EVER_S = 1 << 30
_BIG_WRITES, _MAX_PAGES = 1 << 5, 1 << 22
_MS_NOSUID_NODEV = 2 | 4
_MNT_DETACH = 2
_IN = struct.Struct("<IIQQIIIHH")
_OUT = struct.Struct("<IiQ")
_INIT = struct.Struct("<IIIIHHIIHHI28x")
_ATTRIBUTES = struct.Struct("<QQQQQQIIIIIIIIII")
_ENTRY = struct.Struct("<QQQQII")
_ATTR_HEAD = struct.Struct("<QII")
_OPEN = struct.Struct("<QIi")
_WRITE = struct.Struct("<QQIIQII")
_SETATTR = struct.Struct("<IIQQ")
_DIRENT = struct.Struct("<QQII")
_STATFS = struct.Struct("<QQQQQIIII24x")
_SIZE_VALID = 1 << 3
_FORGET, _INTERRUPT, _BATCH_FORGET = 2, 36, 42


class Stopped(Exception):
    """The agreed step was reached, or the file system was unmounted."""


class Step(Struct, frozen=True):
    """A step that changes or syncs something: its kind, and the name of the file or directory."""

    kind: str
    name: str

    @property
    def text(self) -> str:
        return f"{self.kind} {self.name}"


class Aim(Struct, frozen=True, tag=True):
    """The step to fail in: number `limit`, or the next one after it with `part` in its text, within `reach`."""

    limit: int
    half: bool
    """It is done before the power fails."""
    part: str = ""
    reach: int = 0

    def hits(self, number: int, step: Step) -> bool:
        return number >= self.limit and (self.part in step.text or number >= self.limit + self.reach)


NEVER = Aim(1 << 62, False)


class FuseMount:
    """`serve` until a step; `steps` counts, `last` is the step the power failed in."""

    def __init__(self, disk: TornDisk, place: Path) -> None:
        """Mounted when this returns. Raises OSError, PermissionError without the right to mount."""
        self.disk, self.place = disk, place
        self.steps = 0
        self.last = Step("idle", "")
        self._aim = NEVER
        self._handle = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
        self._buffer = bytearray(MOST_WRITE + 8192)
        options = f"fd={self._handle},rootmode=40000,user_id=0,group_id=0"
        _system("mount", b"power", bytes(place), b"fuse", _MS_NOSUID_NODEV, options.encode())

    def serve(self, aim: Aim) -> None:
        """Returns when the step that is aimed at comes, or the file system was unmounted."""
        self._aim = aim
        view = memoryview(self._buffer)
        try:
            while True:
                length = os.readv(self._handle, [self._buffer])
                self._answer(view[:length])
        except Stopped:
            return
        except OSError as error:
            if error.errno != errno.ENODEV:
                raise

    def unmount(self) -> None:
        """Every request under way, and all that come, fail; the place is an empty directory again."""
        os.close(self._handle)
        with contextlib.suppress(OSError):
            detach(self.place)

    def _answer(self, data: memoryview) -> None:
        _, code, unique, number, *_ = _IN.unpack_from(data)
        body = data[_IN.size :]
        if code == _INTERRUPT:
            return
        if code in (_FORGET, _BATCH_FORGET):
            self._forget(code, number, body)
            return
        try:
            doing = _DO.get(code)
            if doing is None:
                raise OSError(errno.ENOSYS, str(code))
            answer, failure = doing(self, number, body), 0
        except OSError as error:
            answer, failure = b"", -(error.errno or errno.EIO)
        except KeyError:
            answer, failure = b"", -errno.ESTALE
        try:
            os.write(self._handle, _OUT.pack(_OUT.size + len(answer), failure, unique) + answer)
        except FileNotFoundError:
            return  # who asked was killed meanwhile

    def _step(self, kind: str, node: Node, do: Callable[[], None]) -> None:
        """Counts, and stops for good at the agreed one."""
        if node.label.endswith(SHARED_INDEX):
            do()
            return
        self.steps += 1
        self.last = Step(kind, node.label)
        if not self._aim.hits(self.steps, self.last):
            do()
            return
        if self._aim.half:
            do()
        raise Stopped

    # -- requests ---------------------------------------------------------------------------------

    def _init(self, number: int, body: memoryview) -> bytes:
        del number
        (_, _, readahead, offered) = struct.unpack_from("<IIII", body)
        flags = offered & (_BIG_WRITES | _MAX_PAGES)
        return _INIT.pack(7, 31, readahead, flags, 12, 9, MOST_WRITE, 1, MOST_WRITE >> 12, 0, 0)

    def _forget(self, code: int, number: int, body: memoryview) -> None:
        """Nodes stay till the power fails: a name may come back."""

    def _lookup(self, number: int, body: memoryview) -> bytes:
        return _entry(self.disk.find(number, _name(body)))

    def _getattr(self, number: int, body: memoryview) -> bytes:
        del body
        return _ATTR_HEAD.pack(FOR_EVER_S, 0, 0) + _attributes(self.disk.nodes[number])

    def _setattr(self, number: int, body: memoryview) -> bytes:
        valid, _, _, size = _SETATTR.unpack_from(body)
        if valid & _SIZE_VALID:
            file = self.disk.file(number)
            self._step("truncate", file, lambda: file.resize(size))
        return self._getattr(number, body)

    def _mkdir(self, number: int, body: memoryview) -> bytes:
        name = _name(body[8:])
        self._step("mkdir", DirectoryNode(0, name), lambda: void(self.disk.make_directory(number, name)))
        return _entry(self.disk.find(number, name))

    def _create(self, number: int, body: memoryview) -> bytes:
        name = _name(body[16:])
        self._step("create", FileNode(0, name), lambda: void(self.disk.create(number, name)))
        return _entry(self.disk.find(number, name)) + _OPEN.pack(0, 2, 0)

    def _unlink(self, number: int, body: memoryview) -> bytes:
        name = _name(body)
        node = self.disk.find(number, name)
        if isinstance(node, DirectoryNode) and node.entries:
            raise OSError(errno.ENOTEMPTY, name)
        self._step("unlink", node, lambda: self.disk.remove(number, name))
        return b""

    def _rename(self, number: int, body: memoryview) -> bytes:
        (new_parent,) = struct.unpack_from("<Q", body)
        return self._rename_to(number, new_parent, body[8:])

    def _rename2(self, number: int, body: memoryview) -> bytes:
        new_parent, flags = struct.unpack_from("<QI", body)
        if flags:
            raise OSError(errno.EINVAL, "flags of rename")
        return self._rename_to(number, new_parent, body[16:])

    def _rename_to(self, number: int, new_parent: int, body: memoryview) -> bytes:
        name, new_name = (part.decode() for part in bytes(body).split(b"\0")[:2])
        node = self.disk.find(number, name)
        self._step("rename", node, lambda: self.disk.rename(number, name, new_parent, new_name))
        return b""

    def _link(self, number: int, body: memoryview) -> bytes:
        (target,) = struct.unpack_from("<Q", body)
        name, node = _name(body[8:]), self.disk.nodes[target]
        self._step("link", node, lambda: self.disk.link(number, name, target))
        return _entry(node)

    def _read(self, number: int, body: memoryview) -> bytes:
        _, offset, size, *_ = _WRITE.unpack_from(body)
        return bytes(self.disk.file(number).data[offset : offset + size])

    def _write(self, number: int, body: memoryview) -> bytes:
        _, offset, size, *_ = _WRITE.unpack_from(body)
        data = bytes(body[_WRITE.size : _WRITE.size + size])
        file = self.disk.file(number)
        self._step("write", file, lambda: file.write(offset, data))
        return struct.pack("<II", size, 0)

    def _sync(self, number: int, body: memoryview) -> bytes:
        del body
        node = self.disk.nodes[number]
        self._step("sync", node, node.sync)
        return b""

    def _allocate(self, number: int, body: memoryview) -> bytes:
        """Room for a file that grows with it; zeros until it is written."""
        _, offset, length, mode = struct.unpack_from("<QQQI", body)
        if mode:
            raise OSError(errno.EOPNOTSUPP, "modes of fallocate")
        file = self.disk.file(number)
        if offset + length > len(file.data):
            self._step("allocate", file, lambda: file.resize(offset + length))
        return b""

    def _statfs(self, number: int, body: memoryview) -> bytes:
        del number, body
        free = 1 << 24
        return _STATFS.pack(free, free, free, free, free, 4096, 255, 4096, 0)

    def _readdir(self, number: int, body: memoryview) -> bytes:
        _, offset, size, *_ = _WRITE.unpack_from(body)
        found = bytearray()
        for place, (name, child) in enumerate(list(self.disk.directory(number).entries.items())):
            if place < offset:
                continue
            kind = stat.S_IFDIR if isinstance(self.disk.nodes[child], DirectoryNode) else stat.S_IFREG
            text = name.encode()
            entry = _DIRENT.pack(child, place + 1, len(text), kind >> 12) + text
            entry += bytes(-len(entry) % 8)
            if len(found) + len(entry) > size:
                break
            found += entry
        return bytes(found)

    def _nothing(self, number: int, body: memoryview) -> bytes:
        del number, body
        return b""


def detach(place: Path) -> None:
    """Raises OSError when nothing is mounted there."""
    _system("umount2", bytes(place), _MNT_DETACH)


def void(made: object) -> None:
    """What was made is found again by its name."""


def _name(body: memoryview) -> str:
    return bytes(body).split(b"\0", 1)[0].decode()


def _entry(node: Node) -> bytes:
    return _ENTRY.pack(node.number, 0, FOR_EVER_S, FOR_EVER_S, 0, 0) + _attributes(node)


def _attributes(node: Node) -> bytes:
    whole = isinstance(node, DirectoryNode)
    size = 0 if isinstance(node, DirectoryNode) else len(node.data)
    mode = stat.S_IFDIR | 0o700 if whole else stat.S_IFREG | 0o600
    return _ATTRIBUTES.pack(
        node.number, size, (size + 511) // 512, 0, 0, 0, 0, 0, 0, mode, 1 + whole, 0, 0, 0, 4096, 0
    )


def _system(call: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, call)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


_DO: dict[int, Callable[[FuseMount, int, memoryview], bytes]] = {
    1: FuseMount._lookup,
    3: FuseMount._getattr,
    4: FuseMount._setattr,
    9: FuseMount._mkdir,
    10: FuseMount._unlink,
    11: FuseMount._unlink,
    12: FuseMount._rename,
    13: FuseMount._link,
    15: FuseMount._read,
    16: FuseMount._write,
    17: FuseMount._statfs,
    18: FuseMount._nothing,
    20: FuseMount._sync,
    26: FuseMount._init,
    28: FuseMount._readdir,
    29: FuseMount._nothing,
    30: FuseMount._sync,
    35: FuseMount._create,
    43: FuseMount._allocate,
    45: FuseMount._rename2,
}
"""By opcode. What is not here is ENOSYS, which the kernel remembers: open and release then never come."""
