"""What counts as a late tick, and what does not."""

from __future__ import annotations

from firmware.switch.pacing import Histogram, Pacing


def ran(lates_us: list[int], work_us: int = 500, control_us: int = 50) -> Pacing:
    pacing, base = Pacing(), 1_000_000
    for number, late_us in enumerate(lates_us):
        woke = base + 20_000 * number + late_us
        pacing.woke(woke)
        pacing.worked(woke + work_us)
        if number % 50 == 49:
            pacing.second_over(control_us)
    return pacing


def test_a_punctual_tick_has_no_jitter_and_is_never_late() -> None:
    figures = ran([0] * 500).punctuality()
    assert figures.late_ticks == 0 and figures.jitter_us_p999 <= 50
    assert figures.ticks == 500 and figures.seconds == 10 and figures.work_us_p50 == 550


def test_one_tick_that_ends_after_the_next_is_due_is_one_late_tick() -> None:
    lates = [0] * 500
    lates[77] = 21_000
    figures = ran(lates).punctuality()
    assert figures.late_ticks == 1
    assert 20_000 <= figures.jitter_us_max <= 21_000


def test_a_second_in_which_the_machine_stood_still_does_not_count() -> None:
    lates = [0] * 100
    lates[10] = 25_000
    figures = ran(lates, control_us=1_500).punctuality()
    assert figures.late_ticks == 0 and figures.jitter_us_max == 0
    assert figures.seconds_not_counted == figures.seconds == 2


def test_a_stream_that_begins_anew_after_a_standstill_is_not_late_for_ever() -> None:
    pacing = Pacing()
    for number in range(500):
        woke = 1_000_000 + 20_000 * number + (60_000 if number >= 10 else 0)
        pacing.woke(woke)
        pacing.worked(woke + 500)
        if number % 50 == 49:
            pacing.second_over(60_000 if number < 50 else 50)
    figures = pacing.punctuality()
    assert (figures.late_ticks, figures.seconds_not_counted) == (0, 1)
    assert figures.jitter_us_max == 0


def test_a_stream_that_begins_anew_unseen_by_the_control_is_late_once_for_each_block_it_lost() -> None:
    figures = ran([0] * 30 + [66_000] * 470).punctuality()
    assert figures.late_ticks == 3
    assert figures.jitter_us_max == 66_000 and figures.jitter_us_p99 <= 50


def test_a_sound_card_that_is_slower_than_our_clock_is_not_late() -> None:
    lates = [number * 2 for number in range(50 * 60)]  # 100 ppm
    figures = ran(lates).punctuality()
    assert figures.late_ticks == 0 and figures.jitter_us_p999 < 1_500


def test_a_sound_card_that_is_faster_is_followed_at_once() -> None:
    figures = ran([-number * 2 for number in range(50 * 60)]).punctuality()
    assert figures.jitter_us_max == 0


def test_a_histogram_without_values_has_percentile_zero() -> None:
    assert Histogram().percentile(99) == 0
