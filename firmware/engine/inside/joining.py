"""Between an answer and the talk: the agent's number and the consent announcement, heard by both."""

from __future__ import annotations

from firmware.engine import calls, recordings
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f


def begin(turn: Turn, call: Call, waiting: Leg, answering: Leg, words: tuple[str, ...] = ()) -> None:
    """`words` are said to both; a consent prompt that is still due follows them."""
    due = call.record and call.consent
    if due:
        words = (*words, call.consent)
    if not words:
        calls.join(turn, call, waiting, answering)
        return
    recordings.cover(turn, waiting, "consent" if due else "announcement")
    for leg in (waiting, answering):
        turn.enter(leg, Phase.JOINING)
        if not leg.fxo:
            turn.command(c.Listen(port=leg.port, digits=True))
    turn.say(waiting, "join", *words)
    language = turn.language(waiting)
    turn.play(answering, "", *(c.Phrase(one, language) for one in words))


def announced(turn: Turn, waiting: Leg) -> None:
    """The announcement was heard to its end: consent is given, they talk."""
    call = turn.call_of(waiting)
    if call.record and call.consent:
        turn.fact(f.ConsentAnnounced(call.id, call.consent))
    for leg in turn.legs_of(call):
        if leg is not waiting and leg.phase == Phase.JOINING:
            calls.join(turn, call, waiting, leg)
            return
