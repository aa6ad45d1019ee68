"""The disk and the calls: nothing is recorded that cannot be kept, all of it is named, and no call ends for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from firmware.config.schema import Config, Flow
from firmware.engine import disk as disk_rules
from firmware.engine import recordings
from firmware.engine.engine import Engine
from firmware.engine.process.disk_watch import DiskWatch
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol.inputs import DiskTold
from firmware.protocol.recorder_status import RecorderStatus
from firmware.protocol.ring import Ring
from firmware.protocol.status_file import StatusFile
from tests.unit.fake_box import FakeBox, office

FULL = DiskTold("full", "disk-full")
AMPLE = DiskTold("ample")


def in_talk(**queue: object) -> FakeBox:
    box = FakeBox(office(**queue))
    box.to_queue("L1")
    box.lift("801")
    box.wait(5)
    return box


def recorded_flow() -> Config:
    config = office()
    flow = config.flows[0]
    return structs.replace(config, flows=(Flow(id="main", start="open", nodes=flow.nodes, record=True),))


def reasons(box: FakeBox) -> list[str]:
    return [fact.reason for fact in box.facts(f.NotRecorded)]


# -- conversations ------------------------------------------------------------------------------------


def test_a_full_disk_ends_the_recording_and_not_the_talk() -> None:
    box = in_talk()
    box.give(FULL)
    assert box.talk("L1", "801") and not box.recording
    assert box.facts(f.RecordingEnded)[-1].why == "disk-full"
    assert reasons(box)[-1] == "disk-full"


def test_room_again_begins_a_new_recording_of_the_same_talk() -> None:
    box = in_talk()
    first = box.facts(f.RecordingBegan)[0]
    box.give(FULL)
    box.wait(20)
    box.give(AMPLE)
    second = box.facts(f.RecordingBegan)[1]
    assert structs.replace(second, recording=first.recording) == first
    assert box.recording == {0: second.recording}
    box.wait(5)
    box.hang_up("801")
    assert box.outcomes() == ["answered"]


def test_a_talk_that_begins_on_a_full_disk_is_not_recorded_until_there_is_room() -> None:
    box = FakeBox(office())
    box.give(FULL)
    box.to_queue("L1")
    box.lift("801")
    assert box.talk("L1", "801") and not box.sent(c.Record)
    assert reasons(box)[-1] == "disk-full"
    box.give(AMPLE)
    assert box.facts(f.RecordingBegan)[0].queue == "sales"


def test_hold_over_the_end_of_the_trouble_is_recorded_from_the_next_talk_on() -> None:
    box = in_talk()
    box.give(FULL)
    box.flash("801")
    box.give(AMPLE)
    assert len(box.facts(f.RecordingBegan)) == 1
    box.flash("801")
    assert box.talk("L1", "801") and len(box.facts(f.RecordingBegan)) == 2


def test_a_transfer_on_a_full_disk_leaves_one_recording_to_begin() -> None:
    box = in_talk()
    box.give(FULL)
    box.flash("801")
    box.key("801", "804")
    box.wait(3)
    box.lift("804")
    box.hang_up("801")
    assert box.talk("L1", "804")
    box.give(AMPLE)
    assert len(box.recording) == 1 and len(box.facts(f.RecordingBegan)) == 2
    assert box.facts(f.RecordingBegan)[1].party == "804"


def test_consent_still_comes_before_any_frame() -> None:
    box = FakeBox(office(consent="consent"))
    box.give(FULL)
    box.to_queue("L1")
    box.lift("801")
    box.give(AMPLE)
    assert not box.sent(c.Record)
    box.heard("L1")
    assert box.facts(f.ConsentAnnounced) and len(box.sent(c.Record)) == 1


def test_what_nobody_wants_recorded_stays_so() -> None:
    box = in_talk(record=False)
    box.give(FULL)
    box.give(AMPLE)
    assert not box.facts(f.RecordingBegan) and "disk-full" not in reasons(box)


def test_the_same_news_twice_is_one_fact_and_a_new_reason_another() -> None:
    box = in_talk()
    for told in (FULL, FULL, DiskTold("full", "disk-failed"), AMPLE, AMPLE):
        box.give(told)
    assert [fact.stop for fact in box.facts(f.DiskChanged)] == ["disk-full", "disk-failed", ""]
    assert reasons(box)[-2:] == ["disk-full", "disk-failed"]
    assert len(box.facts(f.RecordingBegan)) == 2


def test_a_warning_stops_nothing() -> None:
    box = in_talk()
    box.give(DiskTold("warn"))
    box.give(DiskTold("purge"))
    assert box.recording and [fact.level for fact in box.facts(f.DiskChanged)] == ["warn", "purge"]


def test_an_engine_restarted_on_a_full_disk_still_knows_what_to_record_later() -> None:
    box = in_talk()
    box.give(FULL)
    after = FakeBox(engine=Engine.restore(box.engine.snapshot(), []))
    after.now_us = box.now_us
    after.give(AMPLE)
    assert [fact.queue for fact in after.facts(f.RecordingBegan)] == ["sales"]


# -- recorded flows -----------------------------------------------------------------------------------


def test_a_recorded_flow_goes_on_without_tape_and_with_it_again() -> None:
    box = FakeBox(recorded_flow())
    box.ring("L1")
    assert box.recording
    box.give(FULL)
    assert not box.recording and box.words("L1")
    box.give(AMPLE)
    assert box.recording and [one.kind for one in box.facts(f.RecordingBegan)] == ["menu", "menu"]


def test_a_secret_is_not_taped_because_there_is_room_again() -> None:
    box = FakeBox(recorded_flow())
    box.ring("L1")
    box.give(FULL)
    box.heard("L1")
    box.key("L1", "7")
    box.give(AMPLE)
    assert not box.recording
    box.heard("L1")
    box.key("L1", "1234")
    assert box.recording


# -- messages -----------------------------------------------------------------------------------------


def test_nobody_is_asked_for_a_message_that_cannot_be_kept() -> None:
    box = FakeBox(office())
    box.give(FULL)
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    assert box.words("L1") == ["voicemail-unavailable"]
    box.heard("L1")
    assert box.outcomes() == ["voicemail"] and not box.sent(c.Record)


def test_a_disk_that_fills_during_the_greeting_is_told_instead_of_the_beep() -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    box.give(FULL)
    box.heard("L1")
    assert box.words("L1") == ["voicemail-unavailable"] and not box.sent(c.Record)


@pytest.mark.parametrize(
    ("seconds", "words", "kept"), [(10, "voicemail-cut", 1), (1, "voicemail-unavailable", 0)]
)
def test_a_message_cut_off_is_kept_and_its_caller_told(seconds: float, words: str, kept: int) -> None:
    box = FakeBox(office())
    box.ring("L1")
    box.heard("L1")
    box.key("L1", "3")
    box.heard("L1")
    box.wait(seconds)
    box.give(FULL)
    assert box.words("L1") == [words] and len(box.facts(f.VoicemailLeft)) == kept
    assert not box.recording


# -- what the ring lost -------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "reason"), [(None, "disk-slow"), (FULL, "disk-full")])
def test_ticks_that_found_no_room_are_named_with_their_reason(told: DiskTold | None, reason: str) -> None:
    box = in_talk()
    recording = box.recording[0]
    if told:
        box.give(told)
    box.event(e.TapeLost(port=0, at_us=box.now_us, recording=recording, from_tick=70, to_tick=80))
    assert box.facts(f.RecordingGap) == [f.RecordingGap(recording, 70, 80, reason)]


# -- watching -----------------------------------------------------------------------------------------


class Watched:
    """A recorder's status and a ring in front of an engine's watch."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "recorder.status.json"
        self.file = StatusFile(self.path)
        self.ring = Ring.in_memory(1 << 12)
        self.watch = DiskWatch(self.path, self.ring)
        self.at_us = 0
        self.known = ("ample", "")

    def tell(self, status: RecorderStatus) -> None:
        self.file.write(status)

    def fill(self, share: float) -> None:
        self.ring.drain()
        while self.ring.fill < share:
            self.ring.put(bytes(32))

    def look(self) -> DiskTold | None:
        self.at_us += 1_000_000
        given = self.watch.look(self.at_us, *self.known)
        if given is not None:
            self.known = (given.level, given.stop)
        return given


