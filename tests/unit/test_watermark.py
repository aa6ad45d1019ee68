"""Levels of a full disk: each mark is reached and left by itself, and nothing flutters between two."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.recorder.watermark import (
    HELD_US,
    LARGEST_BYTES,
    MARGIN,
    STEPS,
    Figures,
    Level,
    LevelFell,
    LevelRose,
    Marks,
    Seen,
    Watermark,
)

ORDER = list(Level)
MARKS = Marks()
WHOLE = 10_000


def figures(used: float) -> Figures:
    return Figures(WHOLE, round(WHOLE * (1 - used)))


def levels(*shares: float) -> list[str]:
    mark = Watermark(MARKS)
    found = []
    for second, share in enumerate(shares):
        mark.look(figures(share), second)
        found.append(mark.level.value)
    return found


def test_each_mark_is_reached_and_left_with_a_margin() -> None:
    assert levels(0.80, 0.84, 0.85, 0.84, 0.83, 0.82) == ["ample", "ample", "warn", "warn", "warn", "ample"]
    assert levels(0.89, 0.90, 0.89, 0.88, 0.87) == ["warn", "purge", "purge", "purge", "warn"]
    assert levels(0.94, 0.95, 0.94, 0.93, 0.92) == ["purge", "full", "full", "full", "purge"]


def test_a_disk_filled_or_emptied_at_once_skips_levels() -> None:
    assert levels(0.10, 0.99, 0.10) == ["ample", "full", "ample"]


@given(st.lists(st.floats(0, 1), max_size=30))
def test_the_level_is_always_one_the_figures_allow(shares: list[float]) -> None:
    mark = Watermark(MARKS)
    for second, share in enumerate(shares):
        mark.look(figures(share), second)
        used = figures(share).used
        place = ORDER.index(mark.level)
        reached = sum(used >= one for one in (MARKS.warn, MARKS.purge, MARKS.stop))
        near = sum(used >= one - MARGIN for one in (MARKS.warn, MARKS.purge, MARKS.stop))
        assert reached <= place <= near


def test_what_is_told_agrees_with_the_order_of_levels() -> None:
    for (level, _), (reached, told) in STEPS.items():
        assert told is (LevelRose if ORDER.index(reached) > ORDER.index(level) else LevelFell)
    for level in Level:
        assert any(one is level and to is not level for (one, _), (to, _) in STEPS.items())
    assert {seen for _, seen in STEPS} == set(Seen)


def test_marks_are_seen_in_order() -> None:
    mark = Watermark(MARKS)
    seen = [mark.seen(share / 1000) for share in range(1001)]
    changes = [one for one, other in pairwise([*seen, None]) if one is not other]
    assert changes == [one for one in Seen if one is not Seen.NO_ROOM]


def test_inodes_count_as_space_does() -> None:
    assert Figures(WHOLE, WHOLE, 100, 4).used == 0.96
    assert Figures(WHOLE, WHOLE, 0, 0).used == 0.0


def test_of_a_large_disk_only_so_much_counts() -> None:
    terabyte = 1 << 40
    assert Figures(terabyte, terabyte // 25).used < MARKS.warn, "4 % of a terabyte is room for months"
    assert Figures(terabyte, LARGEST_BYTES // 50).used > MARKS.stop


def test_a_refused_write_is_a_full_disk_whatever_the_figures_say() -> None:
    mark = Watermark(MARKS)
    assert mark.refuse(HELD_US) is LevelRose and mark.level is Level.FULL
    mark.look(figures(0.1), HELD_US - 1)
    assert mark.level is Level.FULL
    assert mark.look(figures(0.1), HELD_US) is LevelFell and mark.level.value == "ample"


def test_without_its_reserve_the_disk_is_full() -> None:
    mark = Watermark(MARKS)
    mark.look(figures(0.1), 0, reserve_held=False)
    assert mark.level is Level.FULL
    mark.look(figures(0.1), 1, reserve_held=True)
    assert mark.level.value == "ample"


def test_planted_marks_without_a_margin_flutter() -> None:
    class Fluttering(Watermark):
        def look(self, figures: Figures, at_us: int, reserve_held: bool = True) -> None:
            self.level = Level.FULL if figures.used >= self.marks.stop else Level.AMPLE

    def changes(mark: Watermark) -> int:
        found = []
        for second in range(20):
            mark.look(figures(0.95 - 0.001 * (second % 2)), second)
            found.append(mark.level)
        return sum(one is not other for one, other in pairwise(found))

    assert changes(Watermark(MARKS)) == 0
    with pytest.raises(AssertionError):
        assert changes(Fluttering(MARKS)) == 0
