"""`tipring bench wallboard` as a whole, small: browsers that read and that do not. No figure of time is judged."""

from __future__ import annotations

import shutil

import pytest

from firmware.cli.bench_wallboard import Asked, is_held, run, text

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")
pytestmark = pytest.mark.skipif(not shutil.which("sipp"), reason="SIPp is not on this machine: make setup")


def test_changes_come_to_readers_whoever_reads_nothing() -> None:
    found = run(Asked(agents=4, readers=2, slow=1, rate=1.0, seconds=5.0))
    assert (found["answered"], found["failed"]) == ([5, 5], [0, 0])
    assert found["open_streams"] == 3
    assert found["changes_seen"] >= 10  # each call: an agent begins to talk, and comes free
    assert 0 < found["late_ms"]["most"] < 60_000
    assert "2 readers and 1 that read nothing" in text(found)


@pytest.mark.parametrize(
    "amiss",
    [
        {"changes_seen": 0},
        {"open_streams": 2},
        {"failed": [0, 1]},
        {"cost_percent": 5.1},
        {"rtp_lost": [0, 3]},
        {"readers": 12, "open_streams": 13, "cost_percent": 6.1},
    ],
)
def test_what_is_amiss_is_not_within_the_budget(amiss: dict[str, object]) -> None:
    held = {
        "cost_percent": 1.0, "changes_seen": 9, "late_ms": {"p99": 400.0}, "open_streams": 3, "readers": 2,
        "slow_readers": 1, "failed": [0, 0], "rtp_lost": [0, 0],
    }  # fmt: skip
    assert is_held(held)
    assert not is_held(held | amiss)
