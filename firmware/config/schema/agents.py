"""Agents."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Digits, Level, Part, QueueId, one_of


class Agent(Part, frozen=True):
    """Somebody who serves queues from a telephone."""

    id: Annotated[str, Meta(extra={"defines": "agent", "form": "name"})]
    """What is dialled at sign-in and stands in reports."""
    name: str = ""
    """The person."""
    pin: Digits = ""
    """Asked at sign-in when set."""
    announced: str = ""
    """Number said to the caller ("agent 800 is at your service"); empty: nothing is said."""
    queues: tuple[QueueId, ...] = ()
    """Queues this agent serves, given the skills."""
    skills: dict[str, Level] = field(default_factory=dict)
    """Skill to level, 0 to 100."""
    kind: Annotated[str, one_of("normal", "supervisor", "vip", "foreign-language")] = "normal"
    """Kind of position."""
