"""The deciding half: one input, one decision, one record. `decide` collects, `apply` alone changes state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from firmware.engine import orders, queues, reconcile, steps
from firmware.engine.apply import APPLY
from firmware.engine.board import Board
from firmware.engine.secrets import Secrets
from firmware.engine.state import State, freeze, thaw
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.events import StateReport
from firmware.protocol.journal import Record

FORGET_EVERY = 1000


def _from_switch(turn: Turn, given: i.FromSwitch) -> None:
    state = turn.state
    lost = state.switch_epoch not in (0, given.epoch)
    if lost:
        reconcile.switch_lost(turn, given.epoch)
    turn.fact(f.EventsTaken(given.epoch, given.number))
    if isinstance(given.event, StateReport):
        reconcile.report(turn, given.event, lost)
    else:
        steps.event_taken(turn, given.event)


def _time_reached(turn: Turn, _given: i.TimeReached) -> None:
    due = turn.board.next_timer()
    if due is not None and due[0] <= turn.at_us:
        steps.timer_due(turn, due[1])


DECIDE: Mapping[type, Callable[[Turn, Any], None]] = {
    i.FromSwitch: _from_switch,
    i.TimeReached: _time_reached,
    i.ConfigApplied: orders.config_applied,
    i.ClockSet: orders.clock_set,
    i.AgentOrder: orders.agent_order,
    i.CallOrder: orders.call_order,
    i.Started: orders.started,
}


def decide(board: Board, given: i.AnyInput, at_us: int) -> Turn:
    """Facts (applied as they are found) and commands that follow from one input."""
    turn = Turn(board, at_us)
    DECIDE[type(given)](turn, given)
    if turn.dispatch:
        queues.dispatch(turn)
    if turn.lines_moved:
        _count_lines(turn)
    return turn


def _count_lines(turn: Turn) -> None:
    """All outside lines taken, or one free again."""
    state = turn.state
    usable = [port for port in turn.plan.lines if not state.port(port).alarm]
    busy = bool(usable) and all(state.port(port).leg for port in usable)
    if busy != state.all_busy:
        turn.fact(f.AllLinesBusy(busy))


class Engine:
    """Single-threaded; touches nothing but its memory. `deadline_us` is when it wants a `TimeReached`."""

    def __init__(self, box: str, state: State | None = None) -> None:
        self._board = Board(State(box) if state is None else state)
        self._secrets = Secrets()

    @property
    def state(self) -> State:
        """To look at; only facts change it."""
        return self._board.state

    @property
    def epoch(self) -> int:
        return self._board.state.epoch

    @property
    def number(self) -> int:
        """Of the newest record."""
        return self._board.state.number

    @property
    def at_us(self) -> int:
        """Box time of the newest record; time never goes back."""
        return self._board.state.at_us

    @property
    def config_version(self) -> int:
        return self._board.state.config_version

    @property
    def deadline_us(self) -> int | None:
        timer = self._board.next_timer()
        return timer[0] if timer else None

    def take(self, given: i.AnyInput, at_us: int) -> Record | None:
        """Decide upon one input. None for a repeat, and for a time at which nothing was due."""
        state = self._board.state
        if self._is_old(given, at_us):
            return None
        at_us = max(at_us, state.at_us)
        given = self._secrets.mask(self._board, given)
        turn = decide(self._board, given, at_us)
        state.number += 1
        state.at_us = at_us
        if state.number % FORGET_EVERY == 0:
            self._secrets.forget(self._board)
        return Record(state.epoch, state.number, at_us, given, tuple(turn.facts), tuple(turn.commands))

    def _is_old(self, given: i.AnyInput, at_us: int) -> bool:
        state = self._board.state
        if isinstance(given, i.FromSwitch):
            return (given.epoch, given.number) <= (state.switch_epoch, state.switch_number)
        if isinstance(given, i.TimeReached):
            due = self._board.next_timer()
            return due is None or due[0] > at_us
        return False

    def secret(self, handle: str) -> str:
        """The digits behind a secret variable, for the job that needs them; never journalled."""
        return self._secrets.get(handle)

    def snapshot(self) -> bytes:
        return freeze(self._board.state)

    @classmethod
    def restore(cls, snapshot: bytes | None, records: Iterable[Record], box: str = "box-1") -> Engine:
        """State from a snapshot and the records after it (older ones are passed over). Facts only, no deciding.

        Raises UnknownSnapshot.
        """
        engine = cls(box, thaw(snapshot) if snapshot is not None else None)
        for record in records:
            engine._replay(record)
        return engine

    def _replay(self, record: Record) -> None:
        state = self._board.state
        if (record.epoch, record.number) <= (state.epoch, state.number):
            return
        for fact in record.facts:
            APPLY[type(fact)](self._board, fact, record.at_us)
        state.number, state.at_us = record.number, record.at_us
