"""Opening hours."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Date, Day, Part, Span


class Hours(Part, frozen=True):
    """When it is open."""

    id: Annotated[str, Meta(extra={"defines": "hours", "form": "name"})]
    """What flows call it."""
    open: dict[Day, tuple[Span, ...]] = field(default_factory=dict)
    """Day (`mon` .. `sun`) to spans `08:30-12:00`, in the site's zone."""
    holidays: tuple[Date, ...] = ()
    """Dates `2026-10-01` on which it is closed."""
