"""A queue whose callers come, wait and leave at random, served by the real distributor; and who judges it.

Two houses are served alike: `Alone`, the distributor by itself, and `Box`, the whole engine on made-up line events.
The judge sees only what anybody at the telephones could see: who came when, who was connected to whom, who left.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple, Protocol

import msgspec

from firmware.config.schema import Agent, Card, Config, Extension, Flow, Line, Node, Queue, Site
from firmware.engine.acd.distributor import Acd
from firmware.engine.engine import Engine
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState, HangUpSign

S = 1_000_000
BATCHES = 40
T_99 = 2.708
"""Student's t, 39 degrees of freedom, 99 % of both sides."""
WARM_UP = 0.02
"""This share of the calls comes before the queue is in balance."""

Connected = list[tuple[int, str]]


class House(Protocol):
    def arrive(self, call: int, priority: int, at_us: int) -> Connected: ...
    def give_up(self, call: int, at_us: int) -> Connected: ...
    def hang_up(self, call: int, agent: str, at_us: int) -> Connected: ...


class Load(NamedTuple):
    """Times in seconds; `patience_s` 0: without end. `urgent`: the share of calls of priority 1."""

    agents: int
    between_s: float
    handle_s: float
    patience_s: float = 0.0
    urgent: float = 0.0
    ageing_s: float = 60.0


def config(load: Load) -> Config:
    """Everything that takes time beside waiting and talking is left out. Calls come in on lines of two flows."""
    lines = 40 if load.patience_s or load.urgent else 96
    cards = (load.agents + lines + 7) // 8
    places = [(f"c{place // 8}", place % 8 + 1) for place in range(cards * 8)]
    phones, outside = places[: load.agents], places[load.agents : load.agents + lines]
    kinds = ["fxs"] * load.agents + ["fxo"] * (cards * 8 - load.agents)
    seats = [str(801 + place) for place in range(load.agents)]
    return Config(
        site=Site(language="en"),
        cards=tuple(Card(name=f"c{one}", slots=tuple(kinds[one * 8 : one * 8 + 8])) for one in range(cards)),
        lines=tuple(
            Line(name=f"L{place}", card=card, slot=slot, flow="in", answer_after_rings=1)
            for place, (card, slot) in enumerate(outside)
        ),
        extensions=tuple(
            Extension(number=seat, card=card, slot=slot, agent=seat)
            for seat, (card, slot) in zip(seats, phones, strict=True)
        ),
        agents=tuple(Agent(id=seat, queues=("q",)) for seat in seats),
        queues=(
            Queue(
                id="q",
                wrap_up_s=0,
                announce_every_s=0,
                announce_agent=False,
                record=False,
                max_wait_s=0,
                max_waiting=10_000,
                ageing_s=load.ageing_s,
            ),
        ),
        flows=(Flow(id="in", start="q", nodes=(Node(id="q", kind="queue", queue="q"),)),),
    )


class Alone:
    """The distributor by itself: agents lift at once."""

    def __init__(self, load: Load) -> None:
        self.acd = Acd(config(load))
        for agent in range(load.agents):
            self.acd.agent_ready(str(801 + agent), agent)

    def arrive(self, call: int, priority: int, at_us: int) -> Connected:
        self.acd.enqueue(call, "q", priority, at_us)
        return list(self._serve(at_us))

    def give_up(self, call: int, at_us: int) -> Connected:
        self.acd.dequeue(call)
        return list(self._serve(at_us))

    def hang_up(self, call: int, agent: str, at_us: int) -> Connected:
        self.acd.agent_ready(agent, at_us)
        return list(self._serve(at_us))

    def _serve(self, at_us: int) -> Iterator[tuple[int, str]]:
        while (offer := self.acd.next_offer(at_us)) is not None:
            (agent,) = offer.agents
            self.acd.offered(offer.call, agent)
            self.acd.agent_changed(agent, AgentState.RINGING, at_us)
            self.acd.dequeue(offer.call)
            self.acd.agent_changed(agent, AgentState.TALKING, at_us)
            yield offer.call, agent


