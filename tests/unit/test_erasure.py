"""Erasure by number: nothing of it is left on the disk, what is held waits, a restore brings nothing back (R3)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from firmware.archive import erasing
from firmware.archive.accounts import account_of_calls
from firmware.archive.book import Book
from firmware.archive.erasing import Eraser
from firmware.archive.erasure_list import ERASURES_FILE, read_list
from firmware.archive.erasure_view import erasures
from firmware.archive.erasures import reapply_erasures
from firmware.archive.ledger import balance
from firmware.protocol import facts as f
from firmware.protocol.inputs import ErasureWorked, MessagesGone
from firmware.protocol.names import Direction, LegRole, Presentation, ReleasedBy
from firmware.store.history import HISTORY_FILE
from tests.unit.journal_bench import SECOND_US, recording_id
from tests.unit.kept_bench import DAY_US, NAME, OTHER, SUBJECT, KeptBox

TAIL = SUBJECT[1:]
"""Found in every written form of the number."""


@pytest.fixture
def box(tmp_path: Path) -> KeptBox:
    """Two calls of the subject, one of somebody else, all cut; real syncs and a write-ahead log."""
    made = KeptBox(tmp_path, durable=True)
    made.configure()
    for call, number in ((1, SUBJECT), (2, OTHER), (3, SUBJECT)):
        made.call(number, call)
        made.now_us += 10 * SECOND_US
    made.tell(
        f.DigitsCollected(1, "id", "110101199003078888"), f.AttemptRefused(0, f"dial:{SUBJECT}", "busy", 17)
    )
    made.work()
    made.archive.db.conn.execute("PRAGMA wal_checkpoint")
    assert len(made.wavs()) == 3
    return made


def complete(box: KeptBox) -> None:
    """A week passes with a snapshot and some records."""
    box.snapshot()
    box.work()
    box.pass_days(1)
    box.tell(f.TimerCleared("a"))
    box.call(OTHER, 9)
    box.work()
    box.pass_days(8)
    box.tell(f.TimerCleared("b"))
    box.snapshot()
    box.work()


def test_nothing_of_the_number_is_left_on_the_disk(box: KeptBox) -> None:
    assert HISTORY_FILE in box.found_in(TAIL)
    box.erase()
    box.work()
    assert {path.split("/")[0] for path in box.found_in(TAIL, NAME, "110101199003078888")} == {"journal"}
    assert box.wavs() == [recording_id(2)]
    complete(box)
    assert box.found_in(TAIL, NAME, "110101199003078888") == []
    (row,) = erasures(box.archive.db, box.directory)
    assert (row["state"], row["calls"], row["recordings"]) == ("complete", 2, 2)
    assert box.found_in(OTHER), "somebody else is still known"
    box.archive.close()


@pytest.mark.parametrize("skipped", ["vacuum", "segments", "name"])
def test_a_planted_fault_of_erasure_is_found_by_the_same_grep(
    box: KeptBox, skipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if skipped == "vacuum":
        monkeypatch.setattr(Eraser, "_clean", _only_said_to_be_clean)
    if skipped == "segments":
        monkeypatch.setattr("tests.unit.kept_bench.prune_journal", lambda *_: [])
    if skipped == "name":
        monkeypatch.setattr(erasing, "forget_call", _without_name)
    box.erase()
    box.work()
    complete(box)
    assert box.found_in(TAIL, NAME, "110101199003078888") != []
    box.archive.close()


def _only_said_to_be_clean(eraser: Eraser) -> None:
    eraser._db.execute("UPDATE erasure_calls SET state = 'done' WHERE state = 'forgotten'")
    eraser._db.conn.commit()


def _without_name(book: Book, call: int, *_: object) -> None:
    book.do("UPDATE calls SET from_number = '', from_e164 = '' WHERE id = ?", call)


@pytest.mark.parametrize(
    "written", ["138 0013 8000", "+86 138-0013-8000", "0086 13800138000", "013800138000"]
)
def test_however_it_is_written_the_number_is_found(box: KeptBox, written: str) -> None:
    box.erase(written)
    box.work()
    assert box.one("SELECT count(*) FROM calls WHERE forgotten = 'erased'") == 2
    box.archive.close()


def test_the_ledger_of_an_erased_call_balances(box: KeptBox) -> None:
    box.erase()
    box.work()
    total = balance(one for _, entries in account_of_calls(box.archive.db) for one in entries)
    assert total.balances and total.reasons_s["erased"] == pytest.approx(8, abs=0.1)
    box.archive.close()


def test_a_call_that_goes_on_is_erased_when_it_is_over(box: KeptBox) -> None:
    box.tell(f.CallBegan(4, Direction.INBOUND, 0, "line-1"), f.LegAdded(40, 4, 0, LegRole.CALLER, "line-1"))
    box.tell(f.CallerKnown(4, SUBJECT, f"+86{SUBJECT}", NAME, Presentation.ALLOWED, "fsk"))
    box.erase()
    box.work()
    assert box.one("SELECT from_number FROM calls WHERE id = 4") == SUBJECT
    assert erasures(box.archive.db, box.directory)[0]["state"] == "working"
    box.tell(f.CallEnded(4, None, 16, ReleasedBy.CALLER))
    box.work()
    assert box.one("SELECT from_number FROM calls WHERE id = 4") == ""
    assert erasures(box.archive.db, box.directory)[0]["state"] == "waiting"
    box.archive.close()


def test_a_new_call_of_an_erased_number_is_kept(box: KeptBox) -> None:
    box.erase()
    box.work()
    box.call(SUBJECT, 5)
    box.work(6)
    assert box.one("SELECT from_number FROM calls WHERE id = 5") == SUBJECT and recording_id(5) in box.wavs()
    box.archive.close()


def test_what_is_held_waits_and_is_listed_till_it_is_released(box: KeptBox) -> None:
    box.tell(f.HoldPlaced("hold-1", "judge", "case 7", call=1))
    box.work()
    box.erase()
    box.work()
    (row,) = erasures(box.archive.db, box.directory)
    assert (row["state"], row["held"]) == ("held-back", [1])
    assert recording_id(1) in box.wavs() and recording_id(3) not in box.wavs()
    assert box.one("SELECT from_number FROM calls WHERE id = 1") == SUBJECT
    box.tell(f.HoldReleased("hold-1", "judge", "closed"))
    box.work()
    assert erasures(box.archive.db, box.directory)[0]["held"] == [] and recording_id(1) not in box.wavs()
    complete(box)
    assert box.found_in(TAIL, NAME) == []
    box.archive.close()


@pytest.mark.parametrize("subject", ["recording", "number"])
def test_a_recording_or_a_number_can_be_held(box: KeptBox, subject: str) -> None:
    held = {"recording": recording_id(1)} if subject == "recording" else {"marks": box.marks(SUBJECT)}
    box.tell(f.HoldPlaced("hold-1", "judge", "case 7", **held))
    box.erase()
    box.work()
    expected = [1] if subject == "recording" else [1, 3]
    assert erasures(box.archive.db, box.directory)[0]["held"] == expected
    box.archive.close()


def test_a_restored_copy_of_history_does_not_bring_it_back(
    box: KeptBox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    box.archive.close()
    backup = tmp_path_factory.mktemp("backup") / "copy"
    shutil.copytree(box.directory, backup)
    box.archive = box.open()
    box.erase()
    box.work()
    complete(box)
    box.archive.close()
    for path in (HISTORY_FILE, "recordings"):
        _restore(backup / path, box.directory / path)
    for wal in box.directory.glob(f"{HISTORY_FILE}-*"):
        wal.unlink()
    assert box.found_in(TAIL)
    box.archive = box.open()
    box.work()
    assert box.found_in(TAIL, NAME) == [] and recording_id(1) not in box.wavs()
    box.archive.close()


def test_without_the_list_a_restore_would_bring_it_back(
    box: KeptBox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The planted fault of the test above."""
    box.archive.close()
    backup = tmp_path_factory.mktemp("backup") / "copy"
    shutil.copytree(box.directory, backup)
    box.archive = box.open()
    box.erase()
    box.work()
    complete(box)
    box.archive.close()
    (box.directory / ERASURES_FILE).unlink()
    _restore(backup / HISTORY_FILE, box.directory / HISTORY_FILE)
    box.archive = box.open()
    box.work()
    assert box.found_in(TAIL) != []
    box.archive.close()


