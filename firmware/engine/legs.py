"""A port in a call: taking it, letting it go, and what a telephone hears when it is left alone."""

from __future__ import annotations

from firmware.engine import recordings
from firmware.engine.floor import agents
from firmware.engine.inside import holding, rooms
from firmware.engine.mailbox import listening as mailbox_listening
from firmware.engine.mailbox import voicemail
from firmware.engine.outside import spending
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy, Tone

CONGESTED = frozenset(
    {
        Cause.NO_CIRCUIT_AVAILABLE,
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.TEMPORARY_FAILURE,
        Cause.CALL_REJECTED,
        Cause.PREEMPTED,
    }
)
TONE_FOR_S = 30.0
HOWLER_FOR_S = 60.0


def add(
    turn: Turn, call: int, port: int, role: LegRole, party: str, *, agent: str = "", knocks: bool = False
) -> Leg:
    number = turn.state.legs_made + 1
    turn.fact(f.LegAdded(number, call, port, role, party, agent, knocks))
    leg = turn.state.legs[number]
    if leg.fxo:
        turn.lines_moved = True
    elif role is not LegRole.AGENT:
        agents.occupied(turn, party, "direct-call" if role is LegRole.CALLED else "own-call")
    return leg


def let_go(turn: Turn, leg: Leg, cause: Cause, by: ReleasedBy) -> None:
    """The leg and all that hangs on it end; its telephone hears a tone or goes back to its other call."""
    if leg.phase == Phase.MAILBOX:
        voicemail.keep(turn, leg)
    mailbox_listening.left(turn, leg)
    recordings.stop(turn, leg, "released")
    if leg.play:
        turn.fact(f.PlayStopped(leg.id))
    active, knocks = turn.state.ports[leg.port].leg == leg.id, leg.phase == Phase.KNOCKING
    spending.over(turn, leg)
    rooms.left(turn, leg)
    if leg.port in turn.plan.signalled:
        turn.parted[leg.port] = cause
    turn.fact(f.LegReleased(leg.id, cause, by))
    if leg.fxo:
        turn.lines_moved = True
        turn.command(c.Release(port=leg.port, cause=int(cause)))
    elif knocks and leg.port in turn.plan.signalled:
        turn.command(c.StopRing(port=leg.port))
    elif knocks:
        turn.command(c.Inject(port=leg.port))
    else:
        _free_telephone(turn, leg, cause, active)


def _free_telephone(turn: Turn, leg: Leg, cause: Cause, active: bool) -> None:
    other, signalled = turn.leg_at(leg.port), leg.port in turn.plan.signalled
    if other is not None:
        if active and (not signalled or other.dialog == leg.dialog):
            holding.left_alone(turn, other, tone_for(cause))
        return
    if turn.state.port(leg.port).off_hook and signalled:
        turn.command(c.Hear(port=leg.port, source=-1))
    elif turn.state.port(leg.port).off_hook and not turn.plan.is_pager(leg.port):
        give_tone(turn, leg.port, tone_for(cause))
    else:
        turn.command(c.Release(port=leg.port))
        turn.telephones_moved = True
    agents.over(turn, leg.party)


def tone_for(cause: Cause) -> Tone:
    refused = (
        Cause.NO_CIRCUIT_AVAILABLE,
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.TEMPORARY_FAILURE,
        Cause.CALL_REJECTED,
    )
    return Tone.CONGESTION if cause in refused else Tone.BUSY


def give_tone(turn: Turn, port: int, tone: Tone) -> None:
    """A telephone off-hook without a call hears `tone`; it may dial anew."""
    turn.fact(f.ToneGiven(port, tone))
    turn.command(c.Listen(port=port, digits=True, pulses=turn.plan.dials_pulses(port)))
    turn.command(c.Play(port=port, play=f"port-{port}", items=(c.ToneItem(tone),)))
    turn.timer(f"howl:{port}", HOWLER_FOR_S if tone is Tone.HOWLER else TONE_FOR_S)


def howl(turn: Turn, port: int) -> None:
    """Timer `howl`: from tone to howler, from howler to silence."""
    turn.clear(f"howl:{port}")
    now = turn.state.port(port)
    if now.leg or not now.off_hook:
        return
    if now.tone != Tone.HOWLER:
        give_tone(turn, port, Tone.HOWLER)
    else:
        turn.fact(f.ToneGiven(port, ""))
        turn.command(c.StopPlay(port=port))