class Box:
    """The whole engine: lines ring, telephones are lifted and put down; facts, records and timers as on a box."""

    def __init__(self, load: Load) -> None:
        self.engine = Engine("box-1")
        self.events = 0
        self.ports: dict[int, int] = {}
        self.calls: dict[int, int] = {}
        self.agents = load.agents
        setup = config(load)
        self.free = [load.agents + place for place in range(len(setup.lines))]
        self.engine.take(i.Started(1), 0)
        self.engine.take(i.ConfigApplied(1, "test", msgspec.json.encode(setup).decode()), 0)

    def arrive(self, call: int, priority: int, at_us: int) -> Connected:
        port = self.ports[call] = self.free.pop(0)
        self.calls[port] = call
        return self._tell(e.LineRang(port=port, at_us=at_us, count=1))

    def give_up(self, call: int, at_us: int) -> Connected:
        return self._gone(call, at_us)

    def hang_up(self, call: int, agent: str, at_us: int) -> Connected:
        found = self._gone(call, at_us)
        return found + self._tell(e.TelephoneReleased(port=int(agent) - 801, at_us=at_us))

    def _gone(self, call: int, at_us: int) -> Connected:
        port = self.ports.pop(call)
        self.free.append(port)
        return self._tell(e.FarEndReleased(port=port, at_us=at_us, sign=HangUpSign.BUSY_TONE))

    def _tell(self, event: e.AnySwitchEvent) -> Connected:
        """And whatever rings is lifted at the same instant."""
        self.events += 1
        while (due_us := self.engine.deadline_us) is not None and due_us <= event.at_us:
            self.engine.take(i.TimeReached(), due_us)
        record = self.engine.take(i.FromSwitch(1, self.events, event), event.at_us)
        assert record is not None
        found = [
            (self.calls[self.engine.state.calls[fact.call].port], fact.agent)
            for fact in record.facts
            if isinstance(fact, f.AgentConnected)
        ]
        for command in record.commands:
            if isinstance(command, c.Ring):
                found += self._tell(e.TelephoneSeized(port=command.port, at_us=event.at_us))
        return found


class Judge:
    """Holds what happened against the rules; `faults` are told in words."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.waiting: dict[int, float] = {}
        self.idle = {str(801 + agent) for agent in range(load.agents)}
        self.faults: list[str] = []

    def came(self, call: int, priority: int, at_us: int) -> None:
        self.waiting[call] = at_us - priority * self.load.ageing_s * S

    def connected(self, call: int, agent: str) -> None:
        first = min(self.waiting, key=self.waiting.__getitem__) if self.waiting else 0
        if call not in self.waiting or self.waiting[call] > self.waiting[first]:
            self.faults.append(f"call {call} was served before call {first}")
        if agent not in self.idle:
            self.faults.append(f"agent {agent} was given call {call} and had another")
        self.waiting.pop(call, None)
        self.idle.discard(agent)

    def at_rest(self) -> None:
        if self.waiting and self.idle:
            self.faults.append(f"{min(self.idle)} sits idle while {len(self.waiting)} wait")


class Outcome(NamedTuple):
    waits_s: list[float]
    answered: list[bool]
    faults: list[str]

    def shares(self, within_s: float) -> Mapping[str, Sequence[float]]:
        """One number for each call and each thing that theory foretells the mean of."""
        return {
            "wait": self.waits_s,
            "answered within": [
                float(yes and wait <= within_s) for yes, wait in zip(self.answered, self.waits_s, strict=True)
            ],
            "abandoned": [float(not yes) for yes in self.answered],
        }


class Band(NamedTuple):
    mean: float
    half: float

    def holds(self, theory: float) -> bool:
        return abs(self.mean - theory) <= self.half


def band(values: Sequence[float]) -> Band:
    """The 99 % band of the mean by batches: neighbouring calls wait alike, batches of thousands hardly do."""
    values = values[round(len(values) * WARM_UP) :]
    size = len(values) // BATCHES
    means = [fmean(values[place * size : (place + 1) * size]) for place in range(BATCHES)]
    return Band(fmean(means), T_99 * stdev(means) / sqrt(BATCHES))


def live(load: Load, make: Callable[[Load], House], calls: int, seed: int) -> Outcome:
    """All calls of a queue from the first to the last, every one judged."""
    rng, house, judge = random.Random(seed), make(load), Judge(load)
    came: dict[int, int] = {}
    waits, answered = [0.0] * calls, [False] * calls
    talking: dict[int, str] = {}
    at_us = S
    todo = [(at_us + round(rng.expovariate(1 / load.between_s) * S), "come", 0)]
    while todo:
        at_us, what, call = heapq.heappop(todo)
        connected: Connected = []
        if what == "come":
            if call + 1 < calls:
                next_us = at_us + round(rng.expovariate(1 / load.between_s) * S)
                heapq.heappush(todo, (next_us, "come", call + 1))
            came[call] = at_us
            priority = int(rng.random() < load.urgent)
            judge.came(call, priority, at_us)
            if load.patience_s:
                heapq.heappush(todo, (at_us + round(rng.expovariate(1 / load.patience_s) * S), "leave", call))
            connected = house.arrive(call, priority, at_us)
        elif what == "leave" and call in judge.waiting:
            waits[call] = (at_us - came[call]) / S
            del judge.waiting[call]
            connected = house.give_up(call, at_us)
        elif what == "end":
            agent = talking.pop(call)
            judge.idle.add(agent)
            connected = house.hang_up(call, agent, at_us)
        for served, agent in connected:
            judge.connected(served, agent)
            waits[served], answered[served] = (at_us - came[served]) / S, True
            talking[served] = agent
            heapq.heappush(todo, (at_us + round(rng.expovariate(1 / load.handle_s) * S), "end", served))
        judge.at_rest()
    return Outcome(waits, answered, judge.faults)
