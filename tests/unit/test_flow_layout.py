"""Drawn flows: nothing over anything else, lines lead from border to border and past no other box."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webui.flows.layout import Box, Laid, Link, Rectangle, TooLarge, laid_out
from webui.flows.ordering import crossings, in_order
from webui.flows.ranking import ranked
from webui.flows.spreading import nearest

CLOSE = 0.01


def drawn(count: int, *pairs: tuple[int, int, float]) -> tuple[Laid, list[Link]]:
    links = [Link(str(source), str(target), label) for source, target, label in pairs]
    return laid_out([Box(str(one), 160, 56) for one in range(count)], links), links


def apart(one: Rectangle, other: Rectangle) -> bool:
    return (
        one.x + one.width <= other.x + CLOSE
        or other.x + other.width <= one.x + CLOSE
        or one.y + one.height <= other.y + CLOSE
        or other.y + other.height <= one.y + CLOSE
    )


def crosses(box: Rectangle, one: tuple[float, float], other: tuple[float, float]) -> bool:
    """The rectangle within which the piece of a line stays reaches into the box."""
    x, y = min(one[0], other[0]), min(one[1], other[1])
    return not apart(box, Rectangle(x, y, abs(one[0] - other[0]), abs(one[1] - other[1])))


def is_sound(laid: Laid, links: list[Link]) -> None:
    labels = [route.label for route in laid.routes if route.label is not None]
    for one, other in combinations([*laid.boxes.values(), *labels], 2):
        assert apart(one, other), (one, other)
    for one in [*laid.boxes.values(), *labels]:
        assert one.x >= 0 and one.y >= 0
        assert one.x + one.width <= laid.width and one.y + one.height <= laid.height
    for link, route in zip(links, laid.routes, strict=True):
        source, target = laid.boxes[link.source], laid.boxes[link.target]
        assert touches(source, route.points[0]) and touches(target, route.points[-1])
        for piece in pairwise(route.points):
            assert not any(crosses(box, *piece) for box in laid.boxes.values()), (link, piece)


def touches(box: Rectangle, point: tuple[float, float]) -> bool:
    x, y = point
    on_side = abs(x - box.x - box.width) < CLOSE and box.y < y < box.y + box.height
    on_edge = min(abs(y - box.y), abs(y - box.y - box.height)) < CLOSE and box.x < x < box.x + box.width
    return on_side or on_edge


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 14).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(
                st.tuples(
                    st.integers(0, count - 1), st.integers(0, count - 1), st.sampled_from([0.0, 20.0, 120.0])
                ),
                max_size=24,
            ),
        )
    )
)
def test_any_graph_is_drawn_soundly(graph: tuple[int, list[tuple[int, int, float]]]) -> None:
    count, pairs = graph
    loops = {source: (source, target, label) for source, target, label in pairs if source == target}
    others = [one for one in pairs if one[0] != one[1]]
    is_sound(*drawn(count, *others, *loops.values()))


def test_a_planted_overlap_is_seen() -> None:
    laid, links = drawn(2, (0, 1, 30.0))
    one, other = laid.boxes["0"], laid.boxes["1"]
    moved = Laid(
        laid.width, laid.height, {"0": one, "1": Rectangle(other.x, one.y + 40, 160, 56)}, laid.routes
    )
    with pytest.raises(AssertionError):
        is_sound(moved, links)


def test_what_follows_stands_below_and_what_leads_back_does_not_pull_up() -> None:
    laid, links = drawn(4, (0, 1, 20), (1, 2, 20), (0, 3, 20), (2, 1, 20), (3, 3, 40))
    y = {key: box.y for key, box in laid.boxes.items()}
    assert y["0"] < y["1"] < y["2"] and y["3"] == y["1"]
    assert laid.routes[4].loop
    is_sound(laid, links)


def test_the_same_graph_is_drawn_the_same() -> None:
    pairs = [(one % 9, (one * 5 + 3) % 9, 30.0) for one in range(15)]
    assert drawn(9, *pairs) == drawn(9, *pairs)


def test_a_menu_with_ten_keys_crosses_nothing() -> None:
    pairs = [(0, key, 16.0) for key in range(1, 11)] + [(key, 11, 0.0) for key in range(1, 11)]
    laid, links = drawn(12, *pairs)
    is_sound(laid, links)
    xs = [laid.boxes[str(key)].x for key in range(1, 11)]
    assert xs == sorted(xs)


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn(0)[0] == Laid(0.0, 0.0, {}, ())


def test_a_thousand_boxes_are_ranked_without_a_deep_stack() -> None:
    assert ranked(5000, [(one, one + 1) for one in range(4999)]) == list(range(5000))


def test_what_nobody_could_read_is_not_drawn() -> None:
    with pytest.raises(TooLarge):
        drawn(200, *((one, one + 1, 0.0) for one in range(199)), *((one, 0, 0.0) for one in range(60, 199)))


def test_what_comes_together_again_stands_below_all_that_leads_to_it() -> None:
    assert ranked(4, [(0, 1), (0, 3), (1, 2), (2, 3)]) == [0, 1, 2, 3]


def test_lines_back_up_do_not_make_a_tree_deep() -> None:
    tree = [(one, to) for one in range(31) for to in (2 * one + 1, 2 * one + 2) if to < 31]
    back = [(one, one - 3) for one in range(3, 31)]
    assert max(ranked(31, tree + back)) <= 8


def test_sweeps_undo_crossings() -> None:
    pairs = [(0, 5), (1, 4), (2, 3)]
    assert crossings([[0, 1, 2], [3, 4, 5]], pairs) == 3
    assert crossings(in_order([[0, 1, 2], [3, 4, 5]], pairs), pairs) == 0


@given(st.lists(st.floats(-500, 500), max_size=8))
def test_places_keep_order_and_room(wanted: list[float]) -> None:
    offsets = [10.0 * at for at in range(len(wanted))]
    found = nearest(wanted, offsets)
    assert all(other - one >= 10 - CLOSE for one, other in pairwise(found))
    if all(other - one >= 10 for one, other in pairwise(wanted)):
        assert found == pytest.approx(wanted)
