"""What a waiting caller hears: place and expected wait, comfort messages, the offer to call back, music.

The wait is said in whole minutes, rounded up, and never shorter than what is left of an earlier word. A caller who
was told a time that passed hears no other one: what was wrong once is not said again.
"""

from __future__ import annotations

from firmware.config.schema import Queue
from firmware.engine import prompts
from firmware.engine.floor import callback_asking, queues
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn, us
from firmware.protocol import commands as c
from firmware.protocol import facts as f

MINUTE_S = 60
APART_S = 15.0
"""A comfort message does not cut an announcement short."""


def say_then_music(turn: Turn, leg: Leg, queue: Queue, *words: str) -> None:
    language = turn.language(leg)
    turn.play(leg, "", *(c.Phrase(one, language) for one in words), c.Music(queue.music))


def arm(turn: Turn, call: Call, queue: Queue) -> None:
    if queue.announce_every_s > 0:
        turn.timer(f"announce:{call.id}", queue.announce_first_s)
    if queue.comfort:
        turn.timer(f"comfort:{call.id}", queue.comfort_every_s)


def announce(turn: Turn, number: int) -> None:
    """Timer `announce`: his place and how long it will take, then music again."""
    turn.clear(f"announce:{number}")
    waiting = queues.waiting_in(turn, number)
    if waiting is None:
        return
    call, leg, queue = waiting
    if leg.phase == Phase.QUEUED:
        words = _words(turn, call, leg, queue)
        say_then_music(turn, leg, queue, *words, "please-wait")
    if queue.announce_every_s > 0:
        turn.timer(f"announce:{number}", queue.announce_every_s)


def _words(turn: Turn, call: Call, leg: Leg, queue: Queue) -> tuple[str, ...]:
    position = turn.board.acd.position(call.id, turn.at_us)
    expected_s = _realistic_s(turn, call, queue, position)
    turn.fact(f.WaitAnnounced(call.id, position, expected_s))
    said_us = turn.at_us + us(_minutes(expected_s) * MINUTE_S)
    if expected_s and (not call.promised_us or expected_s > (call.promised_us - turn.at_us) // us(1)):
        turn.fact(f.WaitPromised(call.id, said_us))
    place = prompts.position(position) if queue.announce_position else ()
    offer = callback_asking.invitation(turn, call, leg, queue)
    return (*place, *prompts.expected_wait(expected_s, queue.expected_wait_most_min), *offer)


def _realistic_s(turn: Turn, call: Call, queue: Queue, position: int) -> int:
    """0: say nothing of it. Never less than what is left of what was said first."""
    if not queue.expected_wait:
        return 0
    expected_s = turn.board.acd.expected_wait_s(queue.id, position)
    if not expected_s or not call.promised_us:
        return expected_s
    left_s = (call.promised_us - turn.at_us) // us(1)
    return max(expected_s, left_s) if left_s > 0 else 0


def _minutes(seconds: int) -> int:
    return -(-seconds // MINUTE_S)


def comfort(turn: Turn, number: int) -> None:
    """Timer `comfort`: the next of the queue's messages."""
    turn.clear(f"comfort:{number}")
    waiting = queues.waiting_in(turn, number)
    if waiting is None or not waiting[2].comfort:
        return
    call, leg, queue = waiting
    if leg.phase != Phase.QUEUED or turn.at_us - leg.play_us < us(APART_S):
        turn.timer(f"comfort:{number}", APART_S)
        return
    say_then_music(turn, leg, queue, queue.comfort[call.comforts % len(queue.comfort)])
    turn.fact(f.ComfortSaid(number, call.comforts + 1))
    turn.timer(f"comfort:{number}", queue.comfort_every_s)
