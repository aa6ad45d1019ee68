"""What a search form or a shared address asks for. What cannot be read is named and left out, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from msgspec import Struct

from firmware.protocol.names import Direction, Outcome
from firmware.store.calls.numbers import NumberMatch, plain
from firmware.store.calls.wanted import After, Order, Span, Wanted
from firmware.store.days import bounds

FIELDS = (
    "from", "to", "direction", "outcome", "queue", "agent", "extension", "number", "how", "name", "wait-least",
    "wait-most", "talk-least", "talk-most", "recorded", "voicemail", "order",
)  # fmt: skip
FEW_DIGITS = 7
"""So few may be any part of a number."""
LONGEST = 100
MOST_S = 1e7
_AFTER = re.compile(r"(\d{1,18})(?::(\d{1,9}(?:\.\d{1,9})?))?", re.ASCII)
Value = TypeVar("Value")


class Asked(Struct, frozen=True):
    given: dict[str, str]
    """Fields with something in them, as they came: for the form, and for addresses."""
    wanted: Wanted
    after: After | None
    faults: tuple[str, ...]
    """Fields that could not be read."""


class _Reader:
    def __init__(self, values: Mapping[str, str]) -> None:
        self.given = {
            name: text
            for name in FIELDS
            if (text := values.get(name, "").strip()[:LONGEST].replace("\0", ""))
        }
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        return self.given.get(name, "")

    def read(self, name: str, how: Callable[[str], Value]) -> Value | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return how(text)
        except (ValueError, OverflowError):
            self.faults.append(name)
            return None


def asked(values: Mapping[str, str], zone: str) -> Asked:
    """`zone` is the site's: days begin at its midnight."""
    form = _Reader(values)
    outcome = form.read("outcome", Outcome)
    wanted = Wanted(
        from_at=form.read("from", lambda text: bounds(date.fromisoformat(text), zone)[0]),
        to_at=form.read("to", lambda text: bounds(date.fromisoformat(text), zone)[1]),
        direction=form.read("direction", Direction),
        outcomes=frozenset((outcome,) if outcome else ()),
        queue=form.text("queue"),
        agent=form.text("agent"),
        extension=form.text("extension"),
        number=form.text("number"),
        number_as=form.read("how", NumberMatch) or _usual(form.text("number")),
        name=form.text("name"),
        wait=_span(form, "wait"),
        talk=_span(form, "talk"),
        recorded=form.read("recorded", _yes_or_no),
        voicemail=form.read("voicemail", _yes_or_no),
        order=form.read("order", Order) or Order.NEWEST,
    )
    return Asked(form.given, wanted, _after(values.get("after", "")), tuple(form.faults))


def page_of(after: After) -> str:
    """As it stands in an address."""
    return f"{after.call}:{after.seconds:.9f}"


def presets(today: date) -> dict[str, tuple[str, str]]:
    """Name → first and last day; empty: open."""
    monday = today - timedelta(days=today.weekday())
    spans = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "this-week": (monday, today),
        "last-week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this-month": (today.replace(day=1), today),
    }
    return {name: (first.isoformat(), last.isoformat()) for name, (first, last) in spans.items()}


def _usual(number: str) -> NumberMatch:
    return NumberMatch.PART if 0 < len(plain(number)) < FEW_DIGITS else NumberMatch.WHOLE


def _span(form: _Reader, name: str) -> Span:
    return Span(form.read(f"{name}-least", _seconds), form.read(f"{name}-most", _seconds))


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or not 0 <= value <= MOST_S:
        raise ValueError(text)
    return value


def _yes_or_no(text: str) -> bool:
    return ("no", "yes").index(text) == 1


def _after(text: str) -> After | None:
    found = _AFTER.fullmatch(text)
    return After(int(found[1]), float(found[2] or 0)) if found else None
