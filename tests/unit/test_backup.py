"""Backup and restore: what goes in comes out, on another box too; what is not whole is refused whole."""

from __future__ import annotations

import io
import math
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from firmware.access.schema import STEPS as WEB_STEPS
from firmware.archive.archive import Archive
from firmware.archive.backup import contents as c
from firmware.archive.backup.making import WeakPassphrase, check_passphrase
from firmware.archive.backup.reading import Reader
from firmware.archive.backup.restoring import NothingToUndo, Refused, check, restore, undo
from firmware.archive.backup.sealed import (
    MAGIC,
    SEGMENT_BYTES,
    NotABackup,
    SealedWriter,
    WrongPassphrase,
    new_head,
    opened,
)
from firmware.archive.backup.swap import ENTRIES, FORMER, NEW, PLAN, SwapError, finish_swap
from firmware.archive.number_marks import NumberMarks
from firmware.cli.prepare import prepare
from firmware.config.drafts.store import DraftStore
from firmware.config.schema import DialPlan
from firmware.config.versions import ConfigStore
from firmware.engine.process.recovery import recover
from firmware.jobs.webhooks.signing import read_secret
from firmware.protocol import facts as f
from firmware.protocol.inputs import TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from firmware.store.migrations import STEPS
from tests.unit.backed_up_box import CHEAP, PASSPHRASE, contents, filled, rows, sealed
from tests.unit.journal_bench import DyingDisk, Killed


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return filled(tmp_path_factory.mktemp("box"))


@pytest.fixture(scope="module")
def backup(box: Places) -> bytes:
    return sealed(box)[0]


def restored(backup: bytes, root: Path) -> Path:
    restore(io.BytesIO(backup), PASSPHRASE, root, settle=lambda _: None)
    return root


def test_everything_a_box_remembers_comes_back(box: Places, backup: bytes, tmp_path: Path) -> None:
    root = restored(backup, tmp_path / "new")
    assert rows(root) == rows(box.root)
    before, after = contents(box.root), contents(root)
    same = {name for name in before if not name.startswith("journal/")}
    assert {name: after.get(name) for name in same} == {name: before[name] for name in same}
    assert len([name for name in after if name.startswith("recordings/")]) == 2
    assert [name for name in after if name.startswith("reels/")]


def test_drafts_people_and_programs_come_back_and_nobody_is_signed_in(backup: bytes, tmp_path: Path) -> None:
    root = restored(backup, tmp_path / "new")
    with ConfigStore(root / "config.db") as store:
        assert [(one.author, one.note) for one in DraftStore(store).all()] == [("mei", "for spring")]
    with closing(sqlite3.connect(root / "web.db")) as db:
        assert db.execute("SELECT name, role, password FROM people").fetchall() == [
            ("anna", "admin", "scrypt:hash")
        ]
        assert db.execute("SELECT id, scopes FROM tokens").fetchall() == [("t1", "call")]
        assert db.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
    assert b"signed-in-key" not in (root / "web.db").read_bytes()
    assert read_secret(root / "secrets", "客户系统") is not None


PERSON = "INSERT INTO people (name, role, password, made_at, made_by, changed_at)"
TOKEN = "INSERT INTO tokens (id, key, note, scopes, made_at, made_by)"


def put(root: Path, statement: str) -> None:
    with closing(sqlite3.connect(root / "web.db")) as db:
        db.execute(statement)
        db.commit()


def out(root: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(root / "web.db")) as db:
        return db.execute(
            "SELECT name FROM people WHERE is_off UNION ALL SELECT id FROM tokens WHERE revoked_at = 77"
        ).fetchall()


def test_who_was_put_out_since_the_backup_stays_out(tmp_path: Path) -> None:
    there = filled(tmp_path / "there")
    put(there.root, f"{PERSON} VALUES ('Li', 'agent', 'x', 1, 'x', 1)")
    put(there.root, f"{TOKEN} VALUES ('t2', 'h2', '', '', 1, 'x')")
    backup = sealed(there)[0]
    put(there.root, "UPDATE people SET is_off = 1 WHERE name = 'Li'")
    put(there.root, "UPDATE tokens SET revoked_at = 77 WHERE id = 't1'")
    checked = restore(io.BytesIO(backup), PASSPHRASE, there.root, settle=lambda _: None)
    assert out(there.root) == [("Li",), ("t1",)]
    assert checked.kept_out == ("Li", "token t1")
    assert check(io.BytesIO(backup), PASSPHRASE, tmp_path / "scratch").kept_out == ()


