"""Outgoing calls over outside lines: picking one, seizing, dialling, how the answer is known, trying the next."""

from __future__ import annotations

from firmware.config.expanded import trunk_of
from firmware.config.schema import Line
from firmware.engine import calls, legs, recordings
from firmware.engine.dialling import classes
from firmware.engine.floor import callbacks
from firmware.engine.inside import hunting, joining, ringing
from firmware.engine.outside import emergency, incoming, routes, spending, unusual
from firmware.engine.state import LINE_GUARD_US, Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import (
    AnswerSign,
    Cause,
    Direction,
    HangUpSign,
    LegRole,
    Outcome,
    ReleasedBy,
    Tone,
    named_cause,
)

ANSWER_ASSUMED_S = 150.0
"""Neither an answer nor a busy tone for so long: somebody talks unrecognised. Never cut it; count it answered."""
DIAL_MARGIN_S = 5.0
PULSE_DIGIT_S, TONE_DIGIT_S = 2.2, 0.5
EMERGENCY_DIAL_TONE_MS = 3000
"""Dial tone comes within a second and takes 1.3 s to be known; a line that is unplugged was known before."""
NETWORK_TROUBLE = frozenset({34, 38, 41, 42, 43, 44, 47, 58, 63, 79, 102, 127})
"""Q.850: no circuit, out of order, temporary failure, congestion, not implemented, timers."""
FAILED_BY_TONE = {
    Tone.BUSY: Cause.USER_BUSY,
    Tone.CONGESTION: Cause.NO_CIRCUIT_AVAILABLE,
    Tone.SPECIAL_INFORMATION: Cause.UNALLOCATED_NUMBER,
}


def place(turn: Turn, call: Call, waiting: Leg, number: str) -> None:
    """Call `number` outside for `waiting` on the first line that can be had."""
    if call.emergency:
        _place_urgent(turn, call, waiting, number)
        return
    choice = routes.choose(turn, call, number)
    if choice.port >= 0:
        leg = _take(turn, call, waiting, choice.port, number)
        turn.fact(_told(leg.call, leg.id, choice, call.payer))
        if not call.tried:
            unusual.called(turn, call.id, call.payer, number)
        _when_rested(turn, leg)
        return
    turn.fact(_told(call.id, 0, choice, call.payer))
    reason = (
        routes.NO_ROUTE if choice.why == routes.NO_ROUTE else "no-dial-tone" if call.tried else "no-line-free"
    )
    turn.fact(f.AttemptRefused(call.id, number, reason, Cause.NO_CIRCUIT_AVAILABLE))
    ringing.failed(turn, call, waiting, Cause.NO_CIRCUIT_AVAILABLE)


def _told(call: int, leg: int, choice: routes.Choice, who: str) -> f.LineChosen:
    return f.LineChosen(call, leg, choice.line, choice.route, choice.digits, choice.cost, choice.why, who)


def _place_urgent(turn: Turn, call: Call, waiting: Leg, number: str) -> None:
    """Over any line, whatever routes say; one that is in use is freed."""
    port, rings = _pick_urgent(turn, call)
    if port is None:
        emergency.try_again(turn, call, waiting)
        return
    leg = _take(turn, call, waiting, port, number)
    if rings:
        turn.command(c.Seize(port=port))
        turn.timer(f"shed:{leg.id}", emergency.ANSWERED_FOR_S)
    else:
        _when_rested(turn, leg)


def _take(turn: Turn, call: Call, waiting: Leg, port: int, number: str) -> Leg:
    if call.hunt is None:
        turn.quiet(waiting)
    turn.enter(waiting, Phase.CALLING)
    return legs.add(turn, call.id, port, LegRole.TRUNK, number)


def _when_rested(turn: Turn, leg: Leg) -> None:
    if leg.port in turn.plan.signalled:
        _seize(turn, leg)
        return
    rest_us = max(turn.state.ports[leg.port].released_us + LINE_GUARD_US, turn.state.behind_until_us)
    if rest_us > turn.at_us:
        turn.fact(f.TimerSet(f"seize:{leg.id}", rest_us))
    else:
        _seize(turn, leg)


