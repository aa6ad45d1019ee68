"""Arithmetic and configuration of `tipring bench sip`; no box, no SIPp."""

from __future__ import annotations

import argparse
import shutil
import struct
import wave
from pathlib import Path

import pytest

from firmware.cli import bench
from firmware.cli.bench_sip import asterisk, figures, traffic, words
from firmware.cli.bench_sip.box import (
    FROM_THE_WORLD,
    MOST_CALLS,
    MOST_CHANNELS,
    configuration,
    extensions,
    spare,
)
from firmware.cli.bench_sip.figures import Level
from firmware.cli.main import CommandError
from firmware.config.check import check_config
from firmware.config.expanded import expanded

PORTS = (15_060, 15_999, 18_100)


def test_a_leg_costs_what_lies_between_two_levels() -> None:
    """Also where they stood for different times; what is there without calls is nobody's leg."""
    few = Level(20, 10.0, {"switch": 0.5, "sip": 0.6, "engine": 0.01})
    many = Level(120, 20.0, {"switch": 1.2, "sip": 5.2, "engine": 0.04})
    assert figures.per_leg_percent(few, many) == {
        "switch": 0.005,
        "sip": 0.1,
        "engine": 0.0005,
        "both": 0.105,
    }


def test_a_program_of_one_process_is_its_own_sum() -> None:
    found = figures.per_leg_percent(Level(1, 1.0, {"asterisk": 0.01}), Level(2, 1.0, {"asterisk": 0.03}))
    assert found == {"asterisk": 1.0, "both": 1.0}


def test_one_level_tells_nothing_of_a_leg() -> None:
    with pytest.raises(ValueError, match="no two levels"):
        figures.per_leg_percent(Level(5, 1.0, {}), Level(5, 1.0, {}))


@pytest.mark.parametrize(("calls", "few"), [(120, 20), (10, 1), (2, 1), (200, 33)])
def test_the_lower_level_is_a_sixth(calls: int, few: int) -> None:
    assert figures.low_level(calls) == few


def test_ranks_are_the_nearest() -> None:
    hundred = [float(one) for one in range(100, 0, -1)]
    assert figures.ranks(hundred) == {"p50": 50.0, "p99": 99.0, "most": 100.0, "count": 100}
    assert figures.ranks([7.0]) == {"p50": 7.0, "p99": 7.0, "most": 7.0, "count": 1}
    assert figures.ranks([])["p99"] == 0.0


def test_spent_counts_a_process_that_is_new_from_nothing() -> None:
    assert figures.spent_s({"sip": 1.0}, {"sip": 1.5, "gate": 0.25}) == {"sip": 0.5, "gate": 0.25}


def _result(**changed: object) -> dict[str, object]:
    kept = {
        "failed": 0,
        "per_leg_percent": {"both": 0.1},
        "rtp_gap_ms": {"p99": 25.0},
        "answered_ms": {"p99": 300.0},
        "counters": {"late_ticks": 0, "tape_lost_blocks": 0, "skipped_blocks": 0, "errors": 3},
        "recordings": 4,
        "recordings_wanted": 4,
    }
    return kept | changed


@pytest.mark.parametrize(
    ("changed", "over"),
    [
        ({}, []),
        ({"failed": 1}, ["failed"]),
        ({"per_leg_percent": {"both": 0.101}}, ["per_leg_percent"]),
        ({"rtp_gap_ms": {"p99": 25.1}}, ["rtp_gap_ms"]),
        ({"answered_ms": {"p99": 301.0}}, ["answered_ms"]),
        ({"counters": {"late_ticks": 1}}, ["late_ticks"]),
        ({"counters": {"tape_lost_blocks": 1, "skipped_blocks": 1}}, ["tape_lost_blocks", "skipped_blocks"]),
        (
            {"counters": {"skipped_blocks": 3}, "machine": {"ticks_stood": 2, "longest_ms": 41.0}},
            ["skipped_blocks"],
        ),
        ({"counters": {"skipped_blocks": 2}, "machine": {"ticks_stood": 2, "longest_ms": 41.0}}, []),
        ({"rtp_gaps_excused": 11, "rtp_received": 100}, ["machine"]),
        ({"recordings": 3}, ["recordings"]),
    ],
)
def test_the_verdict_names_what_is_over(changed: dict[str, object], over: list[str]) -> None:
    assert figures.verdict(_result(**changed)) == over


