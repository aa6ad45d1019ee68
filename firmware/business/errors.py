"""What the business's memory raises."""

from __future__ import annotations

from firmware.config.faults import Fault
from firmware.store.history import StoreError


class NoBusiness(StoreError, FileNotFoundError):
    """There is no business.db yet."""


class NoSuchContact(StoreError, LookupError):
    """Nobody has this id, or who had it was erased."""

    slug = "no-such-contact"


class ContactChanged(StoreError, ValueError):
    """Somebody else changed the contact meanwhile: look again, then change it."""

    slug = "contact-changed"


class BadContact(StoreError, ValueError):
    """A contact cannot be kept so; `faults` says everything that is wrong with it."""

    slug = "bad-contact"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(one.message for one in faults))
        self.faults = faults
