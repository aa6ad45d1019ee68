"""Who calls and what for: rules that say how a call waits in a queue."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import (
    AgentId,
    LanguageOrNone,
    Level,
    LineName,
    NumberListId,
    Part,
    QueueId,
    Seconds,
    one_of,
)

NumberPattern = Annotated[str, Meta(extra={"form": "number-pattern"})]
"""A number as people write it, in E.164 or as received; with `*` at its end all that begin so."""


class NumberList(Part, frozen=True):
    """Numbers that belong together, for instance the best customers."""

    id: Annotated[str, Meta(extra={"defines": "number_list", "form": "name"})]
    """What rules call it."""
    numbers: tuple[NumberPattern, ...] = ()
    """`+8613912345678`, `01088886666`; `+86139*` is every number that begins so."""


class RoutingRule(Part, frozen=True):
    """What is done with a call that comes into a queue, when all conditions hold. Every rule that fits counts."""

    id: Annotated[str, Meta(extra={"defines": "routing rule", "form": "name"})]
    """What the explanation of a choice calls it."""
    numbers: tuple[NumberPattern, ...] = ()
    """The caller's number is one of these; empty: whoever calls."""
    lists: tuple[NumberListId, ...] = ()
    """Or stands in one of these lists."""
    languages: tuple[LanguageOrNone, ...] = ()
    """The caller chose one of these; empty: any."""
    lines: tuple[LineName, ...] = ()
    """The call came in on one of these lines; empty: any."""
    queues: tuple[QueueId, ...] = ()
    """It waits in one of these queues; empty: any."""
    variables: dict[str, str] = field(default_factory=dict)
    """Each of these variables has this value, or with `*` at its end begins so."""
    history: Annotated[str, one_of("", "new", "served", "abandoned")] = ""
    """What happened to this number last: nothing yet, an agent served it, or it gave up waiting; empty: whatever."""
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    """Added to the queue's; the sum is kept between -100 and 100."""
    skills: dict[str, Level] = field(default_factory=dict)
    """Least level of these skills, where the queue asks for less or not at all."""
    vip: bool = False
    """A VIP caller: agents of kind `vip` are rung first and take such callers first."""
    agent: AgentId = ""
    """Prefer this agent."""
    agent_wait_s: Seconds = 0.0
    """Wait so long for that agent alone, if at work; 0: only if ready."""
