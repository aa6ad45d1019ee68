"""Callers in menus and queues."""

from __future__ import annotations

from firmware.protocol.choice import Need, Other
from firmware.protocol.facts.fact import Fact

# -- menus, queues ----------------------------------------------------------------------------------


class FlowEntered(Fact, frozen=True, tag=True):
    """The caller is in this flow from its start."""

    call: int
    flow: str


class NodeEntered(Fact, frozen=True, tag=True):
    """The caller is at this node."""

    call: int
    node: str


class DigitsCollected(Fact, frozen=True, tag=True):
    """`digits` is empty for a secret collection."""

    call: int
    node: str
    digits: str


class FlowLeft(Fact, frozen=True, tag=True):
    """`why`: `queue`, `voicemail`, `transfer`, `hang-up`, `caller-left`."""

    call: int
    why: str


class Enqueued(Fact, frozen=True, tag=True):
    """The caller waits in the queue; a higher priority is served first. `since_us`: since when his time counts,
    where he brings a place from elsewhere (0: since now).
    """

    call: int
    queue: str
    priority: int = 0
    since_us: int = 0
    need: Need = Need()


class Dequeued(Fact, frozen=True, tag=True):
    """`why`: `answered`, `abandoned`, `overflow`, `voicemail`, `no-agents`, `exit-key`, `full`, `closed`,
    `callback`."""

    call: int
    queue: str
    why: str


class WaitAnnounced(Fact, frozen=True, tag=True):
    """The caller was told a position (from 1) and an expected wait (0: not told)."""

    call: int
    position: int
    expected_wait_s: int


class AgentOffered(Fact, frozen=True, tag=True):
    """An agent's telephone rings for a queued call; `why` explains the choice in one sentence of data."""

    call: int
    queue: str
    agent: str
    leg: int
    why: str
    others: tuple[Other, ...] = ()
    """The best of those who were not chosen, and why."""


class AgentMissed(Fact, frozen=True, tag=True):
    """`why`: `no-answer`, `declined`, `caller-left`, `taken-by-other`, `no-telephone`.

    Only the first two count against the agent.
    """

    call: int
    agent: str
    why: str


class AgentConnected(Fact, frozen=True, tag=True):
    """The agent answered: this call is theirs."""

    call: int
    queue: str
    agent: str
    leg: int


MenuFact = (
    FlowEntered
    | NodeEntered
    | DigitsCollected
    | FlowLeft
    | Enqueued
    | Dequeued
    | WaitAnnounced
    | AgentOffered
    | AgentMissed
    | AgentConnected
)
