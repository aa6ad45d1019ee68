"""Players walk spans of the shelf without a gap, all in step."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firmware.switch.players import Players
from firmware.switch.shelf import Shelf, Span


def shelf_with(*lengths: int) -> tuple[Shelf, list[Span]]:
    shelf = Shelf(200_000)
    spans = []
    for number, length in enumerate(lengths):
        span = shelf.put((np.arange(length) % 251 + 1000 * (number + 1)).astype(np.int16))
        assert span
        spans.append(span)
    return shelf, spans


def played(players: Players, slots: int, ticks: int) -> np.ndarray:
    out = np.full((slots, 160), 77, np.int16)
    out[:] = 0
    blocks = []
    for _ in range(ticks):
        players.tick(out)
        blocks.append(out.copy())
    return np.concatenate(blocks, axis=1)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_spans_follow_one_another_sample_by_sample_and_then_it_is_silent(lengths: list[int]) -> None:
    shelf, spans = shelf_with(*lengths)
    players = Players(shelf, 2)
    players.start(1, spans, play="p")
    wanted = np.concatenate([shelf.samples[span.start : span.start + span.length] for span in spans])
    ticks = len(wanted) // 160 + 3
    out = played(players, 2, ticks)
    assert not out[0].any()
    assert np.array_equal(out[1, : len(wanted)], wanted)
    assert not out[1, len(wanted) :].any()
    assert players.take_ended() == [(1, "p")]


@given(st.lists(st.integers(1, 500), min_size=1, max_size=4), st.data())
def test_a_loop_goes_round_without_a_gap_and_never_ends(lengths: list[int], data: st.DataObject) -> None:
    shelf, spans = shelf_with(*lengths)
    loop_from = data.draw(st.integers(0, len(lengths) - 1))
    players = Players(shelf, 1)
    players.start(0, spans, loop_from=loop_from)
    pieces = [shelf.samples[span.start : span.start + span.length] for span in spans]
    wanted = np.concatenate([*pieces, *(pieces[loop_from:] * 20)])[: 20 * 160]
    out = played(players, 1, 20)[0]
    assert np.array_equal(out[: len(wanted)], wanted)
    assert players.take_ended() == []


def test_many_players_started_at_different_times_do_not_disturb_one_another() -> None:
    shelf, spans = shelf_with(1000, 333, 161)
    players, out = Players(shelf, 90), np.zeros((90, 160), np.int16)
    tracks: list[list[np.ndarray]] = [[] for _ in range(90)]
    for tick in range(40):
        for slot in range(90):
            if slot % 30 == tick:
                players.start(slot, spans, play=str(slot))
        players.tick(out)
        for slot in range(90):
            tracks[slot].append(out[slot].copy())
    wanted = np.concatenate([shelf.samples[span.start : span.start + span.length] for span in spans])
    for slot in range(90):
        track = np.concatenate(tracks[slot])[slot % 30 * 160 :][: len(wanted)]
        assert np.array_equal(track, wanted)
    assert sorted(players.take_ended()) == sorted((slot, str(slot)) for slot in range(90))


def test_a_newer_play_replaces_the_running_one_untold() -> None:
    shelf, spans = shelf_with(1000, 500)
    players = Players(shelf, 1)
    players.start(0, spans[:1], play="old")
    played(players, 1, 2)
    players.start(0, spans[1:], play="new")
    out = played(players, 1, 1)[0]
    assert out[0] == 2000
    played(players, 1, 5)
    assert players.take_ended() == [(0, "new")]


def test_a_stopped_player_is_silent_from_the_next_tick() -> None:
    shelf, spans = shelf_with(1000)
    players, out = Players(shelf, 1), np.zeros((1, 160), np.int16)
    players.start(0, spans)
    players.tick(out)
    players.stop(0)
    players.tick(out)
    assert not out.any()
    assert players.take_ended() == []


def test_a_player_with_nothing_to_play_ends_at_once() -> None:
    shelf, _ = shelf_with()
    players = Players(shelf, 1)
    players.start(0, [], play="p")
    assert not played(players, 1, 1).any()
    assert players.take_ended() == [(0, "p")]


def test_what_a_player_owned_goes_back_to_the_shelf() -> None:
    shelf = Shelf(1000)
    for _ in range(20):
        span = shelf.put(np.ones(900, np.int16))
        assert span
        players = Players(shelf, 1)
        players.start(0, [span], own=[span])
        played(players, 1, 6)


def test_a_full_shelf_says_so_and_takes_again_what_was_given_back() -> None:
    shelf = Shelf(1000)
    first, second = shelf.put(np.ones(400, np.int16)), shelf.put(np.ones(500, np.int16))
    assert first and second and shelf.put(np.ones(200, np.int16)) is None
    shelf.take_back(first)
    shelf.take_back(second)
    assert shelf.put(np.ones(1000, np.int16)) is not None


@given(st.integers(0, 400_000))
def test_pauses_have_their_length_in_spans_of_at_least_a_tick(samples: int) -> None:
    spans = Shelf.pause(samples)
    assert sum(span.length for span in spans) == max(samples, 160)
    assert all(160 <= span.length <= 80_000 and span.start == 0 for span in spans)