def test_files_of_erased_recordings_that_come_back_go_again(box: KeptBox) -> None:
    kept = {path: path.read_bytes() for path in (box.directory / "recordings").rglob("*.wav")}
    box.erase()
    box.work()
    for path, data in kept.items():
        path.write_bytes(data)
    box.reopen()
    assert box.wavs() == [recording_id(2)]
    box.archive.close()


def test_erasures_can_be_asked_to_be_done_again(box: KeptBox) -> None:
    box.erase()
    box.work()
    box.archive.db.conn.execute("UPDATE calls SET from_number = ?, forgotten = '' WHERE id = 1", (SUBJECT,))
    box.archive.db.conn.commit()
    assert reapply_erasures(box.archive.db) == 1
    box.work()
    assert box.one("SELECT from_number FROM calls WHERE id = 1") == ""
    box.archive.close()


def test_neither_list_nor_history_nor_journal_has_the_number_of_the_order(box: KeptBox) -> None:
    box.archive.close()
    fresh = KeptBox(box.directory / "fresh")
    fresh.configure()
    fresh.erase()
    fresh.work()
    assert [one.id for one in read_list(fresh.directory)] == ["erasure-1"]
    assert fresh.found_in(TAIL) == []
    fresh.archive.close()


def test_at_once_everything_goes_as_soon_as_a_snapshot_covers_it(box: KeptBox) -> None:
    box.erase(at_once=True)
    box.snapshot(turn=True)
    box.work()
    (owed,) = box.archive.owed_orders()
    assert isinstance(owed, ErasureWorked) and (owed.calls, owed.recordings) == (2, 2)
    box.tell(f.RecordsErased("erasure-1", 2, 2))
    box.now_us += 400 * SECOND_US  # the reel nobody adds to is followed by another
    box.work()
    assert box.found_in(TAIL, NAME) == [] and box.archive.owed_orders() == []
    assert erasures(box.archive.db, box.directory)[0]["still"] == []
    assert erasures(box.archive.db, box.directory)[0]["state"] == "complete"
    assert box.now_us < DAY_US
    box.archive.close()


def test_messages_that_are_gone_leave_their_mailbox(box: KeptBox) -> None:
    box.tell(f.VoicemailLeft("box", 1, recording_id(1)))
    box.erase()
    box.work()
    owed = [one for one in box.archive.owed_orders() if isinstance(one, MessagesGone)]
    assert [one.recordings for one in owed] == [(recording_id(1),)]
    box.tell(f.VoicemailDeleted("box", recording_id(1)))
    box.work()
    assert not [one for one in box.archive.owed_orders() if isinstance(one, MessagesGone)]
    box.archive.close()


def _restore(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