def test_a_restore_leaves_one_who_administers(backup: bytes, tmp_path: Path) -> None:
    """The admin of the backup was switched off; the one who did it is not in the backup."""
    there = filled(tmp_path / "there")
    put(there.root, f"{PERSON} VALUES ('bo', 'admin', 'x', 1, 'x', 1)")
    put(there.root, "UPDATE people SET is_off = 1 WHERE name = 'anna'")
    assert out(restored(backup, there.root)) == []


def test_a_damaged_list_of_people_keeps_nothing_from_being_restored(backup: bytes, tmp_path: Path) -> None:
    there = filled(tmp_path / "there")
    (there.root / "web.db").write_bytes(b"no database" * 500)
    assert out(restored(backup, there.root)) == []


def older(backup: bytes) -> bytes:
    """As software made it that knew nothing of people, drafts and what webhooks are signed with."""
    frames = list(c.decode(opened(io.BytesIO(backup), PASSPHRASE)))
    left: list[c.Frame | bytes] = []
    skip = rows = files = size = 0
    for one in frames:
        if isinstance(one, c.Rows) and one.database in ("web.db", "config.db"):
            rows += len(one.rows)
        elif isinstance(one, c.File) and one.kind in ("webhook", "certificate"):
            files, size, skip = files + 1, size + one.size, one.size
        elif isinstance(one, c.Piece) and skip:
            skip -= one.size
        else:
            left.append(structs.replace(one, web_steps=()) if isinstance(one, c.Manifest) else one)
    end = left.pop()
    assert isinstance(end, c.End) and rows and files
    less = structs.replace(end, rows=end.rows - rows, files=end.files - files, bytes=end.bytes - size)
    return by_hand(*left, less).getvalue()


def test_an_older_backup_leaves_who_may_come_in_and_undo_finds_all_as_it_was(
    backup: bytes, tmp_path: Path
) -> None:
    there = filled(tmp_path / "there")
    (there.root / "jobs" / "webhooks").mkdir(parents=True)
    (there.root / "jobs" / "webhooks" / "crm.json").write_text("{}")
    with closing(sqlite3.connect(there.root / "web.db")) as db:
        db.execute("UPDATE people SET shown = 'Anna of today'")
        db.commit()
    before, files = rows(there.root), contents(there.root)
    restored(older(backup), there.root)
    after = rows(there.root)
    assert after["web.db:people"] == before["web.db:people"] and after["config.db:drafts"] == []
    assert (there.root / "secrets/web/box.key").read_text() == "box.key of this box"
    assert not (there.root / "jobs").exists(), "places in a journal that is not there any more"
    undo(there.root)
    assert rows(there.root) == before
    assert {name: data for name, data in contents(there.root).items() if "restored." not in name} == files


