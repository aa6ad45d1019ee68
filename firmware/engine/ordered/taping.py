"""Pausing and resuming the recording of an agent's own call: for what nobody may keep (card numbers, diagnoses)."""

from __future__ import annotations

from firmware.engine import recordings
from firmware.engine.ordered import own
from firmware.engine.ordered.own import Refused
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.refusals import Refusal


def pause(turn: Turn, given: i.CallOrder) -> None:
    """The tape is silent till `resume`, or till the telephone that wanted it is out of the talk."""
    leg = own.leg_of(turn, given)
    if not turn.plan.config.positions.recording_pause:
        raise Refused(Refusal.NOT_ALLOWED)
    taped = _taped(turn, leg)
    if taped.paused_by:
        raise Refused(Refusal.ALREADY_PAUSED)
    turn.fact(f.RecordingPaused(leg.call, taped.id, leg.id, True, given.author))
    recordings.pause(turn, taped, True)


def resume(turn: Turn, given: i.CallOrder) -> None:
    leg = own.leg_of(turn, given)
    taped = _taped(turn, leg)
    if not taped.paused_by:
        raise Refused(Refusal.NOT_PAUSED)
    turn.fact(f.RecordingPaused(leg.call, taped.id, leg.id, False, given.author))
    if not recordings.is_private(turn, taped):
        recordings.pause(turn, taped, False)


def _taped(turn: Turn, leg: Leg) -> Leg:
    """The leg of its talk that is taped, or will be when the disk allows it."""
    if leg.phase != Phase.TALKING:
        raise Refused(Refusal.NOT_TALKING)
    legs = turn.legs_of(turn.call_of(leg))
    found = next((one for one in legs if one.recording or one.wanted is not None), None)
    if found is None:
        raise Refused(Refusal.NOT_RECORDED)
    return found
