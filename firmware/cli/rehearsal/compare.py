"""A full rehearsal against a fast one of the same scenario: which calls ended otherwise, and by how little."""

from __future__ import annotations

from collections.abc import Iterable

from firmware.cli.rehearsal.result import Json

SAME_CALL_S = 15.0
"""Both models offer a call at the same time but for detection."""
TOTALS_WITHIN = 0.02
"""Of the offered calls, for each outcome."""
MARGIN_S = 1.0
NOT_OFFERED = "line busy"


def compare(full: Json, fast: Json) -> Json:
    """`close` when totals agree within 2 % of offered and every call that differs was decided by less than 1 s."""
    pairs, only_full, only_fast = _pairs(_offered(full), _offered(fast))
    differing = [_difference(one, other) for one, other in pairs if one["outcome"] != other["outcome"]]
    differing += [_blocked(call, pairs, 0) for call in only_full]
    differing += [_blocked(call, pairs, 1) for call in only_fast]
    furthest = max(abs(full["totals"][name] - fast["totals"][name]) for name in full["totals"])
    share = furthest / max(1, full["totals"]["offered"])
    return {
        "scenario": full["scenario"],
        "totals": {name: [full["totals"][name], fast["totals"][name]] for name in full["totals"]},
        "furthest_percent": round(100 * share, 2),
        "differing": differing,
        "close": share <= TOTALS_WITHIN and all(one["margin_s"] < MARGIN_S for one in differing),
    }


def compare_text(found: Json) -> str:
    lines = [f"{'':20}  full  fast"]
    lines += [f"{name:20}  {full:4}  {fast:4}" for name, (full, fast) in found["totals"].items()]
    lines.append(f"furthest apart: {found['furthest_percent']} % of offered")
    for one in found["differing"]:
        lines.append(
            f"call {one['call']} from {one['from'] or 'nobody'} at {one['offered_at']:.1f} s: {one['full']} in full, "
            f"{one['fast']} in fast; decided by {one['margin_s']:.2f} s"
        )
    return "\n".join(lines)


def _offered(report: Json) -> list[Json]:
    return [call for call in report["calls"] if call["direction"] == "inbound"]


def _pairs(
    full: Iterable[Json], fast: Iterable[Json]
) -> tuple[list[tuple[Json, Json]], list[Json], list[Json]]:
    """Calls of one caller offered at about the same time; and those of either that found no partner."""
    left = list(fast)
    pairs, alone = [], []
    for call in full:
        partner = next((other for other in left if _same(call, other)), None)
        if partner is None:
            alone.append(call)
        else:
            left.remove(partner)
            pairs.append((call, partner))
    return pairs, alone, left


def _same(one: Json, other: Json) -> bool:
    return bool(one["from"] == other["from"] and abs(one["offered_at"] - other["offered_at"]) < SAME_CALL_S)


def _difference(full: Json, fast: Json) -> Json:
    """The margin lies between what decided here and what decided there: an answer, or the caller's release."""
    return {
        "call": full["id"],
        "from": full["from"],
        "offered_at": full["offered_at"],
        "full": full["outcome"],
        "fast": fast["outcome"],
        "margin_s": round(abs(_decided_at(full) - _decided_at(fast)), 3),
    }


def _blocked(call: Json, pairs: list[tuple[Json, Json]], side: int) -> Json:
    """A caller who found the line free in one model and busy in the other: decided by when the call before let it go.

    `side` is 0 for a call of the full run. Without such a call before it the margin is without bounds.
    """
    before = [pair for pair in pairs if pair[side]["line"] == call["line"] and pair[side]["id"] < call["id"]]
    margin_s = abs(_released_at(before[-1][0]) - _released_at(before[-1][1])) if before else float("inf")
    outcomes = [call["outcome"], NOT_OFFERED]
    return {
        "call": call["id"],
        "from": call["from"],
        "offered_at": call["offered_at"],
        "full": outcomes[side],
        "fast": outcomes[1 - side],
        "margin_s": round(margin_s, 3),
    }


def _released_at(call: Json) -> float:
    return float("inf") if call["released_at"] is None else float(call["released_at"])


def _decided_at(call: Json) -> float:
    times = (call["answered_at"], call["released_at"], call["offered_at"])
    return float(next(at for at in times if at is not None))
