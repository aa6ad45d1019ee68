"""`tipring bench sip` as a whole, small: a box, SIPp, speech both ways, recordings. No figure of time is judged."""

from __future__ import annotations

import shutil

import pytest

from firmware.cli.bench_sip import asterisk
from firmware.cli.bench_sip.measure import Asked, run

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")
pytestmark = pytest.mark.skipif(not shutil.which("sipp"), reason="SIPp is not on this machine: make setup")


def test_ten_calls_stand_are_heard_and_recorded() -> None:
    found = run(Asked(calls=10, record=True, seconds=5.0))
    assert (found["answered"], found["failed"], found["served"]) == (11, 0, 11)
    assert found["recordings"] == found["recordings_wanted"] == 11
    assert [level["calls"] for level in found["levels"]] == [1, 10]
    assert found["answered_ms"]["count"] == 11
    # 20 streams of 50 packets a second for the seconds they certainly stood.
    assert found["rtp_received"] > 20 * 50 * 5
    assert set(found["per_leg_percent"]) >= {"switch", "sip", "both"}
    assert found["counters"]["refused_calls"] == found["counters"]["troubles"] == 0


def test_calls_come_and_go_at_a_rate() -> None:
    found = run(Asked(calls=4, record=False, seconds=4.0, rate=2.0))
    assert (found["answered"], found["failed"], found["served"]) == (8, 0, 8)
    assert found["recordings"] == 0


@pytest.mark.skipif(not asterisk.installed(), reason="no Asterisk is at hand: make asterisk")
def test_an_asterisk_takes_the_same_calls_and_records_them() -> None:
    found = run(Asked(calls=10, record=True, seconds=5.0), peer=True)
    assert (found["answered"], found["failed"], found["served"]) == (11, 0, 11)
    assert found["recordings"] == found["recordings_wanted"] == 11
    assert found["rtp_received"] > 20 * 50 * 5
    assert found["per_leg_percent"]["asterisk"] > 0
