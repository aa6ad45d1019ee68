"""The archive: facts become history once, reels become recordings whole, the ledger balances."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import soundfile

from firmware.archive.accounts import account_of_calls
from firmware.archive.archive import Archive, message_path
from firmware.archive.history import HANDLERS, PASSED_OVER
from firmware.archive.tracks import NotARecording, UnnamedRecording, read_samples, recording_path
from firmware.protocol import facts as f
from firmware.protocol import journal, tape
from firmware.protocol.names import Direction, LegRole
from firmware.protocol.ring import Ring
from firmware.recorder.recorder import Recorder, Rotation
from firmware.recorder.reels import REELS
from firmware.store import queries
from firmware.store.disk import VirtualDisk
from firmware.store.history import HISTORY_FILE, NewerSchema, NoHistory, open_history, read_history
from tests.unit.journal_bench import SECOND_US, blocks, recording_id, records, story

LATER_US = 3600 * SECOND_US


@contextmanager
def archive(directory: Path) -> Iterator[Archive]:
    made = Archive(directory, "box-7", "Asia/Shanghai", disk=VirtualDisk(), durable=False)
    try:
        yield made
    finally:
        made.close()


def row(made: Archive, table: str) -> dict[str, Any]:
    (found,) = made.db[table].rows
    return found


def test_a_call_becomes_one_row_with_its_times(tmp_path: Path) -> None:
    with archive(tmp_path) as made:
        made.follow(records([(0, (f.ClockTaken(10**15, "ntp"),))], story(1, 1)))
        call = row(made, "calls")
    assert (call["outcome"], call["agent"], call["why"], call["queue"]) == (
        "answered",
        "ann",
        "idle longest",
        "sales",
    )
    assert (call["ring_s"], call["wait_s"], call["talk_s"], call["rings"]) == (1, 3, 4, 1)
    assert (call["offered_us"], call["queued_us"], call["answered_us"]) == (1_000_000, 4_000_000, 7_000_000)
    assert (call["offered_at"], call["clock_quality"], call["box"]) == (10**15 + 1_000_000, "ntp", "box-7")


def test_records_applied_again_change_nothing(tmp_path: Path) -> None:
    told = records(story(1), story(2, 3))
    with archive(tmp_path / "once") as once, archive(tmp_path / "again") as again:
        once.follow(told)
        again.follow(told[:5])
        again.follow(told)
        again.follow(told[3:7])
        assert dump(once) == dump(again)


def dump(made: Archive) -> list[str]:
    """All rows; the moment of migration is not history."""
    return [line for line in made.db.iterdump() if "_sqlite_migrations" not in line]


def test_talk_is_credited_to_who_talked_also_after_a_transfer(tmp_path: Path) -> None:
    moments: list[tuple[int, tuple[f.Fact, ...]]] = [
        (0, (f.CallBegan(1, Direction.INBOUND, 0, "l"), f.LegAdded(1, 1, 0, LegRole.CALLER, "l"))),
        (1, (f.LegAdded(2, 1, 4, LegRole.AGENT, "801", "ann"), f.TalkBegan(1, (1, 2)))),
        (5, (f.TalkEnded(1, (1, 2)), f.HoldBegan(1, 1, 2))),
        (8, (f.LegAdded(3, 1, 5, LegRole.CONSULT, "802", "bob"), f.TransferMade(1, "blind", 1, 2, "802"))),
        (9, (f.HoldEnded(1, 1), f.TalkBegan(1, (1, 3)))),
        (19, (f.TalkEnded(1, (1, 3)), f.CallEnded(1, None, 16, "caller"))),  # type: ignore[arg-type]
    ]
    with archive(tmp_path) as made:
        made.follow(records([(at * SECOND_US, facts) for at, facts in moments]))
        agents = {agent["id"]: (agent["talk_s"], agent["hold_s"]) for agent in queries.agents(made.db)}
        call = row(made, "calls")
    assert agents == {"ann": (4, 4), "bob": (10, 0)}
    assert (call["talk_s"], call["hold_s"]) == (14, 4)


def test_agents_have_their_times_and_counts(tmp_path: Path) -> None:
    with archive(tmp_path) as made:
        made.follow(records(story(1), story(2, 20)))
        (ann,) = queries.agents(made.db)
        (later,) = queries.agents(made.db, (20 * SECOND_US, 30 * SECOND_US))
    assert (ann["answered"], ann["missed"], ann["talk_s"], ann["wrapup_s"]) == (2, 0, 8, 10)
    assert (ann["idle_s"], ann["signed_in_s"]) == (9, 31)
    assert (later["answered"], later["talk_s"]) == (1, 4)


def test_every_kind_of_fact_is_written_down_or_passed_over_knowingly() -> None:
    """A new fact must be put into one of the two: history needs it, or nobody will ask for it."""
    known = set(HANDLERS) | set(PASSED_OVER)
    assert {fact for fact in get_args(f.AnyFact) if fact not in known} == set()
    assert not set(HANDLERS) & set(PASSED_OVER)


def test_a_finished_recording_is_an_alaw_wav_with_both_sides(tmp_path: Path) -> None:
    with archive(tmp_path) as made:
        made.follow(records(story(1)))
        for block in blocks(1):
            made.take_block(block)
        (cut,) = made.cut(LATER_US)
        recording = row(made, "recordings")
    info = soundfile.info(tmp_path / cut.path)
    assert (info.format, info.subtype, info.channels, info.samplerate) == ("WAV", "ALAW", 2, 8000)
    samples, _ = soundfile.read(tmp_path / cut.path, dtype="int16")
    assert samples.shape == (4 * 8000, 2) and cut.seconds == recording["seconds"] == 4
    assert hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest() == recording["sha256"]
    assert np.array_equal(read_samples(tmp_path / cut.path), samples)
    assert recording["path"] == f"recordings/{recording_id(1)[:2]}/{recording_id(1)}.wav"
    assert "138" not in recording["path"] and cut.gaps == ()
    assert message_path(tmp_path, recording_id(1)) == tmp_path / cut.path


def test_a_recording_waits_for_its_last_block_but_not_for_ever(tmp_path: Path) -> None:
    told, tape_of_it = records(story(1)), blocks(1)
    with archive(tmp_path) as made:
        made.follow(told)
        for block in tape_of_it[:-2]:
            made.take_block(block)
        assert made.cut(told[-1].at_us) == []
        (cut,) = made.cut(told[-1].at_us + 11 * SECOND_US)
        assert [(gap.to_tick - gap.from_tick, gap.reason) for gap in cut.gaps] == [(2, "blocks-missing")]
        total = made.balance()
    assert total.unexplained_s == pytest.approx(0.02), "nothing says why: one tick lies within the call"


def test_ticks_missing_inside_are_silence_and_unexplained_in_the_ledger(tmp_path: Path) -> None:
    tape_of_it = blocks(1)
    with archive(tmp_path) as made:
        made.follow(records(story(1)))
        for block in tape_of_it[:50] + tape_of_it[100:]:
            made.take_block(block)
        (cut,) = made.finish()
        total = made.balance()
    samples = read_samples(tmp_path / cut.path)
    assert cut.seconds == 4 and not (np.abs(samples[50 * 160 : 100 * 160]) > 8).any()
    assert total.unexplained_s == pytest.approx(1.0) and not total.balances


def test_ticks_that_come_again_are_taken_once(tmp_path: Path) -> None:
    tape_of_it = blocks(1)
    with archive(tmp_path) as made:
        made.follow(records(story(1)))
        for block in tape_of_it[:50] + tape_of_it[30:]:
            made.take_block(block)
        (cut,) = made.finish()
    assert cut.seconds == 4 and cut.gaps == ()


def test_the_ledger_of_a_call_is_exact(tmp_path: Path) -> None:
    with archive(tmp_path) as made:
        made.follow(records(story(1)))
        for block in blocks(1):
            made.take_block(block)
        made.finish()
        ((call, entries),) = account_of_calls(made.db)
        total = made.balance()
    spans = [(entry.from_us, entry.to_us, entry.covered_by, entry.reason) for entry in entries]
    assert (call, spans) == (
        1,
        [
            (1_000_000, 3_000_000, "", "menu"),
            (3_000_000, 6_000_000, "", "queue"),
            (6_000_000, 6_020_000, "", "edge"),
            (6_020_000, 10_000_000, recording_id(1), ""),
        ],
    )
    assert total.answered_s == 9 and total.balances


def test_an_answered_call_without_a_reason_is_unexplained(tmp_path: Path) -> None:
    moments = [
        (at, tuple(fact for fact in facts if not isinstance(fact, f.NotRecorded))) for at, facts in story(1)
    ]
    with archive(tmp_path) as made:
        made.follow(records(moments))
        made.finish()
        total = made.balance()
    assert not total.balances and total.unexplained_s == 9 and total.reasons_s == {}


def fill(directory: Path, calls: range, rotation: Rotation) -> Recorder:
    journal_ring, audio_ring = Ring.in_memory(1 << 20), Ring.in_memory(8 << 20)
    recorder = Recorder(journal_ring, audio_ring, directory, disk=VirtualDisk(), rotation=rotation)
    for record in records(*(story(call, 20 * call) for call in calls)):
        journal_ring.put(journal.encode(record))
    for call in calls:
        for block in blocks(call, 20 * call):
            audio_ring.put(tape.encode(block))
            recorder.step(block.tick * 20_000)
    recorder.close(LATER_US)
    return recorder


def test_reels_go_when_all_their_recordings_are_cut_and_the_newest_stays(tmp_path: Path) -> None:
    recorder = fill(tmp_path, range(1, 5), Rotation(reel_bytes=40_000))
    reels = len(REELS.files(tmp_path / "reels"))
    with archive(tmp_path) as made:
        made.follow_files(recorder.mark.read())
        assert made.release_reels() == [], "nothing is cut yet"
        assert len(made.cut(LATER_US)) == 4
        assert len(made.release_reels()) == reels - 1
    assert len(REELS.files(tmp_path / "reels")) == 1


def test_nothing_beyond_the_durable_mark_is_taken(tmp_path: Path) -> None:
    ring, audio = Ring.in_memory(1 << 20), Ring.in_memory(1 << 16)
    recorder = Recorder(ring, audio, tmp_path, disk=VirtualDisk())
    told = records(story(1))
    for record in told:
        ring.put(journal.encode(record))
    recorder.step(0)
    with archive(tmp_path) as made:
        assert made.follow_files(recorder.mark.read()) == len(told)
        ring.put(journal.encode(records(story(1), story(2, 50))[len(told)]))
        assert recorder.step(1000) == 1
        assert made.follow_files(recorder.mark.read()) == 0, "written but not synced"
        recorder.step(2 * SECOND_US)
        assert made.follow_files(recorder.mark.read()) == 1


def test_a_new_archive_gathers_again_and_gives_nothing_up_before_it_has(tmp_path: Path) -> None:
    recorder = fill(tmp_path, range(1, 3), Rotation())
    with archive(tmp_path) as first:
        first.follow_files(recorder.mark.read())
    with archive(tmp_path) as second:
        assert second.cut(LATER_US) == [], "the reels are not read yet"
        second.follow_files(recorder.mark.read())
        assert [cut.seconds for cut in second.cut(LATER_US)] == [4, 4]


def test_audio_whose_record_is_gone_is_let_go(tmp_path: Path) -> None:
    recorder = fill(tmp_path, range(1, 3), Rotation(reel_bytes=40_000))
    for path in (tmp_path / "journal").iterdir():
        path.unlink()
    with archive(tmp_path) as made:
        made.follow_files(recorder.mark.read())
        assert made.finish() == []
        assert made.release_reels() == [1], "what also lies on the newest reel may still be explained"
    assert list((tmp_path / "recordings").rglob("*.wav")) == []


def test_a_name_that_is_no_recording_is_no_path() -> None:
    for name in ("../../etc/passwd", "", "0" * 15, "0" * 17, "0011223344556 77", "ABCDEF0011223344"):
        with pytest.raises(UnnamedRecording):
            recording_path(name)
        assert message_path(Path("/"), name) is None


def test_a_file_cut_short_is_not_a_recording(tmp_path: Path) -> None:
    with archive(tmp_path) as made:
        made.follow(records(story(1)))
        for block in blocks(1):
            made.take_block(block)
        (cut,) = made.finish()
    path = tmp_path / cut.path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(NotARecording):
        read_samples(path)


def test_a_history_of_newer_software_is_refused(tmp_path: Path) -> None:
    path = tmp_path / HISTORY_FILE
    db = open_history(path)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('history', 'later')")
    db.close()
    for opening in (open_history, read_history):
        with pytest.raises(NewerSchema, match="newer software"):
            opening(path)
    with pytest.raises(NoHistory):
        read_history(tmp_path / "nothing")


def test_history_is_kept_with_every_commit_on_the_platter(tmp_path: Path) -> None:
    db = open_history(tmp_path / HISTORY_FILE)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()
