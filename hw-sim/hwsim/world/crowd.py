"""All callers of a scenario in order of time; arrival processes are drawn one by one, for ever if need be."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from random import Random

from msgspec import structs

from hwsim.scenario import Arrivals, Caller, Choice, Scenario
from hwsim.world.draws import generator

REPLACEABLE = (
    "press",
    "says",
    "patience_s",
    "ring_patience_s",
    "talk_s",
    "ends",
    "leaves_message_s",
    "language",
    "presentation",
    "calls",
)
"""What a `Choice` may replace; `hangs_up_at_s` and `name` belong to callers only."""


def crowd(scenario: Scenario, seed: int) -> Iterator[Caller]:
    """Callers in order of `at_s`, each with an id."""
    listed = [
        structs.replace(caller, id=caller.id or f"caller-{i + 1}")
        for i, caller in enumerate(scenario.callers)
    ]
    streams = [iter(sorted(listed, key=lambda caller: caller.at_s))]
    streams += [_arriving(arrivals, scenario.about.seconds, seed) for arrivals in scenario.arrivals]
    return heapq.merge(*streams, key=lambda caller: caller.at_s)


def _arriving(arrivals: Arrivals, seconds: float, seed: int) -> Iterator[Caller]:
    until_s = arrivals.to_s or seconds
    times = heapq.merge(_poisson(arrivals, seed), _bursts(arrivals, seed))
    for index, at_s in enumerate(times):
        if at_s >= until_s:
            return
        yield _drawn(arrivals, index, at_s, seed)


def _poisson(arrivals: Arrivals, seed: int) -> Iterator[float]:
    chance = generator(seed, "poisson", arrivals.id)
    at_s = arrivals.from_s
    while arrivals.per_hour > 0:
        at_s += chance.expovariate(arrivals.per_hour / 3600)
        yield round(at_s, 3)


def _bursts(arrivals: Arrivals, seed: int) -> Iterator[float]:
    if arrivals.burst_every_s <= 0 or arrivals.burst_size <= 0:
        return
    chance = generator(seed, "bursts", arrivals.id)
    at_s = arrivals.from_s
    while True:
        at_s += arrivals.burst_every_s
        within = (chance.uniform(0, arrivals.burst_within_s) for _ in range(arrivals.burst_size))
        yield from sorted(round(at_s + later_s, 3) for later_s in within)


def _drawn(arrivals: Arrivals, index: int, at_s: float, seed: int) -> Caller:
    chance = generator(seed, "arrival", arrivals.id, index)
    number = "".join(str(chance.randrange(10)) if c == "#" else c for c in chance.choice(arrivals.numbers))
    name = chance.choice(arrivals.names) if arrivals.names else ""
    caller = Caller(
        at_s=at_s,
        id=f"{arrivals.id}-{index + 1}",
        number=number,
        name=name,
        calls=arrivals.calls,
        press=arrivals.press,
        says=arrivals.says,
        patience_s=arrivals.patience_s,
        ring_patience_s=arrivals.ring_patience_s,
        talk_s=arrivals.talk_s,
        ends=arrivals.ends,
        leaves_message_s=arrivals.leaves_message_s,
        language=arrivals.language,
        presentation=arrivals.presentation,
        level_dbm0=arrivals.level_dbm0,
    )
    return _chosen(caller, arrivals.choices, chance)


def _chosen(caller: Caller, choices: tuple[Choice, ...], chance: Random) -> Caller:
    if not choices:
        return caller
    (choice,) = chance.choices(choices, [one.weight for one in choices])
    said = {key: getattr(choice, key) for key in (*REPLACEABLE, "hangs_up_at_s", "name")}
    return structs.replace(caller, **{key: value for key, value in said.items() if value is not None})
