"""What is taped and why not: each answered second of a call has a recording or a stated reason."""

from __future__ import annotations

from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Direction


def begin(turn: Turn, leg: Leg, kind: str, party: str, *, agent: str = "", queue: str = "") -> None:
    """Tape `leg` from the next tick: left what it says, right what it hears; later, while the disk forbids it."""
    stop_reason = turn.state.disk_stop
    if stop_reason:
        turn.fact(f.NotRecorded(leg.call, leg.id, stop_reason, kind, party, agent, queue))
        return
    recording = turn.board.new_recording()
    turn.fact(f.RecordingBegan(recording, leg.call, leg.id, party, agent, kind, queue))
    turn.command(c.Record(port=leg.port, recording=recording))
    if leg.paused_by in turn.call_of(leg).talk:
        pause(turn, leg, True)
    elif leg.paused_by:  # whoever wanted silence has gone
        turn.fact(f.RecordingPaused(leg.call, leg.id, leg.paused_by, False))


def begin_talk(turn: Turn, call: Call, one: Leg, other: Leg) -> None:
    """One recording is one (caller's leg, answering party)."""
    leg, party = taped_and_party(call, one, other)
    stop(turn, leg, "transferred")
    if call.record and (one.fxo or other.fxo):
        agent = party.agent or (leg.agent if call.callback else "")
        begin(turn, leg, "conversation", party.party, agent=agent, queue=call.queue)
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


def suspend(turn: Turn, leg: Leg, reason: str) -> None:
    """Its recording ends for a reason of the box's own, and begins anew when that is over."""
    taping = turn.state.recordings[leg.recording]
    stop(turn, leg, reason)
    turn.fact(f.NotRecorded(leg.call, leg.id, reason, taping.kind, taping.party, taping.agent, taping.queue))


def resume(turn: Turn, leg: Leg) -> None:
    """What the disk prevented begins now, if it may and nothing else is in the way."""
    if leg.wanted is None or turn.state.disk_stop or _in_private(turn, leg):
        return
    kind, party, agent, queue = leg.wanted
    begin(turn, leg, kind, party, agent=agent, queue=queue)


def is_private(turn: Turn, leg: Leg) -> bool:
    """Its tape is silent whatever anybody orders."""
    return _in_private(turn, leg)


def _in_private(turn: Turn, leg: Leg) -> bool:
    """What is said or keyed now is not for any tape: a secret, or somebody may not have heard the announcement."""
    call = turn.call_of(leg)
    if leg.phase == Phase.TALKING:
        return bool(call.conference and consent_of(turn, call))
    node = turn.plan.nodes.get((call.flow, call.node))
    if leg.phase == Phase.ROOM:
        return False
    hidden = f"reveal:{leg.id}" in turn.state.timers or (node is not None and node.secret)
    return hidden or leg.phase != Phase.FLOW


def stop(turn: Turn, leg: Leg, why: str) -> None:
    if leg.wanted is not None and why != "released":
        turn.fact(f.NotRecorded(leg.call, leg.id, leg.uncovered))
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
    """A telephone's tape is silent while its user is in another call: nobody else's voice gets into it.

    Where somebody wants silence (`RecordingPaused`) it stays silent.
    """
    if leg.recording and (paused or not leg.paused_by):
        turn.fact(f.RecordingMarked(leg.recording, "paused" if paused else "unpaused"))
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


def tape_lost(turn: Turn, event: e.TapeLost) -> None:
    """The audio ring was full: the disk is slower than the tape, or worse."""
    if event.recording in turn.state.recordings:
        reason = turn.state.disk_stop or "disk-slow"
        turn.fact(f.RecordingGap(event.recording, event.from_tick, event.to_tick, reason))


def cut_off(turn: Turn, recording: str, why: str) -> None:
    """The switch ended it by itself: what follows on that leg is not recorded."""
    taping = turn.state.recordings[recording]
    ended = taping.ended
    turn.fact(f.RecordingEnded(recording, why))
    leg = turn.state.legs.get(taping.leg)
    if leg is not None and not ended and not leg.recording:
        turn.fact(f.NotRecorded(leg.call, leg.id, "switch"))
