"""What facts of call-backs, memberships, pauses and supervision do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.board import Board
from firmware.engine.floor.state import Callback, Offer, Pauses, Watch
from firmware.protocol import facts as f

# -- call-backs --------------------------------------------------------------------------------------


def callback_offered(board: Board, fact: f.QueueCallbackOffered, at_us: int) -> None:
    board.state.calls[fact.call].offer = Offer(fact.queue, fact.stage, fact.otherwise)


def callback_asked(board: Board, fact: f.QueueCallbackAsked, at_us: int) -> None:
    floor = board.state.floor
    floor.callbacks_made = fact.callback
    floor.callbacks[fact.callback] = Callback(
        fact.callback,
        fact.call,
        fact.queue,
        fact.number,
        fact.e164,
        fact.since_us,
        at_us,
        fact.priority,
        need=fact.need,
    )
    board.acd.enqueue(-fact.callback, fact.queue, fact.priority, fact.since_us, fact.need)


def callback_begun(board: Board, fact: f.QueueCallbackBegun, at_us: int) -> None:
    """The attempt waits in its place."""
    one, call = board.state.floor.callbacks[fact.callback], board.state.calls[fact.call]
    one.attempt = fact.call
    call.callback, call.queue, call.waits = fact.callback, one.queue, True
    board.acd.dequeue(-one.id)
    board.acd.enqueue(fact.call, one.queue, one.priority, one.since_us, one.need)


def callback_put(board: Board, fact: f.QueueCallbackPut, at_us: int) -> None:
    one = board.state.floor.callbacks[fact.callback]
    one.attempt, one.until_us, one.tries, one.why = 0, fact.until_us, fact.tries, fact.why
    if fact.until_us:
        board.acd.dequeue(-one.id)
    else:
        board.acd.enqueue(-one.id, one.queue, one.priority, one.since_us, one.need)


def callback_ended(board: Board, fact: f.QueueCallbackEnded, at_us: int) -> None:
    state = board.state
    state.floor.callbacks.pop(fact.callback, None)
    state.timers.pop(f"callback:{fact.callback}", None)
    board.acd.dequeue(-fact.callback)


# -- queues and agents -------------------------------------------------------------------------------


def membership_changed(board: Board, fact: f.MembershipChanged, at_us: int) -> None:
    board.state.floor.memberships.setdefault(fact.agent, {})[fact.queue] = fact.member
    board.seat()


def queue_closed(board: Board, fact: f.QueueClosed, at_us: int) -> None:
    closed = board.state.floor.closed
    if fact.closed:
        closed[fact.queue] = fact.author
    else:
        closed.pop(fact.queue, None)


def pause_counted(board: Board, fact: f.PauseCounted, at_us: int) -> None:
    pauses = board.state.floor.pauses.setdefault(fact.agent, Pauses())
    if pauses.day != fact.day:
        pauses.day = fact.day
        pauses.times.clear()
    pauses.times[fact.reason] = fact.times


def wait_promised(board: Board, fact: f.WaitPromised, at_us: int) -> None:
    board.state.calls[fact.call].promised_us = fact.until_us


def call_placed(board: Board, fact: f.CallPlaced, at_us: int) -> None:
    board.state.calls[fact.call].place_us = fact.since_us


def comfort_said(board: Board, fact: f.ComfortSaid, at_us: int) -> None:
    board.state.calls[fact.call].comforts = fact.times


# -- supervision -------------------------------------------------------------------------------------


def supervision_began(board: Board, fact: f.SupervisionBegan, at_us: int) -> None:
    board.state.floor.watches[fact.leg] = Watch(fact.call, fact.agent_leg, fact.mode)


def supervision_changed(board: Board, fact: f.SupervisionChanged, at_us: int) -> None:
    watch = board.state.floor.watches.get(fact.leg)
    if watch is not None:
        watch.mode = fact.mode


def supervision_tuned(board: Board, fact: f.SupervisionTuned, at_us: int) -> None:
    watch = board.state.floor.watches.get(fact.leg)
    if watch is not None:
        watch.talk = fact.talk


def supervision_ended(board: Board, fact: f.SupervisionEnded, at_us: int) -> None:
    board.state.floor.watches.pop(fact.leg, None)
