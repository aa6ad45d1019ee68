from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from firmware.archive.archive import Archive
from firmware.cli.rehearsal.expect import expectations, figures
from firmware.cli.rehearsal.progress import Progress
from firmware.cli.rehearsal.result import (
    average_speed_of_answer_s,
    ledger,
    made_with,
    result,
    seconds,
    service_level,
    totals,
)
from firmware.cli.rehearsal.text import report_text
from firmware.config.schema import Agent, Config, Queue
from firmware.protocol.names import Outcome
from firmware.store.disk import VirtualDisk
from hwsim.scenario import About, Expect, Scenario
from tests.unit.journal_bench import blocks, recording_id, records, story

CONFIG = Config(
    agents=(Agent(id="ann", queues=("sales",)), Agent(id="bob")),
    queues=(Queue(id="sales", service_level_s=20.0),),
)
ABOUT = {"scenario": "two calls", "seed": 1, "fast": False, "simulated_seconds": 60.0}


@pytest.fixture
def report(tmp_path: Path) -> dict[str, Any]:
    """Two calls, both answered by ann."""
    archive = Archive(tmp_path, "box", "UTC", disk=VirtualDisk(), durable=False)
    archive.follow(records(story(1), story(2, 20)))
    for call, at_s in ((1, 0), (2, 20)):
        for block in blocks(call, at_s):
            archive.take_block(block)
    archive.finish()
    made = result(archive.db, CONFIG, ABOUT)
    made["ledger"] = ledger(archive)
    made["expectations"] = []
    archive.close()
    return made


def scenario() -> Scenario:
    return Scenario(about=About(name="two calls", seconds=60.0, description="for a test"), box=CONFIG)


def call(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "direction": "inbound", "outcome": "answered", "queue": "sales", "offered_at": 0.0, "queued_at": 5.0,
        "answered_at": 10.0, "released_at": 30.0, "talk_s": 20.0, "hold_s": None, "recordings": ["x"],
    }  # fmt: skip
    return found | more


# -- result -------------------------------------------------------------------------------------------


def test_the_document_has_everything_that_was_promised(report: dict[str, Any]) -> None:
    wanted = {
        "scenario",
        "seed",
        "made_with",
        "simulated_seconds",
        "totals",
        "service_level",
        "asa_s",
        "calls",
    }
    assert wanted | {"recordings", "agents", "expectations"} <= report.keys()
    assert {
        "id", "line", "from", "to", "offered_at", "queued_at", "answered_at", "released_at", "outcome", "agent",
        "why", "cause", "recordings",
    } <= report["calls"][0].keys()  # fmt: skip
    assert {"id", "call", "path", "seconds", "sha256"} <= report["recordings"][0].keys()
    assert {"id", "talk_s", "idle_s", "wrapup_s", "answered", "missed"} <= report["agents"][0].keys()
    assert json.loads(json.dumps(report)) == report


def test_times_are_seconds_of_the_simulation_and_paths_lie_below_the_directory(
    report: dict[str, Any],
) -> None:
    first, second = report["calls"]
    assert (first["offered_at"], second["offered_at"]) == (0.0, 20.0)
    assert first["queued_at"] == 3.0
    assert first["recordings"] == [recording_id(1)]
    assert not Path(report["recordings"][0]["path"]).is_absolute()
    assert seconds(1_234_567) == 1.235
    assert seconds(None) is None


def test_outcomes_add_up_to_offered(report: dict[str, Any]) -> None:
    counts = report["totals"]
    assert counts["offered"] == 2 == sum(counts[str(outcome)] for outcome in Outcome)
    assert totals([call(outcome=None)]) == {"offered": 1, **{str(outcome): 0 for outcome in Outcome}}


def test_agents_who_did_nothing_are_there_too(report: dict[str, Any]) -> None:
    ann, bob = report["agents"]
    assert (ann["id"], ann["answered"]) == ("ann", 2)
    assert (bob["id"], bob["answered"], bob["talk_s"]) == ("bob", 0, 0.0)


