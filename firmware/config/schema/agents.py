"""Agents."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Digits, Level, Order, Part, QueueId, Weight, one_of


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
    """`supervisor`: rung when nobody else can be and the call has waited `supervisors_after_s`; `vip` and
    `foreign-language`: first for such callers, after the normal ones for all others."""
    order: dict[QueueId, Order] = field(default_factory=dict)
    """Queue to 1 … 9: in that queue he is rung only while nobody with a lower number can be. Else 1."""
    weights: dict[QueueId, Weight] = field(default_factory=dict)
    """Queue to 1 … 100: when he comes free, waiting there counts so many times. Else 1."""
    supervises: tuple[QueueId, ...] = ()
    """`supervisor`: queues whose calls he may listen to and which he may close; empty: all."""
