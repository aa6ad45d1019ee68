"""Patience as a day shows it: those who gave up, those of whom only the least is known, and draws from the curve."""

import math
from random import Random

import pytest

from firmware.cli.rehearsal.day.survival import LONGEST_S, Wait, kaplan_meier

# Hand-worked: six callers, three give up. S falls to 5/6 at 5 s, to 5/6*3/4 at 10 s, to 5/6*3/4*1/2 at 20 s.
DAY = [Wait(5, True), Wait(7, False), Wait(10, True), Wait(15, False), Wait(20, True), Wait(30, False)]


def test_the_curve_is_kaplan_and_meiers() -> None:
    curve = kaplan_meier(DAY)
    assert curve.times == (5, 10, 20)
    assert curve.shares == pytest.approx((5 / 6, 5 / 8, 5 / 16))
    assert (curve.waits, curve.gave_up) == (6, 3)
    assert curve.rate == pytest.approx(3 / 87)
    assert [curve.still_there(at) for at in (0, 4.9, 5, 19, 1000)] == pytest.approx(
        [1, 1, 5 / 6, 5 / 8, 5 / 16]
    )


def test_who_gives_up_at_the_instant_another_is_answered_was_still_there_with_him() -> None:
    curve = kaplan_meier([Wait(5, False), Wait(5, True)])
    assert curve.shares == pytest.approx((0.5,))


def test_draws_come_as_often_as_the_curve_says() -> None:
    curve, chance = kaplan_meier(DAY), Random(1)
    drawn = [curve.drawn(1 - chance.random()) for _ in range(20_000)]
    for at, share in ((5, 5 / 6), (10, 5 / 8), (20, 5 / 16)):
        assert sum(one > at for one in drawn) / len(drawn) == pytest.approx(share, abs=0.015)


def test_a_draw_is_longer_than_what_was_endured() -> None:
    curve, chance = kaplan_meier(DAY), Random(2)
    drawn = [curve.drawn(1 - chance.random(), 12.0) for _ in range(5_000)]
    assert min(drawn) > 12
    # Of those still there at 12 s (5/8) half (5/16) are there after 20 s.
    assert sum(one > 20 for one in drawn) / len(drawn) == pytest.approx(0.5, abs=0.03)


def test_behind_the_longest_wait_people_go_on_giving_up_as_often_as_all_day() -> None:
    curve, chance = kaplan_meier(DAY), Random(3)
    drawn = [curve.drawn(1 - chance.random(), 100.0) - 100 for _ in range(20_000)]
    assert sum(drawn) / len(drawn) == pytest.approx(1 / curve.rate, rel=0.03)
    assert sum(one > 10 for one in drawn) / len(drawn) == pytest.approx(math.exp(-10 * curve.rate), abs=0.015)


def test_on_a_day_when_nobody_gave_up_nobody_does() -> None:
    curve = kaplan_meier([Wait(5, False), Wait(9, False)])
    assert curve.drawn(0.0001, 3.0) == LONGEST_S
    assert kaplan_meier([]).drawn(0.5) == LONGEST_S
