"""A data directory with everything a box remembers: two finished calls, one whose recording is still on the reel."""

from __future__ import annotations

import io
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from firmware.access.schema import ACCESS, WEB_FILE
from firmware.archive.archive import Archive
from firmware.archive.backup.contents import End
from firmware.archive.backup.making import Scope, make
from firmware.archive.backup.sealed import SealedWriter, new_head
from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.numbers import Number, NumberRules
from firmware.business.remarks import Remarks
from firmware.business.store import open_business
from firmware.config.drafts.store import DraftStore
from firmware.config.schema import Config, Site
from firmware.config.versions import ConfigStore
from firmware.engine.engine import Engine
from firmware.jobs.webhooks.signing import make_secret as make_hook
from firmware.protocol import facts as f
from firmware.protocol import journal, tape
from firmware.protocol.box_secret import box_secret
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder
from firmware.recorder.snapshots import Snapshots
from firmware.sip.credentials import FOLDER, keep, make_secret
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
        DraftStore(store).begin("mei", 3, "for spring")
    _contacts(places)
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
    keep(places.secrets / FOLDER, make_secret("201", "tipring-box-7", "correct-horse-9"), disk)
    make_hook(places.secrets, "客户系统", "li", 4)
    (places.secrets / "web").mkdir()
    for name in ("authority.crt", "authority.key", "box.crt", "box.key"):
        (places.secrets / "web" / name).write_text(f"{name} of this box")
    _people(places)
    places.prompts.mkdir()
    (places.prompts / "hello world.wav").write_bytes(b"RIFF" + random.Random(1).randbytes(600_000))
    return places


def _people(places: Places) -> None:
    """As the pages write them; one is signed in."""
    with closing(sqlite3.connect(places.root / WEB_FILE)) as db:
        ACCESS.apply(Database(db))
        db.execute(
            "INSERT INTO people (name, role, password, made_at, made_by, changed_at) VALUES (?, ?, ?, 1, 'x', 1)",
            ("anna", "admin", "scrypt:hash"),
        )
        db.execute("INSERT INTO sessions VALUES ('signed-in-key', 'anna', 'csrf', 1, 2, '127.0.0.1')")
        db.execute("INSERT INTO entries (at, name, source, did) VALUES (1, 'anna', '127.0.0.1', 'in')")
        db.execute(
            "INSERT INTO tokens (id, key, note, scopes, made_at, made_by) VALUES ('t1', 'hash', '', 'call', 1, 'anna')"
        )
        db.commit()


def _contacts(places: Places) -> None:
    with closing(open_business(places.business_db, durable=False)) as db:
        contacts = Contacts(db, NumberRules())
        made = contacts.add(
            Draft(name="王小明", tags=("a",), fields={"K": "1"}, numbers=(Number("13700137000"),)),
            author="li",
            at=1,
        )
        Remarks(db, contacts).note(made.id, "likes tea", author="li", at=2)
        contacts.add(Draft(name="赵", numbers=(Number("13900000000"),)), author="li", at=3)


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
    """All rows of all databases; indices are made anew."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for name in ("config.db", "history.db", "business.db", "web.db"):
        if not (root / name).exists():
            continue
        db = sqlite3.connect(root / name)
        try:
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            kept = {
                one for one in tables if not one.startswith(("contact_words", "number_digits", "sessions"))
            }
            for table in sorted(kept - {"_sqlite_migrations", "sqlite_sequence"}):
                found[f"{name}:{table}"] = sorted(db.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
        finally:
            db.close()
    return found
