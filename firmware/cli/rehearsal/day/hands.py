"""The agents' hands in a rehearsed day: they sign in and out, go away and come back, and end their wrap-up early."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random

from msgspec import Struct

from firmware.cli.rehearsal.answers import Answers
from firmware.cli.rehearsal.day.crowd import Crowd, hangs_up_after_us
from firmware.cli.rehearsal.day.floor import Deed
from firmware.cli.rehearsal.day.recorded import Ring
from firmware.config.schema import Config
from firmware.engine.floor.missing import REASON as MISSED
from firmware.protocol import facts as f
from firmware.protocol.inputs import AgentOrder, AnyInput
from firmware.protocol.journal import Record
from firmware.protocol.names import AgentState, Direction
from hwsim.fast.world import FastWorld
from hwsim.world.caller import Caller
from hwsim.world.draws import generator
from hwsim.world.remembered import Reaction, Remembered

EARLY_S = 0.5
"""A wrap-up so much shorter than its queue grants was ended by the agent."""
REMEMBERED = 5_000
"""Calls whose caller is known; a wrap-up comes behind the end of its call."""


class Doing(Struct, frozen=True):
    """What an agent is about to do."""

    agent: str
    do: str
    extension: str = ""
    reason: str = ""
    for_us: int = 0
    """`not-ready`: ready again so long after it began."""
    of: int = 0
    """Only while the agent's state is still the one of this number; 0: whatever it is."""


class Hands(Answers):
    """Sees all records; gives what is due, like the jobs process whose place it takes in the box."""

    def __init__(
        self,
        deeds: Sequence[Deed],
        people: Crowd,
        *,
        back_after_s: float,
        was: Config,
        world: FastWorld,
        seed: int,
    ) -> None:
        """`deeds` in box time; `was` is the day's configuration."""
        super().__init__()
        self._people, self._world, self._seed = people, world, seed
        self._back_after_us = round(back_after_s * 1e6)
        self._granted = {queue.id: queue.wrap_up_s for queue in was.queues}
        self._calls: dict[int, str] = {}
        self._queues: dict[int, str] = {}
        self._offers: Counter[int] = Counter()
        self._states: Counter[str] = Counter()
        self._seats: dict[str, str] = {}
        self._leaving: dict[str, Doing] = {}
        """Who wants to be away, and may have to end a call first."""
        self._count = count(1)
        self._orders: list[tuple[int, int, Doing]] = []
        for deed in deeds:
            do = "not-ready" if deed.do == "away" else deed.do
            doing = Doing(deed.agent, do, deed.extension, deed.reason, round(deed.for_s * 1e6))
            self._plan(deed.at_us, doing)

    def seated(self, agent: str, extension: str) -> None:
        """Before anything was seen."""
        self._seats[agent] = extension

    @property
    def next_us(self) -> int | None:
        return self._orders[0][0] if self._orders else None

    def due(self, at_us: int) -> Iterator[AnyInput]:
        """One at a time: what comes of it decides about the next, a microsecond later."""
        while self._orders and self._orders[0][0] <= at_us:
            _, number, doing = heapq.heappop(self._orders)
            if doing.of in (0, self._states[doing.agent]):
                yield self._order(number, doing)
                return

    def _order(self, number: int, doing: Doing) -> AgentOrder:
        if doing.do == "not-ready":
            self._leaving[doing.agent] = doing
        elif doing.do == "ready":
            doing = self._leaving.get(doing.agent, doing)
        return AgentOrder(f"day:{number}", "rehearsal", doing.agent, doing.do, doing.reason, doing.extension)

    def see(self, record: Record) -> None:
        for fact in record.facts:
            match fact:
                case f.CallBegan(direction=Direction.INBOUND):
                    self._calls[fact.call] = self._world.outside.on.get(fact.port, "")
                    self._calls.pop(fact.call - REMEMBERED, None)
                case f.Enqueued():
                    self._queues[fact.call] = fact.queue
                    self._queues.pop(fact.call - REMEMBERED, None)
                case f.AgentOffered():
                    self._offered(fact)
                case f.TalkBegan():
                    self._talk(fact.call, record.at_us)
                case f.AgentChanged():
                    self._changed(fact, record.at_us)
                case _:
                    pass

    def _offered(self, fact: f.AgentOffered) -> None:
        """Who was rung for this caller that day reacts as then; another in his place as the one rung then."""
        offer = self._offers[fact.call]
        self._offers[fact.call] += 1
        rings = self._people.rings.get(self._calls.get(fact.call, ""), ())
        own = [one for one in rings if one.agent == fact.agent]
        known = own[0] if own else rings[offer] if offer < len(rings) else None
        person = self._world.cast.people.get(f"ext-{self._seats.get(fact.agent, '')}")
        if isinstance(person, Remembered):
            person.expect(_reaction(known, person, generator(self._seed, "cut", fact.call, fact.agent)))

    def _talk(self, call: int, at_us: int) -> None:
        """From the first word on it lasts as long as it did."""
        name = self._calls.get(call, "")
        caller, work = self._world.cast.people.get(name), self._people.work.get(name)
        if isinstance(caller, Caller) and work is not None and caller.timer_us("leave") is None:
            caller.clear_timers("patience")
            caller.set_timer("leave", at_us + hangs_up_after_us(work))
            self._world.cast.wake(name)

    def _changed(self, fact: f.AgentChanged, at_us: int) -> None:
        self._states[fact.agent] += 1
        self._seats[fact.agent] = fact.extension
        if fact.state is AgentState.WRAP_UP:
            self._wrap_up(fact, at_us)
        elif fact.state is AgentState.NOT_READY and fact.reason == MISSED:
            self._back(fact.agent, at_us + self._back_after_us)
        elif fact.state is AgentState.NOT_READY:
            leaving = self._leaving.get(fact.agent)
            if leaving is not None and fact.reason == leaving.reason:
                del self._leaving[fact.agent]
                self._back(fact.agent, at_us + leaving.for_us)

    def _wrap_up(self, fact: f.AgentChanged, at_us: int) -> None:
        """Who took all that was granted takes all that is granted now."""
        work = self._people.work.get(self._calls.get(fact.call, ""))
        granted_s = self._granted.get(self._queues.get(fact.call, ""))
        if work is None or granted_s is None or abs(work.wrap_up_s - granted_s) <= EARLY_S:
            return
        if work.wrap_up_s > granted_s:
            self._plan(at_us, Doing(fact.agent, "longer-wrap-up", of=self._states[fact.agent]))
        self._back(fact.agent, at_us + round(work.wrap_up_s * 1e6))

    def _back(self, agent: str, at_us: int) -> None:
        self._plan(at_us, Doing(agent, "ready", of=self._states[agent]))

    def _plan(self, at_us: int, doing: Doing) -> None:
        heapq.heappush(self._orders, (at_us, next(self._count), doing))


def _reaction(known: Ring | None, person: Remembered, chance: Random) -> Reaction | None:
    """Of a ringing that something else ended only its least length is known."""
    if known is None or not known.cut:
        return None if known is None else Reaction(known.seconds, known.lifted)
    longer = [one for one in person.reactions if one.seconds > known.seconds]
    return chance.choice(longer) if longer else Reaction(known.seconds + 1.0)
