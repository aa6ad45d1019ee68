"""Which event means what in which phase, and what each timer and each end of a player leads to: the tables.

What stands in no row cannot happen to a sane switch; it is dropped, and a line nobody holds is let go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware.engine import calls, legs, reconcile, recordings, reports
from firmware.engine.acd import remembering
from firmware.engine.dialling import features
from firmware.engine.floor import (
    agents,
    announcing,
    callback_asking,
    callbacks,
    closing,
    offering,
    overflowing,
    pauses,
    queues,
    supervising,
)
from firmware.engine.hours import services
from firmware.engine.inside import (
    call_waiting,
    completion,
    holding,
    hunting,
    joining,
    paging,
    parking,
    ringing,
    room_keys,
    rooms,
    signalled,
    telephones,
)
from firmware.engine.ivr import flows, job_ends
from firmware.engine.mailbox import checks as mailbox_checks
from firmware.engine.mailbox import dictation as mailbox_dictation
from firmware.engine.mailbox import listening as mailbox_listening
from firmware.engine.mailbox import menus as mailbox_menus
from firmware.engine.mailbox import pins as mailbox_pins
from firmware.engine.mailbox import voicemail
from firmware.engine.outside import emergency, last_resort, lines, spending, trunks
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import events as e

# -- events -----------------------------------------------------------------------------------------


def _line_alarmed(turn: Turn, event: e.LineAlarmed) -> None:
    reconcile.alarmed(turn, event.port, event.alarm or "unknown")


def _line_restored(turn: Turn, event: e.LineRestored) -> None:
    reconcile.restored(turn, event.port)


def _play_ended(turn: Turn, event: e.PlayEnded) -> None:
    leg = turn.leg_at(event.port)
    if leg is not None:
        play_over(turn, leg, event.play)


def _late_caller(turn: Turn, event: e.CallerIdReceived) -> None:
    lines.caller_id(turn, turn.leg_at(event.port), event)


def _dropped(turn: Turn, event: e.SecretLost) -> None:
    """The secret was asked for anew."""


ALWAYS: Mapping[type, Callable[[Turn, Any], None]] = {
    e.TelephoneSeized: telephones.seized,
    e.TelephoneReleased: telephones.released,
    e.HookFlashed: holding.flashed,
    e.RingRefused: signalled.refused,
    e.RingDiverted: signalled.diverted,
    e.HoldAsked: signalled.holds,
    e.RetrieveAsked: signalled.retrieves,
    e.ConsultationBegan: signalled.consults,
    e.ConsultationEnded: signalled.hung_up_one,
    e.ConferenceAsked: signalled.confers,
    e.KnockAnswered: signalled.took_knock,
    e.TransferAsked: signalled.transfers,
    e.CallerIdReceived: _late_caller,
    e.PlayEnded: _play_ended,
    e.EmergencyKeyed: emergency.keyed,
    e.SecretLost: _dropped,
    e.TapeBegan: recordings.tape_began,
    e.TapeEnded: recordings.tape_ended,
    e.TapeLost: recordings.tape_lost,
    e.LastResortCalled: last_resort.called,
    e.LineAlarmed: _line_alarmed,
    e.LineRestored: _line_restored,
}
"""Events whose meaning their handler finds out itself."""

SIGNALLED_EVENTS = frozenset(
    {
        e.RingRefused,
        e.RingDiverted,
        e.HoldAsked,
        e.RetrieveAsked,
        e.ConsultationBegan,
        e.ConsultationEnded,
        e.ConferenceAsked,
        e.KnockAnswered,
        e.TransferAsked,
    }
)
TELEPHONE_EVENTS = SIGNALLED_EVENTS | {
    e.TelephoneSeized,
    e.TelephoneReleased,
    e.HookFlashed,
    e.SendingComplete,
    e.EmergencyKeyed,
}
LINE_EVENTS = frozenset(
    {
        e.LineRang,
        e.LineRingingEnded,
        e.CallerIdReceived,
        e.FarEndAnswered,
        e.FarEndReleased,
        e.ToneHeard,
        e.DialEnded,
    }
)


def _redial(turn: Turn, event: e.DigitReceived) -> None:
    """A telephone that hears a tone because its call is over dials anew."""
    if turn.state.port(event.port).off_hook and event.port not in turn.plan.signalled:
        telephones.digit(turn, telephones.own_call(turn, event.port), event.digit)


IDLE: Mapping[type, Callable[[Turn, Any], None]] = {
    e.LineRang: lines.offered,
    e.DigitReceived: _redial,
    e.FarEndAnswered: lines.stray,
    e.FarEndReleased: lines.stray,
    e.ToneHeard: lines.stray,
    e.DialEnded: lines.stray,
}
"""At a port without a leg."""


def _far_end_answered(turn: Turn, leg: Leg, event: e.FarEndAnswered) -> None:
    trunks.answered(turn, leg, event.sign)


def _by_digit(handler: Callable[[Turn, Leg, str], None]) -> Callable[[Turn, Leg, e.DigitReceived], None]:
    def step(turn: Turn, leg: Leg, event: e.DigitReceived) -> None:
        handler(turn, leg, event.digit)

    return step


STEPS: Mapping[tuple[type, str], Callable[[Turn, Leg, Any], None]] = {
    (e.LineRang, Phase.OFFERED): lines.rang,
    (e.LineRingingEnded, Phase.OFFERED): lines.ringing_ended,
    (e.LineRingingEnded, Phase.FLOW): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.QUEUED): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.CALLBACK): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.CALLING): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.MAILBOX): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.PIN): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.LISTENING): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.PARTING): lines.ringing_had_ended,
    (e.LineRingingEnded, Phase.ROOM): lines.ringing_had_ended,
    (e.LineRang, Phase.SEIZING): trunks.glare,
    (e.DialEnded, Phase.SEIZING): trunks.dial_ended,
    (e.ToneHeard, Phase.SEIZING): trunks.tone_heard,
    (e.ToneHeard, Phase.PROCEEDING): trunks.tone_heard,
    (e.FarEndAnswered, Phase.PROCEEDING): _far_end_answered,
    (e.FarEndReleased, Phase.SEIZING): lines.far_end_left,
    (e.FarEndReleased, Phase.PROCEEDING): lines.far_end_left,
    (e.FarEndReleased, Phase.FLOW): lines.far_end_left,
    (e.FarEndReleased, Phase.QUEUED): lines.far_end_left,
    (e.FarEndReleased, Phase.CALLBACK): lines.far_end_left,
    (e.FarEndReleased, Phase.JOINING): lines.far_end_left,
    (e.FarEndReleased, Phase.CALLING): lines.far_end_left,
    (e.FarEndReleased, Phase.TALKING): lines.far_end_left,
    (e.FarEndReleased, Phase.HELD): lines.far_end_left,
    (e.FarEndReleased, Phase.PARKED): lines.far_end_left,
    (e.FarEndReleased, Phase.MAILBOX): lines.far_end_left,
    (e.FarEndReleased, Phase.PIN): lines.far_end_left,
    (e.FarEndReleased, Phase.ROOM): lines.far_end_left,
    (e.FarEndReleased, Phase.LISTENING): lines.far_end_left,
    (e.FarEndReleased, Phase.DICTATING): lines.far_end_left,
    (e.FarEndReleased, Phase.NEW_PIN): lines.far_end_left,
    (e.FarEndReleased, Phase.PARTING): lines.far_end_left,
    (e.DigitReceived, Phase.DIALLING): _by_digit(telephones.digit),
    (e.SendingComplete, Phase.DIALLING): telephones.complete,
    (e.SendingComplete, Phase.KEYING): telephones.complete,
    (e.DigitReceived, Phase.KEYING): _by_digit(features.keyed),
    (e.DigitReceived, Phase.PIN): _by_digit(features.pin_digit),
    (e.SecretEntered, Phase.PIN): features.pin_entered,
    (e.DigitReceived, Phase.FLOW): _by_digit(flows.digit),
    (e.DigitReceived, Phase.QUEUED): _by_digit(queues.key),
    (e.DigitReceived, Phase.CALLBACK): _by_digit(callback_asking.key),
    (e.DigitReceived, Phase.MAILBOX): _by_digit(voicemail.key),
    (e.DigitReceived, Phase.LISTENING): _by_digit(mailbox_menus.key),
    (e.DigitReceived, Phase.DICTATING): _by_digit(mailbox_dictation.key),
    (e.DigitReceived, Phase.NEW_PIN): _by_digit(mailbox_pins.digit),
    (e.SecretChosen, Phase.NEW_PIN): mailbox_pins.chosen,
    (e.DigitReceived, Phase.CHOOSING): _by_digit(holding.chosen),
    (e.DigitReceived, Phase.ROOM): _by_digit(room_keys.key),
    (e.DigitReceived, Phase.MONITORING): _by_digit(supervising.key),
}
"""At a port with an active leg."""


def event_taken(turn: Turn, event: e.AnySwitchEvent) -> None:
    kind = type(event)
    if event.port < 0 or _impossible(turn, event):
        return
    always = ALWAYS.get(kind)
    if always is not None:
        always(turn, event)
        return
    leg = turn.leg_at(event.port)
    if leg is None:
        idle = IDLE.get(kind)
        if idle is not None:
            idle(turn, event)
        return
    step = STEPS.get((kind, leg.phase))
    if step is not None:
        step(turn, leg, event)


def _impossible(turn: Turn, event: e.AnySwitchEvent) -> bool:
    """A telephone's event from a line, or the other way round."""
    kind = type(event)
    leg = turn.leg_at(event.port)
    fxo = leg.fxo if leg is not None else event.port in turn.plan.lines
    if kind in TELEPHONE_EVENTS:
        return fxo
    if kind in LINE_EVENTS:
        return not fxo if leg is not None else event.port in turn.plan.telephones
    return kind is e.DigitReceived and leg is None and fxo


