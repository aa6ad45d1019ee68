"""Erasing, purging and holding under violence: killed before any step on disk, refused by the disk at any step."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.archive import audit, erasing
from firmware.archive.archive import Archive
from firmware.archive.ledger import Balance
from firmware.archive.pruning import prune_journal
from firmware.archive.runner import Archivist
from firmware.protocol import facts as f
from firmware.protocol.mark import DurableMark, Mark
from firmware.store.disk import Disk, VirtualDisk
from tests.unit.journal_bench import SECOND_US, BrokenDisk, DyingDisk, Killed, recording_id
from tests.unit.kept_bench import DAY_US, NAME, OTHER, SUBJECT, KeptBox

TAIL = SUBJECT[1:]


@contextmanager
def place() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="tipring-keeping-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def story(directory: Path) -> tuple[Mark, int]:
    """Six calls, one held, an erasure ordered, ten days gone; the archive has seen nothing of it yet."""
    box = KeptBox(directory)
    box.configure(retention_days=9, personal_data_days=0)
    for call in range(1, 7):
        box.call(SUBJECT if call % 2 else OTHER, call)
        box.now_us += SECOND_US
    box.tell(f.HoldPlaced("hold-1", "judge", "case 7", call=4))
    box.erase()
    box.recorder.step(box.now_us)
    box.pass_days(10)
    box.tell(f.TimerCleared("tick"))
    box.snapshot()
    box.recorder.step(box.now_us + SECOND_US)
    box.recorder.step(box.now_us + 3 * SECOND_US)
    assert box.archive.history.book.audit_key, "the key is the box's, whoever dies"
    box.archive.close()
    (directory / "history.db").unlink()
    return box.recorder.mark.read(), box.now_us + 4 * SECOND_US


def keep(archive: Archive, mark: Mark, at_us: int, disk: Disk) -> Balance:
    archive.follow_files(mark)
    archive.cut(at_us)
    archive.release_reels()
    for _ in range(3):
        archive.erase(at_us)
        archive.purge_expired(at_us)
        prune_journal(archive.directory, archive.history.last, at_us, disk)
        archive.complete_erasures(at_us)
    return archive.balance()


def outcome(directory: Path, mark: Mark, at_us: int) -> tuple[list[str], list[str]]:
    """Undisturbed to the end: all rows of what matters, and the files."""
    archive = Archive(directory, disk=VirtualDisk(), durable=False)
    try:
        assert keep(archive, mark, at_us, VirtualDisk()).balances
        assert list(audit.faults(archive.db, archive.history.book.audit_key)) == []
        tables = ("calls", "recordings", "legal_holds", "erasure_calls", "audit", "digits", "legs", "talks")
        wanted = [f'INSERT INTO "{table}"' for table in tables]
        rows = [line for line in archive.db.iterdump() if line.startswith(tuple(wanted))]
        return rows, sorted(path.name for path in (directory / "recordings").rglob("*.wav"))
    finally:
        archive.close()


def check_gone(directory: Path) -> None:
    found = [
        path.name
        for path in directory.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes() for word in (TAIL, NAME))
    ]
    assert [name for name in found if not name.endswith(".segment")] == []


@pytest.fixture(scope="module")
def source() -> Iterator[tuple[Path, Mark, int]]:
    with place() as directory:
        mark, at_us = story(directory)
        yield directory, mark, at_us


def test_undisturbed_it_does_what_it_should(source: tuple[Path, Mark, int]) -> None:
    directory, mark, at_us = source
    with place() as copy:
        shutil.copytree(directory, copy, dirs_exist_ok=True)
        _, files = outcome(copy, mark, at_us)
        assert files == [f"{recording_id(4)}.wav"], "held; the others are erased or past their time"
        check_gone(copy)


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_an_archive_killed_between_any_two_steps_keeps_as_if_nothing_had_been(
    source: tuple[Path, Mark, int], stride: int
) -> None:
    directory, mark, at_us = source
    with place() as copy:
        shutil.copytree(directory, copy, dirs_exist_ok=True)
        expected = outcome(copy, mark, at_us)
    after, died = 0, True
    while died:
        after += stride
        with place() as copy:
            shutil.copytree(directory, copy, dirs_exist_ok=True)
            died = _dies(copy, mark, at_us, DyingDisk(after))
            assert outcome(copy, mark, at_us) == expected, f"killed at step {after}"
            check_gone(copy)
    assert after > 25


def _dies(directory: Path, mark: Mark, at_us: int, disk: Disk) -> bool:
    archive = None
    try:
        archive = Archive(directory, disk=disk, durable=False)
        keep(archive, mark, at_us, disk)
    except Killed:
        return True
    finally:
        if archive is not None:
            archive.db.conn.rollback()
            archive.db.close()
    return False


class Interrupted(Exception):
    """The process died between two statements."""


def test_killed_between_any_two_statements_of_the_database_it_is_the_same(
    source: tuple[Path, Mark, int],
) -> None:
    directory, mark, at_us = source
    with place() as copy:
        shutil.copytree(directory, copy, dirs_exist_ok=True)
        expected = outcome(copy, mark, at_us)
    for after in range(1, 400, 61):
        with place() as copy:
            shutil.copytree(directory, copy, dirs_exist_ok=True)
            _stop_after(copy, mark, at_us, after)
            assert outcome(copy, mark, at_us) == expected, f"killed at statement {after}"
            check_gone(copy)


def _stop_after(directory: Path, mark: Mark, at_us: int, after: int) -> None:
    archive = Archive(directory, disk=VirtualDisk(), durable=False)
    archive.follow_files(mark)
    archive.cut(at_us)
    left, done = [after], archive.history.book.do

    def do(statement: str, *parameters: object) -> int:
        left[0] -= 1
        if left[0] <= 0:
            raise Interrupted
        return done(statement, *parameters)  # type: ignore[arg-type]

    archive.history.book.do = do  # type: ignore[method-assign]
    with contextlib.suppress(Interrupted):
        keep(archive, mark, at_us, VirtualDisk())
    archive.db.conn.rollback()
    archive.db.close()


def test_refused_by_the_disk_at_any_step_it_is_taken_up_later(source: tuple[Path, Mark, int]) -> None:
    directory, mark, at_us = source
    with place() as copy:
        shutil.copytree(directory, copy, dirs_exist_ok=True)
        expected = outcome(copy, mark, at_us)
    for after in range(1, 40, 5):
        with place() as copy:
            shutil.copytree(directory, copy, dirs_exist_ok=True)
            with contextlib.suppress(OSError):
                _dies(copy, mark, at_us, BrokenDisk(after))
            assert outcome(copy, mark, at_us) == expected, f"error at step {after}"
            check_gone(copy)


def test_rows_before_files_would_be_found(
    source: tuple[Path, Mark, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted fault: history says gone, the process dies, and the files stay for ever."""
    directory, mark, at_us = source
    monkeypatch.setattr(erasing, "remove_files", lambda *_: None)
    with place() as copy:
        shutil.copytree(directory, copy, dirs_exist_ok=True)
        _, files = outcome(copy, mark, at_us)
        assert len(files) > 1


