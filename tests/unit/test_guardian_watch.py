"""Whom the guardian kills, and whom it must not."""

from __future__ import annotations

from msgspec import structs

from firmware.cli.guardian_watch import STEP_US, Seen, Watch
from firmware.cli.role_table import ROLE_TABLE

LOOK_US = 100_000
ENGINE = ROLE_TABLE["engine"]


class Bench:
    """A role looked at ten times a second; its heartbeat is the time of the look while `beats`."""

    def __init__(self, role: str = "engine") -> None:
        self.watch = Watch(ROLE_TABLE[role])
        self.now_us = 1_000_000
        self.seen = Seen(7, 5)
        self.beats = True

    def go(self, seconds: float, **seen: object) -> str:
        """The first verdict, if there is one within that time."""
        self.seen = structs.replace(self.seen, **seen)
        for _ in range(round(seconds * 1e6) // LOOK_US):
            self.now_us += LOOK_US
            if self.beats:
                self.seen = structs.replace(self.seen, beat_us=self.now_us)
            if verdict := self.watch.look(self.now_us, self.seen):
                return verdict
        return ""


def test_who_beats_is_left_alone() -> None:
    assert Bench().go(3600) == ""


def test_who_is_silent_for_longer_than_its_limit_hangs() -> None:
    bench = Bench()
    bench.go(5)
    bench.beats = False
    assert bench.go(ENGINE.silent_s - 0.2) == ""
    assert bench.go(0.5) == "hung"


def test_before_its_first_beat_a_process_has_the_time_to_start() -> None:
    bench = Bench()
    bench.beats = False
    assert bench.go(ENGINE.start_s - 0.2) == ""
    assert bench.go(0.5) == "hung"


def test_a_new_life_is_not_accused_of_the_silence_of_the_former() -> None:
    bench = Bench()
    bench.go(5)
    bench.beats = False
    bench.go(ENGINE.silent_s - 0.2)
    assert bench.go(ENGINE.start_s - 0.2, pid=8) == ""


def test_a_guardian_that_slept_itself_accuses_nobody() -> None:
    bench = Bench()
    bench.go(5)
    bench.now_us += 3600 * 1_000_000
    assert bench.watch.look(bench.now_us, bench.seen) == ""
    bench.beats = False
    assert bench.go(ENGINE.silent_s - 0.2 - STEP_US / 1e6) == "", "the sleep counts as one look"


def test_a_role_that_waits_as_its_back_off_says_does_not_hang() -> None:
    bench = Bench()
    bench.beats = False
    assert bench.go(3600, resting=True) == ""


def test_a_stopped_recorder_is_not_given_the_patience_its_disk_has() -> None:
    bench = Bench("recorder")
    bench.go(5)
    bench.beats = False
    assert bench.go(20) == ""
    assert bench.go(1.5, stopped=True) == "stopped"


def test_a_short_stop_is_forgiven() -> None:
    bench = Bench("recorder")
    for _ in range(10):
        assert bench.go(0.5, stopped=True) == ""
        assert bench.go(0.5, stopped=False) == ""


def test_who_has_more_memory_than_its_limit_is_killed() -> None:
    bench = Bench()
    assert bench.go(5, private_mb=ENGINE.memory_mb) == ""
    assert bench.go(1, private_mb=ENGINE.memory_mb + 1.0) == "memory"


def test_the_world_has_no_heartbeat_and_is_not_asked_for_one() -> None:
    bench = Bench("world")
    bench.beats = False
    assert bench.go(3600) == ""
