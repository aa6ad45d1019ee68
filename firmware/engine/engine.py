"""The deciding half: one input, one decision, one record. `decide` collects, `apply` alone changes state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from firmware.engine import catching_up, disk, keeping, orders, reconcile, reports, steps
from firmware.engine.board import Board
from firmware.engine.dialling.secrets import Secrets
from firmware.engine.floor import offering, supervising
from firmware.engine.floor import orders as floor_orders
from firmware.engine.hours import services
from firmware.engine.inside import completion, signalled
from firmware.engine.inside import state as pbx_state
from firmware.engine.ivr import job_ends
from firmware.engine.ordered import disposing, telephone_settings
from firmware.engine.outside import emergency, lines
from firmware.engine.poison import diagnose, ways_out
from firmware.engine.state import State, freeze, thaw
from firmware.engine.turn import Turn
from firmware.engine.undo import Undo, replay
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.events import StateReport
from firmware.protocol.journal import Record, encode

FORGET_EVERY = 1000


def _from_switch(turn: Turn, given: i.FromSwitch) -> None:
    state = turn.state
    lost = state.switch_epoch not in (0, given.epoch)
    if lost:
        reconcile.switch_lost(turn, given.epoch, given.event)
    elif given.number > state.switch_number + 1 and not isinstance(given.event, StateReport):
        reports.ask_later(turn)  # events are missing: the switch had no room to keep them
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
    i.AgentOrder: floor_orders.agent_order,
    i.CallOrder: orders.call_order,
    i.DispositionOrder: disposing.disposition_order,
    i.TelephoneOrder: telephone_settings.telephone_order,
    i.ServiceOrder: telephone_settings.service_order,
    i.QueueOrder: floor_orders.queue_order,
    i.ErasureOrder: keeping.erasure_order,
    i.ErasureWorked: keeping.erasure_worked,
    i.HoldOrder: keeping.hold_order,
    i.AccessOrder: keeping.access_order,
    i.MessagesGone: keeping.messages_gone,
    i.JobAnswered: job_ends.answered,
    i.DiskTold: disk.told,
    i.HelpKeyed: emergency.help_keyed,
    i.FellBehind: catching_up.fell_behind,
    i.Started: orders.started,
}


def step(turn: Turn, given: i.AnyInput) -> None:
    """The rules alone."""
    DECIDE[type(given)](turn, given)
    signalled.settle(turn)


def decide(turn: Turn, given: i.AnyInput) -> None:
    """Facts (applied as they are found) and commands that follow from one input."""
    step(turn, given)
    if turn.dispatch and not turn.behind:
        turn.stage = "offers"
        offering.dispatch(turn)
    turn.stage = "watches"
    if turn.state.floor.watches:
        supervising.follow(turn)
    if turn.telephones_moved:
        completion.look_soon(turn)
    if turn.lines_moved:
        turn.stage = "lines"
        lines.count(turn)
    signalled.settle(turn)


class Engine:
    """Single-threaded; touches nothing but its memory. `deadline_us` is when it wants a `TimeReached`."""

    def __init__(self, box: str, state: State | None = None) -> None:
        """PINs are sealed with an empty key till `use_key`."""
        self._board = Board(State(box) if state is None else state)
        self._secrets = Secrets()
        self._undo = Undo(self._board.state)

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
        timer, pause_us = self._board.next_timer(), self._secrets.due_us
        if timer is None or (pause_us is not None and pause_us < timer[0]):
            return pause_us
        return timer[0]

    @property
    def due_timer(self) -> str:
        """The name of the earliest timer."""
        timer = self._board.next_timer()
        return timer[1] if timer else ""

    def take(self, given: i.AnyInput, at_us: int) -> Record | None:
        """Decide upon one input. None for a repeat, and for a time at which nothing was due."""
        state = self._board.state
        if isinstance(given, i.TimeReached):
            given = self._secrets.help_keyed(self._board, at_us) or given
        if self._is_old(given, at_us):
            return None
        self._undo.rest(state)
        at_us = max(at_us, state.at_us)
        turn = None
        try:
            given = self._secrets.mask(self._board, given)
            turn = Turn(self._board, at_us)
            decide(turn, given)
        except Exception as error:  # noqa: BLE001 - one bad input must not end all calls
            return self._pass_over(given, at_us, turn, error)
        return self._record(given, turn)

    def take_back(self, record: Record, error: Exception) -> Record:
        """The newest record cannot be journalled: its input is passed over instead."""
        self._undo.forget_last()
        return self._pass_over(record.input, record.at_us, None, error)

    def drop_timer(self, at_us: int, error: Exception) -> Record:
        """The timer that is due is poison."""
        return self._pass_over(i.TimeReached(), max(at_us, self.at_us), None, error)

    def _record(self, given: i.AnyInput, turn: Turn) -> Record:
        state = turn.state
        state.number += 1
        state.at_us = turn.at_us
        if state.number % FORGET_EVERY == 0:
            self._secrets.forget(self._board)
        record = Record(state.epoch, state.number, turn.at_us, given, tuple(turn.facts), tuple(turn.commands))
        self._undo.keep(record)
        return record

    def _pass_over(self, given: i.AnyInput, at_us: int, turn: Turn | None, error: Exception) -> Record:
        """The first way out that leads anywhere; `firmware.engine.poison` says which there are."""
        self._board = self._undo.board()
        due = self._board.next_timer()
        poison = diagnose(given, turn, error, due[1] if due is not None else "")
        for attempt in ways_out(poison, at_us, self._undo.board, step):
            with suppress(Exception):  # the next way out has fewer rules in it
                board, turn = attempt()
                encode(Record(0, 0, at_us, poison.given, tuple(turn.facts), tuple(turn.commands)))
                self._board = board
                return self._record(poison.given, turn)
        raise error

    def _is_old(self, given: i.AnyInput, at_us: int) -> bool:
        state = self._board.state
        if isinstance(given, i.FromSwitch):
            return (given.epoch, given.number) <= (state.switch_epoch, state.switch_number)
        if isinstance(given, i.TimeReached):
            due = self._board.next_timer()
            return due is None or due[0] > at_us
        return False

    def use_key(self, key: bytes) -> None:
        """PINs are sealed with the box's own key from here on: to be called before the first input."""
        self._secrets = Secrets(key)

    @property
    def knows_pins(self) -> bool:
        """False when the PINs of the configuration in force were sealed with another key: it must be given anew."""
        return self._secrets.pins.knows(self._board.plan.config)

    def secret(self, handle: str) -> str:
        """The digits behind a secret variable, for the job that needs them; never journalled."""
        return self._secrets.get(handle)

    @property
    def past(self) -> tuple[bytes, list[Record]]:
        """A former snapshot and the records since: what a new version is tried with."""
        return self._undo.past

    def services(self, at_us: int) -> tuple[tuple[str, str, str], ...]:
        """Day and night services: each one's mode at this instant, and why."""
        turn = Turn(self._board, at_us)
        return tuple((one.id, *services.mode_of(turn, one)) for one in turn.plan.config.services)

    def settings(self, at_us: int) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """What telephones have set, keyed or configured; those with nothing set are left out."""
        turn = Turn(self._board, at_us)
        found = ((number, pbx_state.all_set(turn, number)) for number in turn.plan.ports)
        return tuple((number, rows) for number, rows in found if rows)

    @property
    def secret_variables(self) -> frozenset[str]:
        """Names that hold a secret somewhere."""
        return self._board.plan.secret_variables

    def snapshot(self) -> bytes:
        return freeze(self._board.state)

    @classmethod
    def restore(cls, snapshot: bytes | None, records: Iterable[Record], box: str = "box-1") -> Engine:
        """State from a snapshot and the records after it (older ones are passed over). Facts only, no deciding.

        Raises UnknownSnapshot.
        """
        engine = cls(box, thaw(snapshot) if snapshot is not None else None)
        for record in records:
            replay(engine._board, record)
        engine._undo = Undo(engine._board.state)
        return engine
