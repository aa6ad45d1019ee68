"""The bench played live: callers who stay until hung up, sound both ways in short pieces, news as they happen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from drivers.countries import profile
from drivers.ports import TICK_SAMPLES
from firmware.protocol.names import Tone
from hwsim.places import hunt_group
from hwsim.scenario import Caller as CallerPlan
from hwsim.world.asked import Asked, BadRequest, Reply, Session, in_base64, samples, somebody, text
from hwsim.world.caller import CallerState
from hwsim.world.hearsay import Hearsay
from hwsim.world.tap import Tap
from hwsim.world.telephone import Telephone
from hwsim.world.tones import tone_row
from hwsim.world.visitor import Visitor
from hwsim.world.world import World

PIECE_SAMPLES = 2 * TICK_SAMPLES
"""Of what is heard, in one reply (40 ms)."""
MOST_BLOCKS = 15
"""Blocks of 20 ms that wait for a listener who does not take them; what comes later is lost to him."""
LOOK_US = 100_000
"""So often it is looked whether there are news."""
MOST_VISITORS = 20
GONE_FOR_US = 8_000_000
"""So long it is told of somebody that he is gone, and why."""


def ring(world: World, asked: Asked) -> Session:
    """Ring a line and stay: the reply says as whom."""
    called = text(asked, "number", 40)
    lines = [
        world.line_names[name]
        for name in hunt_group(world.scenario.config, called)
        if name in world.line_names
    ]
    if not lines:
        there = ", ".join(sorted({line.number or line.name for line in world.scenario.config.lines}))
        raise BadRequest(f"no line has the number {called!r}; there are: {there}")
    if sum(one.state is not CallerState.GONE for one in visitors(world)) >= MOST_VISITORS:
        raise BadRequest(f"{MOST_VISITORS} people ring already")
    number = text(asked, "from", 24)
    plan = CallerPlan(
        id=f"visitor-{world.diary.noted}-{world.now_us // 1000}",
        at_s=world.now_us / 1e6,
        calls=called,
        number=number,
        name=text(asked, "name", 50),
        presentation="allowed" if number else "unavailable",
    )
    visitor = Visitor(plan.id, plan, world.seed)
    world.cast.callers.append(visitor)
    world.cast.add(visitor)
    world.timeline.run(world.now_us)
    yield {"ok": True, "who": visitor.name, "busy": visitor.state is CallerState.GONE}


def stay(world: World, asked: Asked) -> Session:
    """Whoever plays these visitors still does."""
    named = asked.get("visitors", [])
    if not isinstance(named, list):
        raise BadRequest("visitors is a list of names")
    for one in visitors(world):
        if one.name in named:
            one.played(world.now_us)
    yield {"ok": True}


def speak(world: World, asked: Asked) -> Session:
    """One piece of speech, said at once."""
    who, piece = somebody(asked, world), samples(asked, "audio")
    mouth = world.mouth_of(who)
    if mouth is None or (who.startswith("ext-") and not world.telephone_of(who).off_hook):
        raise BadRequest(f"{who} is not in a call")
    _played(world, who)
    mouth.live.give(piece)
    yield {"ok": True}


def listen(world: World, asked: Asked) -> Session:
    """Everything at this ear in pieces of 40 ms, until the listener goes or the caller is gone; on-hook: nothing."""
    who = somebody(asked, world)
    ringback = tone_row(profile(world.scenario.config.site.country), Tone.RINGBACK)
    tap = Tap(lambda: ear(world, who), None if who.startswith("ext-") else ringback, MOST_BLOCKS)
    world.taps.append(tap)
    yield {"ok": True, "event": "listening", "who": who}
    try:
        kept = np.zeros(0, np.int16)
        while _is_there(world, who):
            _played(world, who)
            kept = np.concatenate([kept, tap.pull()]) if _hears(world, who) else tap.pull()[:0]
            if len(kept) < PIECE_SAMPLES:
                yield None
                continue
            yield {"audio": in_base64(kept)}
            kept = kept[:0]
    finally:
        world.taps.remove(tap)
    yield {"ok": True, "event": "end", "who": who}


def watch(world: World, asked: Asked) -> Session:
    """How telephones and callers stand: now, and whenever that changed."""
    del asked
    hearsay, told, next_us = Hearsay(world), None, 0
    while True:
        if world.now_us < next_us:
            yield None
            continue
        next_us = world.now_us + LOOK_US
        hearsay.look()
        now = {"telephones": _telephones(world, hearsay), "visitors": _visitors(world, hearsay)}
        if now != told:
            told = now
            yield {"ok": True, "event": "state", **now}
        else:
            yield None


def ear(world: World, who: str) -> int | None:
    """The row that is heard there now; None: what the exchange itself sends."""
    if who.startswith("ext-"):
        return world.telephone_of(who).port
    port = world.outside.port_of(who)
    return port if port is not None and world.lines[port].through else None


def visitors(world: World) -> Iterator[Visitor]:
    """The latest ones, gone or not."""
    latest = islice(reversed(world.cast.callers), 200)
    return (one for one in latest if isinstance(one, Visitor))


def _played(world: World, who: str) -> None:
    person = world.cast.people.get(who)
    if isinstance(person, Visitor):
        person.played(world.now_us)


def _is_there(world: World, who: str) -> bool:
    return who.startswith("ext-") or world.outside.port_of(who) is not None


def _hears(world: World, who: str) -> bool:
    return not who.startswith("ext-") or world.telephone_of(who).off_hook


def _telephones(world: World, hearsay: Hearsay) -> dict[str, Reply]:
    return {number: _telephone(world, number, one, hearsay) for number, one in world.telephones.items()}


def _telephone(world: World, number: str, one: Telephone, hearsay: Hearsay) -> Reply:
    return {
        "off_hook": one.off_hook,
        "rings": one.bell,
        "shows": list(one.displayed[-1]) if one.displayed and (one.bell or one.off_hook) else [],
        "lamp": one.lamp,
        "plugged": one.plugged,
        "person": f"ext-{number}" in world.cast.people,
        "tone": hearsay.tone(f"ext-{number}") if one.off_hook else "",
    }


def _line(world: World, who: str) -> str:
    port = world.outside.port_of(who)
    return next((name for name, one in world.line_names.items() if one == port), "")


def _visitors(world: World, hearsay: Hearsay) -> dict[str, Reply]:
    return {
        one.name: {
            "number": one.plan.number,
            "name": one.plan.name,
            "calls": one.plan.calls,
            "line": _line(world, one.name),
            "state": one.state.name.lower(),
            "why": one.why,
            "tone": hearsay.tone(one.name),
        }
        for one in visitors(world)
        if one.state is not CallerState.GONE or world.now_us - one.gone_us < GONE_FOR_US
    }
