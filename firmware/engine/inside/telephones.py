"""Telephones of the house: lifting, dialling, what a dialled number leads to, hanging up."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.engine import calls, legs, targets
from firmware.engine.dialling import classes, features, pin_desk, shortcuts
from firmware.engine.dialling import numbers as numbering
from firmware.engine.dialling.dialplan import Match, MatchKind
from firmware.engine.floor import agents, missing
from firmware.engine.inside import call_waiting, ringing, signalled, transferring
from firmware.engine.inside import state as pbx_state
from firmware.engine.mailbox import mailboxes
from firmware.engine.outside import emergency, trunks, unusual
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, LegRole, ReleasedBy, Tone

UNLOCKED_FOR_S = 60.0
"""After its PIN a telephone's call outside must be dialled within this."""
WANTED = ".wanted"
"""Variable of a call: the number outside that waits for a PIN; no flow can name it."""


def seized(turn: Turn, event: e.TelephoneSeized) -> None:
    turn.fact(f.TelephoneLifted(event.port))
    if event.call:
        turn.fact(f.DialogBegan(event.port, event.call))
        signalled.crossed(turn, event)
    leg = turn.leg_at(event.port)
    if leg is None and event.call < 0:
        turn.parted[event.port] = Cause.NORMAL_CLEARING  # who called it is gone
    elif leg is None:
        own_call(turn, event.port)
    elif leg.phase == Phase.ALERTING and not turn.behind:  # else the report tells whether it still is
        ringing.lifted(turn, leg)


def own_call(turn: Turn, port: int, role: LegRole = LegRole.CALLER) -> Leg:
    """A telephone begins a call of its own: dial tone."""
    other = turn.leg_at(port)
    party = other.party if other else turn.plan.party(port)
    call = calls.begin(turn, Direction.INTERNAL, port, party)
    seated = agents.at(turn, party)
    leg = legs.add(turn, call.id, port, role, party, agent=seated.id if seated else "")
    turn.enter(leg, Phase.DIALLING)
    telephone = turn.plan.telephones.get(port)
    turn.command(c.Listen(port=port, digits=True, pulses=turn.plan.dials_pulses(port)))
    new = mailboxes.special_dial(turn, telephone)
    special = new or pbx_state.marked(turn, party)
    notice = tuple(c.Phrase(one, turn.language(leg)) for one in missing.notice(turn, party))
    turn.play(leg, "", *notice, c.ToneItem(Tone.SPECIAL_DIAL if special else Tone.DIAL))
    first_s = turn.plan.config.dial_plan.first_digit_s
    turn.timer(f"digit:{leg.id}", first_s + (missing.NOTICE_S if notice else 0.0))
    return leg


def dial_tone_again(turn: Turn, leg: Leg) -> None:
    """A feature code is done with, and a number is to follow it in the same call."""
    turn.quiet(leg)
    turn.fact(f.DigitsKept(leg.id, ""))
    turn.enter(leg, Phase.DIALLING)
    if leg.port in turn.plan.signalled:
        turn.command(c.Connect(port=leg.port))  # its keys come when it is answered
    back_by_flash = bool(turn.state.ports[leg.port].away)
    pulses = turn.plan.dials_pulses(leg.port) and not back_by_flash
    turn.command(c.Listen(port=leg.port, digits=True, pulses=pulses))
    turn.play(leg, "", c.ToneItem(Tone.DIAL))
    turn.timer(f"digit:{leg.id}", turn.plan.config.dial_plan.first_digit_s)


