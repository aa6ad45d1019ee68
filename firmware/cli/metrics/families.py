"""Metric families read off the structs of the status files: a field that is added there is a metric here.

The name says role and field; units in field names become base units (`_us` to `_seconds`), percentiles become the
label `quantile`, the field's docstring is the help text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from firmware.cli.metrics.fields import fields_of, home_of

COUNTED = frozenset({
    "ticks", "late_ticks", "seconds_not_counted", "engine_connections", "events_lost", "garbled_frames",
    "repeated_commands", "misfit_commands", "missing_prompts", "tape_lost_blocks", "slips", "inputs", "repeats",
    "passed_over", "ring_waits", "ring_waited_us", "orders_taken", "orders_refused", "order_clients_let_go",
    "records_refused", "blocks_refused", "records", "blocks", "syncs", "bytes_written", "failures", "guardian_starts",
    "deaths", "hangs", "over_memory", "overtaken_commands", "last_resort_calls",
    "taken", "cut", "journal_gaps", "oddities", "bad_blocks", "torn", "purged_recordings", "purged_calls",
    "done", "failed", "timed_out", "unknown", "mails_failed",
    "logins", "refused_logins", "refused_connections", "gate_orders", "dropped",
    "switch_connections", "requests", "log_in_failures", "bans", "unanswered", "refused_calls", "garbled_packets",
    "unsent", "connections_refused", "foreign_audio", "misfits", "errors", "troubles", "late_blocks", "skipped_blocks",
    "alone_blocks", "line_minutes_lost",
})  # fmt: skip
"""Fields that only grow while their process lives: counters. Everything else goes up and down."""
UNITS = {"us": ("seconds", 1e-6), "ms": ("seconds", 1e-3), "s": ("seconds", 1.0), "kib": ("bytes", 1024.0)}
RATIOS = frozenset({"fill", "used"})
BY_ROLE = "role"


class Shape(StrEnum):
    """How a field becomes samples."""

    NUMBER = "number"
    WORD = "word"
    """One sample of value 1 whose label is the word; none for an empty one."""
    WORDS = "words"
    """How many there are."""
    TABLE = "table"
    """One sample for each key."""


class Family(Struct, frozen=True):
    """One field of a status file. Fields that differ in their percentile alone share a `name`."""

    name: str
    kind: str
    """`counter` or `gauge`."""
    help: str
    path: tuple[str, ...]
    """Where the field is in the file."""
    shape: Shape
    label: str = ""
    quantile: str = ""
    scale: float = 1.0


def families(role: str, module: str, name: str) -> list[Family]:
    """All of the struct `name` of `module`, in its order."""
    return list(_families(module, name, f"tipring_{role}", ()))


def _families(module: str, name: str, prefix: str, path: tuple[str, ...]) -> Iterator[Family]:
    for field in fields_of(module, name):
        here = (*path, field.name)
        home = home_of(module, field.type)
        if home is not None:
            yield from _families(home, field.type, f"{prefix}_{field.name}", here)
            continue
        shape = _shape(field.type)
        if shape is not None:
            yield _family(field.name, prefix, here, shape, field.says)


def _shape(kind: str) -> Shape | None:
    if kind in {"int", "float", "bool"}:
        return Shape.NUMBER
    if kind == "str":
        return Shape.WORD
    if kind in {"dict[str, int]", "dict[str, float]", "dict[str, bool]"}:
        return Shape.TABLE
    return Shape.WORDS if kind.startswith(("tuple[", "list[")) else None


def _family(field: str, prefix: str, path: tuple[str, ...], shape: Shape, says: str) -> Family:
    counted = field in COUNTED
    words, scale, quantile = _renamed(field)
    name = f"{prefix}_{words}"
    if shape is Shape.WORDS:
        name += "_count"
    if counted:
        name += "_total"
    label = {Shape.WORD: field, Shape.TABLE: _key_label(field)}.get(shape, "")
    help_text = says or field.replace("_", " ").capitalize() + "."
    return Family(name, "counter" if counted else "gauge", help_text, path, shape, label, quantile, scale)


def _key_label(field: str) -> str:
    """What the keys of a table are: names of errors with `failures`, roles everywhere else."""
    return "error" if field == "failures" else BY_ROLE


def _renamed(field: str) -> tuple[str, float, str]:
    """The field's name with base units, the factor to them, the quantile."""
    tokens = field.split("_")
    quantile, scale, unit = "", 1.0, ""
    kept: list[str] = []
    for place, word in enumerate(tokens):
        if word[:1] == "p" and word[1:].isdigit():
            quantile = f"{float('0.' + word[1:]):g}"
        elif word == "s" and tokens[place - 1 : place] == ["per"]:
            kept.append("second")
        elif word in UNITS and place:
            unit, scale = UNITS[word]
        else:
            kept.append(word)
    if RATIOS & set(tokens) and not unit:
        unit = "ratio"
    return "_".join([*kept, unit] if unit else kept), scale, quantile


def values(family: Family, told: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], float]]:
    """Samples of a family in a status file's content; none where the file says nothing of it."""
    value: Any = told
    for key in family.path:
        value = value.get(key) if isinstance(value, Mapping) else None
    labels = {"quantile": family.quantile} if family.quantile else {}
    match family.shape, value:
        case Shape.NUMBER, bool() | int() | float():
            yield labels, float(value) * family.scale
        case Shape.WORD, str() if value:
            yield {**labels, family.label: value}, 1.0
        case Shape.WORDS, list():
            yield labels, float(len(value))
        case Shape.TABLE, Mapping():
            for key, one in sorted(value.items()):
                if isinstance(one, int | float):
                    yield {**labels, family.label: str(key)}, float(one) * family.scale
