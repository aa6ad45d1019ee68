"""What somebody does at a SIP telephone."""

from __future__ import annotations

from msgspec import Struct


class Lifted(Struct, frozen=True):
    """The handset is taken off-hook."""


class HungUp(Struct, frozen=True):
    """The handset is put down."""


class Flashed(Struct, frozen=True):
    """The R key: the hold key of a telephone with one call, the line keys of one with two."""


class Keyed(Struct, frozen=True):
    """One key of the pad."""

    key: str


class TransferKeyed(Struct, frozen=True):
    """The transfer key, with the number keyed after it; empty: both calls of the telephone are joined."""

    number: str


class Declined(Struct, frozen=True):
    """The key that refuses a call which rings."""


class TimePassed(Struct, frozen=True):
    """`deadline_us` is due."""
