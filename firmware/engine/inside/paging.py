"""Paging: one telephone speaks; those that lift, and amplifiers, which answer by themselves, hear it unheard."""

from __future__ import annotations

from firmware.config.schema import PagingGroup
from firmware.engine import calls, legs, recordings
from firmware.engine.floor import queues
from firmware.engine.inside import ringing
from firmware.engine.inside import state as pbx_state
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy, Tone

BEEP_MS = 400


def page(turn: Turn, leg: Leg, number: str) -> None:
    """`leg`'s telephone speaks to the paging group with this number."""
    group = next((one for one in turn.plan.config.paging_groups if one.number == number), None)
    if group is None:
        turn.fact(f.AttemptRefused(leg.call, f"paging:{number}", "no-such-group", Cause.UNALLOCATED_NUMBER))
        calls.farewell(turn, leg, "number-unknown")
        return
    call = turn.call_of(leg)
    members = [one for one in group.members if _reachable(turn, leg, one)]
    if not members:
        turn.fact(f.AttemptRefused(call.id, f"paging:{number}", "busy", Cause.USER_BUSY))
        calls.end(turn, call, Cause.USER_BUSY, ReleasedBy.CALLED)
        return
    turn.fact(f.PagingBegan(call.id, group.id))
    turn.enter(leg, Phase.PAGING)
    turn.play(leg, "", c.ToneItem(Tone.RINGBACK))
    for one in members:
        ringing.ring(turn, call, leg, one, ringing.INTERCOM)
    turn.timer(f"paging:{call.id}", group.ring_s)


def _reachable(turn: Turn, leg: Leg, extension: str) -> bool:
    port = turn.plan.ports.get(extension)
    free = port is not None and port != leg.port and queues.telephone_free(turn, port)
    return free and not pbx_state.undisturbed(turn, extension)


def joins(turn: Turn, leg: Leg) -> None:
    """A member lifted, or an amplifier answered: it hears the speaker; the first one tells him to speak."""
    call = turn.call_of(leg)
    speaker = speaker_of(turn, call)
    turn.fact(f.LegAnswered(leg.id))
    if speaker is None:
        calls.end(turn, call, Cause.NORMAL_UNSPECIFIED, ReleasedBy.BOX, failed=True)
        return
    turn.enter(leg, Phase.PAGING)
    turn.command(c.Listen(port=leg.port, digits=True))
    turn.command(c.Hear(port=leg.port, source=speaker.port))
    if not call.answered:
        turn.fact(f.CallAnswered(call.id, "person"))
        recordings.cover(turn, speaker, "internal")
        turn.play(speaker, "", c.ToneItem(Tone.BEEP, BEEP_MS))


def speaker_of(turn: Turn, call: Call) -> Leg | None:
    return next((leg for leg in turn.legs_of(call) if is_speaker(leg)), None)


def is_speaker(leg: Leg) -> bool:
    return leg.phase == Phase.PAGING and leg.role is not LegRole.CALLED


def due(turn: Turn, number: int) -> None:
    """Timer `paging`: nobody else is rung; or he has spoken long enough."""
    turn.clear(f"paging:{number}")
    call = turn.state.calls.get(number)
    if call is None:
        return
    rung = [leg for leg in turn.legs_of(call) if leg.phase == Phase.ALERTING]
    if not rung:
        calls.end(turn, call, Cause.NORMAL_CLEARING, ReleasedBy.BOX)
        return
    for leg in rung:
        legs.let_go(turn, leg, Cause.NO_ANSWER, ReleasedBy.CALLED)
    if _nobody_hears(turn, call):
        calls.end(turn, call, Cause.NO_ANSWER, ReleasedBy.CALLED)
    else:
        group = _group(turn, call)
        turn.timer(f"paging:{number}", group.longest_s if group else 0.0)


def _group(turn: Turn, call: Call) -> PagingGroup | None:
    return next((one for one in turn.plan.config.paging_groups if one.id == call.paging), None)


def _nobody_hears(turn: Turn, call: Call) -> bool:
    return not any(leg.role is LegRole.CALLED for leg in turn.legs_of(call))


def leave(turn: Turn, leg: Leg, cause: Cause) -> None:
    """A listener went; the last one ends it."""
    call = turn.call_of(leg)
    legs.let_go(turn, leg, cause, ReleasedBy.CALLED)
    if _nobody_hears(turn, call):
        calls.end(turn, call, cause, ReleasedBy.CALLED)


def hear_again(turn: Turn, leg: Leg) -> None:
    """A new switch must be told who hears whom."""
    speaker = speaker_of(turn, turn.call_of(leg))
    if speaker is not None and speaker is not leg:
        turn.command(c.Hear(port=leg.port, source=speaker.port))
