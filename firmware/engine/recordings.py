"""What is taped and why not: each answered second of a call has a recording or a stated reason."""

from __future__ import annotations

from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Direction


def begin(turn: Turn, leg: Leg, kind: str, party: str, *, agent: str = "", queue: str = "") -> None:
    """Tape `leg` from the next tick: left what it says, right what it hears."""
    recording = turn.board.new_recording()
    turn.fact(f.RecordingBegan(recording, leg.call, leg.id, party, agent, kind, queue))
    turn.command(c.Record(port=leg.port, recording=recording))


def begin_talk(turn: Turn, call: Call, one: Leg, other: Leg) -> None:
    """One recording is one (caller's leg, answering party)."""
    leg, party = taped_and_party(call, one, other)
    stop(turn, leg, "transferred")
    if call.record and (one.fxo or other.fxo):
        begin(turn, leg, "conversation", party.party, agent=party.agent, queue=call.queue)
    elif not (one.fxo or other.fxo):
        cover(turn, leg, "internal")
    else:
        cover(turn, leg, "off")


def taped_and_party(call: Call, one: Leg, other: Leg) -> tuple[Leg, Leg]:
    """The outside caller's leg where there is one; else the telephone of an outgoing call; else the first."""
    if call.direction is Direction.INBOUND:
        return (other, one) if other.fxo and not one.fxo else (one, other)
    return (other, one) if one.fxo and not other.fxo else (one, other)


def cover(turn: Turn, leg: Leg, reason: str, why: str = "transferred") -> None:
    """From here on the leg's time is not recorded, for this reason."""
    stop(turn, leg, why)
    if leg.uncovered != reason:
        turn.fact(f.NotRecorded(leg.call, leg.id, reason))


def stop(turn: Turn, leg: Leg, why: str) -> None:
    if leg.recording:
        recording = leg.recording
        turn.fact(f.RecordingEnded(recording, why))
        turn.command(c.StopRecord(port=leg.port, recording=recording))


def mark(turn: Turn, call: Call, mark: str) -> None:
    for leg in turn.legs_of(call):
        if leg.recording:
            turn.fact(f.RecordingMarked(leg.recording, mark))


def consent_of(turn: Turn, call: Call) -> str:
    """The announcement that everybody from outside must have heard before his voice is taped in this call."""
    queue = turn.plan.queues.get(call.queue)
    return queue.consent if queue is not None and call.record else ""


def pause(turn: Turn, leg: Leg, paused: bool) -> None:
    """A telephone's tape is silent while its user is in another call: nobody else's voice gets into it."""
    if leg.recording:
        turn.command(c.PauseRecord(port=leg.port, recording=leg.recording, paused=paused))


def tape_began(turn: Turn, event: e.TapeBegan) -> None:
    if event.recording in turn.state.recordings:
        turn.fact(f.RecordingTaped(event.recording, event.tick))


def tape_ended(turn: Turn, event: e.TapeEnded) -> None:
    taping = turn.state.recordings.get(event.recording)
    if taping is None:
        return
    if not taping.ended:
        cut_off(turn, event.recording, "released")
    turn.fact(f.RecordingTaped(event.recording, max(taping.from_tick, 0), event.tick))


def cut_off(turn: Turn, recording: str, why: str) -> None:
    """The switch ended it by itself: what follows on that leg is not recorded."""
    taping = turn.state.recordings[recording]
    ended = taping.ended
    turn.fact(f.RecordingEnded(recording, why))
    leg = turn.state.legs.get(taping.leg)
    if leg is not None and not ended and not leg.recording:
        turn.fact(f.NotRecorded(leg.call, leg.id, "switch"))
