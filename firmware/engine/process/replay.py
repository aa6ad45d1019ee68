"""Facts of a damaged journal: what still fits is applied, what fits nothing any more is left out and counted."""

from __future__ import annotations

from firmware.engine.apply import APPLY
from firmware.engine.board import Board
from firmware.engine.state import State
from firmware.protocol.journal import Record

UNFIT = (LookupError, ValueError, TypeError, AttributeError)
"""What `apply` raises for a fact about something the state does not know."""


class Replay:
    """Records in order; on a whole journal nothing is missing and nothing left out."""

    def __init__(self, state: State) -> None:
        self._board = Board(state)
        self.records = 0
        self.missing = 0
        """Numbers between records that nobody has."""
        self.left_out = 0
        """Facts that could not be applied."""

    @property
    def state(self) -> State:
        return self._board.state

    @property
    def damaged(self) -> bool:
        return bool(self.missing or self.left_out)

    def take(self, record: Record) -> None:
        """A record the state has already is passed over."""
        state = self.state
        if (record.epoch, record.number) <= (state.epoch, state.number):
            return
        if state.number:
            self.missing += max(0, record.number - state.number - 1)
        state.number = record.number - 1
        for fact in record.facts:
            try:
                APPLY[type(fact)](self._board, fact, record.at_us)
            except UNFIT:
                self.left_out += 1
        state.number, state.at_us = record.number, record.at_us
        self.records += 1
