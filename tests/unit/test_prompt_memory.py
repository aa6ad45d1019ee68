"""What a sent file may take of the box's memory: near silence packs so well that 8 MB hold gigabytes."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.prompts import taking
from firmware.prompts.resampling import to_8k
from firmware.prompts.taking import take, taken

SECONDS, RATE_HZ = 60, 48_000
MOST = 100 << 20


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight channels of a quiet tone: 184 MB as double length numbers."""
    path = tmp_path_factory.mktemp("packed") / "in.flac"
    second = np.rint(100 * np.sin(2 * np.pi * 400 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.int16)
    with soundfile.SoundFile(path, "w", RATE_HZ, taking.MOST_CHANNELS, format="FLAC") as file:
        for _ in range(SECONDS):
            file.write(np.column_stack([second] * taking.MOST_CHANNELS))
    assert path.stat().st_size < taking.MOST_BYTES
    return path


def test_a_well_packed_file_is_decoded_in_blocks(packed: Path, tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        measured = taken(packed, tmp_path / "out.wav")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST and (measured.rate_hz, measured.channels) == (RATE_HZ, 8)
    assert len(soundfile.read(tmp_path / "out.wav")[0]) == pytest.approx(SECONDS * 8000, abs=10)


def test_a_well_packed_file_is_taken_within_the_process_own_limit(packed: Path, tmp_path: Path) -> None:
    assert taking.MOST_MEMORY <= 512 << 20
    assert take(packed, tmp_path / "out.wav").channels == 8


def test_the_highest_rate_is_resampled_with_little_memory() -> None:
    samples = np.sin(np.arange(192_000 * 2) / 50).astype(np.float32)
    tracemalloc.start()
    try:
        made = to_8k(samples, 192_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(made) == 16_000 and made.dtype == np.float64 and peak < 40 << 20
