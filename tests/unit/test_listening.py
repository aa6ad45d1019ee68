"""Recordings for listening: opened nowhere but in their folder, drawn exactly and quickly, told to the audit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from drivers.dsp.g711 import DECODERS
from firmware.archive.archive import Archive
from firmware.archive.audit import entries
from firmware.archive.tracks import NotARecording, UnnamedRecording, read_samples, recording_path, wav_head
from firmware.protocol.inputs import AccessOrder
from firmware.protocol.order_format import OrderAnswer, Verdict
from firmware.protocol.places import Places
from firmware.store.audio.accesses import Listening, NoListening, heard
from firmware.store.audio.drawing import peaks, silences
from firmware.store.audio.opening import open_recording, recording_of
from firmware.store.disk import VirtualDisk
from tests.unit.kept_bench import SUBJECT, KeptBox

ID = "00000000000000ab"
CANARY = b"canary"
ALAW = DECODERS["alaw"]
Told = TypeVar("Told")


def put(data: Path, samples: NDArray[Any], recording: str = ID) -> Path:
    """A-law bytes, `uint8[n, 2]`."""
    path = data / recording_path(recording)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav_head(samples.size) + samples.astype(np.uint8).tobytes())
    return path


def opened(data: Path, use: Callable[[int], Told]) -> Told:
    handle = open_recording(data, ID)
    try:
        return use(handle)
    finally:
        os.close(handle)


# -- opening ----------------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file beside the box's data that nobody may reach."""
    path = tmp_path / "canary.wav"
    path.write_bytes(CANARY)
    (tmp_path / "data" / "recordings" / ID[:2]).mkdir(parents=True)
    return path