def shed(turn: Turn, number: int) -> None:
    """Timer `shed`: the caller whose line is needed was answered; now he is let go."""
    turn.clear(f"shed:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.WAITING_LINE:
        turn.command(c.Release(port=leg.port))
        turn.fact(f.TimerSet(f"seize:{leg.id}", turn.at_us + LINE_GUARD_US))


def _pick_urgent(turn: Turn, call: Call) -> tuple[int | None, bool]:
    """A line for an emergency call, and whether a caller rings on it."""
    for port in emergency.ports(turn):
        now = turn.state.port(port)
        if port not in call.tried and not now.leg and not now.alarm:
            return port, False
    freed = emergency.free_a_line(turn, call.tried)
    return freed if freed[0] is not None else (_unregistered(turn, call), False)


def _unregistered(turn: Turn, call: Call) -> int | None:
    """A trunk in alarm may carry a call all the same: nobody knows before it is made."""
    others = (one for one in emergency.ports(turn) if one in turn.plan.signalled and one not in call.tried)
    return next((port for port in others if turn.leg_at(port) is None), None)


def rested(turn: Turn, number: int) -> None:
    """Timer `seize`: the line was on-hook long enough."""
    turn.clear(f"seize:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.WAITING_LINE:
        _seize(turn, leg)


def _seize(turn: Turn, leg: Leg) -> None:
    line = turn.plan.lines.get(leg.port) or Line(name="", card="", slot=0)
    call = turn.call_of(leg)
    turn.enter(leg, Phase.SEIZING)
    turn.command(c.Seize(port=leg.port))
    turn.command(c.Listen(port=leg.port, progress=True, far_end=True))
    pulse, digits = line.dial == "pulse", _hidden(turn, leg, line) + (leg.sends or leg.party)
    within_ms = round(line.dial_tone_within_s * 1000)
    blind = line.dial_without_tone
    if call.emergency:
        within_ms, blind = min(within_ms, EMERGENCY_DIAL_TONE_MS), blind or _is_last(turn, call, leg.port)
    turn.command(
        c.Dial(
            port=leg.port,
            digits=digits,
            pulse=pulse,
            dial_tone_within_ms=within_ms,
            proceed_without_dial_tone=blind,
            urgent=call.emergency,
            telephone=_telephone(turn, call) if call.emergency else -1,
            caller=leg.payer,
            hide=_hides(turn, leg),
        )
    )
    sending_s = len(digits) * (PULSE_DIGIT_S if pulse else TONE_DIGIT_S)
    turn.timer(f"dial:{leg.id}", within_ms / 1000 + sending_s + DIAL_MARGIN_S)


def _hidden(turn: Turn, leg: Leg, line: Line) -> str:
    """What withholds our number, where the telephone that calls or had the call sent on wants that."""
    return line.hide_prefix if line.dial != "pulse" and _hides(turn, leg) else ""


def _hides(turn: Turn, leg: Leg) -> bool:
    caller = turn.plan.extensions.get(leg.payer)
    return caller is not None and caller.hide_number and not turn.call_of(leg).emergency


def _telephone(turn: Turn, call: Call) -> int:
    waiting = ringing.waiting_in(turn, call)
    return waiting.port if waiting is not None and not waiting.fxo else -1


def _is_last(turn: Turn, call: Call, port: int) -> bool:
    return not [one for one in emergency.ports(turn) if one not in call.tried and one != port]


def dial_ended(turn: Turn, leg: Leg, event: e.DialEnded) -> None:
    turn.clear(f"dial:{leg.id}")
    if not event.dialled:
        try_next(turn, leg, Cause.NETWORK_OUT_OF_ORDER)
        return
    call = turn.call_of(leg)
    turn.enter(leg, Phase.PROCEEDING)
    if call.direction is Direction.INBOUND and call.reached is None:
        turn.fact(f.CallReached(call.id, Outcome.OVERFLOWED_OUT))
    waiting = ringing.waiting_in(turn, call)
    if waiting is not None and call.hunt is None:
        recordings.cover(turn, waiting, "ringing")
        turn.command(c.Hear(port=waiting.port, source=leg.port))
        if may_be_heard(turn, call, leg):
            turn.command(c.Hear(port=leg.port, source=waiting.port))
    line = turn.plan.lines.get(leg.port)
    by_time = line is not None and line.answer == "timeout"
    turn.timer(f"answer:{leg.id}", line.answer_timeout_s if line and by_time else ANSWER_ASSUMED_S)


def may_be_heard(turn: Turn, call: Call, leg: Leg) -> bool:
    """Whether the line may hear who waits before it is answered.

    Till there is ringback the exchange takes more digits: keyed by hand they would go round the class of service.
    """
    signalled = leg.port in turn.plan.signalled  # takes no digits but those of its call
    return signalled or call.emergency or bool(leg.alerted_us) or classes.unbounded(turn, leg.payer)


def _let_be_heard(turn: Turn, leg: Leg) -> None:
    """The exchange takes no more digits."""
    call = turn.call_of(leg)
    waiting = ringing.waiting_in(turn, call)
    if waiting is not None and call.hunt is None:
        turn.command(c.Hear(port=leg.port, source=waiting.port))


def dial_lapsed(turn: Turn, number: int) -> None:
    """Timer `dial`: the switch never said how dialling went."""
    turn.clear(f"dial:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.SEIZING:
        try_next(turn, leg, Cause.RECOVERY_ON_TIMER_EXPIRY)


def try_next(turn: Turn, leg: Leg, cause: Cause) -> None:
    """This line does not serve; another may."""
    call = turn.call_of(leg)
    number = leg.party
    turn.fact(f.LineTried(call.id, leg.port))
    legs.let_go(turn, leg, cause, ReleasedBy.BOX)
    waiting = ringing.waiting_in(turn, call)
    if waiting is not None:
        place(turn, call, waiting, number)


def tone_heard(turn: Turn, leg: Leg, event: e.ToneHeard) -> None:
    if event.tone is Tone.RINGBACK and leg.phase == Phase.PROCEEDING and not leg.alerted_us:
        turn.fact(f.LegAlerted(leg.id))
        _let_be_heard(turn, leg)
    elif event.tone in FAILED_BY_TONE:
        _failed(turn, leg, FAILED_BY_TONE[event.tone])


def far_end_left(turn: Turn, leg: Leg, event: e.FarEndReleased) -> None:
    if event.sign is HangUpSign.RELEASE:
        _refused(turn, leg, event.cause)
        return
    busy = event.sign is HangUpSign.BUSY_TONE
    _failed(turn, leg, Cause.USER_BUSY if busy else Cause.NORMAL_UNSPECIFIED)


def _refused(turn: Turn, leg: Leg, said: int) -> None:
    """The network's own trouble is no answer of who was called: other trunks are tried, other channels of this not.

    Nothing that a carrier says is an answer to a call for help.
    """
    cause, call = named_cause(said, Cause.NORMAL_UNSPECIFIED), turn.call_of(leg)
    if not call.emergency and (said not in NETWORK_TROUBLE or leg.alerted_us):
        _failed(turn, leg, cause)
        return
    trunk = trunk_of(turn.plan.line_name(leg.port))
    for port in turn.plan.signalled:
        if port != leg.port and port not in call.tried and trunk_of(turn.plan.line_name(port)) == trunk:
            turn.fact(f.LineTried(call.id, port))
    try_next(turn, leg, cause)


def _failed(turn: Turn, leg: Leg, cause: Cause) -> None:
    """Before the digits are out it is the line's fault, afterwards the called one's."""
    if leg.phase == Phase.SEIZING:
        try_next(turn, leg, Cause.NO_CIRCUIT_AVAILABLE)
        return
    call = turn.call_of(leg)
    legs.let_go(turn, leg, cause, ReleasedBy.CALLED)
    waiting = ringing.waiting_in(turn, call)
    if waiting is not None:
        ringing.failed(turn, call, waiting, cause)


def answered(turn: Turn, leg: Leg, sign: AnswerSign) -> None:
    """The called party answered, as the line's configuration lets us know."""
    line = turn.plan.lines.get(leg.port)
    if line is not None and line.answer == "reversal" and sign is AnswerSign.VOICE:
        _let_be_heard(turn, leg)
        return
    call = turn.call_of(leg)
    waiting = ringing.waiting_in(turn, call)
    if waiting is None:
        return
    turn.clear(f"answer:{leg.id}")
    turn.fact(f.LegAnswered(leg.id, sign))
    spending.answered(turn, leg)
    if call.direction is not Direction.INBOUND:
        turn.fact(f.CallAnswered(call.id, "line", sign))
    if call.callback:
        callbacks.reached(turn, call)
    elif call.about:
        callbacks.done_by_hand(turn, call.about)
    hunting.taken(turn, call, leg)
    joining.begin(turn, call, waiting, leg, callbacks.words(turn, call) if call.callback else ())


def answer_assumed(turn: Turn, number: int) -> None:
    """Timer `answer`."""
    turn.clear(f"answer:{number}")
    leg = turn.state.legs.get(number)
    if leg is None or leg.phase != Phase.PROCEEDING:
        return
    if leg.port in turn.plan.signalled and not turn.call_of(leg).emergency:
        _failed(turn, leg, Cause.NO_ANSWER)  # who answers there says so
    else:
        answered(turn, leg, AnswerSign.TIMEOUT)


def glare(turn: Turn, leg: Leg, event: e.LineRang) -> None:
    """It rang in the instant we seized: we have answered a caller. He is served, our call takes another line."""
    call = turn.call_of(leg)
    port, number = leg.port, leg.party
    turn.fact(f.LineTried(call.id, port))
    turn.fact(f.LegReleased(leg.id, Cause.NO_CIRCUIT_AVAILABLE, ReleasedBy.BOX))
    calls_waiting = ringing.waiting_in(turn, call)
    _serve_glare(turn, port, event)
    if calls_waiting is not None:
        place(turn, call, calls_waiting, number)


def _serve_glare(turn: Turn, port: int, event: e.LineRang) -> None:
    from firmware.engine.outside import lines

    lines.offered(turn, event)
    leg = turn.leg_at(port)
    if leg is None or leg.phase != Phase.OFFERED:
        return
    if incoming.leads_somewhere(turn, port):
        lines.answer(turn, leg)
    else:
        calls.end(turn, turn.call_of(leg), Cause.NO_ROUTE, ReleasedBy.BOX)


def alarmed(turn: Turn, leg: Leg) -> None:
    """The line under an outgoing leg died."""
    if leg.phase in (Phase.WAITING_LINE, Phase.SEIZING):
        try_next(turn, leg, Cause.NETWORK_OUT_OF_ORDER)
    elif leg.phase == Phase.PROCEEDING:
        _failed(turn, leg, Cause.NETWORK_OUT_OF_ORDER)
    else:
        calls.left(turn, leg, Cause.NETWORK_OUT_OF_ORDER, failed=True)
