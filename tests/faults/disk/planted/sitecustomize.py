"""A defect planted into one process of a real box: on its PYTHONPATH, chosen by TIPRING_PLANTED_DISK."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHOICE = os.environ.get("TIPRING_PLANTED_DISK", "")
ARGV = sys.orig_argv
DATA = Path(ARGV[ARGV.index("--data") + 1]) if "--data" in ARGV else Path()


def tick_touches_the_disk() -> None:
    """Each tick leaves a note of itself on the disk, and waits for it."""
    from firmware.switch.tape import Tape

    tick = Tape.tick

    def noted(self: Tape, number: int, *rows: object) -> None:
        handle = os.open(DATA / "tick.note", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(handle, b"%d\n" % number)
        os.fsync(handle)
        os.close(handle)
        tick(self, number, *rows)  # type: ignore[arg-type]

    Tape.tick = noted  # type: ignore[method-assign, assignment]


def watermark_off() -> None:
    """No figure counts as full."""
    from firmware.recorder.watermark import Seen, Watermark

    Watermark.seen = lambda self, used: Seen.AMPLE  # type: ignore[method-assign]


def reserve_kept() -> None:
    """The journal finds no room and gets none."""
    from firmware.recorder.room import Room

    Room.give_up_reserve = lambda self, at_us: False  # type: ignore[method-assign]


def gives_up() -> None:
    """After the first error nothing is tried again."""
    from firmware.recorder import lane

    lane.RETRY_US = 1 << 60


PLANTS = {
    "tick": ("switch", tick_touches_the_disk),
    "watermark": ("recorder", watermark_off),
    "reserve": ("recorder", reserve_kept),
    "gives-up": ("recorder", gives_up),
}
if CHOICE:
    role, plant = PLANTS[CHOICE]
    if "role" in ARGV and role in ARGV:
        plant()
