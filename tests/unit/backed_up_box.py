"""A data directory with everything a box remembers: two finished calls, one whose recording is still on the reel."""

from __future__ import annotations

import io
import random
from pathlib import Path

from firmware.archive.archive import Archive
from firmware.archive.backup.contents import End
from firmware.archive.backup.making import Scope, make
from firmware.archive.backup.sealed import SealedWriter, new_head
from firmware.config.schema import Config, Site
from firmware.config.versions import ConfigStore
from firmware.engine.engine import Engine
from firmware.protocol import facts as f
from firmware.protocol import journal, tape
from firmware.protocol.box_secret import box_secret
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder
from firmware.recorder.snapshots import Snapshots
from firmware.store.disk import VirtualDisk
from tests.unit.journal_bench import blocks, records, story

PASSPHRASE = "four sparrows on a wire"
CHEAP = 2
"""scrypt's least cost: tests open hundreds of files."""
CLOCK: list[tuple[int, tuple[f.Fact, ...]]] = [(0, (f.ClockTaken(1_790_000_000_000_000, "ntp"),))]
RECORDS = records(CLOCK, story(1), story(2, 20), story(3, 40))


def filled(root: Path) -> Places:
    """Everything but call 3's recording is cut; history knows up to the record before its last two."""
    places = Places(root)
    places.make()
    with ConfigStore(places.config_db) as store:
        store.put(Config(site=Site(name="Sparrow", box="box-7")), "wang", 1)
        store.put(Config(site=Site(name="Heron", box="box-7")), "li", 2)
    disk = VirtualDisk()
    journal_ring, audio_ring = Ring.in_memory(1 << 20), Ring.in_memory(8 << 20)
    recorder = Recorder(journal_ring, audio_ring, root, box="box-7", disk=disk)
    archive = Archive(root, "box-7", "Asia/Shanghai", disk=disk, durable=False)
    for call, at_s in ((1, 0), (2, 20), (3, 40)):
        for block in blocks(call, at_s):
            assert audio_ring.put(tape.encode(block))
    for record in RECORDS[:-2]:
        assert journal_ring.put(journal.encode(record))
    recorder.step(1)
    recorder.sync(1)
    archive.follow_files(recorder.mark.read())
    archive.cut(51_000_000)
    archive.close()
    for record in RECORDS[-2:]:
        assert journal_ring.put(journal.encode(record))
    recorder.close(2)
    engine = Engine.restore(None, RECORDS[:8], box="box-7")
    Snapshots(places.snapshots, disk).save(engine.snapshot(), engine.epoch, engine.number)
    (root / "switch.epoch").write_text("41\n")
    box_secret(places.secrets, "pins")
    places.prompts.mkdir()
    (places.prompts / "hello world.wav").write_bytes(b"RIFF" + random.Random(1).randbytes(600_000))
    return places


def sealed(places: Places, *, recordings: bool = True, cost: int = CHEAP) -> tuple[bytes, End]:
    """The backup as bytes."""
    file = io.BytesIO()
    writer = SealedWriter(file, new_head("box-7", 1_790_000_100, cost), PASSPHRASE)
    made = make(places, writer, Scope("0.1.0", 1_790_000_100, 77, "box-7", recordings))
    return file.getvalue(), made


def contents(root: Path) -> dict[str, bytes]:
    """Every file below `root` but databases, which are compared by their rows."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".db" not in path.name
    }


def rows(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of both databases."""
    import sqlite3

    found: dict[str, list[tuple[object, ...]]] = {}
    for name in ("config.db", "history.db"):
        if not (root / name).exists():
            continue
        db = sqlite3.connect(root / name)
        try:
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(set(tables) - {"_sqlite_migrations", "sqlite_sequence"}):
                found[f"{name}:{table}"] = sorted(db.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
        finally:
            db.close()
    return found
