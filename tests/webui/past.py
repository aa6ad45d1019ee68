"""A house with a morning behind it: calls, one that can be heard, hostile texts where callers put them."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from typing import Protocol

import numpy as np

from drivers.dsp.g711 import DECODERS
from firmware.archive.archive import Archive
from firmware.archive.tracks import recording_path, wav_head
from firmware.protocol.journal import Record
from firmware.protocol.places import Places
from firmware.store.disk import VirtualDisk
from firmware.store.history import open_history, read_history
from tests.unit.reported_day import ZONE, morning
from tests.webui.house import House
from webui.access.people import Person

HOSTILE = (
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "{{7*7}}",
    "@SUM(1+1)*cmd",
    "\u202egnp.exe",
)
DAY = "2026-11-23"
SECONDS = 6


@cache
def _records() -> list[Record]:
    return morning().records


class Placed(Protocol):
    """Whoever has a data directory: a house, or a served box."""

    @property
    def places(self) -> Places: ...


def put_past(house: Placed) -> None:
    """Five callers of `tests.unit.reported_day`, written by the archive itself."""
    made = Archive(house.places.root, "box-1", ZONE, disk=VirtualDisk(), durable=False)
    made.follow(_records())
    made.history.commit()
    made.close()
    change(house, "UPDATE search_progress SET below = 0")


def work_as(house: House, agent: str) -> None:
    """The agent's account is that of this agent."""
    house.doors.alter(Person("wang", "agent", agent=agent, language="en"), "test")


def change(house: Placed, statement: str, values: tuple[object, ...] = ()) -> None:
    with closing(open_history(house.places.history_db, durable=False)) as db, db.conn:
        db.conn.execute(statement, values)


def look(house: Placed, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    with closing(read_history(house.places.history_db)) as db:
        return list(db.execute(statement, values).fetchall())


def calls_of(house: Placed, agent: str) -> list[int]:
    """Those the agent talked in."""
    found = look(house, "SELECT DISTINCT call FROM talks WHERE agent = ? ORDER BY call", (agent,))
    return [int(str(row[0])) for row in found]


def speech(seconds: int = SECONDS) -> bytes:
    """A-law, both sides: the caller from the second second on, the other in the last two."""
    at = np.arange(seconds * 8000)
    tone = np.round(12_000 * np.sin(at / 4)).astype(np.int16)
    values = DECODERS["alaw"].astype(np.int32)
    near = np.abs(values[None, :] - np.array([0, *range(-12_000, 12_001, 1000)])[:, None]).argmin(axis=1)
    steps = near[1:][np.clip((tone + 12_000) // 1000, 0, 24)]
    sides = np.full((seconds * 8000, 2), near[0], np.uint8)
    sides[8000 : 3 * 8000, 0] = steps[8000 : 3 * 8000]
    sides[(seconds - 2) * 8000 :, 1] = steps[(seconds - 2) * 8000 :]
    return wav_head(sides.size) + sides.tobytes()


def put_recording(house: Placed, call: int) -> str:
    """Something of this call can be heard: its id."""
    recording = f"{call:016x}"
    row = look(house, "SELECT offered_us, offered_at FROM calls WHERE id = ?", (call,))[0]
    change(
        house,
        "INSERT OR REPLACE INTO recordings (id, call, leg, party, agent, kind, queue, began_us, began_at, ended_us,"
        " why, cut, path, seconds)"
        " VALUES (?, ?, 1, '801', '801', 'conversation', 'sales', ?, ?, ?, 'released', 1, ?, ?)",
        (recording, call, row[0], row[1], row[0], str(recording_path(recording)), SECONDS),
    )
    change(house, "UPDATE calls SET recorded = 1 WHERE id = ?", (call,))
    path = house.places.root / recording_path(recording)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(speech())
    return recording


def waiting_accesses(house: Placed) -> list[str]:
    """What the audit is to be told, where no engine runs."""
    folder = house.places.root / "audit.waiting"
    return sorted(one.read_text("utf-8") for one in folder.glob("*.json")) if folder.is_dir() else []
