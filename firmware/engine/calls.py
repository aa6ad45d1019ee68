"""Calls: how they begin, who talks in them, how they end, and as what an offered one counts."""

from __future__ import annotations

from collections.abc import Sequence

from firmware.engine import legs, recordings
from firmware.engine.floor import callbacks, queues
from firmware.engine.inside import conference, paging
from firmware.engine.ivr import flows, surveys
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, LegRole, Outcome, ReleasedBy, named_cause

MAX_CALL_S = 4 * 3600.0
"""No call but an emergency call holds its lines longer."""


def begin(turn: Turn, direction: Direction, port: int, line: str, called: str = "") -> Call:
    number = turn.state.calls_made + 1
    turn.fact(f.CallBegan(number, direction, port, line, called))
    turn.timer(f"max:{number}", MAX_CALL_S)
    return turn.state.calls[number]


def hear(turn: Turn, port: int, sources: Sequence[int]) -> None:
    """One voice is heard as it is, several as their sum, none as silence."""
    if len(sources) > 1:
        turn.command(c.Mix(port=port, sources=tuple(sources)))
    else:
        turn.command(c.Hear(port=port, source=sources[0] if sources else -1))


def join(turn: Turn, call: Call, one: Leg, other: Leg) -> None:
    """These two hear one another from now on; the recording rule is followed."""
    for leg in (one, other):
        if leg.play:
            turn.fact(f.PlayStopped(leg.id))
        turn.enter(leg, Phase.TALKING)
        _listen_while_talking(turn, leg)
    turn.fact(f.TalkBegan(call.id, (one.id, other.id)))
    turn.command(c.Hear(port=one.port, source=other.port))
    turn.command(c.Hear(port=other.port, source=one.port))
    recordings.begin_talk(turn, call, one, other)


def _listen_while_talking(turn: Turn, leg: Leg) -> None:
    turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))


def part(turn: Turn, call: Call) -> None:
    if call.conference:
        turn.fact(f.ConferenceEnded(call.id, tuple(call.conference)))
    if call.talk:
        turn.fact(f.TalkEnded(call.id, tuple(call.talk)))


BROKEN = frozenset({Cause.DESTINATION_OUT_OF_ORDER, Cause.NETWORK_OUT_OF_ORDER, Cause.TEMPORARY_FAILURE})


def side_of(leg: Leg) -> ReleasedBy:
    return ReleasedBy.CALLER if leg.role in (LegRole.CALLER, LegRole.CONSULT) else ReleasedBy.CALLED


def left(turn: Turn, leg: Leg, cause: Cause = Cause.NORMAL_CLEARING, failed: bool = False) -> None:
    """A party went. A conference goes on with the others, anything else ends."""
    call = turn.call_of(leg)
    if not failed and surveys.begin(turn, call, leg):
        return
    by = ReleasedBy.BOX if failed else side_of(leg)
    if leg.phase == Phase.PAGING and not paging.is_speaker(leg):
        paging.leave(turn, leg, cause)
    elif leg.id in call.conference:
        conference.leave(turn, call, leg, cause, by)
    else:
        end(turn, call, cause, by, failed)


def gone(cause: int) -> tuple[Cause, bool]:
    """Why a party went by the message that said so (0: none did), and whether something broke: then nobody hung up."""
    named = named_cause(cause, Cause.NORMAL_CLEARING)
    return (named, True) if named in BROKEN else (Cause.NORMAL_CLEARING, False)


def end(turn: Turn, call: Call, cause: Cause, by: ReleasedBy, failed: bool = False) -> None:
    """All legs are let go; an offered call gets its one outcome."""
    if call.waits:
        queues.caller_left(turn, call)
    if call.id not in turn.state.calls:
        return
    if call.node:
        flows.leave(turn, call, "caller-left" if by is ReleasedBy.CALLER else "hang-up")
    part(turn, call)
    for held in list(call.held_by):
        turn.fact(f.HoldEnded(call.id, held))
    for leg in turn.legs_of(call):
        legs.let_go(turn, leg, cause, by)
    close(turn, call, cause, by, failed)


def close(turn: Turn, call: Call, cause: Cause, by: ReleasedBy, failed: bool = False) -> None:
    """The call itself, whose legs went or moved on."""
    if call.callback:
        callbacks.over(turn, call, cause)
    outcome = outcome_of(call, by, failed) if call.direction is Direction.INBOUND else None
    turn.fact(f.CallEnded(call.id, outcome, cause, by))


def outcome_of(call: Call, by: ReleasedBy, failed: bool) -> Outcome:
    """What an offered call counts as, by where it ended.

    `answered`: a person of the house answered, whatever followed. `overflowed_out`: it was dialled on to the outside.
    `voicemail`: it reached a mailbox, with or without a message. `self_served`: it heard a flow that serves by itself
    to its end. `refused`: the box turned it away (a line without flow, a menu that hangs up, a queue full or waited out
    without overflow, pre-empted). `failed`: line, switch or a flow that is not there. Else the caller let go:
    `abandoned_in_queue` once it was in a queue, `abandoned_in_menu` before (also while it still rang).
    """
    if call.served:
        return Outcome.ANSWERED
    if call.reached is not None:
        return call.reached
    if failed:
        return Outcome.FAILED
    if by is ReleasedBy.BOX:
        return Outcome.REFUSED
    return Outcome.ABANDONED_IN_QUEUE if call.queued else Outcome.ABANDONED_IN_MENU


def too_long(turn: Turn, number: int) -> None:
    """Timer `max`: no line is held for ever."""
    turn.clear(f"max:{number}")
    call = turn.state.calls.get(number)
    if call is not None and not call.emergency:
        end(turn, call, Cause.RECOVERY_ON_TIMER_EXPIRY, ReleasedBy.BOX, failed=True)


def farewell(turn: Turn, leg: Leg, *prompts: str) -> None:
    """A last word, then the call ends."""
    turn.enter(leg, Phase.PARTING)
    turn.clear(f"digit:{leg.id}")
    if leg.port in turn.plan.signalled and not any(isinstance(one, f.AttemptRefused) for one in turn.facts):
        turn.command(
            c.Connect(port=leg.port)
        )  # a refusal is told before an answer, a success is none without
    if leg.fxo and not leg.recording:
        recordings.cover(turn, leg, "announcement")
    if prompts:
        turn.say(leg, "part", *prompts)
        turn.timer(f"part:{leg.id}", 60.0)
    else:
        said(turn, leg)


def said(turn: Turn, leg: Leg) -> None:
    """The last word was heard (or took too long)."""
    call = turn.call_of(leg)
    end(turn, call, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
