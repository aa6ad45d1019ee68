"""After a restart of either half: how the ports stand against how the calls believe they stand.

Wires win over memory. What changed after the report was asked for is newer than the report and left alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from firmware.engine import calls, legs, recordings, steps
from firmware.engine.floor import agents, offering, supervising
from firmware.engine.inside import call_waiting, music, paging, ringing, rooms, signalled, telephones
from firmware.engine.mailbox import mailboxes
from firmware.engine.outside import lines, trunks
from firmware.engine.state import ON_HOOK_PHASES, Leg, Phase
from firmware.engine.turn import ANSWERED, Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import AnswerSign, Cause, Direction, LegRole, Tone

ENDLESS: Mapping[Phase, c.PlayItem] = {
    Phase.QUEUED: c.Music(),
    Phase.CALLING: c.ToneItem(Tone.RINGBACK),
    Phase.DIALLING: c.ToneItem(Tone.DIAL),
}
"""What these legs hear till something happens; a new switch must be told again."""


TELEPHONES, LINES = ("fxs", "sip"), ("fxo", "sip-trunk")


def switch_lost(turn: Turn, epoch: int, event: e.AnySwitchEvent) -> None:
    """The switch began anew, as its first `event` says: its tapes ended where they were."""
    if isinstance(event, e.StateReport) and event.former_epoch == turn.state.switch_epoch:
        turn.fact(f.SwitchLost(epoch, event.former_epoch, event.former_tick, event.former_us))
    else:
        turn.fact(f.SwitchLost(epoch))
    supervising.tune_anew(turn)
    for recording in list(turn.state.recordings):
        recordings.cut_off(turn, recording, "switch-died")


def report(turn: Turn, event: e.StateReport, lost: bool) -> None:
    asked_us = event.asked_us if event.asked_us >= 0 else turn.state.report_asked_us
    asked_us = turn.at_us + 1 if lost else asked_us
    for line, telephone in last_resort_calls(turn, event):
        _adopt(turn, line, telephone)
    for port in event.ports:
        if port.port >= 0:
            _alarm(turn, port)
            _hook(turn, port, asked_us, lost)
            mailboxes.compare_lamp(turn, port)
    for port in event.ports:
        leg = turn.leg_at(port.port)
        if leg is not None and max(leg.since_us, leg.play_us) < asked_us:
            _sound(turn, leg, port, lost)
    turn.dispatch = True


def last_resort_calls(turn: Turn, event: e.StateReport) -> list[tuple[int, int]]:
    """Lines and telephones that the switch joined by itself while no engine was there: emergency calls."""
    telephones_up = {one.port for one in event.ports if one.kind in TELEPHONES and one.off_hook}
    return [
        (one.port, one.hears)
        for one in event.ports
        if one.kind in LINES
        and one.off_hook
        and one.hears in telephones_up
        and turn.leg_at(one.port) is None
        and turn.leg_at(one.hears) is None
    ]


def _adopt(turn: Turn, line: int, telephone: int) -> None:
    """From here on it is a call like any other, and goes on undisturbed."""
    party = turn.plan.party(telephone)
    call = calls.begin(turn, Direction.INTERNAL, telephone, party)
    turn.fact(f.NumberDialled(call.id, "", "", Direction.OUTBOUND, True))
    turn.fact(f.TelephoneLifted(telephone))
    caller = legs.add(turn, call.id, telephone, LegRole.CALLER, party)
    trunk = legs.add(turn, call.id, line, LegRole.TRUNK, "")
    turn.fact(f.LegAnswered(trunk.id, AnswerSign.SEIZED))
    turn.fact(f.CallAnswered(call.id, "line", AnswerSign.SEIZED))
    calls.join(turn, call, caller, trunk)


def _alarm(turn: Turn, port: e.PortReport) -> None:
    known = turn.state.port(port.port).alarm
    if port.alarm and port.alarm != known:
        alarmed(turn, port.port, port.alarm)
    elif known and not port.alarm:
        restored(turn, port.port)


def alarmed(turn: Turn, port: int, alarm: str) -> None:
    """A port is not usable: its call ends, or goes on elsewhere."""
    if turn.state.port(port).alarm != alarm:
        turn.fact(f.LineChanged(port, alarm))
    turn.lines_moved = True
    leg = turn.leg_at(port)
    knocks = call_waiting.knocking(turn, port)
    if knocks is not None:
        ringing.give_up(turn, knocks, Cause.DESTINATION_OUT_OF_ORDER)
    if leg is None or leg.id not in turn.state.legs:
        return
    if port in turn.plan.signalled:
        return  # its calls say themselves how they end
    if leg.role is LegRole.TRUNK:
        trunks.alarmed(turn, leg)
    elif leg.phase == Phase.ALERTING and leg.role is LegRole.AGENT:
        offering.withdraw(turn, leg, "no-telephone")
        turn.dispatch = True
    elif leg.phase == Phase.ALERTING:
        ringing.give_up(turn, leg, Cause.DESTINATION_OUT_OF_ORDER)
    else:
        calls.left(turn, leg, Cause.NETWORK_OUT_OF_ORDER, failed=True)


def restored(turn: Turn, port: int) -> None:
    if turn.state.port(port).alarm:
        turn.fact(f.LineChanged(port, ""))
    turn.lines_moved = True
    agents.usable_again(turn, port)


def _hook(turn: Turn, port: e.PortReport, asked_us: int, lost: bool) -> None:
    if lost and port.port in turn.plan.signalled and port.kind in TELEPHONES:
        _dialogs(turn, port)
    elif port.kind in TELEPHONES:
        _telephone(turn, port)
    elif port.kind in LINES:
        _line(turn, port, asked_us)


def _telephone(turn: Turn, port: e.PortReport) -> None:
    known, leg = turn.state.port(port.port).off_hook, turn.leg_at(port.port)
    if port.off_hook and known and leg is not None and leg.phase == Phase.ALERTING:
        ringing.lifted(turn, leg)
    elif port.off_hook and not known:
        telephones.seized(turn, e.TelephoneSeized(port=port.port, at_us=turn.at_us))
    elif known and not port.off_hook:
        telephones.released(turn, e.TelephoneReleased(port=port.port, at_us=turn.at_us))


def _dialogs(turn: Turn, port: e.PortReport) -> None:
    """A telephone with messages, as a new switch found it: each of its calls stands, is over, or is nobody's."""
    now, leg = turn.state.port(port.port), turn.leg_at(port.port)
    known = tuple(one for one in port.calls if signalled.leg_with(turn, port.port, one))
    for call in port.calls:
        if call not in known:
            turn.command(c.Disconnect(port=port.port, call=call, cause=int(Cause.TEMPORARY_FAILURE)))
    for number in (now.away, now.knocks):
        other = turn.state.legs.get(number)
        if other is not None and other.dialog not in known:
            _over(turn, other)
    if port.off_hook and known and not now.off_hook and leg is not None:
        telephones.seized(turn, e.TelephoneSeized(port=port.port, at_us=turn.at_us, call=leg.dialog))
    elif now.off_hook and not (port.off_hook and known):
        telephones.released(turn, e.TelephoneReleased(port=port.port, at_us=turn.at_us))
    elif leg is not None and leg.phase != Phase.ALERTING and leg.dialog not in known:
        _over(turn, leg)
    elif leg is not None and leg.phase in ANSWERED:
        turn.command(c.Connect(port=port.port))


