"""What facts of calls, legs and conversations do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.apply import dialling
from firmware.engine.board import Board
from firmware.engine.state import Call, Leg, Phase
from firmware.protocol import facts as f
from firmware.protocol.names import Direction, LegRole

LEG_TIMERS = (
    "digit",
    "ring",
    "dial",
    "seize",
    "shed",
    "answer",
    "choose",
    "part",
    "record",
    "reveal",
    "offered",
    "ask",
    "again",
    "limit",
    "alone",
    "knock",
    "parked",
    "confirm",
)
CALL_TIMERS = ("hunt", "paging", "max", "announce", "comfort", "closing", "wait", "offer", "node")


# -- calls -------------------------------------------------------------------------------------------


def call_began(board: Board, fact: f.CallBegan, at_us: int) -> None:
    state = board.state
    state.calls_made = fact.call
    state.calls[fact.call] = Call(fact.call, fact.direction, fact.port, fact.line, at_us, called=fact.called)


def caller_known(board: Board, fact: f.CallerKnown, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.number, call.e164, call.name = fact.number, fact.e164, fact.name
    call.presentation = fact.presentation
    board.port(call.port).kept = None


def number_dialled(board: Board, fact: f.NumberDialled, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.number, call.e164, call.direction = fact.number, fact.e164, fact.direction
    call.emergency = fact.emergency
    if fact.emergency:
        board.keyed(call.line).helped_us = at_us


def ring_counted(board: Board, fact: f.RingCounted, at_us: int) -> None:
    board.state.calls[fact.call].rings = fact.rings


def call_answered(board: Board, fact: f.CallAnswered, at_us: int) -> None:
    board.state.calls[fact.call].answered = True


def call_linked(board: Board, fact: f.CallLinked, at_us: int) -> None:
    board.state.calls[fact.call].about = fact.about


def call_ended(board: Board, fact: f.CallEnded, at_us: int) -> None:
    state = board.state
    del state.calls[fact.call]
    for timer in CALL_TIMERS:
        state.timers.pop(f"{timer}:{fact.call}", None)


def call_reached(board: Board, fact: f.CallReached, at_us: int) -> None:
    board.state.calls[fact.call].reached = fact.outcome


# -- legs --------------------------------------------------------------------------------------------


def leg_added(board: Board, fact: f.LegAdded, at_us: int) -> None:
    state = board.state
    call = state.calls[fact.call]
    fxo = fact.role is LegRole.TRUNK or (
        fact.role is LegRole.CALLER and call.direction is Direction.INBOUND and fact.port == call.port
    )
    phase = Phase.WAITING_LINE if fact.role is LegRole.TRUNK else Phase.OFFERED if fxo else Phase.ALERTING
    leg = Leg(fact.leg, fact.call, fact.port, fact.role, fact.party, fact.agent, fxo, phase, at_us, at_us)
    state.legs_made = fact.leg
    state.legs[fact.leg] = leg
    call.legs.append(fact.leg)
    port = board.port(fact.port)
    taken = {state.legs[one].dialog for one in (port.leg, port.away, port.knocks) if one}
    free = [dialog for dialog in port.dialogs if dialog not in taken]
    leg.dialog = free[-1] if free else -leg.id
    if fact.knocks:
        port.knocks, leg.knocked, leg.phase = fact.leg, True, Phase.KNOCKING
        return
    if port.leg:
        port.away = port.leg
    port.leg = fact.leg
    port.tone = ""
    state.timers.pop(f"howl:{fact.port}", None)


def phase_entered(board: Board, fact: f.PhaseEntered, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.phase = fact.phase
    leg.since_us = at_us
    leg.ordered = False


def leg_alerted(board: Board, fact: f.LegAlerted, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.alerted_us, leg.cadence = at_us, fact.cadence


def leg_answered(board: Board, fact: f.LegAnswered, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.answered, leg.answered_us = True, at_us
    if leg.role in (LegRole.AGENT, LegRole.CALLED):
        board.state.calls[leg.call].served = True


def leg_released(board: Board, fact: f.LegReleased, at_us: int) -> None:
    state = board.state
    leg = state.legs.pop(fact.leg)
    call = state.calls[leg.call]
    call.legs.remove(fact.leg)
    call.held_by.pop(fact.leg, None)
    port = board.port(leg.port)
    if port.leg == fact.leg:
        port.leg, port.away = port.away, 0
    elif port.away == fact.leg:
        port.away = 0
    elif port.knocks == fact.leg:
        port.knocks = 0
    port.released_us = at_us
    if leg.room:
        dialling.leave_room(board, leg)
    for timer in LEG_TIMERS:
        state.timers.pop(f"{timer}:{fact.leg}", None)


def leg_moved(board: Board, fact: f.LegMoved, at_us: int) -> None:
    state = board.state
    leg = state.legs[fact.leg]
    former, call = state.calls[leg.call], state.calls[fact.call]
    former.legs.remove(fact.leg)
    leg.call = fact.call
    call.legs.append(fact.leg)
    call.emergency = call.emergency or (former.emergency and leg.role is LegRole.TRUNK)
    if leg.answered and leg.role in (LegRole.AGENT, LegRole.CALLED):
        state.calls[fact.call].served = True


def legs_swapped(board: Board, fact: f.LegsSwapped, at_us: int) -> None:
    port = board.port(fact.port)
    port.leg, port.away = port.away, port.leg


def aside_ordered(board: Board, fact: f.AsideOrdered, at_us: int) -> None:
    board.state.legs[fact.leg].ordered = True


def dialog_taken(board: Board, fact: f.DialogTaken, at_us: int) -> None:
    board.state.legs[fact.leg].dialog = fact.call


def digits_kept(board: Board, fact: f.DigitsKept, at_us: int) -> None:
    board.state.legs[fact.leg].digits = fact.digits


def play_began(board: Board, fact: f.PlayBegan, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.plays += 1
    leg.play, leg.purpose, leg.play_us = fact.play, fact.purpose, at_us


def play_stopped(board: Board, fact: f.PlayStopped, at_us: int) -> None:
    leg = board.state.legs[fact.leg]
    leg.play = leg.purpose = ""


# -- talking -----------------------------------------------------------------------------------------


def talk_began(board: Board, fact: f.TalkBegan, at_us: int) -> None:
    board.state.calls[fact.call].talk = list(fact.legs)
    for leg in fact.legs:
        board.state.legs[leg].talk_since_us = at_us


def talk_ended(board: Board, fact: f.TalkEnded, at_us: int) -> None:
    board.state.calls[fact.call].talk = []
    for number in fact.legs:
        leg = board.state.legs[number]
        if leg.agent:
            board.acd.talked(leg.agent, at_us - leg.talk_since_us)


def hold_began(board: Board, fact: f.HoldBegan, at_us: int) -> None:
    board.state.calls[fact.call].held_by[fact.leg] = fact.by


def hold_ended(board: Board, fact: f.HoldEnded, at_us: int) -> None:
    board.state.calls[fact.call].held_by.pop(fact.leg, None)


def conference_began(board: Board, fact: f.ConferenceBegan, at_us: int) -> None:
    board.state.calls[fact.call].conference = list(fact.legs)


def conference_ended(board: Board, fact: f.ConferenceEnded, at_us: int) -> None:
    board.state.calls[fact.call].conference = []
