from __future__ import annotations

from firmware.cli import bench_acd


def test_the_bench_keeps_the_number_waiting_and_stays_flat() -> None:
    """The small form of acceptance 6: shares of one run. The budget itself is for `make bench` on a calm machine."""
    result = bench_acd.run(agents=100, skills=20, waiting=(10, 1_000, 5_000), decisions=300)
    assert [one["waiting"] for one in result["runs"]] == [10, 1_000, 5_000]
    _, few, many = result["runs"]
    assert many["free_us"]["p50"] < 3 * few["free_us"]["p50"] + 50
    assert many["arrival_us"]["p50"] < 3 * few["arrival_us"]["p50"] + 50
    printed = bench_acd.text(result)
    assert "the budget" in printed.lower()
    assert "5000" in printed
