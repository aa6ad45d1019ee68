"""Rings: what is put comes out once, whole and in order, whoever dies between any two stores."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.protocol.mark import MARK_BYTES, DurableMark, Mark, Place
from firmware.protocol.ring import HEAD_BYTES, NotARing, Ring, ring_bytes
from firmware.protocol.rings import AUDIO_BYTES, Rings, audio_bytes, let_grow

ROOT = Path(__file__).resolve().parents[2]


class Died(Exception):
    """The producer died here."""


class DyingRing(Ring):
    """Dies at its store number `after`, with half of it done."""

    after = 0

    def _store(self, position: int, data: bytes) -> None:
        self.after -= 1
        if self.after == 0:
            super()._store(position, data[: len(data) // 2])
            raise Died
        super()._store(position, data)


def test_a_ring_gives_back_what_was_put_in_order() -> None:
    ring = Ring.in_memory(100)
    assert ring.put(b"one") and ring.put(b"") and ring.put(b"three")
    assert ring.drain() == [b"one", b"", b"three"]
    assert ring.drain() == [] and ring.used == 0


def test_a_full_ring_refuses_at_once_counts_it_and_takes_again_after_release() -> None:
    ring = Ring.in_memory(40)
    assert ring.put(b"x" * 20)
    assert not ring.put(b"y" * 20)
    assert ring.refused == 1
    assert ring.peek() == [b"x" * 20]
    assert not ring.put(b"y" * 20), "peeking alone must not make room"
    ring.release()
    assert ring.put(b"y" * 20) and ring.drain() == [b"y" * 20]


def test_records_lie_across_the_end_of_the_memory_at_every_offset() -> None:
    ring = Ring.in_memory(61)
    for number in range(500):
        data = bytes([number % 256]) * (number % 40)
        assert ring.put(data)
        assert ring.drain() == [data]


def test_peek_gives_the_next_records_and_rewind_gives_them_again() -> None:
    ring = Ring.in_memory(1000)
    for letter in (b"a", b"b", b"c"):
        ring.put(letter)
    assert ring.peek(1) == [b"a"] and ring.peek(1) == [b"b"]
    ring.rewind()
    assert ring.peek() == [b"a", b"b", b"c"]


def test_a_consumer_that_died_before_release_gets_all_again() -> None:
    memory = bytearray(HEAD_BYTES + 200)
    Ring(memory).put(b"kept")
    assert Ring(memory).peek() == [b"kept"]
    assert Ring(memory).drain() == [b"kept"]
    assert Ring(memory).drain() == []


@pytest.mark.parametrize("after", [1, 2])
def test_a_producer_that_dies_inside_put_leaves_whole_records_only(after: int) -> None:
    memory = bytearray(HEAD_BYTES + 64)
    for _ in range(8):  # so that stores also lie across the end
        before = Ring(memory)
        assert before.put(b"before")
        dying = DyingRing(memory)
        dying.after = after
        with pytest.raises(Died):
            dying.put(b"half of this is there")
        heir = Ring(memory)
        assert heir.put(b"after")
        assert Ring(memory).drain() == [b"before", b"after"]


def test_bytes_that_are_not_there_yet_are_waited_for() -> None:
    memory = bytearray(HEAD_BYTES + 64)
    ring = Ring(memory)
    ring.put(b"late")
    whole = memory[HEAD_BYTES + 8 : HEAD_BYTES + 12]
    memory[HEAD_BYTES + 8 : HEAD_BYTES + 12] = b"\0\0\0\0"
    assert Ring(memory).peek() == []
    memory[HEAD_BYTES + 8 : HEAD_BYTES + 12] = whole
    assert Ring(memory).peek() == [b"late"]


def test_memory_of_something_else_is_refused() -> None:
    with pytest.raises(NotARing):
        Ring(bytearray(b"x" * 500))
    memory = bytearray(HEAD_BYTES + 64)
    Ring(memory)
    with pytest.raises(NotARing):
        Ring(memory[:-1])


def test_a_ring_in_a_file_outlives_its_maker_and_keeps_its_size(tmp_path: Path) -> None:
    Ring.in_file(tmp_path / "ring", 1000).put(b"here")
    assert Ring.in_file(tmp_path / "ring", 1000).peek() == [b"here"]
    with pytest.raises(NotARing):
        Ring.in_file(tmp_path / "ring", 2000)


def test_a_ring_of_an_earlier_boot_begins_empty(tmp_path: Path) -> None:
    Ring.in_file(tmp_path / "ring", 1000).put(b"torn by a power cut")
    with (tmp_path / "ring").open("r+b") as file:
        file.seek(-36, os.SEEK_END)
        file.write(b"0" * 36)
    assert Ring.in_file(tmp_path / "ring", 1000).peek() == []


PRODUCER = """
import sys
from pathlib import Path
from firmware.protocol.ring import Ring
ring = Ring.in_file(Path(sys.argv[1]), 4096)
number = int(sys.argv[2])
while number < 1 << 40:
    if ring.put(number.to_bytes(8, "little") * (1 + number % 50)):
        number += 1
