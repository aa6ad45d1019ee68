"""The gate for tools that speak the Asterisk Manager Interface."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Count, Part, one_of

GateRight = Annotated[str, one_of("read", "originate", "queue")]


class GateToken(Part, frozen=True):
    """One program that may log in at the gate. `tipring gate token NAME` makes these lines and tells the secret."""

    name: Annotated[str, Meta(extra={"defines": "token", "form": "name"})]
    """`Username` of the program; also stands as author in the journal of what it orders."""
    secret: Annotated[str, Meta(extra={"form": "gate-secret"})]
    """A hash of the secret; the secret itself is nowhere in the configuration."""
    rights: tuple[GateRight, ...] = ("read",)
    """`read`: see calls, queues and agents; `originate`: dial, send on, hang up; `queue`: move and pause agents."""


class Gate(Part, frozen=True):
    """A door for tools that speak the Asterisk Manager Interface, on this machine alone (127.0.0.1)."""

    enabled: bool = False
    """Listen at all; a box that runs takes this when it starts again, the tokens at once."""
    port: Annotated[int, Meta(ge=1024, le=65535)] = 5038
    """TCP port on 127.0.0.1; no other address can be given."""
    tokens: tuple[GateToken, ...] = field(default=(), name="token")
    most_clients: Annotated[int, Meta(ge=1, le=64)] = 8
    """So many programs at a time; further connections are closed at once."""
    originate_per_minute: Count = 12
    """So many calls and transfers one token may order in a minute; 0: none."""
