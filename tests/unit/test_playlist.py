"""What a tick does for new prompts is bounded, whatever comes and whoever hears the old ones."""

from __future__ import annotations

import numpy as np

from firmware.prompts.bank import Arrival, PromptBank
from firmware.switch.players import Players
from firmware.switch.playlist import MESSAGE_ROOM, NEW_ROOM, SLICE
from firmware.switch.shelf import Shelf, Span
from tests.unit.switch_bench import Bench

HELLO = ("hello", "zh")


def ramp(count: int, start: int = 1) -> np.ndarray:
    return (np.arange(count) % 1000 + 1 + start).astype(np.int16)


def test_many_that_come_at_once_wait_for_the_room_of_those_they_replace() -> None:
    bank = PromptBank({HELLO: ramp(160)}, {})
    bench = Bench(bank)
    most = (NEW_ROOM + MESSAGE_ROOM) // 2
    bank.arrivals += [Arrival(*HELLO, ramp(most, number)) for number in range(4)]
    bench.run(5 * (2 + most // SLICE))
    assert not bank.arrivals and bench.switch.voice.playlist.crowded == 0


def test_a_tick_lays_no_more_than_a_slice_and_looks_at_one_replaced_sound() -> None:
    """However long the new sound is and however many old ones are still heard."""
    bank = PromptBank({HELLO: ramp(160)}, {})
    bench = Bench(bank)
    playlist, asked, laid = bench.switch.voice.playlist, [0], [0]

    def is_played(span: Span) -> bool:
        asked[0] += 1
        return True

    lay = playlist.shelf.lay

    def counted(span: Span, at: int, samples: np.ndarray) -> None:
        laid[0] += len(samples)
        lay(span, at, samples)

    playlist.shelf.lay = counted  # type: ignore[method-assign]
    bank.arrivals += [Arrival(*HELLO, ramp(160, number)) for number in range(20)]
    bank.arrivals.append(Arrival(*HELLO, ramp(3 * SLICE)))
    for _ in range(30):
        before = asked[0], laid[0]
        playlist.renew(is_played)
        assert asked[0] - before[0] <= 1 and laid[0] - before[1] <= SLICE
    span = playlist.shelf.find(("phrase", *HELLO))
    assert span is not None and span.length == 3 * SLICE
    there = playlist.shelf.samples[span.start : span.start + span.length]
    assert np.array_equal(there, ramp(3 * SLICE))


def test_whether_a_sound_is_played_is_one_comparison() -> None:
    """Also of players that were stopped, or that play something else now."""
    shelf = Shelf(10_000)
    first, second = shelf.put(ramp(800)), shelf.put(ramp(800))
    assert first is not None and second is not None
    players = Players(shelf, 4)
    assert not players.uses(first)
    players.start(0, [second, first], loop_from=0)
    players.start(1, [first])
    assert players.uses(first) and players.uses(second)
    players.stop(0)
    assert players.uses(first) and not players.uses(second)
    for _ in range(7):
        players.tick(np.zeros((4, 160), np.int16))
    assert players.take_ended() and not players.uses(first)
