"""The name of the box's shared memory: another one means that power was lost, or somebody cleared what was in it."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "memory.name"


def memory_name(run_directory: Path) -> str:
    """Made with the run directory (in memory), and gone with it. Raises OSError."""
    path = run_directory / NAME
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        run_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = run_directory / f"{NAME}.{os.getpid()}"
        partial.write_text(os.urandom(8).hex(), "ascii")
        partial.replace(path)
        return path.read_text("ascii")
