"""What the archive tells of itself: `archive.status.json` in shared memory, anew each second."""

from __future__ import annotations

from msgspec import Struct

from firmware.archive.book import Book

MOST_COUNTED = 10_000


class ArchiveStatus(Struct, frozen=True):
    """Counts of what was done are since the archive's start. A field is added, never renamed."""

    at_us: int = 0
    """Box time of this status; an old one: the archive hangs, or is gone."""
    history_us: int = 0
    """Box time of the newest record in history."""
    behind_s: float = 0.0
    """Since when what the recorder made durable is not taken into history; 0: all is."""
    behind_records: int = 0
    """How many durable records are not; 10,000 stands for more."""
    durable_s: float = 0.0
    """How long ago the recorder last had everything on the disk."""
    taken: int = 0
    """Journal records and blocks of tape taken."""
    cut: int = 0
    """Recordings made into files."""
    not_cut: int = 0
    """Recordings that have ended and are no files yet."""
    journal_gaps: int = 0
    """Places in the journal where records are missing, ever; the calls of that time may be wrong."""
    oddities: int = 0
    """Facts that did not fit what came before, ever."""
    bad_blocks: int = 0
    """Blocks of tape that could not be read."""
    torn: int = 0
    """Files of journal and tape with damage before their end."""
    failures: int = 0
    """Errors of the disk survived."""
    last_error: str = ""
    """The latest of them; empty: none."""
    last_error_us: int = 0
    """Box time of it."""
    purged_us: int = 0
    """Box time of the last purge; 0: none yet."""
    purged_recordings: int = 0
    """Recordings deleted because their time was over."""
    purged_calls: int = 0
    """Call records whose personal data was forgotten because its time was over."""
    holds: int = 0
    """Legal holds in force."""
    erasures_open: int = 0
    """Erasures not worked through: records and files of the number are still there."""
    erasures_held: int = 0
    """Of these, calls a legal hold keeps."""
    erasures_incomplete: int = 0
    """Erasures whose journal segments, snapshots or reels are still to be dropped."""
    free_share: float = 0.0
    """0..1 of the disk."""
    line_minutes_lost: int = 0
    """Looks at what lines measured that the disk would not keep."""


class Figures(Struct, frozen=True):
    """Counts from history.db; names as in ArchiveStatus."""

    not_cut: int
    journal_gaps: int
    oddities: int
    holds: int
    erasures_open: int
    erasures_held: int
    erasures_incomplete: int


_COUNTS = (
    "SELECT count(*) FROM recordings WHERE cut = 0 AND ended_us IS NOT NULL",
    "SELECT count(*) FROM journal_gaps",
    "SELECT count(*) FROM oddities",
    "SELECT count(*) FROM legal_holds WHERE released_us IS NULL",
    "SELECT count(*) FROM erasures WHERE erased_us IS NULL",
    "SELECT count(*) FROM erasure_calls WHERE state = 'held'",
    "SELECT count(*) FROM erasures WHERE complete_us IS NULL",
)


def figures(book: Book) -> Figures:
    """Raises sqlite3.Error."""
    return Figures(*(book.rows(count)[0][0] for count in _COUNTS))