# -- players ----------------------------------------------------------------------------------------


def _nothing(turn: Turn, leg: Leg) -> None:
    """Nobody waits for this player's end."""


AFTER_PLAY: Mapping[str, Callable[[Turn, Leg], None]] = {
    "": _nothing,
    "node": flows.played,
    "join": joining.announced,
    "part": calls.said,
    "room": rooms.mix_again,
    "admit": rooms.let_in,
    "back": holding.retrieve,
    "greeted": voicemail.greeted,
    "listen": mailbox_listening.next_message,
    "message": mailbox_listening.message_begins,
    "heard": mailbox_listening.heard,
    "asked": mailbox_listening.asked,
    "dictate": mailbox_dictation.tape,
}


def play_over(turn: Turn, leg: Leg, play: str) -> None:
    """The leg's player came to its end; an older player's end is old news."""
    if leg.play != play:
        return
    purpose = leg.purpose
    from firmware.protocol import facts as f

    turn.fact(f.PlayStopped(leg.id))
    AFTER_PLAY[purpose](turn, leg)


# -- timers -----------------------------------------------------------------------------------------


def _parted(turn: Turn, number: int) -> None:
    turn.clear(f"part:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.PARTING:
        calls.said(turn, leg)


def _offer_lapsed(turn: Turn, number: int) -> None:
    turn.clear(f"offered:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.OFFERED:
        lines.ringing_ended(turn, leg)


NUMBERED_TIMERS: Mapping[str, Callable[[Turn, int], None]] = {
    "max": calls.too_long,
    "node": flows.timed_out,
    "job": job_ends.timed_out,
    "reveal": flows.revealed,
    "announce": announcing.announce,
    "comfort": announcing.comfort,
    "closing": closing.due,
    "wait": overflowing.waited_too_long,
    "offer": offering.not_taken,
    "callback": callbacks.due,
    "confirm": callback_asking.not_answered,
    "digit": telephones.no_more_digits,
    "ask": features.ask,
    "ring": ringing.not_lifted,
    "hunt": hunting.due,
    "knock": call_waiting.again,
    "parked": parking.too_long,
    "paging": paging.due,
    "seize": trunks.rested,
    "shed": trunks.shed,
    "dial": trunks.dial_lapsed,
    "again": emergency.again,
    "answer": trunks.answer_assumed,
    "choose": holding.not_chosen,
    "part": _parted,
    "offered": _offer_lapsed,
    "record": mailbox_menus.time_up,
    "howl": legs.howl,
    "limit": spending.limit,
    "alone": rooms.waited,
    "report": reports.due,
}


AGENT_TIMERS: Mapping[str, Callable[[Turn, str], None]] = {
    "wrap": agents.wrapped_up,
    "pause": pauses.over,
}
"""Timers named by an agent."""

NAMED_TIMERS: Mapping[str, Callable[[Turn, str], None]] = {
    "check": mailbox_checks.due,
    "service": services.lapsed,
}
"""Timers named by a mailbox, by a service."""

LONE_TIMERS: Mapping[str, Callable[[Turn], None]] = {
    completion.TIMER: completion.due,
    "callers": remembering.day_over,
    "rested": offering.rested,
}
"""Timers of which there is one."""


def timer_due(turn: Turn, name: str) -> None:
    kind, _, what = name.partition(":")
    named = AGENT_TIMERS.get(kind) or NAMED_TIMERS.get(kind)
    if named is not None:
        named(turn, what)
    elif kind in LONE_TIMERS:
        LONE_TIMERS[kind](turn)
    else:
        NUMBERED_TIMERS[kind](turn, int(what))
