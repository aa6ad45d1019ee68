"""What people who serve queues may do: pauses and their limits, breathers, listening in."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Count, Part, PromptId, Seconds, one_of


class PauseRule(Part, frozen=True):
    """Limits of one reason for not being ready."""

    reason: Annotated[str, Meta(extra={"form": "name"})]
    """One of `not_ready_reasons` under `[features]`, or what programs give as reason."""
    most_minutes: Annotated[float, Meta(ge=0, le=1440)] = 0.0
    """At once; 0: no limit."""
    most_a_day: Count = 0
    """How often a day; 0: no limit."""
    strict: bool = False
    """Past a limit the agent is ready again, and is not let go more often; else supervisors are told, no more."""


class Positions(Part, frozen=True):
    """Rules for all who serve queues."""

    reason_required: bool = False
    """Not-ready without a reason is refused."""
    breather_s: Seconds = 60.0
    """How long the breather after a hard call lasts; then the agent is ready by itself."""
    breathers_a_day: Count = 6
    """More are refused."""
    monitoring: Annotated[str, one_of("silent", "beep", "prompt")] = "beep"
    """What caller and agent hear when a supervisor begins to listen; the country's law decides."""
    monitoring_prompt: PromptId = "monitoring-notice"
    """With `prompt`: what is said."""
    recording_pause: bool = True
    """Agents may pause the recording of their call, and go on with it."""
    dispositions: tuple[str, ...] = ()
    """Codes by which agents say what became of a call; none: any short word."""
    rules: tuple[PauseRule, ...] = field(default=(), name="rule")
