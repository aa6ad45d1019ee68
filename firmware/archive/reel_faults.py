"""Damage of reels: the ticks between what could be read before it and what could be read after."""

from __future__ import annotations

from firmware.archive.book import Book
from firmware.archive.evidence import REEL_DAMAGED
from firmware.archive.following import Follower
from firmware.protocol.tape import TapeBlock


class ReelFaults:
    """`look` at every block, in order."""

    def __init__(self, book: Book, reels: Follower) -> None:
        self._book, self._reels = book, reels
        self._last = (0, 0)
        self._torn = 0

    def look(self, block: TapeBlock) -> None:
        epoch, tick = self._last
        torn = len(self._reels.torn)
        if torn > self._torn and epoch == block.epoch and tick + 1 < block.tick:
            self._book.do(
                "INSERT OR IGNORE INTO reel_faults (epoch, from_tick, to_tick, reason) VALUES (?, ?, ?, ?)",
                epoch,
                tick + 1,
                block.tick,
                REEL_DAMAGED,
            )
        self._last, self._torn = max(self._last, (block.epoch, block.tick)), torn
