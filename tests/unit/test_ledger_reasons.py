"""Every second without audio: a reason where there is evidence, `unexplained` where there is none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from firmware.archive.archive import Archive
from firmware.archive.evidence import UNSYNCED_US
from firmware.archive.ledger import Balance
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import tape
from firmware.protocol.inputs import FromSwitch, TimeReached
from firmware.protocol.journal import Record
from firmware.protocol.mark import DurableMark
from firmware.protocol.names import Outcome, ReleasedBy
from firmware.protocol.ring import Ring
from firmware.protocol.tape import TapeBlock
from firmware.recorder.recorder import Recorder, Rotation
from firmware.recorder.reels import REELS
from firmware.store.disk import VirtualDisk
from tests.unit.journal_bench import SECOND_US, TICK_US, blocks, recording_id, story, taped_ticks

Moment = tuple[int, tuple[f.Fact, ...]]
TALK_S = 10
FIRST, LAST = taped_ticks(0, TALK_S)


def told(moments: list[Moment]) -> list[Record]:
    """As if the switch had told all of it: that it was alive then is evidence too."""
    numbered = []
    for number, (at_us, facts) in enumerate(sorted(moments, key=lambda one: one[0]), 1):
        lost = next((fact.epoch for fact in facts if isinstance(fact, f.SwitchLost)), 1)
        event = FromSwitch(lost, number, e.LineRang(port=0, at_us=at_us, count=1))
        started = any(isinstance(fact, f.EngineStarted) for fact in facts)
        given = TimeReached() if started else event
        numbered.append(Record(1, number, at_us, given, facts, ()))  # type: ignore[arg-type]
    return numbered


def balance_of(directory: Path, moments: list[Moment], tape_of_it: list[TapeBlock]) -> Balance:
    archive = Archive(directory, disk=VirtualDisk(), durable=False)
    try:
        archive.follow(told(moments))
        for block in tape_of_it:
            archive.take_block(block)
        archive.finish()
        return archive.balance()
    finally:
        archive.close()


def test_a_block_lost_without_evidence_is_unexplained(tmp_path: Path) -> None:
    """The planted fault of the whole ledger: one tick of 20 ms, in the middle."""
    tape_of_it = blocks(1, talk_s=TALK_S)
    del tape_of_it[200]
    assert balance_of(tmp_path, story(1, talk_s=TALK_S), tape_of_it).unexplained_s == pytest.approx(0.02)


def test_a_loss_the_switch_told_has_its_reason(tmp_path: Path) -> None:
    gap = f.RecordingGap(recording_id(1), FIRST + 100, FIRST + 200, "disk-slow")
    moments = [*story(1, talk_s=TALK_S), (9 * SECOND_US, (gap,))]
    tape_of_it = blocks(1, talk_s=TALK_S)
    total = balance_of(tmp_path, moments, tape_of_it[:100] + tape_of_it[200:])
    assert total.balances and total.reasons_s["disk-slow"] == pytest.approx(2.0)


def test_more_lost_than_told_is_found(tmp_path: Path) -> None:
    gap = f.RecordingGap(recording_id(1), FIRST + 100, FIRST + 200, "disk-slow")
    moments = [*story(1, talk_s=TALK_S), (9 * SECOND_US, (gap,))]
    tape_of_it = blocks(1, talk_s=TALK_S)
    total = balance_of(tmp_path, moments, tape_of_it[:100] + tape_of_it[250:])
    assert total.unexplained_s == pytest.approx(1.0) and total.reasons_s["disk-slow"] == pytest.approx(2.0)


def switch_died(at_us: int, back_us: int, *before: f.Fact) -> list[Moment]:
    """The call's switch died at `at_us`; its next life ends the call at `back_us`."""
    ended = (
        f.RecordingEnded(recording_id(1), "switch-died"),
        f.CallEnded(1, Outcome.ANSWERED, 41, ReleasedBy.BOX),
    )
    begun = [one for one in story(1, talk_s=TALK_S) if one[0] < 7 * SECOND_US]
    alive: list[Moment] = [(at_us - 100_000, (f.TimerCleared("seen"),))]
    started: list[Moment] = [(back_us - SECOND_US, before)] if before else []
    return [*begun, *alive, *started, (back_us, (f.SwitchLost(2), *ended))]


