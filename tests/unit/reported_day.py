"""A morning at the office as history: answered, given up, overflowed, exited by key, missed, transferred, paused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlite_utils import Database

from firmware.archive.archive import Archive
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.protocol.inputs import AgentOrder, ClockSet, ConfigApplied, Started
from firmware.protocol.places import Places
from firmware.store.disk import VirtualDisk
from firmware.store.history import HISTORY_FILE, read_history
from tests.unit.fake_box import FakeBox, office

NINE_US = 1_795_395_600_000_000
"""2026-11-23T09:00 in Shanghai."""
ZONE = "Asia/Shanghai"


def config() -> Config:
    return office(announce_every_s=0.0, max_wait_s=60.0, wrap_up_s=10.0, ring_s=15.0)


def morning() -> FakeBox:
    """Five callers in a row: answered, answered and transferred, given up, out by key, out by time."""
    box = FakeBox()
    box.give(Started(1))
    box.give(ClockSet(NINE_US, "ntp", "boot"))
    box.give(ConfigApplied(1, "test", msgspec.json.encode(config()).decode()))
    box.to_queue("L1")
    box.wait(4)
    box.lift("801")
    box.wait(30)
    box.leave("L1")
    box.wait(60)
    box.hang_up("801")
    box.wait(60)
    _transferred(box)
    for agent in ("801", "802", "803"):
        box.give(AgentOrder(f"p-{agent}", "boss", agent, "not-ready", "lunch"))
    box.wait(5)
    box.to_queue("L2")
    box.wait(8)
    box.to_queue("L3")
    box.wait(5)
    box.leave("L2")
    box.wait(10)
    box.key("L3", "9")
    box.wait(5)
    box.leave("L3")
    box.wait(5)
    box.to_queue("L4")
    box.wait(70)
    box.leave("L4")
    box.wait(5)
    _missed(box)
    return box


def _transferred(box: FakeBox) -> None:
    box.to_queue("L2")
    box.wait(3)
    agent = next(one for one in ("801", "802", "803") if box.leg(one) is not None)
    box.lift(agent)
    box.wait(12)
    box.flash(agent)
    box.key(agent, "804")
    box.wait(3)
    box.lift("804")
    box.wait(4)
    box.hang_up(agent)
    box.wait(20)
    box.leave("L2")
    box.wait(2)
    box.hang_up("804")
    box.wait(60)


def _missed(box: FakeBox) -> None:
    """One agent is back, lets it ring, and the caller gives up."""
    box.give(AgentOrder("r-803", "boss", "803", "ready"))
    box.wait(1)
    box.to_queue("L1")
    box.wait(18)
    box.leave("L1")
    box.wait(5)
    box.give(AgentOrder("o-803", "boss", "803", "sign-out"))
    box.wait(1)


@contextmanager
def history(folder: Path, box: FakeBox) -> Iterator[Database]:
    """Read-only, with the configuration beside it."""
    made = Archive(folder, "box-1", ZONE, disk=VirtualDisk(), durable=False)
    made.follow(box.records)
    made.history.commit()
    made.close()
    with ConfigStore(Places(folder).config_db) as store:
        store.put(config(), "test", 0)
    db = read_history(folder / HISTORY_FILE)
    try:
        yield db
    finally:
        db.close()
