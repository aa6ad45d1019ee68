"""How a country's exchange rings a line and where the caller ID goes, as a plan of instants."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from msgspec import Struct

from drivers.countries import CallerIdForm, CountryProfile


class Step(Enum):
    BURST = auto()
    PAUSE = auto()
    REVERSE = auto()
    RESTORE = auto()
    ALERT = auto()
    CALLER_ID = auto()


class Instant(Struct, frozen=True):
    after_us: int
    """From the offer."""
    step: Step


def plan(profile: CountryProfile, form: CallerIdForm, message_us: int) -> Iterator[Instant]:
    """All that happens on a line that is rung, for ever; the caller ID lasts `message_us` (0: none)."""
    sent = form.offered and message_us > 0
    start_us = 0
    if sent and form.when == "before-ring":
        yield from _before(form)
        start_us = message_start_us(form) + message_us + form.ring_after_ms * 1000
        if form.reversal:
            yield Instant(start_us, Step.RESTORE)
    yield from _bursts(profile, form, start_us, sent and form.when == "between-rings")


def message_start_us(form: CallerIdForm) -> int:
    """`before-ring`: from the offer to the first bit or digit."""
    alert_ms = form.alert_after_ms + form.alert_ms if form.alert else 0
    return (alert_ms + form.message_after_ms) * 1000


def _before(form: CallerIdForm) -> Iterator[Instant]:
    if form.reversal:
        yield Instant(0, Step.REVERSE)
    if form.alert:
        yield Instant(form.alert_after_ms * 1000, Step.ALERT)
    yield Instant(message_start_us(form), Step.CALLER_ID)


def _bursts(profile: CountryProfile, form: CallerIdForm, start_us: int, between: bool) -> Iterator[Instant]:
    at_us = start_us
    cadence = profile.ring_cadence_ms
    pairs = list(zip(cadence[::2], cadence[1::2], strict=True))
    first = True
    while True:
        for i, (on_ms, off_ms) in enumerate(pairs):
            yield Instant(at_us, Step.BURST)
            at_us += on_ms * 1000
            yield Instant(at_us, Step.PAUSE)
            if between and first and i == len(pairs) - 1:
                yield Instant(at_us + form.message_after_ms * 1000, Step.CALLER_ID)
            at_us += off_ms * 1000
        first = False
