"""How things stand now: calls, agents, queues. Times are Unix milliseconds; 0: it never was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from webui.access.tokens import Token
from webui.api.operations import NUMBER, Answer, Given, Operation
from webui.api.problems import Refused
from webui.api.scopes import Scope
from webui.live.picture import Thing
from webui.site import the_site


class LiveLeg(Struct, frozen=True):
    """One party of a call."""

    leg: int
    role: str
    party: str
    """Extension or outside number."""
    agent: str
    phase: str
    since: int
    answered: bool
    place: str
    """Of a telephone: `active`, `aside` (its user is in another call), `knocks`."""
    held: bool
    recorded: bool
    paused: bool
    why: str
    """Of an agent who was chosen: the distributor's reason."""


class LiveCall(Struct, frozen=True):
    id: int
    direction: str
    number: str
    name: str
    line: str
    began: int
    answered: bool
    queue: str
    from_queue: str
    position: int
    """From 1 in its queue."""
    waits: int
    """Since when it waits."""
    language: str
    slot: str
    """Where it is parked."""
    variables: dict[str, Any]
    """What menus collected."""
    conference: bool
    emergency: bool
    flow: list[str]
    """Flow and node it is at."""
    agents: list[str]
    legs: list[LiveLeg]


class LiveAgent(Struct, frozen=True):
    id: str
    name: str
    state: str
    """`signed-out`, `ready`, `not-ready`, `ringing`, `talking`, `wrap-up`."""
    reason: str
    extension: str
    since: int
    until: int
    next: list[str]
    """State and reason after the present call."""
    call: int
    missed: int
    """Calls missed in a row."""
    queues: list[str]


class LiveQueue(Struct, frozen=True):
    id: str
    name: str
    waiting: int
    oldest: int
    """Since when the one that waits longest does."""
    ready: int
    busy: int
    paused: int
    seated: int
    closed: str
    target_s: float
    callbacks: int


class LiveBox(Struct, frozen=True):
    """`engine` false: nobody decides just now, what is told may be missing."""

    engine: bool
    switch: bool
    alarms: list[Any] = []


class Live(Struct, frozen=True):
    box: LiveBox
    calls: list[LiveCall]
    agents: list[LiveAgent]
    queues: list[LiveQueue]


class LiveCalls(Struct, frozen=True):
    calls: list[LiveCall]


class LiveAgents(Struct, frozen=True):
    agents: list[LiveAgent]


class LiveQueues(Struct, frozen=True):
    queues: list[LiveQueue]


_KINDS: Mapping[str, Any] = {"call": LiveCall, "agent": LiveAgent, "queue": LiveQueue}


def sees(token: Token, thing: Thing) -> bool:
    """A token of one agent sees the calls this agent has part in; queues and colleagues everybody does."""
    return not token.agent or thing["kind"] != "call" or token.agent in thing["agents"]


def _of(kind: str, token: Token) -> Iterator[Any]:
    for thing in tuple(the_site().live.things.values()):
        if thing["kind"] == kind and sees(token, thing):
            yield msgspec.convert(thing, _KINDS[kind])


def _box() -> LiveBox:
    found = the_site().live.things.get("box:box")
    return msgspec.convert(found, LiveBox) if found else LiveBox(engine=False, switch=False)


def state(given: Given) -> Answer:
    return Answer(Live(_box(), *(list(_of(kind, given.token)) for kind in _KINDS)))


def calls(given: Given) -> Answer:
    return Answer(LiveCalls(list(_of("call", given.token))))


def agents(given: Given) -> Answer:
    return Answer(LiveAgents(list(_of("agent", given.token))))


def queues(given: Given) -> Answer:
    return Answer(LiveQueues(list(_of("queue", given.token))))


def call(given: Given, number: int) -> Answer:
    return _one("call", number, given.token)


def agent(given: Given, name: str) -> Answer:
    return _one("agent", name, given.token)


def queue(given: Given, name: str) -> Answer:
    return _one("queue", name, given.token)


def _one(kind: str, name: object, token: Token) -> Answer:
    found = next((one for one in _of(kind, token) if one.id == name), None)
    if found is None:
        raise Refused(404, "not-there")
    return Answer(found)


def _row(name: str, path: str, says: str, view: Any, answer: Any) -> Operation:
    problems = (404,) if "<" in path else ()
    return Operation(
        name=name, method="GET", path=path, scope=Scope.READ_LIVE, says=says, view=view, answer=answer,
        problems=problems,
    )  # fmt: skip


OPERATIONS = (
    _row("live_state", "/live", "Everything as it stands now.", state, Live),
    _row("live_calls", "/live/calls", "Calls that go on.", calls, LiveCalls),
    _row("live_call", f"/live/calls/<{NUMBER}:number>", "One call that goes on.", call, LiveCall),
    _row("live_agents", "/live/agents", "All agents.", agents, LiveAgents),
    _row("live_agent", "/live/agents/<name>", "One agent.", agent, LiveAgent),
    _row("live_queues", "/live/queues", "All queues.", queues, LiveQueues),
    _row("live_queue", "/live/queues/<name>", "One queue.", queue, LiveQueue),
)  # fmt: skip