def test_a_talk_that_an_engine_began_late_has_its_reason(tmp_path: Path) -> None:
    """What it decides is dated when it happened; joined and taped they were when the switch was told."""
    late_ticks = 100
    moments = [
        (at_us + late_ticks * TICK_US, (f.RecordingTaped(facts[0].recording, FIRST + late_ticks),))
        if isinstance(facts[0], f.RecordingTaped) and facts[0].to_tick < 0
        else (at_us, facts)
        for at_us, facts in story(1, talk_s=TALK_S)
    ]
    balance = balance_of(tmp_path, moments, blocks(1, talk_s=TALK_S)[late_ticks:])
    assert balance.balances
    assert balance.reasons_s["engine-away"] == pytest.approx(late_ticks * 0.02, abs=0.03)


def test_a_dead_switch_explains_what_follows_its_last_word(tmp_path: Path) -> None:
    died_us = 10 * SECOND_US
    total = balance_of(tmp_path, switch_died(died_us, 13 * SECOND_US), blocks(1, talk_s=4)[:-1])
    assert total.balances and total.reasons_s["switch-died"] == pytest.approx(3.0, abs=0.05)


def test_a_dead_switch_does_not_explain_what_was_missing_before(tmp_path: Path) -> None:
    """It still spoke eight seconds after its last block of tape."""
    total = balance_of(tmp_path, switch_died(18 * SECOND_US, 20 * SECOND_US), blocks(1, talk_s=4))
    assert total.unexplained_s == pytest.approx(18 - 10 - 1, abs=0.2)


def test_a_power_cut_explains_the_last_second_and_the_time_away(tmp_path: Path) -> None:
    back_us = 60 * SECOND_US
    moments = switch_died(11 * SECOND_US, back_us, f.EngineStarted(2, "box-1", "other memory"))
    moments.append((0, (f.EngineStarted(1, "box-1", "memory"),)))
    total = balance_of(tmp_path, moments, blocks(1, talk_s=4))
    assert total.balances and total.reasons_s["power-cut"] == pytest.approx(50.0, abs=0.1)


def test_a_power_cut_explains_no_more_than_could_be_unsynced(tmp_path: Path) -> None:
    lasted_us = 10 * SECOND_US + UNSYNCED_US + 3 * SECOND_US
    moments = switch_died(lasted_us, 60 * SECOND_US, f.EngineStarted(2, "box-1", "other memory"))
    moments.append((0, (f.EngineStarted(1, "box-1", "memory"),)))
    total = balance_of(tmp_path, moments, blocks(1, talk_s=4))
    assert total.unexplained_s == pytest.approx(3.0, abs=0.2)


def test_the_same_memory_is_no_power_cut(tmp_path: Path) -> None:
    moments = switch_died(11 * SECOND_US, 20 * SECOND_US, f.EngineStarted(2, "box-1", "memory"))
    moments.append((0, (f.EngineStarted(1, "box-1", "memory"),)))
    total = balance_of(tmp_path, moments, blocks(1, talk_s=4)[:-1])
    assert "power-cut" not in total.reasons_s and total.reasons_s["switch-died"] > 9


def test_ticks_that_stood_still_are_told_by_two_clocks(tmp_path: Path) -> None:
    """The switch taped till second 16 and counted two seconds less than that: nobody's ticks are missing."""
    begun = [one for one in story(1, talk_s=TALK_S) if one[0] < 16_000_000]
    (_, end), (_, taped), *_ = [one for one in story(1, talk_s=TALK_S) if one[0] >= 16_000_000]
    assert isinstance(taped[0], f.RecordingTaped)
    short = (msgspec.structs.replace(taped[0], to_tick=LAST - 100),)
    moments = [*begun, (16 * SECOND_US, end), (16_020_000, short)]
    stamped = [
        Record(1, number, at_us, FromSwitch(1, number, _stamp(facts, at_us)), facts, ())  # type: ignore[arg-type]
        for number, (at_us, facts) in enumerate(moments, 1)
    ]
    archive = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    archive.follow(stamped)
    for block in blocks(1, talk_s=TALK_S - 2):
        archive.take_block(block)
    archive.finish()
    total = archive.balance()
    archive.close()
    assert total.balances and total.reasons_s["tick-stood"] == pytest.approx(2.0, abs=0.05)


