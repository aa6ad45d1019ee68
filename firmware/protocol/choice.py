"""What a waiting call asks for, and why an agent was not chosen: parts of facts."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

CallerKind = Literal["plain", "vip", "foreign", "vip-foreign"]
"""Which kinds of agents come first for a caller."""


class Need(Struct, frozen=True, omit_defaults=True):
    """What the rules made of a call when it came into its queue."""

    skills: dict[str, int] = field(default_factory=dict)
    """Least levels beyond what the queue asks."""
    caller: CallerKind = "plain"
    agent: str = ""
    """Preferred before all others."""
    wait_us: int = 0
    """So long the call is for that agent alone, if at work."""
    because: tuple[str, ...] = ()
    """Rules that fitted, `last-agent` when that is why an agent is preferred."""


class Other(Struct, frozen=True, array_like=True):
    """An agent who was not chosen.

    `reason`: `order`, `level`, `kind`, `preferred` (another one was), `skill`, `resting`, `not-a-member`, or the state
    that kept the agent from it.
    """

    agent: str
    reason: str
    data: str = ""
    """What was compared, such as `zh 40<50`."""