"""


def produce(path: Path, first: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PRODUCER, str(path), str(first)], cwd=ROOT)


def test_two_processes_and_a_producer_killed_while_it_writes(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    ring = Ring.in_file(path, 4096)
    expected = 0
    for life in range(3):
        producer = produce(path, expected)
        until = expected + 3000 + 777 * life
        while expected < until and producer.poll() is None:
            for data in ring.drain(512):
                assert data == expected.to_bytes(8, "little") * (1 + expected % 50)
                expected += 1
        producer.send_signal(signal.SIGKILL)
        assert producer.wait() == -signal.SIGKILL
        for data in ring.drain():
            assert data == expected.to_bytes(8, "little") * (1 + expected % 50)
            expected += 1
        assert ring.used == 0


def test_the_durable_mark_is_the_newest_whole_one() -> None:
    memory = bytearray(MARK_BYTES)
    mark = DurableMark(memory)
    assert mark.read() == Mark()
    first, second = Mark(Place(1, 100), Place(2, 200)), Mark(Place(1, 150), Place(3, 20))
    mark.write(first)
    mark.write(second)
    assert DurableMark(memory).read() == second
    memory[64 + 20] ^= 1  # the second writing died half-way
    assert DurableMark(memory).read() == first
    DurableMark(memory).write(second)
    assert DurableMark(memory).read() == second


def test_the_audio_ring_is_as_large_as_who_made_it_first_said(tmp_path: Path) -> None:
    assert Rings(tmp_path, lines=30).audio.capacity == 30 * 16_400 * 240
    assert Rings(tmp_path).audio.capacity == Rings(tmp_path, lines=4).audio.capacity == 30 * 16_400 * 240
    (tmp_path / "audio.ring").unlink()
    assert ring_bytes(tmp_path / "audio.ring") == 0
    assert Rings(tmp_path, lines=4).audio.capacity == AUDIO_BYTES


def test_an_audio_ring_grows_with_the_lines_where_nothing_is_in_it(tmp_path: Path) -> None:
    let_grow(tmp_path, 240)
    ring = Rings(tmp_path, lines=4).audio
    assert ring.put(b"a tick") and ring.capacity == AUDIO_BYTES
    let_grow(tmp_path, 30)
    assert Rings(tmp_path, lines=30).audio.capacity == AUDIO_BYTES, "it is not on the disk yet"
    ring.peek()
    ring.release()
    let_grow(tmp_path, 4)
    assert (tmp_path / "audio.ring").exists()
    let_grow(tmp_path, 30)
    assert Rings(tmp_path, lines=30).audio.capacity == 30 * 16_400 * 240


def test_another_versions_snapshot_ring_goes_on(tmp_path: Path) -> None:
    former = Ring.in_file(tmp_path / "snapshots.ring", 16 << 20)
    assert former.put(b"the last one")
    rings = Rings(tmp_path)
    assert rings.snapshots.capacity == 16 << 20 and rings.snapshots.peek() == [b"the last one"]


def test_the_largest_box_has_room_for_a_minute_of_standstill() -> None:
    assert audio_bytes(240) / (240 * 16_400) > 60 and audio_bytes(16) / (16 * 16_400) >= 240