def test_sipp_is_read() -> None:
    times = ["Date_ms;response_time_ms;rtd_no", "180.001;64;2", "181.5;12;1", "272.001;60.5;2", ""]
    assert traffic.times_of(times, traffic.ANSWERED) == (64.0, 60.5)
    assert traffic.times_of(times, traffic.RINGING) == (12.0,)
    counts = ["SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);", "1;1;0;", "4;5;2;"]
    assert traffic.counts_of(counts) == (5, 2)
    assert traffic.counts_of([]) == (0, 0)


def test_without_sipp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(CommandError, match="apt-get install sip-tester"):
        traffic.need_sipp()
    assert set(traffic.MISSING) == {"en", "zh"}


@pytest.mark.parametrize("calls", [2, 120, MOST_CALLS])
def test_the_box_is_one_that_would_be_accepted(calls: int) -> None:
    """With room for so many at once on either side, and for calls that are just ending."""
    config = configuration(calls, True, PORTS)
    assert list(check_config(config)) == []
    assert len(expanded(config).lines) == len(config.extensions) == len(extensions(calls)) == spare(calls)
    assert calls < spare(calls) <= MOST_CHANNELS
    assert config.queues[0].record
    assert not configuration(calls, False, PORTS).queues[0].record


def test_legs_are_compared_where_both_were_measured() -> None:
    assert figures.ratio({"per_leg_percent": {"both": 0.09}}, {"per_leg_percent": {"both": 0.3}}) == 0.3
    assert figures.ratio({"per_leg_percent": {"both": 0.09}}, {}) is None


def test_an_asterisk_gets_the_same_trunk_queue_and_telephones(tmp_path: Path) -> None:
    files = asterisk.files(tmp_path, 15_060, ["2001", "2002"], True)
    assert files["queues.conf"].count("member => PJSIP/") == files["pjsip.conf"].count("type=auth\n") == 2
    assert "bind=127.0.0.1:15060" in files["pjsip.conf"]
    assert f"exten => {FROM_THE_WORLD},1,Answer()" in files["extensions.conf"]
    steps = [line.split(",")[-1] for line in files["extensions.conf"].splitlines() if "=>" in line]
    assert [step.split("(")[0] for step in steps] == ["Answer", "Playback", "MixMonitor", "Queue", "Hangup"]
    assert "MixMonitor" not in asterisk.files(tmp_path, 15_060, ["2001"], False)["extensions.conf"]
    assert asterisk.channels("240 active channels\n120 active calls\n") == 240
    assert asterisk.channels("1 active channel\n") == 1
    assert asterisk.channels("") == 0


@pytest.mark.parametrize(
    ("sample", "heard"), [(0, False), (asterisk.HEARD, False), (asterisk.HEARD + 1, True)]
)
def test_a_recording_of_silence_is_none(tmp_path: Path, sample: int, heard: bool) -> None:
    tape = tmp_path / "one.wav"
    assert not asterisk.has_audio(tape)
    tape.write_bytes(b"RIFF")
    assert not asterisk.has_audio(tape)
    with wave.open(str(tape), "wb") as made:
        made.setparams((1, 2, 8000, 0, "NONE", ""))
        made.writeframes(struct.pack("<3h", 0, sample, 0))
    assert asterisk.has_audio(tape) is heard


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_says_that_there_is_no_asterisk(language: str) -> None:
    assert asterisk.ABSENT[language] in words.text({"programs": [], "absent": "asterisk"}, language)
    assert "0.31" in words.text({"programs": [], "ratio": 0.31}, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_is_printed(language: str) -> None:
    level = {"calls": 20, "legs": 40, "seconds": 5.0, "percent": {"switch": 4.5, "sip": 6.0}}
    ranks = {"p50": 20.0, "p99": 21.0, "p999": 22.0, "most": 23.0, "count": 3}
    one = _result(rtp_gap_ms=ranks, answered_ms=ranks, ringing_ms=ranks, levels=[level]) | {
        "program": "tipring", "record": True, "rate": 20.0, "answered": 17, "served": 18, "rtp_received": 99,
        "rtp_lost": 5, "over_budget": ["rtp_gap_ms"], "per_leg_percent": {"switch": 0.01, "sip": 0.09, "both": 0.1},
    }  # fmt: skip
    said = words.text({"programs": [one]}, language)
    for figure in ("20", "40", "4.5", "0.09", "17", "18", "4", "99", "22", "late_ticks 0", "rtp_gap_ms"):
        assert figure in said


def test_the_command_takes_what_the_issue_names() -> None:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())
    typed = parser.parse_args(
        ["bench", "sip", "--calls", "200", "--record", "--rate", "20", "--seconds", "60"]
    )
    assert (typed.calls, typed.record, typed.rate, typed.seconds) == (200, True, 20.0, 60.0)