def _over(turn: Turn, leg: Leg) -> None:
    """One call of a telephone that has another."""
    if leg.phase == Phase.KNOCKING:
        ringing.give_up(turn, leg, Cause.NO_USER_RESPONDING)
    else:
        signalled.hung_up_one(turn, e.ConsultationEnded(port=leg.port, at_us=turn.at_us, call=leg.dialog))


def _line(turn: Turn, port: e.PortReport, asked_us: int) -> None:
    leg = turn.leg_at(port.port)
    if leg is None:
        if port.off_hook:
            turn.command(c.Release(port=port.port))
        elif port.ringing and port.port not in turn.plan.signalled:  # those say soon who calls whom
            lines.offered(turn, e.LineRang(port=port.port, at_us=turn.at_us, count=1))
    elif port.ringing and leg.phase == Phase.OFFERED:
        lines.rings_still(turn, leg)
    elif not (port.off_hook or port.kept) and leg.phase not in ON_HOOK_PHASES and leg.since_us < asked_us:
        if leg.role is LegRole.TRUNK and leg.phase == Phase.SEIZING:
            trunks.try_next(turn, leg, Cause.TEMPORARY_FAILURE)
        else:
            calls.left(turn, leg, Cause.TEMPORARY_FAILURE, failed=True)


def _sound(turn: Turn, leg: Leg, port: e.PortReport, lost: bool) -> None:
    """What the leg should hear and does not; a new switch listens to nobody yet."""
    if lost and not leg.fxo and leg.phase not in (Phase.ALERTING, Phase.TALKING):
        pulses = leg.phase == Phase.DIALLING and turn.plan.dials_pulses(leg.port)
        turn.command(c.Listen(port=leg.port, digits=True, pulses=pulses))
    if lost and leg.phase in (Phase.HELD, Phase.PARKED):
        turn.play(leg, "", music.waiting(turn, leg))
    elif lost and leg.phase == Phase.ROOM:
        rooms.hear_again(turn, leg)
    elif lost and leg.phase == Phase.PAGING:
        paging.hear_again(turn, leg)
    elif lost and leg.phase in ENDLESS:
        turn.play(leg, "", ENDLESS[Phase(leg.phase)])
    elif leg.play and not port.play:
        steps.play_over(turn, leg, leg.play)
    elif leg.phase == Phase.TALKING and (lost or port.hears < 0):
        _hear_again(turn, leg, lost)
    elif leg.phase == Phase.ALERTING and not port.ringing and not port.off_hook:
        ringing.ring_on(turn, leg)


def _hear_again(turn: Turn, leg: Leg, lost: bool) -> None:
    """Its tape goes on where the switch is the same."""
    call = turn.call_of(leg)
    turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))
    if call.conference:
        ports = tuple(turn.state.legs[one].port for one in call.conference)
        turn.command(c.Confer(port=ports[0], members=ports))
        return
    partner = next((turn.state.legs[one] for one in call.talk if one != leg.id), None)
    if partner is None:
        return
    turn.command(c.Hear(port=leg.port, source=partner.port))
    if lost and leg.id == call.talk[0]:
        recordings.begin_talk(turn, call, leg, partner)
