"""A day's callers as people who ring again: what is known of each is kept, what nobody saw is drawn from a seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random

import msgspec
from msgspec import Struct

from firmware.cli.rehearsal.day.recorded import DayCall, Ring, Work
from firmware.cli.rehearsal.day.survival import Curve
from firmware.config.schema import Config
from firmware.protocol.names import Outcome
from hwsim.fast import latencies as late
from hwsim.places import hunt_group
from hwsim.scenario import PRESENTATIONS, Caller, OutsideLine, OutsideParty
from hwsim.world.draws import generator

GONE_S = (late.OPEN_LOOP_US + late.HOOK_US) / 1e6
"""From his hanging up to the box's knowing it, on the lines below."""
LINES = (OutsideLine(line="*", leaves="open-loop", leaves_after_s=0.0),)
"""A day's lengths have in them how long the box took to see that somebody had gone; so the lines tell it at once."""
TALKS_ON_S = 100_000.0
"""When a conversation ends is told by `Hands`, from its first word on."""
LEAST_TALK_S = 0.5
RINGS_ON_S = 120.0
"""How long somebody lets it ring whose call was answered: nobody knows, and nearly all are."""
KEY_S, KNOWN_S = 0.2, late.DTMF_US / 1e6
ANSWERS_AFTER_S = 6.0
_OUTSIDE = re.compile(r'"outside:([0-9*#]+)"')


class Crowd(Struct, frozen=True):
    """`work` is by the caller's id; whoever was not answered that day got that of somebody who was."""

    callers: tuple[Caller, ...]
    work: Mapping[str, Work]
    rings: Mapping[str, tuple[Ring, ...]]
    """Who was rung for whom, by the caller's id."""


def caller_id(call: DayCall) -> str:
    return f"day-{call.id}"


def crowd(
    calls: Sequence[DayCall], curves: Mapping[str, Curve], config: Config, begins_us: int, seed: int
) -> Crowd:
    """`begins_us`: the Unix time at which the model's day begins."""
    pools = _pools(calls)
    callers: list[Caller] = []
    work: dict[str, Work] = {}
    for call in calls:
        name = caller_id(call)
        own = call.work or _drawn_work(pools, call.queue, generator(seed, "work", name))
        chance = 1.0 - generator(seed, "patience", name).random()
        curve = curves.get(call.queue) or curves[""]
        work[name] = own
        callers.append(_caller(call, _patience_s(call, curve, chance), config, begins_us))
    return Crowd(tuple(callers), work, {caller_id(call): call.rings for call in calls})


def _caller(call: DayCall, patience_s: float, config: Config, begins_us: int) -> Caller:
    return Caller(
        at_s=max(0.0, (call.at_us - begins_us - late.RING_US) / 1e6),
        id=caller_id(call),
        calls=_called(call, config),
        number=call.number,
        name=call.name,
        presentation=call.presentation if call.presentation in PRESENTATIONS else "unavailable",
        press=tuple(_presses(call)),
        patience_s=round(max(0.1, patience_s - GONE_S), 3),
        ring_patience_s=RINGS_ON_S if call.answered_s is not None else max(0.5, call.lasted_s),
        talk_s=TALKS_ON_S,
        leaves_message_s=call.message_s,
    )


def _called(call: DayCall, config: Config) -> str:
    """By the number, so that lines hunt as the carrier's do; the line itself where it has none."""
    numbers = {line.name: line.number for line in config.lines}
    wanted = (call.called, numbers.get(call.line, ""), call.line)
    return next((one for one in wanted if one and hunt_group(config, one)), call.line)


def _presses(call: DayCall) -> Iterator[str]:
    for keys, at_s in call.press:
        yield f"{keys}@{max(0.1, at_s - KNOWN_S - KEY_S * (len(keys) - 1)):.2f}"


def _patience_s(call: DayCall, curve: Curve, chance: float) -> float:
    """Seconds after the answer: the menus, then the wait; `chance` in (0, 1] draws what nobody saw of it."""
    if call.left or call.outcome == Outcome.ABANDONED_IN_MENU:
        return call.menu_s
    waited_s = call.waited_s or 0.0
    if call.gave_up:
        return call.menu_s + waited_s
    return call.menu_s + curve.drawn(chance, waited_s)


def _pools(calls: Sequence[DayCall]) -> dict[str, list[Work]]:
    found: dict[str, list[Work]] = {"": []}
    for call in calls:
        if call.work is not None:
            found[""].append(call.work)
            if call.queue:
                found.setdefault(call.queue, []).append(call.work)
    return found


def _drawn_work(pools: Mapping[str, list[Work]], queue: str, chance: Random) -> Work:
    pool = pools.get(queue) or pools[""]
    return chance.choice(pool) if pool else Work(60.0)


def hangs_up_after_us(work: Work) -> int:
    """From the first word to the caller's hanging up."""
    return round(max(LEAST_TALK_S, work.talk_s - GONE_S) * 1e6)


def parties(config: Config, talk_s: float) -> tuple[OutsideParty, ...]:
    """Whoever this configuration sends callers to outside answers, and talks as long as people of this house do."""
    found = set(_OUTSIDE.findall(msgspec.json.encode(config).decode()))
    found |= {node.number for flow in config.flows for node in flow.nodes if node.kind == "outside"}
    return tuple(
        OutsideParty(number=number, answers_after_s=ANSWERS_AFTER_S, talk_s=talk_s)
        for number in sorted(found - {""})
    )