def test_the_archives_process_does_all_of_it_by_itself(source: tuple[Path, Mark, int]) -> None:
    directory, mark, at_us = source
    with place() as copy:
        shutil.copytree(directory, copy, dirs_exist_ok=True)
        shared = DurableMark.in_memory()
        shared.write(mark)
        given: list[object] = []

        def give(order: object) -> bool:
            given.append(order)
            return False

        archivist = Archivist(copy, "box-1", "UTC", shared, give=give)
        for second in range(12):
            archivist.step(at_us + second * SECOND_US)
        status = archivist.status(at_us + 12 * SECOND_US)
        archivist.close()
        assert (status.failures, status.behind_records, status.holds, status.erasures_open) == (0, 0, 1, 0)
        assert status.purged_recordings == 2 and status.cut == 6 and 0 < status.free_share < 1
        assert len(given) >= 1, "the engine is told; it did not take it, so it is told again"
        assert [path.stem for path in (copy / "recordings").rglob("*.wav")] == [recording_id(4)]


def test_a_disk_that_fails_shows_in_the_status(
    source: tuple[Path, Mark, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, mark, at_us = source
    with place() as copy:
        shutil.copytree(directory, copy, dirs_exist_ok=True)
        shared = DurableMark.in_memory()
        shared.write(mark)
        archivist = Archivist(copy, "box-1", "UTC", shared)
        monkeypatch.setattr(Archive, "cut", _refuse)
        archivist.step(at_us)
        status = archivist.status(at_us + 7 * SECOND_US)
        archivist.close()
        assert (
            status.failures == 1 and "No space" in status.last_error and status.behind_s == pytest.approx(7)
        )
        assert DAY_US > 0


def _refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")
