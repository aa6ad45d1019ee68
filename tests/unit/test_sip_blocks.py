"""Blocks between the tick and SIP legs, with the other side played by the test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.ports import TICK_SAMPLES
from drivers.sip._blocks import lib
from drivers.sip.blocks import Blocks, BoxSide
from drivers.sip.errors import BadBlocks

LEGS = 3
HEAD = 4096


def block(value: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    return np.full((LEGS, TICK_SAMPLES), value, np.int16)


class OtherSide:
    """What the pump does, by hand: hears block n and says ten times as much."""

    def __init__(self, blocks: Blocks) -> None:
        self.words = np.frombuffer(blocks.memory, np.uint32, 4)
        both = np.frombuffer(blocks.memory, np.int16, offset=HEAD).reshape(2, 4, LEGS, TICK_SAMPLES)
        self.said, self.heard = both

    def carry(self) -> int:
        number = int(self.words[3])
        self.heard[number % 4] = self.said[number % 4] * 10
        self.words[3] = number + 1
        return int(self.said[number % 4][0, 0])


def test_what_is_said_is_heard_and_the_answer_comes_a_tick_later() -> None:
    blocks = Blocks.of_own(LEGS)
    box, other = BoxSide(blocks), OtherSide(blocks)
    assert not box.exchange(block(7)).any()
    assert other.carry() == 7
    assert (box.exchange(block(8)) == 70).all()
    assert other.carry() == 8
    assert box.missed == 0


def test_a_late_other_side_is_silence_and_is_counted() -> None:
    blocks = Blocks.of_own(LEGS)
    box, other = BoxSide(blocks), OtherSide(blocks)
    box.exchange(block(1))
    assert not box.exchange(block(2)).any()
    assert box.missed == 1
    other.carry()
    other.carry()
    assert (box.exchange(block(3)) == 20).all()
    assert box.missed == 1


def test_a_liar_cannot_make_the_box_read_elsewhere() -> None:
    blocks = Blocks.of_own(LEGS)
    box, other = BoxSide(blocks), OtherSide(blocks)
    box.exchange(block(1))
    for lie in (0xFFFFFFFF, 5, 2):
        other.words[3] = lie
        other.words[1] = 1_000_000
        assert not box.exchange(block(2)).any()


def test_another_process_finds_the_same_memory_and_a_new_box_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "legs"
    made = Blocks.make(path, LEGS)
    BoxSide(made).exchange(block(5))
    opened = Blocks.open(path)
    assert opened.legs == LEGS
    assert OtherSide(opened).carry() == 5
    again = BoxSide(Blocks.make(path, LEGS))
    assert (again.exchange(block(6)) == 50).all()


@pytest.mark.parametrize("content", [b"", b"x", bytes(5000), b"BPIT" + b"\xff" * 5000])
def test_other_memory_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(BadBlocks):
        Blocks.open(path)


def test_a_matrix_of_another_form_is_refused() -> None:
    box = BoxSide(Blocks.of_own(LEGS))
    with pytest.raises(ValueError, match="int16"):
        box.exchange(np.zeros((LEGS, TICK_SAMPLES), np.float32))
    with pytest.raises(ValueError, match="int16"):
        box.exchange(np.zeros((LEGS + 1, TICK_SAMPLES), np.int16))


def test_the_size_holds_both_ways() -> None:
    assert lib.tip_blocks_size(LEGS) == HEAD + 2 * 4 * LEGS * TICK_SAMPLES * 2
