"""The flash key: hold, consultation, going to and fro.

Flash while talking: the other party is held and dial tone is heard. While consulting: flash, then `1` lets this
party go, `2` goes to the other one, `3` makes a conference; nothing for two seconds or a second flash is `2`.
What hanging up does is in `firmware.engine.inside.transferring`.
"""

from __future__ import annotations

from firmware.engine import calls, recordings
from firmware.engine.inside import call_waiting, conference, music, telephones
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole, ReleasedBy, Tone

CHOOSE_WITHIN_S = 2.0
BACK_TONE_MS = 2000


def flashed(turn: Turn, event: e.HookFlashed) -> None:
    leg = turn.leg_at(event.port)
    if call_waiting.take(turn, event.port) or leg is None or leg.fxo:
        return
    away = bool(turn.state.ports[event.port].away)
    if leg.phase == Phase.AWAY:
        retrieve(turn, leg)
    elif leg.phase == Phase.CHOOSING:
        toggle(turn, leg)
    elif leg.phase == Phase.TALKING and away:
        _choose(turn, leg)
    elif leg.phase == Phase.TALKING and turn.call_of(leg).conference:
        conference.drop_last(turn, leg)
    elif leg.phase == Phase.TALKING:
        consult(turn, leg)
    elif away:
        _call_off(turn, leg)


def consult(turn: Turn, leg: Leg) -> None:
    call = turn.call_of(leg)
    other = partner(turn, leg)
    if other is None or turn.state.port(other.port).away:
        return
    hold(turn, call, other, leg)
    turn.enter(leg, Phase.AWAY)
    telephones.own_call(turn, leg.port, LegRole.CONSULT)


def hold(turn: Turn, call: Call, held: Leg, by: Leg) -> None:
    calls.part(turn, call)
    turn.fact(f.HoldBegan(call.id, held.id, by.id))
    turn.enter(held, Phase.HELD)
    recordings.mark(turn, call, "hold")
    recordings.pause(turn, by, True)
    turn.play(held, "", music.on_hold(turn, call, held, by.party))


def partner(turn: Turn, leg: Leg) -> Leg | None:
    """Whom this leg talks to, in a talk of two."""
    talk = [one for one in turn.call_of(leg).talk if one != leg.id]
    return turn.state.legs[talk[0]] if len(talk) == 1 else None


def held_by(turn: Turn, leg: Leg) -> Leg | None:
    call = turn.call_of(leg)
    held = next((one for one, by in call.held_by.items() if by == leg.id), None)
    return turn.state.legs[held] if held is not None else None


def retrieve(turn: Turn, leg: Leg) -> None:
    """Back to the party this leg holds."""
    call = turn.call_of(leg)
    held = held_by(turn, leg)
    if held is None:
        calls.end(turn, call, Cause.NORMAL_UNSPECIFIED, ReleasedBy.BOX, failed=True)
        return
    turn.fact(f.HoldEnded(call.id, held.id))
    recordings.mark(turn, call, "resumed")
    recordings.pause(turn, leg, False)
    talk_again(turn, call, held, leg)


def talk_again(turn: Turn, call: Call, one: Leg, other: Leg) -> None:
    """The same two as before: the recording goes on."""
    for leg in (one, other):
        if leg.play:
            turn.fact(f.PlayStopped(leg.id))
        turn.enter(leg, Phase.TALKING)
        turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))
    turn.fact(f.TalkBegan(call.id, (one.id, other.id)))
    turn.command(c.Hear(port=one.port, source=other.port))
    turn.command(c.Hear(port=other.port, source=one.port))
    for leg in (one, other):
        recordings.resume(turn, leg)


def left_alone(turn: Turn, leg: Leg, tone: Tone) -> None:
    """The other call of a telephone ended: a short tone, then back to the party on hold."""
    if leg.phase == Phase.AWAY and turn.state.port(leg.port).off_hook:
        turn.command(c.Listen(port=leg.port, digits=True))
        turn.play(leg, "back", c.ToneItem(tone, BACK_TONE_MS))


def _call_off(turn: Turn, leg: Leg) -> None:
    """Flash before the consulted party talks: back at once."""
    port = leg.port
    calls.end(turn, turn.call_of(leg), Cause.NORMAL_CLEARING, ReleasedBy.CALLER)
    back = turn.leg_at(port)
    if back is not None and back.phase == Phase.AWAY:
        retrieve(turn, back)


# -- while consulting -------------------------------------------------------------------------------


def _choose(turn: Turn, leg: Leg) -> None:
    other = partner(turn, leg)
    if other is None:
        return
    hold(turn, turn.call_of(leg), other, leg)
    turn.enter(leg, Phase.CHOOSING)
    turn.command(c.Hear(port=leg.port, source=-1))
    turn.timer(f"choose:{leg.id}", CHOOSE_WITHIN_S)


def chosen(turn: Turn, leg: Leg, digit: str) -> None:
    turn.clear(f"choose:{leg.id}")
    if digit == "1":
        _call_off(turn, leg)
    elif digit == "3":
        conference.begin(turn, leg)
    else:
        toggle(turn, leg)


def not_chosen(turn: Turn, number: int) -> None:
    """Timer `choose`."""
    turn.clear(f"choose:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.CHOOSING:
        toggle(turn, leg)


def toggle(turn: Turn, leg: Leg) -> None:
    """To the other party; this one is on hold already."""
    turn.clear(f"choose:{leg.id}")
    turn.enter(leg, Phase.AWAY)
    if turn.state.ports[leg.port].away:
        turn.fact(f.LegsSwapped(leg.port))
    other = turn.leg_at(leg.port)
    if other is not None:
        retrieve(turn, other)
