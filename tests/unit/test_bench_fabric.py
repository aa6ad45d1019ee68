"""`tipring bench fabric` measures what it says."""

from __future__ import annotations

from firmware.cli import bench_fabric


def test_the_bench_hears_its_keys_and_tapes_its_conversations() -> None:
    figures = bench_fabric.run(ports=40, dtmf=True, record=True, ticks=100)
    assert figures["digits_heard"] == 4 * 3
    assert figures["taped_octets"] == 150 * (20 + 20 * (8 + 320))
    assert 0 < figures["tick_us_p50"] <= figures["tick_us_p99"] <= figures["tick_us_p999"]
    assert "40 ports with dtmf and record" in bench_fabric.text(figures)


def test_without_dtmf_and_record_nothing_is_detected_or_taped() -> None:
    figures = bench_fabric.run(ports=8, ticks=10)
    assert figures["digits_heard"] == figures["taped_octets"] == 0
