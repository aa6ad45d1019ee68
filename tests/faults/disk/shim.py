"""The disk of real processes made slow or failing: a small C library before their file calls, steered by a page of
shared memory.
"""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("disk_shim.c")
_FIELDS = (
    "sync_us",
    "write_us",
    "fail_at",
    "fail_for",
    "error",
    "operations",
    "longest_write",
    "interrupt_every",
)
PAGE = "TIPRING_SHIM_PAGE"
FOR_EVER = 1 << 60


class Page:
    """The page of the process it is called in, or one just made. Fields may be set at any time."""

    def __init__(self, path: Path | None = None) -> None:
        handle = os.open(path or os.environ[PAGE], os.O_RDWR)
        self._words = memoryview(mmap.mmap(handle, 8 * len(_FIELDS))).cast("q")
        os.close(handle)

    def __getitem__(self, field: str) -> int:
        return self._words[_FIELDS.index(field)]

    def __setitem__(self, field: str, value: int) -> None:
        self._words[_FIELDS.index(field)] = value

    def break_with(self, error: int) -> None:
        """Everything fails from here on."""
        self["error"], self["fail_for"], self["fail_at"] = error, FOR_EVER, 1

    def heal(self) -> None:
        """A quick disk that does what it is told."""
        for field in _FIELDS:
            if field != "operations":
                self[field] = 0


class Shim(Page):
    """Over all that processes started with `environment` do below `root`."""

    def __init__(self, folder: Path, root: Path) -> None:
        """Compiles it into `folder`; skips the test where there is no compiler."""
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler")
        self._library, page = folder / "disk_shim.so", folder / "disk_shim.page"
        argv = [
            compiler,
            "-shared",
            "-fPIC",
            "-O1",
            "-Wall",
            "-Werror",
            "-o",
            str(self._library),
            str(SOURCE),
            "-ldl",
        ]
        subprocess.run(argv, check=True)
        page.write_bytes(bytes(8 * len(_FIELDS)))
        self.environment = {
            "LD_PRELOAD": str(self._library),
            PAGE: str(page),
            "TIPRING_SHIM_ROOT": str(root.resolve()),
        }
        super().__init__(page)
