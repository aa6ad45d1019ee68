"""What the ACD knows, as plain data: it goes into a snapshot as it stands, indices are rebuilt from it."""

from __future__ import annotations

from msgspec import Struct, field

from firmware.protocol.choice import Need, Other
from firmware.protocol.names import AgentState


class Standing(Struct):
    """One agent as the ACD sees him."""

    state: AgentState = AgentState.SIGNED_OUT
    idle_since_us: int = 0
    """Since when he has had nothing to do; a call that only rang does not begin it anew."""
    talk_us: int = 0
    """Talked since the last `reset_talk`: what `least-talk` compares."""
    not_before_us: dict[str, int] = field(default_factory=dict)
    """Queue to the instant before which it does not offer him calls."""
    offered: int = 0
    """Call that rings at him, or 0."""


class Waiting(Struct):
    """One call in a queue, whether it rings somewhere or not."""

    call: int
    queue: str
    priority: int
    at_us: int
    sequence: int
    offered: list[str] = field(default_factory=list)
    """Agents it rings at."""
    need: Need = Need()
    held: str = ""
    """The agent it waits for alone, till `need.wait_us` have passed; empty: for whoever may serve it."""


class AcdState(Struct):
    agents: dict[str, Standing] = field(default_factory=dict)
    calls: dict[int, Waiting] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    """Queue to the agent it offered a call last (round robin)."""
    handled_us: dict[str, list[int]] = field(default_factory=dict)
    """Queue to its latest handle times (talk, hold and wrap-up), newest last."""
    sequence: int = 0
    pressed: dict[str, int] = field(default_factory=dict)
    """Queue to the step of `relax` its expected wait asks for at least."""


class Choice(Struct, frozen=True):
    """Who is to be rung for which call. `agents` is empty when nobody can be, `call` 0 when no call fits."""

    call: int
    queue: str
    agents: tuple[str, ...]
    """In order of preference; more than one only with `ring-all`."""
    why: tuple[str, ...]
    """One sentence of data for each agent, or one that says why there is none."""
    others: tuple[Other, ...] = ()
    """The best of those who were not chosen."""


Offer = Choice
