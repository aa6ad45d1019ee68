"""The story of a call: every event in order, in both languages, and nothing of whom was erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.archive.archive import Archive
from firmware.protocol import facts as f
from firmware.protocol.choice import Other
from firmware.protocol.names import Direction, LegRole, Presentation, ReleasedBy
from firmware.store.calls.story import Moment, Story, call_story
from firmware.store.calls.story_sources import SOURCES
from firmware.store.calls.telling import MOMENTS, tell
from firmware.store.disk import VirtualDisk
from tests.unit.journal_bench import SECOND_US, records, story
from tests.unit.kept_bench import NAME, SUBJECT, KeptBox

HOSTILE = "{number.__class__} %s \x00 =1+1"
Moments = list[tuple[int, tuple[f.Fact, ...]]]


def told(folder: Path, *stories: Moments) -> Story:
    made = Archive(folder, "box-1", "Asia/Shanghai", disk=VirtualDisk(), durable=False)
    made.follow(records([(0, (f.ClockTaken(10**15, "ntp"),))], *stories))
    found = call_story(made.db, 1)
    made.close()
    assert found is not None
    return found


def lines(found: Story, language: str = "en") -> list[str]:
    return [f"{moment.offset_ms} {tell(moment, language)}" for moment in found.moments]


def test_a_call_is_told_from_its_ring_to_its_release(tmp_path: Path) -> None:
    found = told(tmp_path, story(1, 1))
    assert lines(found) == [
        "0 call begins: inbound on line-1",
        "1000 caller is 13800138000 =1+1",
        "1000 the box answers",
        "1000 hears menu main",
        "3000 leaves menu main: queue",
        "3000 waits in queue sales at position 1",
        "4000 agent ann is rung: idle longest",
        "6000 agent ann takes the call",
        "6000 801 answers",
        "6000 leaves queue sales: answered",
        "6000 recording begins (conversation)",
        "6000 talks with ann",
        "10000 recording ends (released)",
        "10000 line-1 is released: normal clearing (16), by the caller",
        "10000 801 is released: normal clearing (16), by the box",
        "10000 call ends: answered, normal clearing (16), by the caller",
    ]
    assert found.moments[0].at == 10**15 + SECOND_US
    assert [row["party"] for row in found.legs] == ["line-1", "801"]
    assert len(found.recordings) == 1


def busy_call() -> Moments:
    """Keys, a secret, a hold, a consultation, a transfer, a pause of the recording, a survey."""
    moments: Moments = [
        (0, (f.CallBegan(1, Direction.INBOUND, 0, "line-1"), f.LegAdded(1, 1, 0, LegRole.CALLER, "line-1"))),
        (1, (f.CallerKnown(1, HOSTILE, "", HOSTILE, Presentation.ALLOWED, "sip"), f.FlowEntered(1, "main"))),
        (2, (f.NodeEntered(1, "language"), f.DigitsCollected(1, "language", "2"), f.LanguageChosen(1, "en"))),
        (3, (f.NodeEntered(1, "pin"), f.DigitsCollected(1, "pin", ""))),
        (4, (f.FlowTargetFailed(1, "busy"), f.FlowLeft(1, "queue"), f.Enqueued(1, "sales", 5))),
        (5, (f.AgentOffered(1, "sales", "ann", 2, "idle longest", (Other("bob", "skill", "zh 40<50"),)),)),
        (6, (f.LegAdded(2, 1, 4, LegRole.AGENT, "801", "ann"), f.AgentConnected(1, "sales", "ann", 2))),
        (7, (f.RecordingBegan("00000000000000aa", 1, 1, "801", "ann", "conversation", "sales"),)),
        (8, (f.RecordingMarked("00000000000000aa", "paused"), f.HoldBegan(1, 1, 2))),
        (9, (f.LegAdded(3, 1, 5, LegRole.CONSULT, "802"), f.LegAlerted(3), f.LegAnswered(3))),
        (10, (f.HoldEnded(1, 1), f.TransferMade(1, "attended", 1, 2, "802"))),
        (11, (f.CallTakenOver(1, "boss", "ann"), f.SurveyBegan(1, "sales", "ann", "survey"))),
        (12, (f.SurveyAnswered(1, "sales", "ann", "service", "5"),)),
        (13, (f.CallEnded(1, None, 99, ReleasedBy.BOX),)),
    ]
    return [(at_s * SECOND_US, facts) for at_s, facts in moments]


def test_keys_holds_transfers_and_the_choice_of_the_agent_are_told(tmp_path: Path) -> None:
    said = "\n".join(lines(told(tmp_path, busy_call())))
    for wanted in (
        "2000 keys 2 at language",
        "2000 goes on in language en",
        "3000 keys (secret) at pin",
        "4000 who was called is not to be had: busy",
        "5000 agent ann is rung: idle longest; not bob (lacks zh 40<50)",
        "8000 is put on hold",
        "8000 recording: paused",
        "9000 802 is consulted",
        "9000 802 answers",
        "10000 is taken off hold",
        "10000 is transferred to 802 (attended)",
        "11000 supervisor boss takes the call over",
        "12000 answers 5 to service",
        "13000 call ends: , Q.850 99, by the box",
    ):
        assert wanted in said


def test_what_a_caller_sent_is_told_byte_for_byte(tmp_path: Path) -> None:
    assert f"1000 caller is {HOSTILE} {HOSTILE}" in lines(told(tmp_path, busy_call()))


def test_the_story_is_told_in_chinese(tmp_path: Path) -> None:
    said = lines(told(tmp_path, busy_call()), "zh")
    assert "3000 在 pin 按键 （保密）" in said
    assert "5000 呼叫坐席 ann：idle longest；而非 bob（技能不足 zh 40<50）" in said


def test_every_kind_of_moment_has_words() -> None:
    assert SOURCES.keys() == MOMENTS.keys()


def test_the_position_is_behind_those_who_wait(tmp_path: Path) -> None:
    waiting: Moments = [
        (call, (f.CallBegan(call, Direction.INBOUND, call, "l"), f.Enqueued(call, "sales")))
        for call in (5, 6)
    ]
    came: Moments = [(9, (f.CallBegan(1, Direction.INBOUND, 0, "l"), f.Enqueued(1, "sales")))]
    assert "0 waits in queue sales at position 3" in lines(told(tmp_path, waiting, came))


def test_there_is_no_story_of_no_call(tmp_path: Path) -> None:
    made = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    assert call_story(made.db, 7) is None
    made.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_erased_call_still_has_a_story_but_no_caller(tmp_path: Path, language: str) -> None:
    with KeptBox(tmp_path) as box:
        box.configure()
        box.call(SUBJECT, 1)
        box.tell(f.DigitsCollected(1, "id", SUBJECT), f.TransferMade(1, "blind", 1, 2, SUBJECT))
        box.work()
        before = call_story(box.archive.db, 1)
        assert before is not None and SUBJECT in "\n".join(lines(before, language))
        box.erase()
        box.work()
        after = call_story(box.archive.db, 1)
        assert after is not None
        said = "\n".join([*lines(after, language), repr(after)])
        assert SUBJECT[1:] not in said and NAME not in said
        assert len(after.moments) == len(before.moments)


def test_every_source_uses_an_index(tmp_path: Path) -> None:
    """A story of one call among a million reads no table whole."""
    made = Archive(tmp_path, disk=VirtualDisk(), durable=False)
    scans = {
        what: row[3]
        for what, statement in SOURCES.items()
        for row in made.db.execute(f"EXPLAIN QUERY PLAN {statement}", [1]).fetchall()
        if row[3].startswith("SCAN")
    }
    made.close()
    assert scans == {}


def test_why_an_agent_was_rung_is_told_in_the_readers_language() -> None:
    why = "ring-all: 1 ready; waited 0 s, priority 0"
    offered = Moment(0, 0, "offered", {"agent": "800", "why": why, "others": ""})
    assert tell(offered, "zh") == "呼叫坐席 800：全部同时振铃：1 人就绪；等待了 0 秒，优先级 0"
    assert tell(offered, "en") == "agent 800 is rung: all rung at once: 1 ready; waited 0 s, priority 0"
