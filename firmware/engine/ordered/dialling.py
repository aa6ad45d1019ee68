"""Dialling by order: a telephone rings and lifted it dials; one that hears dial tone dials at once."""

from __future__ import annotations

from firmware.engine.dialling import classes
from firmware.engine.dialling.dialplan import MatchKind
from firmware.engine.floor import queues
from firmware.engine.inside import clicked, telephones
from firmware.engine.ordered import own
from firmware.engine.ordered.own import Refused
from firmware.engine.outside import unusual
from firmware.engine.state import Call
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.refusals import Refusal


def dial(turn: Turn, given: i.CallOrder) -> None:
    """Only at a telephone that is on-hook: what programs expect of it."""
    port = _free(turn, given)
    _judge(turn, turn.plan.party(port), given.number)
    _ring(turn, port, given)


def call(turn: Turn, given: i.CallOrder) -> None:
    _call(turn, given)


def call_back(turn: Turn, given: i.CallOrder) -> None:
    """Calls `number` for somebody who gave up in `call`, which is over: reports tell the two together.

    One at a time, so that two people who click in the same list do not both call him.
    """
    if not 0 < given.call <= turn.state.calls_made or given.call in turn.state.calls:
        raise Refused(Refusal.NO_SUCH_CALL)
    if _under_way(turn, given.call):
        raise Refused(Refusal.ALREADY_UNDER_WAY)
    made = _call(turn, given)
    if made.id in turn.state.calls:
        turn.fact(f.CallLinked(made.id, given.call, given.author))


def _under_way(turn: Turn, about: int) -> bool:
    """An agent or the box is calling him back just now."""
    by_hand = any(one.about == about for one in turn.state.calls.values())
    return by_hand or any(one.call == about and one.attempt for one in turn.state.floor.callbacks.values())


def _call(turn: Turn, given: i.CallOrder) -> Call:
    leg = turn.leg_at(own.port_of(turn, given))
    if leg is None or not clicked.hears_dial_tone(leg):
        port = _free(turn, given)
        _judge(turn, turn.plan.party(port), given.number)
        return _ring(turn, port, given)
    _judge(turn, leg.party, given.number)
    made = turn.call_of(leg)
    turn.quiet(leg)
    turn.fact(f.DigitsKept(leg.id, given.number))
    telephones.dial_for(turn, leg)
    return made


def _free(turn: Turn, given: i.CallOrder) -> int:
    port = own.port_of(turn, given)
    if not queues.telephone_free(turn, port):
        raise Refused(Refusal.TELEPHONE_BUSY)
    return port


def _ring(turn: Turn, port: int, given: i.CallOrder) -> Call:
    return clicked.ring(turn, port, turn.plan.party(port), given.number, auto=given.auto)


def _judge(turn: Turn, extension: str, number: str) -> None:
    """Nobody is rung for a call his telephone may not make; lifted, it is judged again."""
    match = turn.plan.dial_tree.settle(number)
    if match.kind is not MatchKind.OUTSIDE:
        return
    refused = classes.judge(turn, extension, match.number).refused
    if refused:
        unusual.refused(turn, 0, extension)
        raise Refused(refused)