def released(turn: Turn, event: e.TelephoneReleased) -> None:
    turn.fact(f.TelephoneReplaced(event.port))
    port = turn.state.ports[event.port]
    leg = turn.leg_at(event.port)
    if leg is None:
        turn.command(c.Release(port=event.port))
        agents.usable_again(turn, event.port)
        turn.telephones_moved = True
    elif signalled.knows_nothing(turn, event.port):
        transferring.hung_up(turn, event.port)
    elif event.port in turn.plan.signalled and leg.phase != Phase.ALERTING:
        calls.left(turn, leg, *calls.gone(event.cause))
        left = turn.leg_at(event.port)
        if left is not None and left.phase != Phase.ALERTING:
            calls.left(turn, left)  # the call that was on hold, or one without a dialog of its own
    elif port.away or leg.phase == Phase.AWAY:
        transferring.hung_up(turn, event.port)
    elif leg.phase != Phase.ALERTING:
        calls.left(turn, leg)
    call_waiting.on_hook(turn, event.port)


# -- dialling ---------------------------------------------------------------------------------------


def digit(turn: Turn, leg: Leg, digit: str) -> None:
    turn.quiet(leg)
    turn.fact(f.DigitsKept(leg.id, leg.digits + digit))
    if features.asks_for_agent(turn, leg):
        return
    match = turn.plan.dial_tree.match(leg.digits)
    if leg.port in turn.plan.signalled and match.kind is not MatchKind.FEATURE:
        turn.timer(f"digit:{leg.id}", turn.plan.config.dial_plan.inter_digit_s)
        return  # it dials en bloc: `complete` follows, or keys of a code, perhaps a PIN
    _follow(turn, leg, match)


def complete(turn: Turn, leg: Leg, event: e.SendingComplete) -> None:
    """A telephone that dials en bloc said all; some keep the `#` at the end for themselves."""
    tree, digits = turn.plan.dial_tree, leg.digits
    if not digits:
        return  # a code that is done with: what it wants, or the next number, is keyed now
    if leg.phase == Phase.DIALLING and digits and tree.settle(digits).kind is MatchKind.INVALID:
        follow_now(turn, leg, tree.match(f"{digits}#"))
    else:
        no_more_digits(turn, leg.id)


def no_more_digits(turn: Turn, number: int) -> None:
    """Timer `digit`."""
    turn.clear(f"digit:{number}")
    leg = turn.state.legs.get(number)
    if leg is None:
        return
    if leg.phase in (Phase.KEYING, Phase.PIN):
        features.no_more_digits(turn, leg)
    elif leg.phase == Phase.DIALLING and leg.digits:
        follow_now(turn, leg, turn.plan.dial_tree.settle(leg.digits))
    elif leg.phase == Phase.DIALLING:
        calls.end(turn, turn.call_of(leg), Cause.INVALID_NUMBER_FORMAT, ReleasedBy.BOX)


def _follow(turn: Turn, leg: Leg, match: Match) -> None:
    if match.kind in (MatchKind.INCOMPLETE, MatchKind.AMBIGUOUS):
        turn.timer(f"digit:{leg.id}", turn.plan.config.dial_plan.inter_digit_s)
    else:
        follow_now(turn, leg, match)


def follow_now(turn: Turn, leg: Leg, match: Match) -> None:
    """The number is complete."""
    turn.clear(f"digit:{leg.id}")
    back_by_flash = bool(turn.state.ports[leg.port].away)
    pulses = turn.plan.dials_pulses(leg.port) and not back_by_flash
    turn.command(c.Listen(port=leg.port, digits=True, pulses=pulses))
    call = turn.call_of(leg)
    shortcuts.remember(turn, leg, match, leg.digits)
    _FOLLOW.get(match.kind, _invalid)(turn, call, leg, match)
    if leg.id in turn.state.legs and leg.phase in (Phase.CALLING, Phase.PARTING) and leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))  # keys from here on are no part of that number


def _dialled(turn: Turn, call: Call, number: str, direction: Direction, urgent: bool = False) -> None:
    config = turn.plan.config
    outside = direction is Direction.OUTBOUND and not urgent
    e164 = numbering.normalise(number, config.dial_plan, config.site.area) if outside else ""
    turn.fact(f.NumberDialled(call.id, number, e164, direction, urgent))


