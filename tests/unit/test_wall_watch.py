from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.clock import kernel_is_synchronised
from firmware.engine.hours.wall_watch import BUILT_US, DRIFTED_US, JUMPED_US, WallLook, WallWatch, quality_of
from firmware.protocol.inputs import ClockSet

WALL_US = BUILT_US + 1_000_000_000_000
SECOND_US = 1_000_000


def told(watch: WallWatch, steps: list[tuple[int, str]]) -> list[ClockSet]:
    """One look a second; each step is how far the wall has moved against box time so far, and its quality."""
    looks = (
        watch.look(at * SECOND_US, WALL_US + at * SECOND_US + moved, quality)
        for at, (moved, quality) in enumerate(steps)
    )
    return [given for given in looks if given is not None]


def test_the_first_look_tells_and_a_clock_that_runs_right_is_never_told_again() -> None:
    given = told(WallWatch("boot"), [(0, "ntp")] * 100)
    assert given == [ClockSet(WALL_US, "ntp", "boot")]


@pytest.mark.parametrize(("jump_us", "times"), [(JUMPED_US + 1, 2), (-JUMPED_US - 1, 2), (JUMPED_US, 1)])
def test_a_jump_is_told_once(jump_us: int, times: int) -> None:
    steps = [(0, "ntp")] * 5 + [(jump_us, "ntp")] * 5
    given = told(WallWatch(), steps)
    assert len(given) == times
    assert given[-1].offset_us == WALL_US + (jump_us if times == 2 else 0)


def test_a_slow_slew_is_told_when_it_has_come_a_second() -> None:
    ppm = 500
    steps = [(at * ppm, "ntp") for at in range(2 * DRIFTED_US // ppm + 2)]
    given = told(WallWatch(), steps)
    assert len(given) == 2
    assert DRIFTED_US < given[1].offset_us - WALL_US <= DRIFTED_US + ppm


def test_another_quality_is_told() -> None:
    given = told(WallWatch(), [(0, "manual"), (0, "ntp"), (0, "ntp"), (0, "rtc")])
    assert [one.quality for one in given] == ["manual", "ntp", "rtc"]


def test_a_time_before_this_software_is_worth_nothing_whoever_vouches_for_it() -> None:
    watch = WallWatch()
    given = watch.look(0, 86_400 * SECOND_US, "ntp")
    assert given is not None and given.quality == "none"
    given = watch.look(SECOND_US, WALL_US, "ntp")
    assert given is not None and given.quality == "ntp"


def test_a_look_that_was_interrupted_says_nothing() -> None:
    watch = WallWatch()
    assert watch.look(0, WALL_US, "ntp") is not None
    assert watch.look(SECOND_US, WALL_US + 9 * SECOND_US, "ntp", took_us=4 * SECOND_US) is None
    assert watch.look(2 * SECOND_US, WALL_US + 2 * SECOND_US, "ntp") is None


@pytest.mark.parametrize(
    ("synchronised", "battery", "quality"),
    [(True, True, "ntp"), (True, False, "ntp"), (False, True, "rtc"), (False, False, "manual")],
)
def test_who_keeps_a_clock_right_says_what_it_is_worth(
    synchronised: bool, battery: bool, quality: str
) -> None:
    assert quality_of(synchronised, battery) == quality


def test_the_kernel_can_be_asked() -> None:
    assert kernel_is_synchronised() in {True, False}


def test_a_process_looks_once_a_second_and_reads_both_clocks_as_one() -> None:
    now = [0]
    reads: list[int] = []

    def box() -> int:
        now[0] += 10
        return now[0]

    def wall() -> int:
        reads.append(now[0])
        return WALL_US + now[0]

    look: Callable[[], ClockSet | None] = WallLook(box, wall, lambda: "rtc", WallWatch("b")).look
    first = look()
    assert first is not None and abs(first.offset_us - WALL_US) <= 10
    for _ in range(50):
        assert look() is None
    assert len(reads) == 1
    now[0] += SECOND_US
    assert look() is None
    assert len(reads) == 2
