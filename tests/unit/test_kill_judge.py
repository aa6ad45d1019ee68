"""The judge of the kill rig: what it finds and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tests.faults.kill_account import BoxAccount, BoxCall
from tests.faults.kill_deaths import Death
from tests.faults.kill_judge import Judged, judge
from tests.faults.kill_people import Story, stories
from tests.faults.kill_rig import Slice
from tests.faults.kill_summary import summary, table

S = 1_000_000
STORY = Story(
    "line-1-4",
    "line-1",
    placed_us=10 * S,
    connected_us=12 * S,
    pressed="1",
    heard_us=20 * S,
    heard="801",
    marks_us=[20 * S, 26 * S, 33 * S],
    gone_us=40 * S,
    why="talked",
)
ROW = BoxCall(7, "line-1", 10 * S, 12 * S, 20 * S, 42 * S, "answered", "801", 22.0, {"menu": 4.0}, 20.0)
ENGINE = Death("engine", "KILL", 5, 21 * S, 20 * S, 6, 22 * S, 22 * S)
SWITCH = structs.replace(ENGINE, role="switch")


def judged(
    story: Story = STORY,
    rows: tuple[BoxCall, ...] = (ROW,),
    death: Death = ENGINE,
    late: tuple[tuple[int, int], ...] = (),
) -> Judged:
    return judge([story], BoxAccount(list(rows), []), [death], 60 * S, late)


def kinds(found: Judged) -> list[str]:
    return [finding.kind for finding in found.findings]


def test_a_call_that_went_as_meant_is_no_finding() -> None:
    found = judged()
    assert kinds(found) == [] and (found.calls, found.talked) == (1, 1)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"why": "released"}, "lost"),
        ({"why": "lost patience"}, "lost"),
        ({"why": "left a message"}, "wrong"),
        ({"pressed": "3"}, "wrong"),
        ({"heard": "802"}, "wrong"),
        ({"marks_us": [20 * S]}, "silence"),
        ({"gone_us": 25 * S}, "wrong"),
    ],
)
def test_what_people_lived_otherwise_is_found(change: dict[str, Any], kind: str) -> None:
    assert kind in kinds(judged(structs.replace(STORY, **change)))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"outcome": "failed"}, "wrong"),
        ({"released_us": None}, "not-closed"),
        ({"agent": "802"}, "wrong"),
        ({"talk_s": 60.0}, "wrong"),
        ({"reasons_s": {"unexplained": 0.02}}, "missing-audio"),
        ({"reasons_s": {"blocks-missing": 0.5}}, "missing-audio"),
        ({"reasons_s": {"switch-died": 0.5}}, "missing-audio"),
    ],
)
def test_what_the_box_says_otherwise_is_found(change: dict[str, Any], kind: str) -> None:
    assert kind in kinds(judged(rows=(structs.replace(ROW, **change),)))


def test_a_call_the_box_knows_nothing_of_or_twice_is_found() -> None:
    assert kinds(judged(rows=())) == ["wrong"]
    assert kinds(judged(rows=(ROW, structs.replace(ROW, id=8, offered_us=15 * S)))) == ["wrong"]


def test_a_call_of_nobody_is_found() -> None:
    assert kinds(judged(rows=(ROW, structs.replace(ROW, id=8, line="line-2")))) == ["phantom"]


def test_who_does_not_come_back_is_found() -> None:
    assert kinds(judged(death=structs.replace(ENGINE, back_us=0))) == ["not-back"]


def test_a_dead_switch_may_end_a_call_but_must_close_it_and_say_what_is_missing() -> None:
    story = structs.replace(STORY, why="released", gone_us=22 * S)
    row = structs.replace(ROW, outcome="failed", reasons_s={"switch-died": 2.0})
    found = judged(story, (row,), SWITCH)
    assert kinds(found) == [] and (found.with_switch_death, found.switch_away_s) == (1, 2.0)
    assert kinds(judged(story, (structs.replace(row, outcome=None),), SWITCH)) == ["not-closed"]
    assert kinds(judged(story, (structs.replace(row, reasons_s={"unexplained": 1.0}),), SWITCH)) == [
        "missing-audio"
    ]


def test_a_machine_that_lost_audio_excuses_what_was_heard_and_nothing_else() -> None:
    late = ((9 * S, 0), (21 * S, 50), (41 * S, 50))
    found = judged(structs.replace(STORY, why="lost patience"), late=late)
    assert kinds(found) == [] and found.spoilt == 1
    assert kinds(judged(rows=(structs.replace(ROW, reasons_s={"unexplained": 1.0}),), late=late)) == [
        "missing-audio"
    ]


def test_a_busy_tone_in_pieces_excuses_a_call_that_does_not_end_and_only_that() -> None:
    open_row = structs.replace(ROW, released_us=None, talk_s=20.0)
    before, after = (
        ((9 * S, 0), (21 * S, 50), (60 * S, 50)),
        ((9 * S, 0), (41 * S, 0), (44 * S, 50), (60 * S, 50)),
    )
    assert kinds(judged(rows=(open_row,), late=before)) == ["not-closed"]
    assert kinds(judged(rows=(open_row,), late=after)) == []


def test_two_calls_close_together_on_a_line_are_told_apart() -> None:
    second = structs.replace(
        STORY, who="line-1-5", placed_us=41 * S, heard_us=50 * S, marks_us=[50 * S], gone_us=55 * S
    )
    rows = [ROW, structs.replace(ROW, id=8, offered_us=41 * S, released_us=56 * S, talk_s=6.0)]
    assert judge([STORY, second], BoxAccount(rows, []), [], 60 * S).findings == []


def test_a_diary_becomes_stories() -> None:
    told: list[tuple[int, str, str, str]] = [
        (10 * S, "line-1-4", "PlaceCall", ""),
        (12 * S, "line-1-4", "Connected", ""),
        (15 * S, "line-1-4", "Press", "1"),
        (19 * S, "ext-801", "Lift", ""),
        (20 * S, "line-1-4", "mark", "ext-801"),
        (20 * S, "line-1-4", "HeardVoice", "ext-801"),
        (26 * S, "line-1-4", "mark", "ext-801"),
        (33 * S, "line-1-4", "mark", "ext-801"),
        (40 * S, "line-1-4", "HangUp", ""),
        (41 * S, "line-1-5", "PlaceCall", ""),
        (41 * S, "line-1-5", "Refused", ""),
    ]
    first, second = stories(told, {"line-1-4": "talked", "line-1-5": "blocked"})
    assert first == STORY
    assert second.refused and second.gone_us == 41 * S


def test_the_summary_counts_by_process() -> None:
    stop = structs.replace(ENGINE, signal="STOP", back_us=24 * S)
    never = structs.replace(ENGINE, role="archive", back_us=0)
    deaths = [ENGINE, stop, never]
    total = summary([Slice(1, deaths, judge([], BoxAccount([], []), deaths, 60 * S), [4, 3, 0], [1, 0, 0])])
    engine = total.by_process["engine"]
    assert (engine.kills, engine.stops, engine.calls_up, engine.calls_harmed) == (1, 1, 7, 1)
    assert (engine.back_p99_s, engine.stopped_back_most_s) == (1.0, 3.0)
    assert "not-back: archive KILL at 21.0 s" in table(total)