def test_certificates_of_two_boxes_are_not_mixed(backup: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "there" / "secrets" / "web"
    folder.mkdir(parents=True)
    (folder / "own.key").write_text("another box's")
    restored(backup, tmp_path / "there")
    assert sorted(path.name for path in folder.iterdir()) == [
        "authority.crt",
        "authority.key",
        "box.crt",
        "box.key",
    ]


def test_the_engine_takes_up_where_it_was(box: Places, backup: bytes, tmp_path: Path) -> None:
    root = restored(backup, tmp_path / "new")
    states = [recover(one, Ring.in_memory(1 << 16), "box-7").engine.snapshot() for one in (box.root, root)]
    assert states[0] == states[1]


def test_what_was_not_archived_yet_is_archived_after(box: Places, backup: bytes, tmp_path: Path) -> None:
    root = restored(backup, tmp_path / "new")
    archive = Archive(root, "box-7", "Asia/Shanghai")
    archive.follow_files()
    cut = archive.cut(200_000_000)
    assert [(one.seconds, one.gaps) for one in cut] == [(4.0, ())]
    assert archive.balance().balances
    archive.close()


def test_recordings_can_be_left_out(box: Places, tmp_path: Path) -> None:
    file, made = sealed(box, recordings=False)
    checked = restore(io.BytesIO(file), PASSPHRASE, tmp_path / "new", settle=lambda _: None)
    assert made.left_out == ()
    assert len(checked.problems) == 2 and all("not in the backup" in one for one in checked.problems)


def test_a_recording_that_is_gone_is_named(tmp_path: Path) -> None:
    places = filled(tmp_path / "box")
    victim = next(places.recordings.rglob("*.wav"))
    victim.unlink()
    _, made = sealed(places)
    assert made.left_out == (f"recording:{victim.stem}",)


def test_nothing_of_it_can_be_read_without_the_passphrase(box: Places, backup: bytes) -> None:
    body = backup[backup.index(b"box-7") :]
    for secret in (
        b"13800138000",
        b"Heron",
        b"wang",
        b"SQLite",
        b"RIFF",
        (box.secrets / "pins").read_bytes(),
    ):
        assert secret not in body
    counts = Counter(body[200:])
    entropy = -sum(n / len(body) * math.log2(n / len(body)) for n in counts.values())
    assert entropy > 7.99


def test_two_backups_of_the_same_box_have_nothing_in_common(box: Places, backup: bytes) -> None:
    again = sealed(box)[0]
    head = 200
    same = sum(a == b for a, b in zip(backup[head:], again[head:], strict=False)) / len(backup)
    assert same < 0.01


def test_another_passphrase_opens_nothing(backup: bytes, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="passphrase is wrong"):
        check(io.BytesIO(backup), PASSPHRASE + "s", tmp_path / "scratch")
    assert not (tmp_path / "scratch").exists()


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(WeakPassphrase, match="11 characters"):
        check_passphrase("elevenchars")


# -- hostile files ----------------------------------------------------------------------------------


def test_flipped_bytes_are_refused_wherever_they_are(backup: bytes) -> None:
    """One bit at every 9,973rd byte (and all of the head) against the opener alone."""
    for at in [*range(120), *range(120, len(backup), 9_973), len(backup) - 1]:
        hurt = bytearray(backup)
        hurt[at] ^= 1 << (at % 8)
        with pytest.raises((NotABackup, WrongPassphrase, ValueError)):
            for _ in opened(io.BytesIO(bytes(hurt)), PASSPHRASE):
                pass


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(backup: bytes, tmp_path: Path, share: float) -> None:
    root = tmp_path / "new"
    with pytest.raises(Refused):
        restored(backup[: int(len(backup) * share)], root)
    assert not any((root / name).exists() for name in ENTRIES)


def test_segments_moved_left_out_or_added_are_refused(backup: bytes) -> None:
    head = backup.index(b"box-7")
    start = next(at for at in range(head, head + 200) if _opens(backup[:at], backup[at:]))
    size = SEGMENT_BYTES + 16
    segments = [backup[at : at + size] for at in range(start, len(backup), size)]
    assert len(segments) >= 3
    for order in ([1, 0, *range(2, len(segments))], [*range(1, len(segments))], [0, *range(len(segments))]):
        moved = backup[:start] + b"".join(segments[index] for index in order)
        with pytest.raises(ValueError, match=r"damaged|wrong"):
            list(opened(io.BytesIO(moved), PASSPHRASE))
    with pytest.raises(ValueError, match="damaged"):
        list(opened(io.BytesIO(backup[:start] + b"".join(segments[:-1])), PASSPHRASE))


def _opens(head: bytes, rest: bytes) -> bool:
    try:
        next(opened(io.BytesIO(head + rest), PASSPHRASE))
    except ValueError:
        return False
    (length,) = (msgspec.msgpack.decode(b"\xce" + head[len(MAGIC) : len(MAGIC) + 4][::-1]),)
    return len(head) == len(MAGIC) + 4 + int(length)


def test_a_head_that_would_eat_all_memory_is_refused() -> None:
    for cost in (1 << 30, 3, 0, 1):
        head = msgspec.structs.replace(new_head("x", 0, CHEAP), cost=cost)
        encoded = msgspec.msgpack.encode(head)
        with pytest.raises(NotABackup, match="unreasonable"):
            list(opened(io.BytesIO(MAGIC + len(encoded).to_bytes(4, "little") + encoded), PASSPHRASE))


def by_hand(*frames: c.Frame | bytes) -> io.BytesIO:
    """A backup somebody who knows the passphrase made on purpose."""
    file = io.BytesIO()
    writer = SealedWriter(file, new_head("box-7", 0, CHEAP), PASSPHRASE)
    for frame in frames:
        writer.write(frame if isinstance(frame, bytes) else c.encode(frame))
    writer.finish()
    file.seek(0)
    return file


MANIFEST = c.Manifest("box-7", "0.1.0", 0, 0, STEPS, 1, 1000)
END = c.End(0, 0, 0, 0, 0)
NAMES = (
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a/b",
    "0123456789abcdef/../x",
    "0123456789abcdef\n",
    "0123456789abcdef\0",
    "con",
    "ｅ123456789abcdef",
    "\u202e0123456789abcde",
    "x" * 5000,
)


@pytest.mark.parametrize("kind", [*c.KINDS, "device", "../x", ""])
@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_the_directory(kind: str, name: str, tmp_path: Path) -> None:
    if kind == "secret" and name == "con":
        return  # a good name for a key
    with pytest.raises(Refused, match=r"is no |no kind of file"):
        check(by_hand(MANIFEST, c.File(kind, name, 0), END), PASSPHRASE, tmp_path / "in" / "scratch")
    assert [path.name for path in tmp_path.rglob("*")] == ["in"]


def hostile() -> Iterator[tuple[str, tuple[c.Frame | bytes, ...], str]]:
    name = "0123456789abcdef"
    yield "empty", (), "the end is missing"
    yield "no manifest", (END,), "not the first part"
    yield "two manifests", (MANIFEST, MANIFEST), "not the first part"
    yield "no end", (MANIFEST,), "the end is missing"
    yield "after the end", (MANIFEST, END, c.File("recording", name, 0)), "follows the end"
    yield "garbage", (MANIFEST, b"\x05\0\0\0hello"), "cannot be read"
    yield "endless frame", (MANIFEST, b"\xff\xff\xff\xff"), "claims"
    yield "half a frame", (MANIFEST, END, b"\x05\0\0"), "cut short"
    yield "newer software", (c.Manifest("b", "9", 0, 0, (*STEPS, "warehouse"), 1, 0),), "newer software"
    yield "unknown table", (MANIFEST, c.Rows("sqlite_master", ("sql",), (("x",),))), "no table"
    yield (
        "unknown column",
        (MANIFEST, c.Rows("calls", ('id"; DROP TABLE calls; --',), ((1,),))),
        "no such columns",
    )
    yield "column twice", (MANIFEST, c.Rows("calls", ("id", "id"), ((1, 2),))), "no such columns"
    yield "uneven row", (MANIFEST, c.Rows("calls", ("id",), ((1, 2),))), "another length"
    yield "row that breaks a rule", (MANIFEST, c.Rows("calls", ("id",), ((1,),))), "NOT NULL"
    yield "no record", (MANIFEST, c.Records((b"\x00",))), "journal record cannot be read"
    yield "people in an old one", (MANIFEST, c.Rows("people", ("name",), (("x",),), "web.db")), "no table"
    peopled = structs.replace(MANIFEST, web_steps=WEB_STEPS)
    yield "somebody signed in", (peopled, c.Rows("sessions", ("key",), (("x",),), "web.db")), "no table"
    yield "newer pages", (structs.replace(MANIFEST, web_steps=(*WEB_STEPS, "badges")),), "newer software"
    version = c.ConfigRow(1, "li", 1, "", "{}")
    yield "draft before a version", (MANIFEST, c.Rows("drafts", ("id",), ((1,),), "config.db")), "no table"
    yield (
        "version as rows",
        (MANIFEST, version, c.Rows("versions", ("version",), ((2,),), "config.db")),
        "no table",
    )
    columns = ("id", "base", "author", "at_us", "note", "json")
    for json in ("{", "[1]", '"x"'):
        drafts = c.Rows("drafts", columns, ((1, 1, "li", 1, "", json),), "config.db")
        yield f"draft {json}", (MANIFEST, version, drafts, c.End(1, 1, 0, 0, 0)), "draft cannot be read"
    yield "no configuration", (MANIFEST, c.ConfigRow(1, "", 0, "", "{")), "configuration version 1"
    yield (
        "file longer",
        (MANIFEST, c.File("recording", name, 1), c.packed(b"ab"), END),
        "longer than it claims",
    )
    yield "file shorter", (MANIFEST, c.File("recording", name, 3), c.packed(b"ab"), END), "shorter or longer"
    yield "piece of nothing", (MANIFEST, c.packed(b"ab"), END), "shorter or longer"
    yield "file twice", (MANIFEST, c.File("recording", name, 0), c.File("recording", name, 0)), "twice"
    yield "negative", (MANIFEST, c.File("recording", name, -1)), "claims to hold"
    yield "more than told", (MANIFEST, c.File("recording", name, 1 << 40)), "claims to hold"
    yield "more than the disk", (c.Manifest("b", "1", 0, 0, STEPS, 1, 1 << 60),), "MB are free"
    yield "wrong counts", (MANIFEST, c.End(1, 0, 0, 0, 0)), "it should hold"
    bomb = c.Piece(c.PIECE_BYTES, c.packed(bytes(c.PIECE_BYTES)).data[:-4])
    yield "torn piece", (MANIFEST, c.File("recording", name, c.PIECE_BYTES), bomb), "piece"
    small = c.Piece(10, c.packed(bytes(c.PIECE_BYTES)).data)
    yield "bomb", (MANIFEST, c.File("recording", name, 10), small), "another length than it claims"
    yield "piece too long", (MANIFEST, c.File("recording", name, 1 << 22), c.Piece(1 << 22, b"x")), "claims"


@pytest.mark.parametrize(("frames", "why"), [pytest.param(*rest, id=name) for name, *rest in hostile()])
def test_a_backup_made_on_purpose_is_refused_whole(
    frames: tuple[c.Frame | bytes, ...], why: str, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    (root / "config.db").write_bytes(b"as it was")
    with pytest.raises(Refused, match=why):
        restore(by_hand(*frames), PASSPHRASE, root, settle=lambda _: None)
    assert [path.name for path in root.iterdir()] == ["config.db"]
    assert (root / "config.db").read_bytes() == b"as it was"


def test_a_reader_that_trusts_names_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: without the patterns the canary outside is written."""
    monkeypatch.setattr(c, "path_of", lambda file: Path(file.id))
    outside = tmp_path / "canary"
    checked = check(
        by_hand(MANIFEST, c.File("recording", "../canary", 0), c.End(0, 0, 0, 1, 0)),
        PASSPHRASE,
        tmp_path / "scratch",
    )
    assert checked.end.files == 1 and outside.exists()


def test_what_was_erased_since_is_erased_again(tmp_path: Path) -> None:
    places = filled(tmp_path / "box")
    backup = sealed(places)[0]
    archive = _caught_up(places.root)
    key = archive.history.book.erasure_key
    marks = tuple(sorted(NumberMarks(key, DialPlan(), "").of("13800138000")))
    order = f.ErasureOrdered("e1", "wang", "asked by letter", marks, False)
    archive.follow([Record(2, 1, 300_000_000, TimeReached(), (order,), ())])
    archive.erase(300_000_001)
    archive.close()
    assert "13800138000" not in repr(rows(places.root))
    restored(backup, places.root)
    assert "13800138000" in repr(rows(places.root)), "a restore without the list brings it back"
    archive = _caught_up(places.root)
    archive.erase(400_000_000)
    archive.close()
    assert "13800138000" not in repr(rows(places.root))
    assert not list(places.recordings.rglob("*.wav"))


def _caught_up(root: Path) -> Archive:
    archive = Archive(root, "box-7", "Asia/Shanghai")
    archive.follow_files()
    archive.cut(200_000_000)
    return archive


# -- restoring over a living box's data ---------------------------------------------------------------


def test_undo_brings_back_what_was_there(box: Places, backup: bytes, tmp_path: Path) -> None:
    root = filled(tmp_path / "old").root
    (root / "switch.epoch").write_text("7\n")
    (root / "recordings" / "only-here").write_bytes(b"x")
    before = (contents(root), rows(root))
    restored(backup, root)
    assert (root / "switch.epoch").read_text() == "41\n" and not (root / "recordings" / "only-here").exists()
    undo(root)
    after = {name: data for name, data in contents(root).items() if not name.startswith(FORMER)}
    assert (after, rows(root)) == before
    undo(root)
    assert (root / "switch.epoch").read_text() == "41\n"


def test_there_is_nothing_to_undo_before_a_restore(tmp_path: Path) -> None:
    with pytest.raises(NothingToUndo):
        undo(tmp_path)


def test_what_settling_refuses_is_not_restored(backup: bytes, tmp_path: Path) -> None:
    root = filled(tmp_path / "old").root
    before = contents(root)

    def refuse(_: Path) -> None:
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        restore(io.BytesIO(backup), PASSPHRASE, root, settle=refuse)
    assert contents(root) == before


def _identity(root: Path) -> str:
    """Which box this is: the old one, the restored one, or a mixture."""
    old = [(root / "switch.epoch").read_text() == "7\n", (root / "recordings" / "only-here").exists()]
    old.append(len(rows(root)["config.db:versions"]) == 2)
    return "old" if all(old) else "mixture" if any(old) else "new"


def test_killed_at_any_step_of_a_restore_the_old_or_the_new_is_there(box: Places, tmp_path: Path) -> None:
    """And the next start finishes what was begun. The box is small, so that every step can be tried."""
    places = filled(tmp_path / "given")
    for path in (*places.recordings.rglob("*.wav"), *places.reels.glob("*")):
        path.unlink()
    with_one_config = _with_one_config(places)
    backup = sealed(with_one_config)[0]
    seen: Counter[str] = Counter()
    for after in range(1, 400):
        root = tmp_path / f"box{after}"
        (root / "recordings").mkdir(parents=True)
        (root / "recordings" / "only-here").write_bytes(b"x")
        (root / "switch.epoch").write_text("7\n")
        _two_configs(root)
        disk = DyingDisk(after)
        try:
            restore(io.BytesIO(backup), PASSPHRASE, root, settle=lambda _: None, disk=disk)
        except Killed:
            finish_swap(root, DyingDisk(-1))
            seen[_identity(root)] += 1
            continue
        assert _identity(root) == "new"
        break
    assert seen["mixture"] == 0 and seen["old"] > 10 and seen["new"] > 5


def _two_configs(root: Path) -> None:
    from firmware.config.schema import Config
    from firmware.config.versions import ConfigStore

    with ConfigStore(root / "config.db") as store:
        store.put(Config(), "old", 1)
        store.put(Config(), "old", 2)


def _with_one_config(places: Places) -> Places:
    from firmware.config.schema import Config
    from firmware.config.versions import ConfigStore

    for path in places.root.glob("config.db*"):
        path.unlink()
    with ConfigStore(places.config_db) as store:
        store.put(Config(), "new", 1)
    return places


def test_a_box_that_starts_finishes_the_restore_first(tmp_path: Path) -> None:
    root = tmp_path / "box"
    places = filled(root)
    (root / NEW).mkdir()
    _two_configs(root / NEW)
    (root / NEW / "switch.epoch").write_text("7\n")
    (root / PLAN).write_text(
        '{"out":[["config.db","restored.former/config.db"],["journal","restored.former/journal"]],'
        '"into":[["restored.new/config.db","config.db"]],"away":["restored.new"]}'
    )
    (root / FORMER).mkdir()
    prepare(root, None)
    assert not (root / PLAN).exists() and not (root / NEW).exists()
    assert (root / FORMER / "journal").is_dir() and list(places.journal.iterdir()) == []


def test_a_plan_that_names_other_things_moves_nothing(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"x")
    for plan in (b'{"out":[["precious","restored.former/x"]],"into":[]}', b"nonsense"):
        (tmp_path / PLAN).write_bytes(plan)
        with pytest.raises(SwapError, match="move it away"):
            finish_swap(tmp_path, DyingDisk(-1))
    assert (tmp_path / "precious").exists()


def test_a_reader_left_open_lets_go_of_everything(tmp_path: Path) -> None:
    reader = Reader(tmp_path / NEW)
    (tmp_path / NEW).mkdir()
    reader.take_all([MANIFEST, c.File("recording", "0123456789abcdef", 9)])
    reader.close()
    with pytest.raises(c.BadContents, match="end is missing"):
        reader.finish()
