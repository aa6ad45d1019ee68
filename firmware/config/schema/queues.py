"""Queues."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import (
    Count,
    DaysOrSites,
    Digits,
    Key,
    Level,
    Part,
    PromptId,
    Seconds,
    Strategy,
    one_of,
)


class Queue(Part, frozen=True):
    """Callers who wait for an agent."""

    id: Annotated[str, Meta(extra={"defines": "queue", "form": "name"})]
    """What flows and agents call it."""
    number: Digits = ""
    """What telephones of the house dial to wait in it, or to send somebody there; empty: none."""
    name: str = ""
    """What reports show."""
    strategy: Strategy = "longest-idle"
    """Who of the ready agents is rung."""
    ring_s: Seconds = 15.0
    """How long one agent is rung before the call goes on to another (a missed call)."""
    wrap_up_s: Seconds = 10.0
    """Time for notes after a call before the next is offered."""
    retry_missed_s: Seconds = 30.0
    """An agent who missed a call is not offered this queue's calls for so long."""
    missed_limit: Count = 3
    """After this many missed calls in a row the agent is not-ready (`missed-calls`)."""
    music: str = "default"
    """Music while waiting."""
    announce_every_s: Seconds = 30.0
    """Position and expected wait; 0: never."""
    announce_first_s: Seconds = 8.0
    """How long after the call arrived the first announcement comes."""
    expected_wait: bool = True
    """Say the expected wait with the position."""
    announce_agent: bool = True
    """Say the agent's number to the caller where the agent has one."""
    max_wait_s: Seconds = 300.0
    """Then overflow; 0: no limit."""
    max_waiting: Count = 50
    """When so many wait already, further callers overflow at once."""
    overflow: str = ""
    """`voicemail:BOX`, `queue:ID`, `extension:NUMBER`, `outside:NUMBER`, `flow:ID`, or empty: hang up."""
    no_agents: Annotated[str, one_of("wait", "overflow")] = "wait"
    """When nobody is signed in: `wait`, or `overflow` at once."""
    exit_key: Key = ""
    """A key that takes the caller out to `overflow`."""
    record: bool = True
    """Record conversations of this queue."""
    consent: PromptId = ""
    """Prompt that must have ended before a frame is recorded; empty: none wanted."""
    retention_days: DaysOrSites = -1
    """Recordings of this queue older than this are deleted; 0: never, -1: as the site says."""
    service_level_s: Seconds = 20.0
    """Answered within this time counts for the service level."""
    skills: dict[str, Level] = field(default_factory=dict)
    """Least level an agent needs, by skill."""
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    """Calls of a higher one are served first wherever an agent serves both."""
