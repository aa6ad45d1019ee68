"""May this version take the living calls up? Tried beside the engine that runs, before anything is handed over."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from firmware.engine.engine import Engine
from firmware.engine.essence import digest
from firmware.engine.process.handover import Handover
from firmware.engine.process.recovery import recover
from firmware.engine.state import SCHEMA, UnknownSnapshot, freeze, thaw
from firmware.protocol.facts import InputPassedOver
from firmware.protocol.journal import Record
from firmware.protocol.ring import Ring
from firmware.version import VERSION


class Trial(Struct, frozen=True):
    """What came of it. Not able: `reason` is a word of ours, `detail` what was seen."""

    able: bool
    reason: str = ""
    detail: str = ""
    version: str = VERSION
    schema: int = SCHEMA
    decided: int = 0
    """Of the newest inputs, how many were decided upon once more: new rules must not choke on them."""
    alike: int = 0
    """Of those, how many led to the same facts: new rules may differ, and only from now on."""


def try_out(handover: Handover, data: Path, journal_ring: Ring, box: str) -> Trial:
    """Restores the state handed over, then recovers from disk and ring as after a death, and decides again."""
    try:
        state = thaw(handover.state)
        records = handover.records()
    except (UnknownSnapshot, msgspec.MsgspecError) as error:
        return Trial(False, "unreadable", str(error))
    if digest(state) != handover.essence:
        return Trial(False, "meaning-changed", "calls, agents or timers would not be what they are")
    try:
        Engine(box, thaw(freeze(state)))
        recovered = recover(data, journal_ring, box)
        decided, alike, poison = _decide_again(box, handover.base, records)
    except Exception as error:  # noqa: BLE001 - whatever it is, this version must not take over
        return Trial(False, "fails", f"{type(error).__name__}: {error}")
    if poison:
        return Trial(False, "passes-over", f"{poison} of {decided} inputs could not be decided upon")
    if recovered.damage.snapshots:
        return Trial(False, "unreadable", "; ".join(recovered.damage.refused))
    return Trial(True, decided=decided, alike=alike)


def _decide_again(box: str, base: bytes, records: list[Record]) -> tuple[int, int, int]:
    """(decided, alike, passed over): the inputs after `base`, each upon the state the former ones led to."""
    if not base:
        return 0, 0, 0
    engine = Engine(box, thaw(base))
    decided = alike = poison = 0
    for record in records:
        if (record.epoch, record.number) <= (engine.epoch, engine.number):
            continue
        made = engine.take(record.input, record.at_us)
        facts = made.facts if made is not None else ()
        decided += 1
        alike += facts == record.facts
        poison += any(isinstance(fact, InputPassedOver) for fact in facts) and not any(
            isinstance(fact, InputPassedOver) for fact in record.facts
        )
    return decided, alike, poison
