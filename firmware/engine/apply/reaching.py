"""What facts of hunts, forwards, parked calls, paging and telephones' settings do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.board import Board
from firmware.engine.state import Completion, Hunt
from firmware.protocol import facts as f


def hunt_began(board: Board, fact: f.HuntBegan, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.hunt = Hunt(fact.target, list(zip(fact.numbers, fact.after_s, strict=True)), fact.keep, fact.last_s)
    call.hunts += 1


def hunt_stepped(board: Board, fact: f.HuntStepped, at_us: int) -> None:
    hunt = board.state.calls[fact.call].hunt
    assert hunt is not None, "only a hunt steps"
    hunt.left.pop(0)


def hunt_ended(board: Board, fact: f.HuntEnded, at_us: int) -> None:
    board.state.calls[fact.call].hunt = None
    board.state.timers.pop(f"hunt:{fact.call}", None)


def hunt_moved(board: Board, fact: f.HuntMoved, at_us: int) -> None:
    state = board.state
    source, to = state.calls[fact.call], state.calls[fact.to]
    to.hunt, source.hunt = source.hunt, None
    to.diverted, source.diverted = source.diverted, []
    due_us = state.timers.pop(f"hunt:{fact.call}", None)
    if due_us is not None:
        board.set_timer(f"hunt:{fact.to}", due_us)


def call_diverted(board: Board, fact: f.CallDiverted, at_us: int) -> None:
    board.state.calls[fact.call].diverted.append(fact.by)


def diversions_forgotten(board: Board, fact: f.DiversionsForgotten, at_us: int) -> None:
    board.state.calls[fact.call].diverted = []


def party_sent(board: Board, fact: f.PartySent, at_us: int) -> None:
    board.state.calls[fact.call].guest = fact.leg


def knock_taken(board: Board, fact: f.KnockTaken, at_us: int) -> None:
    port = board.port(fact.port)
    if port.leg:
        port.away = port.leg
    port.leg, port.knocks, port.tone = port.knocks, 0, ""
    board.state.timers.pop(f"howl:{fact.port}", None)
    board.state.timers.pop(f"knock:{port.leg}", None)


def call_parked(board: Board, fact: f.CallParked, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.slot, call.parked_by = fact.slot, fact.by


def call_unparked(board: Board, fact: f.CallUnparked, at_us: int) -> None:
    board.state.timers.pop(f"parked:{fact.leg}", None)


def paging_began(board: Board, fact: f.PagingBegan, at_us: int) -> None:
    board.state.calls[fact.call].paging = fact.group


def telephone_set(board: Board, fact: f.TelephoneSet, at_us: int) -> None:
    board.keyed(fact.extension).settings[fact.what] = fact.value


def busy_met(board: Board, fact: f.BusyMet, at_us: int) -> None:
    board.keyed(fact.extension).busy = fact.number


def completion_wanted(board: Board, fact: f.CompletionWanted, at_us: int) -> None:
    board.state.completions.append(Completion(fact.extension, fact.number, fact.until_us))


def completion_over(board: Board, fact: f.CompletionOver, at_us: int) -> None:
    board.state.completions = [
        one for one in board.state.completions if (one.extension, one.number) != (fact.extension, fact.number)
    ]
