"""Webhooks: who is told by HTTP what happens."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import Part, one_of
from firmware.stream.vocabulary import NAMES

EventName = Annotated[str, one_of(*NAMES)]


class Webhook(Part, frozen=True):
    """A program somewhere that is told what happens, by a signed POST for each event (docs/api.md)."""

    name: Annotated[str, Meta(extra={"defines": "webhook", "form": "name"})]
    """What the page of programs calls it. Its secret is made there, and is kept under this name."""
    url: str
    """Where it is told; `[jobs]` says which networks, schemes and ports may be reached."""
    events: tuple[EventName, ...] = ()
    """What it is told of; empty: everything."""
    enabled: bool = True
    """Tell it. What happens while it is not told is told when it is again, as long as the journal goes back."""
