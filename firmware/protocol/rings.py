"""The shared memory of one box: which rings there are, who fills and who empties them."""

from __future__ import annotations

from pathlib import Path

from firmware.protocol.mark import DurableMark
from firmware.protocol.ring import Ring

JOURNAL_BYTES = 8 << 20
"""About 20,000 inputs: minutes of the busiest box with a disk that stands still."""
AUDIO_BYTES = 64 << 20
"""16 s of 240 recorded calls, eight minutes of eight."""
SNAPSHOT_BYTES = 16 << 20


class Rings:
    """Engine → `journal`, `snapshots`; switch → `audio`; recorder empties all three and moves `mark`."""

    def __init__(self, run_directory: Path) -> None:
        """`run_directory` is on tmpfs: it lives as long as the boot. Raises NotARing, OSError."""
        self.journal = Ring.in_file(run_directory / "journal.ring", JOURNAL_BYTES)
        self.audio = Ring.in_file(run_directory / "audio.ring", AUDIO_BYTES)
        self.snapshots = Ring.in_file(run_directory / "snapshots.ring", SNAPSHOT_BYTES)
        self.mark = DurableMark.in_file(run_directory / "durable.mark")