def test_the_recorders_level_is_told_once(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    assert watched.look() is None
    watched.tell(RecorderStatus(level="full", stop="disk-full"))
    assert watched.look() == FULL
    assert watched.look() is None
    watched.tell(RecorderStatus())
    assert watched.look() == AMPLE


def test_a_ring_that_fills_stops_the_tape_until_it_is_nearly_empty(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    told = []
    for share in (0.5, 0.74, 0.76, 0.5, 0.26, 0.2, 0.5):
        watched.fill(share)
        told.append(watched.look())
    assert told == [None, None, DiskTold("ample", "disk-slow"), None, None, AMPLE, None]


def test_the_reason_is_what_the_disk_answers(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.tell(RecorderStatus(trouble="disk-failed"))
    assert watched.look() is None, "the ring still keeps all of it"
    watched.fill(0.8)
    assert watched.look() == DiskTold("ample", "disk-failed")


def test_a_restarted_engine_does_not_begin_anew_in_a_ring_half_full(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.known = ("ample", "disk-slow")
    watched.fill(0.5)
    assert watched.look() is None
    watched.fill(0.1)
    assert watched.look() == AMPLE


def test_garbage_for_a_status_changes_nothing(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.tell(RecorderStatus(level="full", stop="disk-full"))
    watched.look()
    watched.path.write_bytes(b"{half")
    assert watched.look() is None


# -- planted faults -----------------------------------------------------------------------------------


def test_planted_an_engine_that_does_not_stop_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_rules, "_stop", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_full_disk_ends_the_recording_and_not_the_talk()


def test_planted_an_engine_that_does_not_begin_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "resume", lambda *_: None)
    with pytest.raises((AssertionError, IndexError)):
        test_room_again_begins_a_new_recording_of_the_same_talk()