def test_service_level_counts_calls_that_reached_a_queue() -> None:
    in_time, late, gave_up = call(answered_at=25.0), call(answered_at=25.1), call(answered_at=None)
    never_queued = call(queued_at=None, queue="")
    level = service_level([in_time, late, gave_up, never_queued], CONFIG)
    assert level["percent"] == pytest.approx(33.33)
    assert level["threshold_s"] == 20.0
    assert service_level([never_queued], CONFIG)["percent"] is None


def test_speed_of_answer_is_from_the_queue_where_there_was_one() -> None:
    assert (
        average_speed_of_answer_s([call(), call(queued_at=None, answered_at=7.0), call(answered_at=None)])
        == 6.0
    )
    assert average_speed_of_answer_s([]) is None


def test_versions_that_decide_about_the_last_bit_are_named() -> None:
    assert {"python", "numpy", "msgspec", "libspandsp2", "espeak-ng"} <= made_with().keys()


# -- expectations -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("least", "most", "held"),
    [(None, None, True), (2, 2, True), (3, None, False), (None, 1, False), (1, 3, True)],
)
def test_an_expectation_is_held_within_its_bounds(
    report: dict[str, Any], least: float | None, most: float | None, held: bool
) -> None:
    (judged,) = expectations([Expect(name="n", figure="totals.answered", least=least, most=most)], report)
    assert (judged["held"], judged["value"]) == (held, 2)


def test_what_nobody_knows_is_not_held(report: dict[str, Any]) -> None:
    report["asa_s"] = None
    judged = expectations([Expect(name="b", figure="asa_s")], report)
    assert [one["held"] for one in judged] == [False]
    assert "NaN" not in json.dumps(judged)


def test_unrecorded_are_conversations_without_a_recording(report: dict[str, Any]) -> None:
    report["calls"] = [
        call(),
        call(recordings=[]),
        call(recordings=[], talk_s=None),
        call(recordings=[], queue=""),
    ]
    assert figures(report)["unrecorded"] == 1


def test_lengths_count_only_what_has_ended(report: dict[str, Any]) -> None:
    report["calls"] = [call(), call(released_at=None, answered_at=None, queued_at=5.0)]
    there = figures(report)
    assert (there["longest_call_s"], there["longest_queue_s"], there["still_open"]) == (30.0, 5.0, 1)


# -- text and progress --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_readable_report_has_every_call_agent_and_expectation(
    report: dict[str, Any], language: str
) -> None:
    report["expectations"] = expectations(
        [Expect(name="some", figure="totals.answered", least=1), Expect(name="none", figure="calls", most=0)],
        report,
    )
    text = report_text(report, scenario(), language)
    assert text.startswith("two calls: for a test")
    assert text.count("13800138000") == 2
    assert ("NOT HELD" if language == "en" else "不成立") in text
    assert ("offered 2 = answered 2" if language == "en" else "呼入 2 = 已接听 2") in text
    assert "totals.answered = 2 (" in text
    assert "\nann " in text


def test_columns_of_the_report_stand_under_their_headings(report: dict[str, Any]) -> None:
    lines = report_text(report, scenario(), "en").splitlines()
    heading, row = next((lines[i], lines[i + 1]) for i in range(len(lines)) if lines[i].startswith("call "))
    assert row[heading.index("line") :].startswith("line-1")
    assert row[heading.index("outcome") :].startswith("answered")


def test_a_hostile_caller_number_cannot_drive_the_terminal(report: dict[str, Any]) -> None:
    report["calls"][0]["from"] = "\x1b[2J138"
    assert "\x1b" not in report_text(report, scenario(), "en")


def test_a_report_without_calls_is_a_report(report: dict[str, Any]) -> None:
    empty = report | {"calls": [], "totals": totals([]), "asa_s": None, "agents": []}
    empty["service_level"] = service_level([], CONFIG)
    assert "offered 0 = 0" in report_text(empty, scenario(), "en")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_and_wiped_out() -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress.tell(30_000_000, 60_000_000)
    assert "[" + "#" * 20 + "." * 20 + "]" in stream.getvalue()
    assert "30 of 60 s simulated" in stream.getvalue()
    progress.end()
    assert stream.getvalue().endswith("\r\033[K")


def test_progress_says_nothing_where_nobody_looks() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.tell(1, 2)
    progress.end()
    assert stream.getvalue() == ""