def _stamp(facts: tuple[f.Fact, ...], at_us: int) -> e.AnySwitchEvent:
    for fact in facts:
        if isinstance(fact, f.RecordingTaped):
            kind = e.TapeBegan if fact.to_tick < 0 else e.TapeEnded
            return kind(port=0, at_us=at_us, recording=fact.recording, tick=max(fact.from_tick, fact.to_tick))
    return e.LineRang(port=0, at_us=at_us, count=1)


def test_paused_stretches_are_named(tmp_path: Path) -> None:
    marks: list[Moment] = [
        (8 * SECOND_US, (f.RecordingMarked(recording_id(1), "paused"),)),
        (9 * SECOND_US, (f.RecordingMarked(recording_id(1), "hold"),)),
        (11 * SECOND_US, (f.RecordingMarked(recording_id(1), "unpaused"),)),
    ]
    total = balance_of(tmp_path, [*story(1, talk_s=TALK_S), *marks], blocks(1, talk_s=TALK_S))
    assert total.balances and total.reasons_s["paused"] == pytest.approx(3.0)


def test_a_recording_never_taped_is_unexplained_unless_its_switch_died(tmp_path: Path) -> None:
    assert balance_of(tmp_path / "a", story(1, talk_s=TALK_S), []).unexplained_s > 9
    total = balance_of(tmp_path / "b", switch_died(6_500_000, 8 * SECOND_US), [])
    assert total.balances


def test_a_file_that_is_not_there_is_no_audio(tmp_path: Path) -> None:
    from firmware.archive.accounts import account_of_calls
    from firmware.archive.ledger import balance

    archive = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    archive.follow(told(story(1, talk_s=TALK_S)))
    for block in blocks(1, talk_s=TALK_S):
        archive.take_block(block)
    (cut,) = archive.finish()
    there = balance(one for _, entries in account_of_calls(archive.db, data=tmp_path) for one in entries)
    (tmp_path / cut.path).unlink()
    gone = balance(one for _, entries in account_of_calls(archive.db, data=tmp_path) for one in entries)
    archive.close()
    assert there.balances and gone.unexplained_s == pytest.approx(TALK_S, abs=0.1)


def reels_of(directory: Path) -> Recorder:
    """The tape of one call on several reels."""
    audio = Ring.in_memory(8 << 20)
    recorder = Recorder(
        Ring.in_memory(1 << 20), audio, directory, disk=VirtualDisk(), rotation=Rotation(reel_bytes=40_000)
    )
    for block in blocks(1, talk_s=TALK_S):
        audio.put(tape.encode(block))
        recorder.step(block.tick * TICK_US)
    recorder.close(100 * SECOND_US)
    return recorder


def followed(directory: Path, recorder: Recorder) -> Balance:
    archive = Archive(directory, disk=VirtualDisk(), durable=False)
    try:
        archive.follow(told(story(1, talk_s=TALK_S)))
        archive.follow_files(recorder.mark.read())
        archive.cut(200 * SECOND_US)
        return archive.balance()
    finally:
        archive.close()


def test_a_damaged_reel_explains_what_lay_on_it(tmp_path: Path) -> None:
    recorder = reels_of(tmp_path)
    path = REELS.path(tmp_path / "reels", 2)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    total = followed(tmp_path, recorder)
    assert total.balances and 0.3 < total.reasons_s["reel-damaged"] < 3


def test_a_reel_that_is_gone_is_unexplained(tmp_path: Path) -> None:
    recorder = reels_of(tmp_path)
    REELS.path(tmp_path / "reels", 2).unlink()
    assert followed(tmp_path, recorder).unexplained_s > 1


