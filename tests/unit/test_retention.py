"""Retention: what is past its time goes, by box time, oldest first; what is held stays; the ledger balances."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.archive import purging
from firmware.archive.accounts import account_of_calls
from firmware.archive.holds import Holds
from firmware.archive.ledger import balance
from firmware.protocol import facts as f
from firmware.store.disk import Disk
from tests.unit.journal_bench import SECOND_US, recording_id
from tests.unit.kept_bench import OTHER, SUBJECT, KeptBox


def filled(directory: Path, **site: int) -> KeptBox:
    """A call of each queue: `sales` as the site says, `short` 10 days, `ever` for ever."""
    box = KeptBox(directory)
    box.configure(**site)
    for call, queue in ((1, "sales"), (2, "short"), (3, "ever")):
        box.call(SUBJECT, call, queue)
        box.now_us += 10 * SECOND_US
    box.work()
    return box


def years_pass(box: KeptBox, days: float) -> None:
    box.pass_days(days)
    box.tell(f.TimerCleared("tick"))
    box.work(1)


def test_each_queue_keeps_as_long_as_it_says(tmp_path: Path) -> None:
    with filled(tmp_path, retention_days=180, personal_data_days=0) as box:
        for days, left in ((9, [1, 2, 3]), (2, [1, 3]), (160, [1, 3]), (20, [3]), (10_000, [3])):
            years_pass(box, days)
            box.purge()
            assert box.wavs() == sorted(recording_id(call) for call in left), days
        assert box.one("SELECT gone FROM recordings WHERE call = 1") == "retention"


def test_zero_days_are_for_ever(tmp_path: Path) -> None:
    with filled(tmp_path, retention_days=0, personal_data_days=0) as box:
        years_pass(box, 30_000)
        assert box.purge() == (1, 0) and len(box.wavs()) == 2, "only the queue that says ten days"


def test_before_a_configuration_was_heard_of_nothing_goes(tmp_path: Path) -> None:
    with KeptBox(tmp_path) as box:
        box.call(SUBJECT, 1)
        box.work()
        years_pass(box, 30_000)
        assert box.purge() == (0, 0)


def test_the_ledger_of_what_was_purged_balances(tmp_path: Path) -> None:
    with filled(tmp_path) as box:
        years_pass(box, 181)
        box.purge()
        total = balance(one for _, entries in account_of_calls(box.archive.db) for one in entries)
        assert total.balances and total.reasons_s["retention"] == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize("jump", [-10, 10])
def test_a_wall_clock_set_ten_years_off_deletes_nothing(tmp_path: Path, jump: int) -> None:
    with filled(tmp_path) as box:
        box.tell(f.ClockTaken(jump * 365 * 86_400 * SECOND_US, "ntp"))
        box.work()
        assert box.purge() == (0, 0) and len(box.wavs()) == 3


def test_retention_by_the_wall_would_delete_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault of the test above."""
    with filled(tmp_path) as box:
        box.tell(f.ClockTaken(10 * 365 * 86_400 * SECOND_US, "ntp"))
        box.work()
        monkeypatch.setattr(purging.Purger, "_now_us", lambda purger, at_us: purger._book.wall_us)
        assert box.purge()[0] > 0


def test_box_time_that_history_never_saw_does_not_count(tmp_path: Path) -> None:
    """A clock offset gone wrong in one process must not empty the box."""
    with filled(tmp_path) as box:
        box.now_us += 400 * 86_400 * SECOND_US
        assert box.purge() == (0, 0)


def test_personal_data_of_old_calls_is_forgotten_and_times_stay(tmp_path: Path) -> None:
    with filled(tmp_path, retention_days=180, personal_data_days=365) as box:
        before = box.one("SELECT talk_s FROM calls WHERE id = 1")
        years_pass(box, 366)
        assert box.purge() == (2, 3)
        assert box.one("SELECT count(*) FROM calls WHERE from_number = '' AND forgotten = 'retention'") == 3
        assert box.one("SELECT talk_s FROM calls WHERE id = 1") == before


def test_what_is_held_stays_till_it_is_released(tmp_path: Path) -> None:
    with filled(tmp_path) as box:
        box.tell(f.HoldPlaced("hold-1", "judge", "case 7", call=2))
        years_pass(box, 400)
        box.purge()
        assert (
            recording_id(2) in box.wavs() and box.one("SELECT from_number FROM calls WHERE id = 2") == SUBJECT
        )
        box.tell(f.HoldReleased("hold-1", "judge", "closed"))
        box.work(1)
        box.purge()
        assert (
            recording_id(2) not in box.wavs() and box.one("SELECT from_number FROM calls WHERE id = 2") == ""
        )


def test_without_looking_at_holds_it_would_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault of the test above."""
    with filled(tmp_path) as box:
        box.tell(f.HoldPlaced("hold-1", "judge", "case 7", call=2))
        years_pass(box, 400)
        monkeypatch.setattr(Holds, "over", lambda *_: [])
        box.purge()
        assert recording_id(2) not in box.wavs()


def test_on_a_full_disk_only_what_the_configuration_allows_goes_early(tmp_path: Path) -> None:
    with filled(tmp_path, retention_days=180) as box:
        years_pass(box, 5)
        assert box.purge(early=True) == (0, 0)
        box.configure(retention_days=180, purge_early_days=4)
        box.work()
        assert box.purge() == (0, 0), "not while there is room"
        assert box.purge(early=True) == (3, 0)
        assert box.one("SELECT gone FROM recordings WHERE call = 3") == "purged-early"


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 1)
    with filled(tmp_path, retention_days=10) as box:
        years_pass(box, 11)
        assert box.archive.purge_expired(box.now_us).recordings == 1
        assert recording_id(1) not in box.wavs() and recording_id(2) in box.wavs()


def test_a_message_its_owner_deleted_goes(tmp_path: Path) -> None:
    with filled(tmp_path) as box:
        box.tell(f.VoicemailLeft("box", 3, recording_id(3)), f.VoicemailDeleted("box", recording_id(3)))
        box.work()
        assert box.purge() == (1, 0) and box.one("SELECT gone FROM recordings WHERE call = 3") == "deleted"


class NoUnlink(Disk):
    """Refuses to remove files, as a disk that became read-only does."""

    def remove(self, path: Path) -> None:
        if path.suffix == ".wav":
            raise OSError(30, "Read-only file system")
        super().remove(path)


def test_an_error_of_the_disk_leaves_it_for_later(tmp_path: Path) -> None:
    with filled(tmp_path, retention_days=10) as box:
        years_pass(box, 11)
        box.disk = NoUnlink()
        box.reopen()
        with pytest.raises(OSError, match="Read-only"):
            box.archive.purge_expired(box.now_us)
        assert box.one("SELECT count(*) FROM recordings WHERE gone <> ''") == 0
        box.disk = Disk()
        box.reopen()
        assert box.purge()[0] == 2


def test_numbers_are_erased_also_where_retention_forgot_nothing_yet(tmp_path: Path) -> None:
    with filled(tmp_path) as box:
        box.call(OTHER, 7)
        box.erase()
        box.work()
        years_pass(box, 366)
        box.purge()
        assert box.one("SELECT group_concat(DISTINCT forgotten) FROM calls ORDER BY 1") == "erased,retention"
