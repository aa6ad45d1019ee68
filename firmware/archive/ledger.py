"""The ledger: every answered second of every call has audio or a stated reason, or it stands there as
unexplained.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from msgspec import Struct

EDGE_US = 120_000
"""A port is taped from the next tick on: a piece this short beside a recording is its edge."""
UNEXPLAINED = "unexplained"
EDGE = "edge"

Span = tuple[int, int]
"""Box time, from and to (excluded), in microseconds."""


class Tape(Struct, frozen=True):
    """A recording's audio. `paused` are stretches of taped silence."""

    recording: str
    leg: int
    span: Span
    gaps: tuple[tuple[Span, str], ...] = ()
    paused: tuple[Span, ...] = ()


class Reason(Struct, frozen=True):
    """Why there is no audio from `at_us` on; empty: audio is meant to be there."""

    at_us: int
    leg: int
    reason: str


class Entry(Struct, frozen=True):
    """One stretch of a call: covered by a recording, or without audio for a reason."""

    call: int
    leg: int
    from_us: int
    to_us: int
    covered_by: str = ""
    reason: str = ""


class Balance(Struct, frozen=True):
    """Answered time is the sum of the others, exactly. Seconds."""

    answered_s: float
    audio_s: float
    reasons_s: dict[str, float]
    unexplained_s: float

    @property
    def balances(self) -> bool:
        return self.unexplained_s == 0


def entries(call: int, answered: Span, tapes: Sequence[Tape], reasons: Sequence[Reason]) -> list[Entry]:
    """The whole answered span in order, without holes or overlaps."""
    found: list[Entry] = []
    for start, end in _stretches(answered, tapes, reasons):
        leg, covered_by, reason = _account(start, tapes, reasons)
        last = found[-1] if found else None
        if last and (last.leg, last.covered_by, last.reason) == (leg, covered_by, reason):
            found[-1] = Entry(call, leg, last.from_us, end, covered_by, reason)
        else:
            found.append(Entry(call, leg, start, end, covered_by, reason))
    return [_as_edge(entry, index, found, tapes) for index, entry in enumerate(found)]


def balance(all_entries: Iterable[Entry]) -> Balance:
    answered = audio = unexplained = 0
    reasons: dict[str, int] = {}
    for entry in all_entries:
        length = entry.to_us - entry.from_us
        answered += length
        if entry.covered_by:
            audio += length
        elif entry.reason == UNEXPLAINED:
            unexplained += length
        else:
            reasons[entry.reason] = reasons.get(entry.reason, 0) + length
    stated = {reason: length / 1e6 for reason, length in sorted(reasons.items())}
    return Balance(answered / 1e6, audio / 1e6, stated, unexplained / 1e6)


def _stretches(answered: Span, tapes: Sequence[Tape], reasons: Sequence[Reason]) -> list[Span]:
    """The answered span, cut wherever anything begins or ends."""
    edges = {reason.at_us for reason in reasons}
    for tape in tapes:
        for span in (tape.span, *(span for span, _ in tape.gaps), *tape.paused):
            edges.update(span)
    inside = sorted({*answered, *(edge for edge in edges if answered[0] < edge < answered[1])})
    return list(itertools.pairwise(inside))


def _account(at_us: int, tapes: Sequence[Tape], reasons: Sequence[Reason]) -> tuple[int, str, str]:
    """Leg, recording and reason at one instant."""
    gap = None
    for tape in tapes:
        if not tape.span[0] <= at_us < tape.span[1]:
            continue
        why = next((reason for (start, end), reason in tape.gaps if start <= at_us < end), "")
        if not why and any(start <= at_us < end for start, end in tape.paused):
            why = "paused"
        if not why:
            return tape.leg, tape.recording, ""
        gap = gap or (tape.leg, "", why)
    if gap:
        return gap
    stated = [reason for reason in reasons if reason.at_us <= at_us]
    if not stated or not stated[-1].reason:
        return (stated[-1].leg if stated else 0), "", UNEXPLAINED
    return stated[-1].leg, "", stated[-1].reason


def _as_edge(entry: Entry, index: int, among: list[Entry], tapes: Sequence[Tape]) -> Entry:
    """An unexplained piece of a tick or some beside anything explained is where the one became the other.

    Within a recording there are no edges: there every tick counts.
    """
    short = entry.to_us - entry.from_us <= EDGE_US
    if not short or entry.reason != UNEXPLAINED or len(among) == 1:
        return entry
    if any(tape.span[0] <= entry.from_us < tape.span[1] for tape in tapes):
        return entry
    beside = among[index - 1] if index else among[index + 1]
    return Entry(entry.call, entry.leg or beside.leg, entry.from_us, entry.to_us, "", EDGE)
