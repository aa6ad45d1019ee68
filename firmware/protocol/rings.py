"""The shared memory of one box: which rings there are, who fills and who empties them."""

from __future__ import annotations

from pathlib import Path

from firmware.protocol.mark import DurableMark
from firmware.protocol.ring import Ring, ring_bytes

JOURNAL_BYTES = 8 << 20
"""Some 16,000 records, or 1,900 calls of 4.1 to 4.8 kB (measured): with calls of three minutes a disk may stand
still for 6 h of 16 busy ports, 24 min of 240."""
AUDIO_BYTES = 16 << 20
"""The least: four minutes of 4 recorded calls, one of 16."""
MOST_AUDIO_BYTES = 256 << 20
"""A minute of 240 recorded calls: a dozen syncs that each take 5 s."""
CALL_BYTES_PER_S = 16_400
"""One recorded call: 50 blocks of 2 x 160 samples with their ids."""
AUDIO_S = 240
SNAPSHOT_BYTES = 8 << 20
"""A snapshot has 10 to 20 kB and some 1.5 kB a call (measured): several of the largest box. Another version's ring of
this boot goes on as large as it is."""


def audio_bytes(lines: int) -> int:
    """For a box of so many outside lines, all of them recorded, AUDIO_S of standstill where that fits."""
    return min(max(lines * CALL_BYTES_PER_S * AUDIO_S, AUDIO_BYTES), MOST_AUDIO_BYTES)


def let_grow(run_directory: Path, lines: int) -> None:
    """A box that got more lines since its boot has a larger audio ring from now on. Where no process of it lives, and
    what is in the ring is on the disk. Raises OSError.
    """
    audio = run_directory / "audio.ring"
    capacity = ring_bytes(audio)
    if 0 < capacity < audio_bytes(lines) and not Ring.in_file(audio, capacity).used:
        audio.unlink()


class Rings:
    """Engine → `journal`, `snapshots`; switch → `audio`; recorder empties all three and moves `mark`."""

    def __init__(self, run_directory: Path, lines: int = 0) -> None:
        """`run_directory` is on tmpfs: it lives as long as the boot. `lines` counts for who makes them first.

        Raises NotARing, OSError.
        """
        audio, snapshots = run_directory / "audio.ring", run_directory / "snapshots.ring"
        self.journal = Ring.in_file(run_directory / "journal.ring", JOURNAL_BYTES)
        self.audio = Ring.in_file(audio, ring_bytes(audio) or audio_bytes(lines))
        self.snapshots = Ring.in_file(snapshots, ring_bytes(snapshots) or SNAPSHOT_BYTES)
        self.mark = DurableMark.in_file(run_directory / "durable.mark")