def test_a_slow_recorder_is_waited_for(tmp_path: Path) -> None:
    """The call is long over and known; its tape still waits in the ring. Nothing is given up before it came."""
    memory, audio, records = bytearray(128), Ring.in_memory(8 << 20), Ring.in_memory(1 << 20)
    recorder = Recorder(records, audio, tmp_path, disk=VirtualDisk(), mark=DurableMark(memory))
    archive = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    tape_of_it = blocks(1, talk_s=TALK_S)
    for block in tape_of_it[:100]:
        audio.put(tape.encode(block))
    recorder.step(9 * SECOND_US)
    archive.follow(told(story(1, talk_s=TALK_S)))
    archive.follow_files(DurableMark(memory).read())
    assert archive.cut(500 * SECOND_US) == [], "the recorder has told nothing since second 9"
    for block in tape_of_it[100:]:
        audio.put(tape.encode(block))
    recorder.step(501 * SECOND_US)
    archive.follow_files(DurableMark(memory).read())
    assert [cut.gaps for cut in archive.cut(501 * SECOND_US)] == [()]
    assert archive.balance().balances
    archive.close()


def test_by_its_own_clock_an_archive_would_give_the_tape_up(tmp_path: Path) -> None:
    """The planted fault of the test above: without the mark's word ten seconds of wall are enough."""
    recorder = reels_of(tmp_path)
    mark = recorder.mark.read()
    archive = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    archive.follow(told(story(1, talk_s=TALK_S)))
    first = msgspec.structs.replace(
        mark, reels=msgspec.structs.replace(mark.reels, index=2, offset=88), complete_us=1 << 62
    )
    archive.follow_files(first)
    assert archive.cut(500 * SECOND_US)[0].gaps != ()
    archive.close()


def test_ticks_that_stood_still_before_a_death_are_told_by_the_next_life(tmp_path: Path) -> None:
    """The former one's last tick is still in memory, though nobody else was taped by it."""
    *moments, (back_us, (_, *ended)) = switch_died(18 * SECOND_US, 20 * SECOND_US)
    began_us = next(at_us for at_us, facts in moments if isinstance(facts[0], f.RecordingTaped))
    missing_s = 18 - 0.1 - 1 - (began_us / SECOND_US + 8)
    last = FIRST + round(8 / 0.02)
    told: Moment = (back_us, (f.SwitchLost(2, 1, last, 17_500_000), *ended))
    total = balance_of(tmp_path / "told", [*moments, told], blocks(1, talk_s=8))
    assert total.reasons_s["tick-stood"] >= missing_s - 0.1 and total.unexplained_s == 0
    of_another: Moment = (back_us, (f.SwitchLost(3, 2, last, 17_500_000), *ended))
    alone = balance_of(tmp_path / "other", [*moments, of_another], blocks(1, talk_s=8))
    assert alone.unexplained_s == pytest.approx(missing_s, abs=0.1)


def test_ticks_that_stood_still_before_a_death_are_told_by_another_tape(tmp_path: Path) -> None:
    """Three seconds are missing at the end. A tape that began meanwhile shows that they never were."""
    moments = switch_died(18 * SECOND_US, 20 * SECOND_US)
    began_us = next(at_us for at_us, facts in moments if isinstance(facts[0], f.RecordingTaped))
    last_s = began_us / SECOND_US + 8
    missing_s = 18 - 0.1 - 1 - last_s
    alone = balance_of(tmp_path / "alone", moments, blocks(1, talk_s=8))
    assert alone.unexplained_s == pytest.approx(missing_s, abs=0.1)
    seen_us = 17 * SECOND_US
    tick = FIRST + (seen_us - began_us) // TICK_US - round(missing_s / 0.02)
    other = (f.RecordingBegan("other", 1, 1, "802", "802", "conversation", "sales"),)
    told_by = [(seen_us, other), (seen_us, (f.RecordingTaped("other", tick),))]
    total = balance_of(tmp_path / "two", [*moments, *told_by], blocks(1, talk_s=8))
    assert total.reasons_s["tick-stood"] == pytest.approx(missing_s, abs=0.1)
