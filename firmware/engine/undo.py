"""The way back: the state as it was before the present input, though facts were applied as they were found."""

from __future__ import annotations

from firmware.engine.apply import APPLY
from firmware.engine.board import Board
from firmware.engine.state import State, freeze, thaw
from firmware.protocol.journal import Record

KEPT = 1000
"""Records between two frozen states: freezing costs far less than deciding upon them, going back a few milliseconds."""


class Undo:
    """A frozen state and the facts since: to keep them costs next to nothing, only to go back costs time."""

    def __init__(self, state: State) -> None:
        self._frozen = freeze(state)
        self._since: list[Record] = []

    def rest(self, state: State) -> None:
        """Between two inputs, when many facts lie behind: `state` is where all kept records led to."""
        if len(self._since) >= KEPT:
            self._frozen = freeze(state)
            self._since.clear()

    def keep(self, record: Record) -> None:
        self._since.append(record)

    def forget_last(self) -> None:
        """The newest record was not journalled: it never happened."""
        self._since.pop()

    @property
    def past(self) -> tuple[bytes, list[Record]]:
        """A frozen state and the records since."""
        return self._frozen, list(self._since)

    def board(self) -> Board:
        """As it was after the last record that was kept, made of facts alone."""
        board = Board(thaw(self._frozen))
        for record in self._since:
            replay(board, record)
        return board


def replay(board: Board, record: Record) -> None:
    """The facts of one record, unless the state has them already."""
    state = board.state
    if (record.epoch, record.number) <= (state.epoch, state.number):
        return
    for fact in record.facts:
        APPLY[type(fact)](board, fact, record.at_us)
    state.number, state.at_us = record.number, record.at_us
