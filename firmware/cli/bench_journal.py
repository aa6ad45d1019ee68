"""`tipring bench journal`: inputs a second, decided, put into the ring and written to synced segments."""

from __future__ import annotations

import heapq
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from drivers.clock import MonotonicClock
from firmware.config.schema import Agent, Card, Config, Extension, Flow, Line, Node, Queue
from firmware.engine.engine import Engine
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import journal
from firmware.protocol.inputs import AnyInput, ConfigApplied, FromSwitch, Started, TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.names import HangUpSign, Presentation
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder
from firmware.recorder.segments import read_records

SECOND_US = 1_000_000
LINES = 4
TARGET_PER_SECOND = 5000
_STEP_RECORDS = 64
"""The recorder is given its turn after so many; a second of wall time is a sync."""


def run(seconds: float = 5.0, inputs: int = 0) -> dict[str, Any]:
    """For `seconds`, or for so many `inputs`: one process does both the engine's and the recorder's work."""
    clock = MonotonicClock()
    with tempfile.TemporaryDirectory(prefix="tipring-bench-") as directory:
        ring = Ring.in_memory(8 << 20)
        recorder = Recorder(ring, Ring.in_memory(1 << 16), Path(directory))
        began_us = clock.now_us()
        until_us = began_us + round(seconds * SECOND_US)
        records = facts = size = 0
        for record in _decided():
            data = journal.encode(record)
            ring.put(data)
            records, facts, size = records + 1, facts + len(record.facts), size + len(data)
            if records % _STEP_RECORDS == 0:
                now_us = clock.now_us()
                recorder.step(now_us)
                if inputs <= records if inputs else now_us >= until_us:
                    break
        recorder.close(clock.now_us())
        took_s = (clock.now_us() - began_us) / SECOND_US
        read = sum(1 for _ in read_records(Path(directory) / "journal"))
    return {
        "inputs": records,
        "seconds": round(took_s, 3),
        "inputs_per_second": round(records / took_s),
        "us_per_input": round(took_s / records * 1e6, 1),
        "facts": facts,
        "bytes_per_input": round(size / records),
        "syncs": recorder.syncs,
        "read_back": read,
        "refused": ring.refused,
        "target": TARGET_PER_SECOND,
        "held": records / took_s >= TARGET_PER_SECOND and read == records,
    }


def text(figures: dict[str, Any]) -> str:
    """For people."""
    return (
        f"{figures['inputs_per_second']} inputs a second decided and journalled (wanted {figures['target']}):"
        f" {figures['us_per_input']} µs and {figures['bytes_per_input']} bytes each,"
        f" {figures['syncs']} syncs, {figures['read_back']} of {figures['inputs']} read back"
    )


def _decided() -> Iterator[Record]:
    """An endless working day of a small office, as fast as it is asked for."""
    office = _Office(Engine("bench"))
    for at_us, given in office.inputs():
        record = office.engine.take(given, at_us)
        if record is None:
            continue
        for command in record.commands:
            office.carry_out(command, at_us)
        yield record


class _Office:
    """Four lines whose callers return, four agents who answer: what the switch would tell the engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._order = itertools.count()
        self._numbers = itertools.count(1)
        self._due: list[tuple[int, int, e.AnySwitchEvent]] = []
        for line in range(LINES):
            self._call(line, (line + 1) * SECOND_US)

    def inputs(self) -> Iterator[tuple[int, AnyInput]]:
        yield 0, Started(1)
        yield 0, ConfigApplied(1, "bench", msgspec.json.encode(_config()).decode())
        while True:
            at_us, _, event = self._due[0]
            deadline_us = self.engine.deadline_us
            if deadline_us is not None and deadline_us <= at_us:
                yield deadline_us, TimeReached()
                continue
            heapq.heappop(self._due)
            yield at_us, FromSwitch(1, next(self._numbers), event)

    def carry_out(self, command: c.AnySwitchCommand, at_us: int) -> None:
        port, tick = command.port, at_us // 20_000
        match command:
            case c.Play(play=play, repeat=False):
                self._soon(e.PlayEnded(port=port, at_us=at_us + 2 * SECOND_US, play=play))
            case c.Ring():
                self._soon(e.TelephoneSeized(port=port, at_us=at_us + 3 * SECOND_US))
            case c.Record(recording=recording):
                self._soon(e.TapeBegan(port=port, at_us=at_us + 20_000, recording=recording, tick=tick + 1))
                self._hang_up(port, at_us + 20 * SECOND_US)
            case c.StopRecord(recording=recording):
                self._soon(e.TapeEnded(port=port, at_us=at_us + 20_000, recording=recording, tick=tick + 1))
            case _:
                pass

    def _call(self, line: int, at_us: int) -> None:
        for count in (1, 2):
            self._soon(e.LineRang(port=line, at_us=at_us + (count - 1) * 5 * SECOND_US, count=count))
        self._soon(
            e.CallerIdReceived(
                port=line,
                at_us=at_us + 2 * SECOND_US,
                number=f"1380013{at_us % 10_000:04d}",
                name="",
                presentation=Presentation.ALLOWED,
                form="fsk-mdmf",
            )
        )

    def _hang_up(self, line: int, at_us: int) -> None:
        self._soon(e.FarEndReleased(port=line, at_us=at_us, sign=HangUpSign.BUSY_TONE))
        for phone in range(LINES, 2 * LINES):
            self._soon(e.TelephoneReleased(port=phone, at_us=at_us + SECOND_US + phone))
        self._call(line, at_us + 5 * SECOND_US)

    def _soon(self, event: e.AnySwitchEvent) -> None:
        heapq.heappush(self._due, (event.at_us, next(self._order), event))


def _config() -> Config:
    names = [str(801 + agent) for agent in range(LINES)]
    return Config(
        cards=(Card(name="hat", slots=("fxo",) * LINES + ("fxs",) * LINES),),
        lines=tuple(
            Line(name=f"line-{slot}", card="hat", slot=slot, flow="main", answer_after_rings=2)
            for slot in range(1, LINES + 1)
        ),
        extensions=tuple(
            Extension(number=name, card="hat", slot=LINES + 1 + place, agent=name)
            for place, name in enumerate(names)
        ),
        agents=tuple(Agent(id=name, queues=("sales",)) for name in names),
        queues=(Queue(id="sales", wrap_up_s=2.0, announce_agent=False),),
        flows=(
            Flow(
                id="main",
                start="hello",
                nodes=(
                    Node(id="hello", kind="play", prompt="welcome", next="sales"),
                    Node(id="sales", kind="queue", queue="sales"),
                ),
            ),
        ),
    )
