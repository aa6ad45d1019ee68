"""What facts of dialling and of conference rooms do to the state."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine.board import Board
from firmware.engine.dialling.state import PinTries, RoomNow, Spent, Suspect
from firmware.engine.state import Leg
from firmware.protocol import facts as f


def line_chosen(board: Board, fact: f.LineChosen, at_us: int) -> None:
    leg = board.state.legs.get(fact.leg)
    if leg is not None:
        leg.sends, leg.cost, leg.payer = fact.digits, fact.cost, fact.who


def call_charged(board: Board, fact: f.CallCharged, at_us: int) -> None:
    board.state.calls[fact.call].payer = fact.who


def talk_spent(board: Board, fact: f.TalkSpent, at_us: int) -> None:
    spent = board.state.dialling.spent.setdefault(fact.who, Spent(fact.day))
    if spent.day != fact.day:
        spent.day, spent.seconds, spent.cost = fact.day, 0.0, 0.0
    spent.seconds += fact.seconds
    spent.cost += fact.cost


def call_suspected(board: Board, fact: f.CallSuspected, at_us: int) -> None:
    suspect = board.state.dialling.suspects.setdefault(fact.who, Suspect())
    suspect.at_us[fact.why] = [*suspect.at_us.get(fact.why, ()), at_us][-fact.most :]


def telephone_suspected(board: Board, fact: f.TelephoneSuspected, at_us: int) -> None:
    board.state.dialling.suspects.setdefault(fact.who, Suspect()).told_us[fact.why] = at_us


def account_given(board: Board, fact: f.AccountGiven, at_us: int) -> None:
    board.state.calls[fact.call].account = fact.account


def pin_refused(board: Board, fact: f.PinRefused, at_us: int) -> None:
    board.state.dialling.pins[f"{fact.of}/{fact.who}"] = PinTries(fact.wrong, fact.until_us)


def pin_accepted(board: Board, fact: f.PinAccepted, at_us: int) -> None:
    board.state.dialling.pins.pop(f"{fact.of}/{fact.who}", None)


def telephone_unlocked(board: Board, fact: f.TelephoneUnlocked, at_us: int) -> None:
    if fact.until_us:
        board.state.dialling.unlocked[fact.extension] = fact.until_us
    else:
        board.state.dialling.unlocked.pop(fact.extension, None)


def number_remembered(board: Board, fact: f.NumberRemembered, at_us: int) -> None:
    board.state.dialling.last[fact.extension] = fact.digits


def call_routed(board: Board, fact: f.CallRouted, at_us: int) -> None:
    call = board.state.calls[fact.call]
    call.called, call.target, call.shown = fact.called, fact.target, fact.name


def service_switched(board: Board, fact: f.ServiceSwitched, at_us: int) -> None:
    if fact.mode:
        board.state.dialling.services[fact.service] = fact.mode
    else:
        board.state.dialling.services.pop(fact.service, None)


# -- conference rooms --------------------------------------------------------------------------------


def room_entered(board: Board, fact: f.RoomEntered, at_us: int) -> None:
    room = board.state.dialling.rooms.setdefault(fact.room, RoomNow())
    room.members.append(fact.leg)
    if fact.chair:
        room.chairs.append(fact.leg)
    board.state.legs[fact.leg].room = fact.room


def room_left(board: Board, fact: f.RoomLeft, at_us: int) -> None:
    leave_room(board, board.state.legs[fact.leg])


def leave_room(board: Board, leg: Leg) -> None:
    rooms = board.state.dialling.rooms
    room = rooms[leg.room]
    for those in (room.members, room.chairs, room.mixed, room.muted):
        if leg.id in those:
            those.remove(leg.id)
    room.locked = room.locked and bool(room.chairs)
    if not room.members:
        del rooms[leg.room]
    leg.room = ""


def room_muted(board: Board, fact: f.RoomMuted, at_us: int) -> None:
    room = board.state.dialling.rooms[fact.room]
    others = [one for one in room.muted if one not in fact.legs]
    room.muted = [*others, *fact.legs] if fact.muted else others


def room_locked(board: Board, fact: f.RoomLocked, at_us: int) -> None:
    board.state.dialling.rooms[fact.room].locked = fact.locked


def room_mixed(board: Board, fact: f.RoomMixed, at_us: int) -> None:
    board.state.dialling.rooms[fact.room].mixed = list(fact.legs)
    if len(fact.legs) > 1:
        for leg in fact.legs:
            board.state.calls[board.state.legs[leg].call].served = True