@settings(max_examples=300)
@given(
    name=st.one_of(
        st.text(max_size=40), st.sampled_from(("../canary", "..\x00", "CON", "0" * 16 + "/", "\u202e" * 16))
    )
)
def test_a_name_that_is_no_id_opens_nothing(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    with pytest.raises((UnnamedRecording, FileNotFoundError)):
        open_recording(folder, name)


def test_links_and_devices_planted_in_the_folder_are_not_opened(outside: Path) -> None:
    data = outside.parent / "data"
    place = data / recording_path(ID)
    place.symlink_to(outside)
    with pytest.raises(OSError, match=ID):
        open_recording(data, ID)
    place.unlink()
    os.link(outside, place)
    with pytest.raises(NotARecording):
        open_recording(data, ID)
    place.unlink()
    os.mkfifo(place)
    with pytest.raises(NotARecording):
        open_recording(data, ID)


def test_a_folder_that_is_a_link_is_not_gone_through(outside: Path) -> None:
    data = outside.parent / "data"
    elsewhere = outside.parent / "elsewhere"
    put(elsewhere, np.zeros((8, 2)))
    (data / "recordings" / ID[:2]).rmdir()
    (data / "recordings" / ID[:2]).symlink_to(elsewhere / "recordings" / ID[:2])
    with pytest.raises(NotADirectoryError):
        open_recording(data, ID)


def test_a_whole_recording_is_opened(tmp_path: Path) -> None:
    path = put(tmp_path, np.zeros((8, 2)))
    assert opened(tmp_path, lambda handle: os.read(handle, 1 << 16)) == path.read_bytes()


# -- drawing ----------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    samples=st.integers(0, 3000),
    columns=st.integers(1, 400),
    seed=st.integers(0, 99),
    one_sided=st.booleans(),
)
def test_columns_have_the_lowest_and_highest_sample(
    tmp_path_factory: pytest.TempPathFactory, samples: int, columns: int, seed: int, one_sided: bool
) -> None:
    """Also where all samples of a column are on one side of zero."""
    data = tmp_path_factory.mktemp("drawn")
    codes = np.random.default_rng(seed).integers(0, 128 if one_sided else 256, (samples, 2))
    linear = read_samples(put(data, codes))
    found = opened(data, lambda handle: peaks(handle, columns))
    drawn = min(columns, samples)
    assert found.left.shape == found.right.shape == (drawn, 2)
    for column in range(drawn):
        part = linear[samples * column // drawn : samples * (column + 1) // drawn]
        wanted = [(part[:, side].min(), part[:, side].max()) for side in (0, 1)]
        assert [tuple(found.left[column]), tuple(found.right[column])] == wanted


def test_silence_is_where_neither_side_is_loud(tmp_path: Path) -> None:
    quiet, loud = int(np.abs(ALAW).argmin()), int(ALAW.argmax())
    codes = np.full((5 * 8000, 2), quiet)
    codes[8000:12000, 0] = loud
    codes[30000:30100, 1] = loud
    put(tmp_path, codes)
    found = opened(tmp_path, lambda handle: silences(handle, 1.0))
    assert found == [(0.0, 1.0), (1.5, 3.74), (3.78, 5.0)]
    assert opened(tmp_path, lambda handle: silences(handle, 2.0)) == [(1.5, 3.74)]


@pytest.mark.parametrize("damage", [b"", b"RIFF", b"not a recording of ours, whatever it says " * 9])
def test_what_is_no_recording_is_not_drawn(tmp_path: Path, damage: bytes) -> None:
    put(tmp_path, np.zeros((8, 2))).write_bytes(damage)
    for use in (lambda handle: peaks(handle, 10), silences):
        with pytest.raises(NotARecording):
            opened(tmp_path, use)


def test_an_hour_is_drawn_in_150_ms(tmp_path: Path) -> None:
    """Of this process's own time: the best of five, for others are at work here too."""
    put(tmp_path, np.random.default_rng(1).integers(0, 256, (3600 * 8000, 2), dtype=np.uint8))
    took = []
    for _ in range(5):
        began = time.process_time()
        opened(tmp_path, lambda handle: peaks(handle, 1000))
        took.append(time.process_time() - began)
    assert min(took) <= 0.150


# -- the audit --------------------------------------------------------------------------------------


class Engine:
    def __init__(self, verdict: Verdict) -> None:
        self.verdict, self.orders = verdict, list[AccessOrder]()

    def __call__(self, order: AccessOrder) -> OrderAnswer:
        self.orders.append(order)
        return OrderAnswer(1, self.verdict)


def test_the_engine_is_told_who_listens(tmp_path: Path) -> None:
    engine = Engine(Verdict.SAVED)
    assert heard(Places(tmp_path), Listening("a1", "hu", ID), 5, engine)
    assert engine.orders == [AccessOrder("listen-a1", "hu", "listen", (ID,))]


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.UNKNOWN])
def test_nobody_listens_where_it_cannot_be_told(tmp_path: Path, verdict: Verdict) -> None:
    assert not heard(Places(tmp_path), Listening("a1", "hu", ID), 5, Engine(verdict))


def test_a_box_that_does_not_run_finds_the_word_when_it_starts(tmp_path: Path) -> None:
    for _ in range(3):
        assert heard(
            Places(tmp_path), Listening("a1", "hu", ID), 1_790_000_000_000_000, Engine(Verdict.NO_ENGINE)
        )
    with closing(Archive(tmp_path, disk=VirtualDisk(), durable=False)) as made:
        (row,) = entries(made.db)
    assert (row["author"], row["action"], row["subject"]) == ("hu", "listen", f"recording {ID}")
    assert row["at"] == 1_790_000_000_000_000


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a\n", "x" * 65, "\u0661"])
def test_an_id_that_would_name_another_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoListening):
        heard(Places(tmp_path), Listening(name, "hu", ID), 5, Engine(Verdict.NO_ENGINE))


def test_what_is_erased_cannot_be_heard(tmp_path: Path) -> None:
    with KeptBox(tmp_path) as box:
        box.configure()
        box.call(SUBJECT, 1)
        box.work()
        (recording,) = box.wavs()
        assert recording_of(box.archive.db, recording) is not None
        box.erase()
        box.work()
        assert recording_of(box.archive.db, recording) is None
        with pytest.raises(FileNotFoundError):
            open_recording(tmp_path, recording)
