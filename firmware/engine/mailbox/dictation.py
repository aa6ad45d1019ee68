"""A mailbox's owner speaks a greeting, or an introduction to a message that is passed on."""

from __future__ import annotations

from firmware.engine import recordings
from firmware.engine.dialling.secrets import MAILBOX
from firmware.engine.mailbox import greetings as mailbox_greetings
from firmware.engine.mailbox import listening as mailbox_listening
from firmware.engine.mailbox import options as mailbox_options
from firmware.engine.mailbox import passing as mailbox_passing
from firmware.engine.state import Leg, Phase
from firmware.engine.turn import SECOND_US, Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Tone

BEEP_MS = 400
LONGEST_S, LEAST_S = 60.0, 1.0
WHAT = ".dictates"
"""Variable of the call: `greeting:KIND` or `introduction:MAILBOX`."""


def begin(turn: Turn, leg: Leg, what: str, words: str) -> None:
    if turn.state.disk_stop:
        mailbox_options.offer(turn, leg, "voicemail-unavailable")
        return
    turn.fact(f.VariableSet(leg.call, WHAT, what))
    turn.enter(leg, Phase.DICTATING)
    beep = c.ToneItem(Tone.BEEP, BEEP_MS)
    turn.play(leg, "dictate", c.Phrase(words, turn.language(leg)), beep)


def tape(turn: Turn, leg: Leg) -> None:
    """After the beep."""
    if leg.phase != Phase.DICTATING or leg.recording:
        return
    if turn.state.disk_stop:
        cut(turn, leg, turn.state.disk_stop)
        return
    variables = turn.call_of(leg).variables
    recordings.begin(turn, leg, variables[WHAT].partition(":")[0], variables[MAILBOX])
    turn.timer(f"record:{leg.id}", LONGEST_S)


def key(turn: Turn, leg: Leg, digit: str) -> None:
    """`#` ends the words before, or what is spoken."""
    if digit == "#" and leg.recording:
        finish(turn, leg)
    elif digit == "#":
        turn.play(leg, "dictate", c.ToneItem(Tone.BEEP, BEEP_MS))


def finish(turn: Turn, leg: Leg) -> None:
    turn.clear(f"record:{leg.id}")
    taping = turn.state.recordings.get(leg.recording)
    seconds = (turn.at_us - taping.began_us) / SECOND_US if taping is not None else 0.0
    enough = taping is not None and seconds >= LEAST_S
    recordings.cover(turn, leg, "menu", "released" if enough else "too-short")
    turn.enter(leg, Phase.LISTENING)
    if taping is not None and enough:
        _kept(turn, leg, taping.id, seconds)
    else:
        mailbox_options.offer(turn, leg, "voicemail-short")


def _kept(turn: Turn, leg: Leg, recording: str, seconds: float) -> None:
    variables = turn.call_of(leg).variables
    kind, _, of = variables[WHAT].partition(":")
    if kind == "greeting":
        mailbox_greetings.keep(turn, variables[MAILBOX], of, recording, seconds)
        mailbox_options.one_greeting(turn, leg, of, "voicemail-greeting-kept")
    else:
        mailbox_passing.pass_on(turn, leg, of, recording, seconds)


def cut(turn: Turn, leg: Leg, reason: str) -> None:
    """The disk takes no more."""
    turn.clear(f"record:{leg.id}")
    recordings.cover(turn, leg, reason, reason)
    turn.enter(leg, Phase.LISTENING)
    mailbox_options.offer(turn, leg, "voicemail-unavailable")


def time_up(turn: Turn, leg: Leg) -> None:
    if leg.recording:
        finish(turn, leg)
    else:
        mailbox_listening.time_up(turn, leg)