def _extension(turn: Turn, call: Call, leg: Leg, match: Match) -> None:
    _dialled(turn, call, match.number, Direction.INTERNAL)
    ringing.call_telephone(turn, call, leg, match.number)


def _target(turn: Turn, call: Call, leg: Leg, match: Match) -> None:
    _dialled(turn, call, match.number, Direction.INTERNAL)
    targets.go(turn, call, leg, match.target)


def _outside(turn: Turn, call: Call, leg: Leg, match: Match) -> None:
    _dialled(turn, call, match.number, Direction.OUTBOUND)
    verdict = classes.judge(turn, leg.party, match.number, call.account)
    if verdict.refused:
        _refused(turn, call, leg, match.number, verdict.refused)
    elif verdict.pin and not classes.unlocked(turn, leg.party):
        _ask_pin(turn, call, leg, match.number, verdict.pin)
    else:
        dial_outside(turn, call, leg, match.number)


def _refused(turn: Turn, call: Call, leg: Leg, number: str, why: str) -> None:
    turn.fact(f.AttemptRefused(call.id, number, why, Cause.CALL_REJECTED))
    unusual.refused(turn, call.id, leg.party)
    calls.farewell(turn, leg, why)


def _ask_pin(turn: Turn, call: Call, leg: Leg, number: str, of_class: str) -> None:
    turn.fact(f.VariableSet(call.id, WANTED, number))
    if not pin_desk.ask(turn, leg, f"class:{of_class}"):
        calls.farewell(turn, leg, "pin-locked")


def class_pin_right(turn: Turn, leg: Leg) -> None:
    """The number that waited for it is dialled; without one the telephone is unlocked for the next."""
    call = turn.call_of(leg)
    number = call.variables.get(WANTED, "")
    if number:
        dial_outside(turn, call, leg, number)
        return
    turn.fact(f.TelephoneUnlocked(leg.party, turn.at_us + us(UNLOCKED_FOR_S)))
    dial_tone_again(turn, leg)


def dial_outside(turn: Turn, call: Call, leg: Leg, number: str) -> None:
    """Nothing forbids it any more."""
    if leg.party in turn.state.dialling.unlocked:
        turn.fact(f.TelephoneUnlocked(leg.party, 0))
    telephone = turn.plan.telephones.get(leg.port)
    if telephone is not None and telephone.record:
        turn.fact(f.RecordingRuled(call.id, True))
    classes.charge(turn, call, leg.party)
    trunks.place(turn, call, leg, number)


def _emergency(turn: Turn, call: Call, leg: Leg, match: Match) -> None:
    emergency.place(turn, leg, match.number)


def _feature(turn: Turn, call: Call, leg: Leg, match: Match) -> None:
    _dialled(turn, call, getattr(turn.plan.config.features, match.feature), Direction.INTERNAL)
    features.run(turn, leg, match)


def _invalid(turn: Turn, call: Call, leg: Leg, match: Match) -> None:
    _dialled(turn, call, leg.digits, Direction.INTERNAL)
    turn.fact(f.AttemptRefused(call.id, leg.digits, "no-such-number", Cause.UNALLOCATED_NUMBER))
    calls.farewell(turn, leg, "number-unknown")


_FOLLOW = {
    MatchKind.EXTENSION: _extension,
    MatchKind.TARGET: _target,
    MatchKind.OUTSIDE: _outside,
    MatchKind.EMERGENCY: _emergency,
    MatchKind.FEATURE: _feature,
}


def dial_for(turn: Turn, leg: Leg) -> None:
    """Click-to-dial: the telephone was lifted, now its number is dialled."""
    digits = leg.digits
    turn.command(c.Listen(port=leg.port, digits=True))
    turn.enter(leg, Phase.DIALLING)
    follow_now(turn, leg, turn.plan.dial_tree.settle(digits))
