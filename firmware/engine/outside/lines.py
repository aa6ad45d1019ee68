"""Inbound on outside lines: rings, the caller's number, the answer, the far end that leaves."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.config.schema import Line
from firmware.engine import calls, legs, targets
from firmware.engine.dialling import numbers
from firmware.engine.mailbox import voicemail
from firmware.engine.outside import incoming, trunks
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, HangUpSign, LegRole, Presentation, ReleasedBy

OFFER_LAPSES_S = 20.0
"""No ring for so long: the offer is over, whether the line said so or not."""
KEPT_FOR_S = 15.0
"""Caller ID that came before the first ring belongs to a ring within this time."""

BUSY_KNOWN_AFTER_S = 2.0
"""The cadence of a busy tone must be heard before it is believed."""


def offered(turn: Turn, event: e.LineRang) -> None:
    """A ring on an idle line: a call is offered."""
    name = turn.plan.line_name(event.port)
    call = calls.begin(turn, Direction.INBOUND, event.port, name, event.called)
    leg = legs.add(turn, call.id, event.port, LegRole.CALLER, name)
    port = turn.state.ports[event.port]
    if port.kept is not None and turn.at_us - port.kept_us <= us(KEPT_FOR_S):
        _take_caller(turn, leg, port.kept)
    rang(turn, leg, event)


def rang(turn: Turn, leg: Leg, event: e.LineRang) -> None:
    call = turn.call_of(leg)
    turn.fact(f.RingCounted(call.id, max(event.count, call.rings)))
    turn.timer(f"offered:{leg.id}", OFFER_LAPSES_S)
    if not turn.behind:  # else his next ring, or the report, will tell whether he still is there
        rings_still(turn, leg)


def rings_still(turn: Turn, leg: Leg) -> None:
    """It rings now: is it long enough?"""
    call = turn.call_of(leg)
    line = turn.plan.lines.get(leg.port)
    if (
        line is not None
        and call.rings >= line.answer_after_rings
        and incoming.leads_somewhere(turn, leg.port)
    ):
        answer(turn, leg)
    elif leg.port in turn.plan.signalled and not incoming.leads_somewhere(turn, leg.port):
        calls.end(turn, call, Cause.UNALLOCATED_NUMBER, ReleasedBy.BOX)


def answer(turn: Turn, leg: Leg) -> None:
    """The box goes off-hook; the call goes where the number called, a rule or the line leads."""
    call = turn.call_of(leg)
    turn.clear(f"offered:{leg.id}")
    turn.command(c.Seize(port=leg.port))
    turn.command(c.Listen(port=leg.port, digits=True, far_end=True))
    turn.fact(f.CallAnswered(call.id, "flow"))
    turn.fact(f.LegAnswered(leg.id))
    turn.enter(leg, Phase.FLOW)
    target = incoming.route(turn, leg)
    if target == incoming.REFUSE:
        turn.fact(f.AttemptRefused(call.id, "caller", "caller-refused", Cause.CALL_REJECTED))
        calls.farewell(turn, leg, "caller-refused")
    else:
        targets.go(turn, call, leg, target)


def ringing_ended(turn: Turn, leg: Leg, event: e.SwitchEvent | None = None) -> None:
    """The caller gave up before the box answered: in the menu that was to answer, else at a line without one."""
    call = turn.call_of(leg)
    answers = incoming.leads_somewhere(turn, leg.port)
    by = ReleasedBy.CALLER if answers else ReleasedBy.BOX
    calls.end(turn, call, Cause.NORMAL_CLEARING if answers else Cause.NO_ROUTE, by)


def ringing_had_ended(turn: Turn, leg: Leg, event: e.LineRingingEnded) -> None:
    """The switch tells this of a line it has not seized yet: when the box answered, the caller had given up.

    After an engine was away both are told at once.
    """
    calls.end(turn, turn.call_of(leg), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)


def caller_id(turn: Turn, leg: Leg | None, event: e.CallerIdReceived) -> None:
    if leg is None:
        turn.fact(f.CallerIdKept(event.port, event.number, event.name, event.presentation, event.form))
    elif leg.fxo and leg.role is LegRole.CALLER and not turn.call_of(leg).number:
        _take_caller(turn, leg, (event.number, event.name, event.presentation, event.form))


def _take_caller(turn: Turn, leg: Leg, sent: tuple[str, str, Presentation, str]) -> None:
    """Number, name, presentation and form as the exchange sent them."""
    number, name, presentation, form = sent
    config = turn.plan.config
    e164 = numbers.normalise(number, config.dial_plan, config.site.area) if number else ""
    turn.fact(f.CallerKnown(leg.call, number, e164, name, presentation, form))


def far_end_left(turn: Turn, leg: Leg, event: e.FarEndReleased) -> None:
    if leg.role is LegRole.TRUNK and not leg.answered:
        trunks.far_end_left(turn, leg, event)
        return
    line = turn.plan.lines.get(leg.port)
    believed = line is None or event.sign is HangUpSign.RELEASE or event.sign in line.hangup
    if leg.phase == Phase.OFFERED or not believed:
        return
    if leg.phase == Phase.MAILBOX:
        voicemail.keep(turn, leg, gone_s=_gone_s(line, event.sign))
    calls.left(turn, leg, *calls.gone(event.cause))


def _gone_s(line: Line | None, sign: HangUpSign) -> float:
    """How long nobody was there any more when the sign was known."""
    if sign is HangUpSign.SILENCE:
        return line.silence_limit_s if line is not None else 0.0
    return BUSY_KNOWN_AFTER_S if sign is HangUpSign.BUSY_TONE else 0.0


def stray(turn: Turn, event: e.SwitchEvent) -> None:
    """A sign of life from a line nobody holds: it must not be off-hook."""
    turn.command(c.Release(port=event.port))


def count(turn: Turn) -> None:
    """All outside lines taken, or one free again."""
    state = turn.state
    usable = [port for port in turn.plan.lines if not state.port(port).alarm]
    busy = bool(usable) and all(state.port(port).leg for port in usable)
    if busy != state.all_busy:
        turn.fact(f.AllLinesBusy(busy))
