"""Conference rooms: PIN, announcement, and who hears whom.

Each member keeps a call of its own; the room is what mixes their ports. Whoever is alone, or waits for the chair, hears
music. When somebody comes or goes a short tone is heard by all, and after it the mix is made anew.
"""

from __future__ import annotations

from firmware.config.schema import Room
from firmware.engine import calls, recordings
from firmware.engine.dialling import pin_desk
from firmware.engine.inside import conference
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg, Phase
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, Direction, Tone

ALONE_FOR_S = 600.0
"""So long somebody may wait in a room before the line is of better use."""
TONE_MS = 250
ROOM, CHAIR = ".room", ".chair"
"""Variables of a call that hears a room's announcement; no flow can name them."""


def enter(turn: Turn, call: Call, leg: Leg, name: str) -> None:
    """`leg` comes to a room's door."""
    room = turn.plan.rooms.get(name)
    flows.leave(turn, call, "room")
    turn.quiet(leg)
    if room is None:
        _refuse(turn, leg, name, "no-such-room", "not-available")
    elif not room.pin:
        admitted(turn, leg, name)
    elif pin_desk.ask(turn, leg, f"room:{name}"):
        turn.command(c.Listen(port=leg.port, digits=True, far_end=leg.fxo))
        recordings.cover(turn, leg, "menu" if leg.fxo else "internal")
    else:
        calls.farewell(turn, leg, "pin-locked")


def _refuse(turn: Turn, leg: Leg, name: str, why: str, words: str) -> None:
    turn.fact(f.AttemptRefused(leg.call, f"room:{name}", why, Cause.USER_BUSY))
    calls.farewell(turn, leg, words)


def admitted(turn: Turn, leg: Leg, name: str, *, chair: bool = False) -> None:
    """Whoever this is may come in, if there is room."""
    room = turn.plan.rooms.get(name)
    if room is None:
        _refuse(turn, leg, name, "no-such-room", "not-available")
    elif why := _closed(turn, room, chair):
        _refuse(turn, leg, name, why, why)
    elif room.consent:
        turn.fact(f.VariableSet(leg.call, ROOM, name))
        turn.fact(f.VariableSet(leg.call, CHAIR, "1" if chair else ""))
        turn.enter(leg, Phase.JOINING)
        recordings.cover(turn, leg, "consent")
        turn.say(leg, "admit", room.consent)
    else:
        _inside(turn, leg, room, chair)


def _closed(turn: Turn, room: Room, chair: bool) -> str:
    """Why nobody more comes in, chairs excepted; also the prompt that says so."""
    now = turn.state.dialling.rooms.get(room.id)
    if now is None or chair:
        return ""
    return "room-full" if len(now.members) >= room.most_members else "room-locked" if now.locked else ""


def let_in(turn: Turn, leg: Leg) -> None:
    """The announcement was heard to its end."""
    variables = turn.call_of(leg).variables
    room = turn.plan.rooms.get(variables.get(ROOM, ""))
    chair = bool(variables.get(CHAIR))
    why = "no-such-room" if room is None else _closed(turn, room, chair)
    if room is None or why:
        _refuse(turn, leg, variables.get(ROOM, ""), why, why if room is not None else "not-available")
        return
    turn.fact(f.ConsentAnnounced(leg.call, room.consent))
    _inside(turn, leg, room, chair)


def _inside(turn: Turn, leg: Leg, room: Room, chair: bool) -> None:
    call = turn.call_of(leg)
    if not leg.answered:
        turn.fact(f.LegAnswered(leg.id))
    if call.direction is not Direction.INBOUND and not call.answered:
        turn.fact(f.CallAnswered(call.id, "room"))
    turn.fact(f.RoomEntered(room.id, call.id, leg.id, chair))
    turn.enter(leg, Phase.ROOM)
    turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))
    _tape(turn, leg, room)
    changed(turn, room.id)


def _tape(turn: Turn, leg: Leg, room: Room) -> None:
    if room.record:
        recordings.begin(turn, leg, "conversation", f"room:{room.id}")
    else:
        recordings.cover(turn, leg, "off" if leg.fxo else "internal")


