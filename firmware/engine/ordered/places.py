"""Sending a party on by order: consultation, blind transfer, parking."""

from __future__ import annotations

from collections.abc import Container, Mapping

from msgspec import Struct

from firmware.engine.dialling import classes
from firmware.engine.dialling.dialplan import Match, MatchKind
from firmware.engine.floor import queues
from firmware.engine.inside import parking, sending, signalled, telephones
from firmware.engine.ordered import own
from firmware.engine.ordered.own import Refused
from firmware.engine.outside import unusual
from firmware.engine.state import Leg
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import Cause, LegRole
from firmware.protocol.refusals import Refusal

CONSULTED = (*signalled.TRANSFERABLE, MatchKind.EMERGENCY)


class Place(Struct, frozen=True):
    """Where to: a number as the dial plan understands it, or a target."""

    match: Match | None
    target: str = ""


def place_of(turn: Turn, wanted: str) -> Place:
    """`wanted` is a number, or `agent:ID`, `extension:NUMBER`, `queue:ID`, `voicemail:BOX`, `group:ID`, `flow:ID`,
    `room:ID`. Raises Refused.
    """
    kind, colon, what = wanted.partition(":")
    if kind == "agent" and colon:
        now = turn.state.agents.get(what)
        if what not in turn.plan.agents:
            raise Refused(Refusal.NO_SUCH_AGENT)
        if now is None or not now.extension:
            raise Refused(Refusal.NOT_SIGNED_IN)
        return Place(turn.plan.dial_tree.settle(now.extension))
    if kind == "extension" and colon:
        return Place(turn.plan.dial_tree.settle(what))
    if not colon:
        return Place(turn.plan.dial_tree.settle(wanted))
    known: Mapping[str, Container[str]] = {
        "queue": turn.plan.queues,
        "voicemail": turn.plan.mailboxes,
        "group": turn.plan.groups,
        "flow": turn.plan.flows,
        "room": turn.plan.rooms,
    }
    if what not in known.get(kind, {}):
        raise Refused(Refusal.NO_SUCH_NUMBER)
    return Place(None, wanted)


def _may_dial(turn: Turn, leg: Leg, match: Match, kinds: tuple[MatchKind, ...]) -> None:
    """Raises Refused. Feature codes are no places; outside, the telephone's class of service decides."""
    if match.kind not in kinds:
        raise Refused(Refusal.NO_SUCH_NUMBER)
    if match.kind is MatchKind.TARGET:
        _may_enter(turn, match.target)
    if match.kind is MatchKind.EXTENSION and match.number == leg.party:
        raise Refused(Refusal.NOT_POSSIBLE)
    if match.kind is not MatchKind.OUTSIDE:
        return
    verdict = classes.judge(turn, leg.party, match.number)
    if verdict.refused:
        unusual.refused(turn, leg.call, leg.party)
        raise Refused(verdict.refused)
    if verdict.pin and not classes.unlocked(turn, leg.party):
        raise Refused(Refusal.PIN_NEEDED)


def _may_enter(turn: Turn, target: str) -> None:
    """Raises Refused. A queue that takes nobody would send the party elsewhere."""
    kind, _, name = target.partition(":")
    queue = turn.plan.queues.get(name) if kind == "queue" else None
    if queue is not None and (why := queues.turned_away(turn, queue)):
        raise Refused(f"queue-{why}")


def consult(turn: Turn, given: i.CallOrder) -> None:
    """The present party is put on hold, a third one is called."""
    leg = own.leg_of(turn, given)
    own.alone(turn, leg)
    own.party(turn, leg)
    match = place_of(turn, given.number).match
    if match is None or own.holds_itself(turn, leg):
        raise Refused(Refusal.NOT_POSSIBLE)
    _may_dial(turn, leg, match, CONSULTED)
    own.put_aside(turn, leg)
    second = telephones.own_call(turn, leg.port, LegRole.CONSULT)
    if leg.port in turn.plan.signalled:
        turn.fact(f.DialogTaken(second.id, leg.dialog))
    telephones.follow_now(turn, second, match)


def transfer(turn: Turn, given: i.CallOrder) -> None:
    """Blind: the party goes on there without this telephone. To a telephone that is in use it is not sent."""
    leg = own.leg_of(turn, given)
    own.alone(turn, leg)
    party, place = own.party(turn, leg), place_of(turn, given.number)
    if place.match is None:
        _may_enter(turn, place.target)
        own.put_aside(turn, leg)
        sending.go_on(turn, leg, party, place.target)
        return
    _may_dial(turn, leg, place.match, signalled.TRANSFERABLE)
    outside = place.match.kind is MatchKind.OUTSIDE and party.fxo
    if outside and not turn.plan.config.dial_plan.transfer_outside:
        raise Refused(Refusal.NOT_ALLOWED)
    failed = signalled.to_number(turn, leg, place.match) is not None
    if failed and not any(isinstance(one, f.AttemptRefused) for one in turn.facts):
        wanted = f"transfer:{given.number}"
        turn.fact(f.AttemptRefused(leg.call, wanted, Refusal.TARGET_BUSY, Cause.USER_BUSY))


def park(turn: Turn, given: i.CallOrder) -> None:
    """The party waits in slot `number`, or in the first that is free, till somebody takes it from there."""
    leg = own.leg_of(turn, given)
    own.alone(turn, leg)
    party, slots = own.party(turn, leg), turn.plan.config.switchboard.park_slots
    free = next((one for one in slots if parking.is_free(turn, one)), "")
    slot = given.number or free
    if slot not in slots:
        raise Refused(Refusal.NO_SUCH_NUMBER if given.number else Refusal.PARK_FULL)
    if not parking.is_free(turn, slot):
        raise Refused(Refusal.SLOT_TAKEN)
    by = leg.party
    own.put_aside(turn, leg)
    parking.leave(turn, leg, party)
    parking.put(turn, turn.call_of(party), party, slot, by)
