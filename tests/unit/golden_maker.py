"""Makes a golden set: snapshots and the journal of an office's two hours, and what each snapshot means.

    make golden            (or: python -m tests.unit.golden_maker)

writes tests/unit/files/golden/SCHEMA/ for the schema of this tree. It is done once for each schema, with a release, and
never again: `tests/unit/test_golden_states.py` holds that every later version understands it.
"""

from __future__ import annotations

import gzip
import json
import struct
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from msgspec import structs

from firmware.cli.files import load_scenario
from firmware.cli.rehearsal.half import DecidingHalf
from firmware.cli.rehearse import rehearse
from firmware.engine.essence import essence
from firmware.engine.state import SCHEMA
from firmware.protocol import journal
from firmware.protocol.inputs import AgentOrder
from firmware.protocol.journal import Record

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent / "files" / "golden"
SECONDS = 7200.0
SNAPSHOTS = 6
APART = 100
"""Records between two snapshots at least: the busiest moments, not six times the same."""
ORDER_EVERY_US = 600_000_000
_LENGTH = struct.Struct("<I")


class Maker:
    """Listens to a rehearsal and keeps what an engine would have kept; takes snapshots after the records `wanted`."""

    def __init__(self, wanted: frozenset[int] = frozenset()) -> None:
        self._wanted = wanted
        self._orders = 0
        self.journal: list[bytes] = []
        self.busy: dict[int, tuple[int, int]] = {}
        self.snapshots: dict[int, bytes] = {}
        self.meanings: dict[int, dict[str, Any]] = {}
        self.last: dict[str, Any] = {}

    def heard(self, half: DecidingHalf, record: Record) -> None:
        state = half.keeper.engine.state
        self.journal.append(journal.encode(record))
        self.last = essence(state)
        self.busy[record.number] = (sum(call.waits for call in state.calls.values()), len(state.legs))
        if record.number in self._wanted:
            self.snapshots[record.number] = half.keeper.engine.snapshot()
            self.meanings[record.number] = self.last

    def order(self, half: DecidingHalf, at_us: int) -> None:
        """Now and then somebody orders something, possible or not."""
        if at_us < (self._orders + 1) * ORDER_EVERY_US:
            return
        self._orders += 1
        agents = sorted(half.keeper.engine.state.agents)
        agent = agents[self._orders % len(agents)] if agents else "nobody"
        do = ("not-ready", "ready", "sing")[self._orders % 3]
        half.keeper.give(AgentOrder(f"order-{self._orders}", "golden", agent, do, "lunch"), at_us)

    def busiest(self) -> frozenset[int]:
        found: list[int] = []
        for number in sorted(self.busy, key=lambda number: (self.busy[number], -number), reverse=True):
            if len(found) < SNAPSHOTS and all(abs(number - one) >= APART for one in found):
                found.append(number)
        return frozenset(found)


def listen(maker: Maker) -> None:
    scenario = load_scenario(ROOT / "hw-sim" / "scenarios" / "small-office.toml")
    scenario = structs.replace(scenario, about=structs.replace(scenario.about, seconds=SECONDS))
    begin, run_until = DecidingHalf.begin, DecidingHalf.run_until

    def began(half: DecidingHalf) -> None:
        half.listeners.append(partial(maker.heard, half))
        begin(half)

    def ran(half: DecidingHalf, at_us: int) -> None:
        maker.order(half, at_us)
        run_until(half, at_us)

    with (
        patch.object(DecidingHalf, "begin", began),
        patch.object(DecidingHalf, "run_until", ran),
        tempfile.TemporaryDirectory() as out,
    ):
        rehearse(scenario, Path(out), fast=True)


def make(target: Path) -> None:
    first = Maker()
    listen(first)
    maker = Maker(first.busiest())
    listen(maker)
    target.mkdir(parents=True, exist_ok=True)
    framed = b"".join(_LENGTH.pack(len(one)) + one for one in maker.journal)
    (target / "journal.gz").write_bytes(gzip.compress(framed, mtime=0))
    for number, state in maker.snapshots.items():
        (target / f"state-{number}.gz").write_bytes(gzip.compress(state, mtime=0))
    told = {"schema": SCHEMA, "records": len(maker.journal), "states": maker.meanings, "end": maker.last}
    (target / "expected.json.gz").write_bytes(gzip.compress(json.dumps(told).encode(), mtime=0))


def read_journal(directory: Path) -> list[bytes]:
    """The encoded records of a golden set, in order."""
    data, found, at = gzip.decompress((directory / "journal.gz").read_bytes()), [], 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        found.append(data[at + _LENGTH.size : at + _LENGTH.size + length])
        at += _LENGTH.size + length
    return found


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN / str(SCHEMA)
    if (wanted / "expected.json.gz").exists():
        sys.exit(f"{wanted} is there: a golden set is made once and never changed")
    make(wanted)
    print(f"{wanted}: {sum(one.stat().st_size for one in wanted.iterdir())} bytes")
