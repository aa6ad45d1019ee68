"""The number of each life of the switch: tapes and events of different lives must never be taken for one."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "switch.epoch"


def next_epoch(data: Path) -> int:
    """One more than any before; on disk when this returns. A file that cannot be read counts as the first."""
    path, partial = data / NAME, data / f"{NAME}.part"
    try:
        epoch = int(path.read_text("ascii")) + 1
    except (OSError, ValueError):
        epoch = 1
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, b"%d\n" % epoch)
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.replace(path)
    directory = os.open(data, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return epoch
