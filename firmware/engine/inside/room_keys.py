"""What members of a conference room key: silence for oneself; for the chair the door, the latest guest, all others.

Keys count at telephones of the house alone: what is keyed outside is for whom it talks with.
"""

from __future__ import annotations

from firmware.engine import calls
from firmware.engine.dialling.state import DISMISS, LOCK, MUTE, MUTE_OTHERS
from firmware.engine.inside import rooms
from firmware.engine.state import Leg
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f


def key(turn: Turn, leg: Leg, digit: str) -> None:
    """1: not to be heard, and again to be; the chair's: 4 closes the door, 5 the latest goes, 6 silences all others.

    Who was silenced with all others may unmute himself.
    """
    now = turn.state.dialling.rooms.get(leg.room)
    if now is None:
        return
    if digit == MUTE:
        _mute(turn, leg, [leg.id], leg.id not in now.muted)
    elif leg.id not in now.chairs:
        return
    elif digit == LOCK:
        turn.fact(f.RoomLocked(leg.room, not now.locked))
        for one in now.members:
            _say(turn, turn.state.legs[one], "room-locked" if now.locked else "room-unlocked")
    elif digit == DISMISS:
        _dismiss(turn, leg)
    elif digit == MUTE_OTHERS:
        others = [one for one in now.members if one not in now.chairs]
        _mute(turn, leg, others, not set(others) <= set(now.muted))


def _mute(turn: Turn, leg: Leg, whom: list[int], mute: bool) -> None:
    if whom:
        turn.fact(f.RoomMuted(leg.room, tuple(whom), mute))
        rooms.sound(turn, leg.room)
        _say(turn, leg, "room-muted" if mute else "room-heard")


def _dismiss(turn: Turn, leg: Leg) -> None:
    """Whoever came last and is no chair."""
    now, name = turn.state.dialling.rooms[leg.room], leg.room
    guests = [one for one in now.members if one not in now.chairs]
    if guests:
        last = turn.state.legs[guests[-1]]
        turn.fact(f.RoomLeft(name, last.call, last.id))
        calls.farewell(turn, last, "room-dismissed")
        rooms.changed(turn, name)


def _say(turn: Turn, leg: Leg, prompt: str) -> None:
    turn.command(c.Inject(port=leg.port, items=(c.Phrase(prompt, turn.language(leg)),)))
