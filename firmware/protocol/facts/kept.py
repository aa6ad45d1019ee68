"""Erasure, legal holds, access: what is kept and who saw it."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact

# -- what is kept -----------------------------------------------------------------------------------


class ErasureOrdered(Fact, frozen=True, tag=True):
    """Whatever is known of a number, up to now, shall go; `marks` are keyed hashes of its forms."""

    erasure: str
    author: str
    why: str
    marks: tuple[str, ...]
    at_once: bool = False


class RecordsErased(Fact, frozen=True, tag=True):
    """The records and files of an erasure are gone: personal data of so many calls, so many recordings."""

    erasure: str
    calls: int
    recordings: int


class HoldPlaced(Fact, frozen=True, tag=True):
    """A legal hold: neither erased nor purged till it is released. On a call, a recording, or a number (`marks`)."""

    hold: str
    author: str
    why: str
    call: int = 0
    recording: str = ""
    marks: tuple[str, ...] = ()
    shown: str = ""


class HoldReleased(Fact, frozen=True, tag=True):
    """The hold is over."""

    hold: str
    author: str
    why: str


class RecordingsAccessed(Fact, frozen=True, tag=True):
    """Somebody took recordings out or heard them; `action` is `export` or `listen`."""

    access: str
    author: str
    action: str
    recordings: tuple[str, ...]
    why: str = ""


class CallersForgotten(Fact, frozen=True, tag=True):
    """Who served a number last, and whether it gave up, is known no longer where that happened till `until_us`."""

    until_us: int


KeptFact = ErasureOrdered | RecordsErased | HoldPlaced | HoldReleased | RecordingsAccessed | CallersForgotten
