"""Classes of service: who may call where, when, how long, and at whose cost."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import Digits, HoursId, Part, one_of

Reach = Annotated[str, one_of("local", "service", "national", "international", "premium")]
Beginning = Annotated[str, Meta(extra={"form": "beginning"})]
ClassId = Annotated[str, Meta(extra={"refers": "class"})]
Minutes = Annotated[int, Meta(ge=0, le=44_640)]
Money = Annotated[float, Meta(ge=0, le=1_000_000)]


class Class(Part, frozen=True):
    """What telephones of one class of service may do outside; inside calls and emergency calls always work."""

    id: Annotated[str, Meta(extra={"defines": "class", "form": "name"})]
    """What extensions call it."""
    may_call: tuple[Reach, ...] = ("local", "service", "national")
    """Kinds of numbers; `international` and `premium` have to be given."""
    allow: tuple[Beginning, ...] = ()
    """Beginnings of numbers, `+86 21` or as dialled, that may be called whatever their kind. The longest decides."""
    deny: tuple[Beginning, ...] = ()
    """Beginnings of numbers that may not be called whatever their kind. The longest of both lists decides."""
    hours: HoursId = ""
    """When it may call outside; empty: always. While the box does not know the time it may not."""
    pin: Digits = ""
    """Digits asked for before a call outside; feature `unlock` asks for them too."""
    pin_for: tuple[Reach, ...] = ()
    """Kinds of numbers the PIN is asked for; empty: all outside."""
    needs_account: bool = False
    """An account code must be given before a call outside (feature `account`)."""
    call_minutes: Minutes = 0
    """Longest call outside; 0: only the box's own limit of four hours."""
    day_minutes: Minutes = 0
    """Talk outside of one telephone in a day, all its calls together; 0: no limit."""
    day_cost: Money = 0.0
    """Cost of one telephone's calls in a day, by the routes' prices; 0: no limit."""


class Account(Part, frozen=True):
    """A matter calls are booked on."""

    code: Annotated[str, Meta(extra={"defines": "account", "form": "digits"})]
    """What is keyed after the feature code `account`."""
    name: str = ""
    """Customer, project or department."""
