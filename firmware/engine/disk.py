"""The disk and the calls: what cannot be kept is not taped, and said so; no call ends for it."""

from __future__ import annotations

from firmware.engine import recordings
from firmware.engine.mailbox import dictation as mailbox_dictation
from firmware.engine.mailbox import voicemail
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i


def told(turn: Turn, given: i.DiskTold) -> None:
    state = turn.state
    if (given.level, given.stop) == (state.disk_level, state.disk_stop):
        return
    former = state.disk_stop
    turn.fact(f.DiskChanged(given.level, given.stop))
    if given.stop == former:
        return
    for leg in list(state.legs.values()):
        if given.stop:
            _stop(turn, leg, given.stop)
        else:
            recordings.resume(turn, leg)


def _stop(turn: Turn, leg: Leg, reason: str) -> None:
    if leg.recording and leg.phase == Phase.MAILBOX:
        voicemail.cut_short(turn, leg, reason)
    elif leg.recording and leg.phase == Phase.DICTATING:
        mailbox_dictation.cut(turn, leg, reason)
    elif leg.recording:
        recordings.suspend(turn, leg, reason)
    elif leg.wanted is not None:
        turn.fact(f.NotRecorded(leg.call, leg.id, reason, *leg.wanted))
