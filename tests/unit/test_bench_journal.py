"""The journal's bench measures whole calls, and what it wrote can be read."""

from __future__ import annotations

import itertools

from firmware.cli import bench_journal
from firmware.protocol import facts as f


def test_the_bench_decides_whole_calls() -> None:
    kinds = {
        type(fact) for record in itertools.islice(bench_journal._decided(), 400) for fact in record.facts
    }
    assert {f.CallBegan, f.CallerKnown, f.Enqueued, f.AgentConnected, f.RecordingTaped, f.CallEnded} <= kinds


def test_every_input_of_the_bench_is_read_back_from_disk() -> None:
    figures = bench_journal.run(inputs=640)
    assert figures["inputs"] == figures["read_back"] == 640 and figures["refused"] == 0
    assert str(figures["inputs_per_second"]) in bench_journal.text(figures)
