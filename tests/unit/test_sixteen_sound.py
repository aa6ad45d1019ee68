"""The judge of gaps: it must hear a single lost sample, and nothing where nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest

from tests.faults.disk.sixteen import CHUNK, RATE_HZ, Samples, find, sound


def played(times: int = 2) -> Samples:
    """As a caller hears it: after a silence, with pauses between, softer and with line noise."""
    noise = np.random.default_rng(1)
    pause = np.zeros(RATE_HZ + 137)
    whole = np.concatenate([pause[:777], *[np.concatenate([sound(), pause]) for _ in range(times)]])
    return np.round(whole * 0.5 + noise.standard_normal(len(whole)) * 20)


def test_the_sound_played_twice_has_no_jump() -> None:
    heard = find(played())
    assert heard.jumps == () and heard.seconds > 58


@pytest.mark.parametrize("lost", [1, 160, 4 * 160, 8000])
def test_lost_samples_are_a_jump(lost: int) -> None:
    whole = played(1)
    heard = find(np.concatenate([whole[:50_000], whole[50_000 + lost :]]))
    assert heard.jumps and abs(heard.jumps[0] - 50_000 / RATE_HZ) <= 2 * CHUNK / RATE_HZ


def test_a_silenced_stretch_is_a_jump() -> None:
    whole = played(1)
    whole[60_000:62_400] = 0
    assert find(whole).jumps


def test_a_doubled_block_is_a_jump() -> None:
    whole = played(1)
    assert find(np.concatenate([whole[:70_000], whole[69_840:]])).jumps
