"""Callers who are called back and keep their place meanwhile."""

from __future__ import annotations

from firmware.protocol.choice import Need
from firmware.protocol.facts.fact import Fact


class QueueCallbackOffered(Fact, frozen=True, tag=True):
    """The caller is asked whether and where to call back: `stage` is `confirm`, `number` or `keyed`.

    `otherwise` is the target he goes to if he does not want it; empty: he waits on.
    """

    call: int
    queue: str
    stage: str
    otherwise: str = ""


class QueueCallbackAsked(Fact, frozen=True, tag=True):
    """A call-back takes the caller's place, that of `since_us`. `how`: `key`, `menu`, `abandoned`.

    `number` is what will be dialled.
    """

    callback: int
    call: int
    queue: str
    number: str
    e164: str
    since_us: int
    priority: int
    how: str
    need: Need = Need()


class QueueCallbackMerged(Fact, frozen=True, tag=True):
    """This caller's number has a call-back already: one is enough."""

    callback: int
    call: int
    how: str


class QueueCallbackBegun(Fact, frozen=True, tag=True):
    """Its turn came: in this call agents are rung, then the number."""

    callback: int
    call: int


class QueueCallbackPut(Fact, frozen=True, tag=True):
    """Not done yet: it takes its place again at `until_us` (0: at once). `why`: `agent-missed`, `no-line`, `closed`,
    `no-answer`, `busy`, `by-hand`, `due`. `tries`: how often the number was called so far.
    """

    callback: int
    until_us: int
    tries: int
    why: str


class QueueCallbackEnded(Fact, frozen=True, tag=True):
    """`why`: `reached`, `not-reached`, `expired`, `called-in` (the caller was answered otherwise), `cancelled`."""

    callback: int
    why: str


QueueCallbackFact = (
    QueueCallbackOffered
    | QueueCallbackAsked
    | QueueCallbackMerged
    | QueueCallbackBegun
    | QueueCallbackPut
    | QueueCallbackEnded
)
