"""The figures of one endpoint as people are shown them."""

from __future__ import annotations

from firmware.jobs.webhooks.items import Item
from firmware.jobs.webhooks.patience import Input, Patience
from firmware.jobs.webhooks.standing import LATEST, MOST_ASIDE, Delivery, Standing


class Ledger:
    """Wall times are Unix microseconds."""

    def __init__(self, told: Standing) -> None:
        self.told = told

    def ended(self, given: Input, one: Delivery) -> None:
        """One try of the event whose turn it is."""
        told = self.told
        if given is Input.TAKEN:
            told.delivered, told.taken_at = told.delivered + 1, one.at
            told.waiting = max(0, told.waiting - 1)
        else:
            told.failures, told.failed_at, told.reason = told.failures + 1, one.at, one.reason
        if given is Input.SET_ASIDE:
            told.set_aside += 1
            told.aside = (one, *told.aside)[:MOST_ASIDE]
        if given is not Input.FAILED:
            told.latest = (one, *told.latest)[:LATEST]

    def once(self, one: Delivery) -> None:
        """A test, or an event that was sent again."""
        told = self.told
        told.latest = (one, *told.latest)[:LATEST]
        if not one.reason:
            told.taken_at = one.at
            told.aside = tuple(kept for kept in told.aside if kept.id != one.id)

    def paused(self, offset_us: int, patience: Patience, item: Item) -> None:
        """`offset_us`: Unix time minus box time."""
        told, failing_us, next_us = self.told, patience.failing_us, patience.deadline
        told.failing_at = failing_us + offset_us if failing_us is not None else 0
        told.next_at = next_us + offset_us if next_us is not None else 0
        told.oldest_at = item.at_us + offset_us if failing_us is not None else 0
        told.waiting = max(told.waiting, int(failing_us is not None))

    def waits(self, found: int, *, more: bool) -> None:
        self.told.waiting, self.told.waiting_more = found, more

    def gave_up(self) -> None:
        self.told.given_up += 1