def left(turn: Turn, leg: Leg) -> None:
    """A leg that is let go leaves its room; the others go on without it."""
    name = leg.room
    if name:
        turn.fact(f.RoomLeft(name, leg.call, leg.id))
        changed(turn, name)


# -- who hears whom ---------------------------------------------------------------------------------


def changed(turn: Turn, name: str) -> None:
    """A tone for all who hear one another, then the mix; without tones at once."""
    room, talking = turn.plan.rooms.get(name), _talking(turn, name)
    if room is None or not room.tones or len(talking) < 2:
        _mix(turn, name)
        return
    for leg in talking:
        turn.play(leg, "room", c.ToneItem(Tone.CONFIRM, TONE_MS))


def mix_again(turn: Turn, leg: Leg) -> None:
    """The tone is over; the last to have heard it brings all together."""
    if leg.room and not any(one.purpose == "room" for one in _members(turn, leg.room)):
        _mix(turn, leg.room)


def _members(turn: Turn, name: str) -> list[Leg]:
    now = turn.state.dialling.rooms.get(name)
    return [turn.state.legs[one] for one in now.members] if now is not None else []


def _talking(turn: Turn, name: str) -> list[Leg]:
    """Who may hear the others now: nobody without the chair where one is wanted, nor two outside left to themselves."""
    room, now = turn.plan.rooms.get(name), turn.state.dialling.rooms.get(name)
    if now is None or (room is not None and room.chair_pin and not now.chairs):
        return []
    members = _members(turn, name)
    watched = turn.plan.config.dial_plan.transfer_outside or not all(leg.fxo for leg in members)
    return members if watched else []


def _mix(turn: Turn, name: str) -> None:
    now, talking = turn.state.dialling.rooms.get(name), _talking(turn, name)
    if now is None:
        return
    together = talking if len(talking) > 1 else []
    if now.mixed != [leg.id for leg in together]:
        turn.fact(f.RoomMixed(name, tuple(leg.id for leg in together)))
    if together:
        sound(turn, name)
        for leg in together:
            turn.clear(f"alone:{leg.id}")
    else:
        for leg in _members(turn, name):
            _wait(turn, leg, name)


def sound(turn: Turn, name: str) -> None:
    """Those who hear one another are heard, but for the muted."""
    now = turn.state.dialling.rooms[name]
    together = [turn.state.legs[one] for one in now.mixed]
    if not set(now.muted) & set(now.mixed):
        if together:
            conference.mix(turn, together)
        return
    for leg in together:
        if leg.play:
            turn.fact(f.PlayStopped(leg.id))
        heard = [one.port for one in together if one is not leg and one.id not in now.muted]
        calls.hear(turn, leg.port, heard)


def _wait(turn: Turn, leg: Leg, name: str) -> None:
    if f"alone:{leg.id}" in turn.state.timers:
        return
    room = turn.plan.rooms.get(name)
    turn.play(leg, "", c.Music(room.music if room is not None else "default"))
    turn.timer(f"alone:{leg.id}", ALONE_FOR_S)


def hear_again(turn: Turn, leg: Leg) -> None:
    """A new switch knows nothing of the room; each member in turn is tuned in anew."""
    room, now = turn.plan.rooms.get(leg.room), turn.state.dialling.rooms[leg.room]
    turn.command(c.Listen(port=leg.port, digits=not leg.fxo, far_end=leg.fxo))
    if room is not None and not leg.recording:
        _tape(turn, leg, room)
    if now.mixed:
        sound(turn, leg.room)
    else:
        turn.play(leg, "", c.Music(room.music if room is not None else "default"))


def waited(turn: Turn, number: int) -> None:
    """Timer `alone`: nobody came."""
    turn.clear(f"alone:{number}")
    leg = turn.state.legs.get(number)
    if leg is not None and leg.phase == Phase.ROOM:
        turn.fact(f.RoomLeft(leg.room, leg.call, leg.id))
        calls.farewell(turn, leg, "goodbye")
