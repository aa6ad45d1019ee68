"""What a better clock says of the time before it: in one boot wall time and box time run alike, so a call that was
written down as of 1970 gets its true time once the network has told it. What the clock said then stays in `clocks`.
"""

from __future__ import annotations

from firmware.archive.book import Book
from firmware.protocol.names import ClockQuality

RANKS = {str(quality): rank for rank, quality in enumerate(reversed(ClockQuality))}
"""Higher is better; what is not known is worth nothing."""
FOR_EVER = 1 << 62


def clock_taken(book: Book, offset_us: int, quality: str, boot: str) -> None:
    """From now on wall time is box time plus `offset_us`; what worse clocks of this boot said is put right."""
    book.offset_us, book.quality = offset_us, quality
    book.do(
        "INSERT INTO clocks (from_us, offset_us, quality, boot, shown_offset_us, shown_quality)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        book.at_us,
        offset_us,
        quality,
        boot,
        offset_us,
        quality,
    )
    if boot:
        _put_right(book, offset_us, quality, boot)


def _put_right(book: Book, offset_us: int, quality: str, boot: str) -> None:
    """What was written down by a worse clock, unless an even better one told its true time since."""
    rank = RANKS.get(quality, 0)
    clocks = book.rows("SELECT rowid, from_us, quality, shown_quality, boot FROM clocks ORDER BY rowid")
    for (row, from_us, told, shown, of_boot), after in zip(clocks, [*clocks[1:], None], strict=True):
        if of_boot != boot or RANKS.get(told, 0) >= rank or RANKS.get(shown, 0) > rank:
            continue
        _restate(book, from_us, after[1] if after else FOR_EVER, offset_us, quality)
        book.do(
            "UPDATE clocks SET shown_offset_us = ?, shown_quality = ? WHERE rowid = ?",
            offset_us,
            quality,
            row,
        )


def _restate(book: Book, from_us: int, to_us: int, offset_us: int, quality: str) -> None:
    """Every table with an instant in both times; not the audit, which is sealed and keeps what was known then."""
    for statement in (
        "UPDATE calls SET offered_at = offered_us + ? WHERE offered_us >= ? AND offered_us < ?",
        "UPDATE agent_states SET from_at = from_us + ? WHERE from_us >= ? AND from_us < ?",
        "UPDATE recordings SET began_at = began_us + ? WHERE began_us >= ? AND began_us < ?",
        "UPDATE legal_holds SET placed_at = placed_us + ? WHERE placed_us >= ? AND placed_us < ?",
        "UPDATE jobs SET asked_at = asked_us + ? WHERE asked_us >= ? AND asked_us < ?",
        "UPDATE erasures SET ordered_at = ordered_us + ? WHERE ordered_us >= ? AND ordered_us < ?",
        "UPDATE surveys SET began_at = began_us + ? WHERE began_us >= ? AND began_us < ?",
        "UPDATE voicemails SET left_at = left_us + ? WHERE left_us >= ? AND left_us < ?",
        "UPDATE greetings SET kept_at = kept_us + ? WHERE kept_us >= ? AND kept_us < ?",
        "UPDATE callbacks SET asked_at = asked_us + ? WHERE asked_us >= ? AND asked_us < ?",
    ):
        book.do(statement, offset_us, from_us, to_us)
    book.do(
        "UPDATE calls SET clock_quality = ? WHERE offered_us >= ? AND offered_us < ?", quality, from_us, to_us
    )
