from __future__ import annotations

import mmap
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from firmware.cli.files import load_scenario
from firmware.cli.process_memory import held
from firmware.cli.soak.book import SAMPLES, SampleBook
from firmware.cli.soak.days import day_after_day
from firmware.cli.soak.real import Lives, processes
from firmware.cli.soak.samples import Sample, objects_by_type, own_sample
from firmware.cli.soak.slope import slope
from firmware.cli.soak.text import document, summary
from firmware.cli.soak.verdict import judge
from firmware.protocol.places import Places

SCENARIO = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios" / "soak.toml"


def noisy(
    per_hour: float, hours: int = 60, seed: int = 1, level: float = 1000.0
) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    return [(hour / 6, level + per_hour * hour / 6 + chance.gauss(0, 50)) for hour in range(6 * hours)]


@pytest.mark.parametrize("per_hour", [0.0, 3.0, -2.0, 500.0])
def test_the_slope_lies_in_its_interval(per_hour: float) -> None:
    found = slope([noisy(per_hour)])
    assert found is not None
    assert found.least <= per_hour <= found.most
    assert found.most - found.least < 2.0


def test_lives_on_other_levels_share_one_slope() -> None:
    found = slope([noisy(5.0, seed=1, level=1e5), noisy(5.0, seed=2, level=1e3)])
    assert found is not None
    assert found.least <= 5.0 <= found.most
    assert found.most - found.least < 2.0


def test_neighbours_that_follow_each_other_make_the_interval_wider() -> None:
    chance, drift, walk = random.Random(3), 0.0, []
    for hour in range(200):
        drift = 0.9 * drift + chance.gauss(0, 50)
        walk.append((float(hour), drift))
    alone = [(float(hour), chance.gauss(0, 50 / 0.19**0.5)) for hour in range(200)]
    wide, narrow = slope([walk]), slope([alone])
    assert wide is not None and narrow is not None
    assert wide.most - wide.least > 1.5 * (narrow.most - narrow.least)


def test_too_little_says_nothing() -> None:
    assert slope([[(0.0, 1.0), (1.0, 2.0)]]) is None
    assert slope([]) is None
    assert slope([[(1.0, 1.0)] * 9]) is None


def sample(hours: float, **figures: int) -> Sample:
    made = Sample("box", 1, hours, round(100 * hours), 50_000, 40_000, 30_000, 9, 1, 20_000, 200_000)
    return structs.replace(made, **figures)


def found(samples: list[Sample]) -> dict[str, str]:
    return {one.figure: one.why for one in judge(samples, 1.0) if not one.held}


def test_flat_is_held_and_each_growth_is_named() -> None:
    hours = [hour / 6 for hour in range(60)]
    assert found([sample(at) for at in hours]) == {}
    assert found([sample(at, anon_kib=40_000 + round(1500 * at)) for at in hours]) == {"own memory": "grows"}
    assert found([sample(at, rss_kib=50_000 + round(1025 * at)) for at in hours]) == {"rss": "grows"}
    assert found([sample(at, descriptors=9 + round(at)) for at in hours]) == {"descriptors": "grows"}
    assert found([sample(at, threads=1 + round(at)) for at in hours]) == {"threads": "grows"}
    assert found([sample(at, heap_kib=20_000 + round(200 * at)) for at in hours]) == {"heap": "grows"}
    assert found([sample(at, blocks=200_000 + round(6000 * at)) for at in hours]) == {"small blocks": "grows"}


def test_of_a_real_process_its_own_memory_counts_and_not_the_rings() -> None:
    seen = [
        structs.replace(sample(hour / 60, rss_kib=50_000 + 500 * hour), heap_kib=-1, blocks=-1, calls=0)
        for hour in range(60)
    ]
    assert {one.figure for one in judge(seen, 0.1)} == {"own memory", "descriptors", "threads"}
    assert all(one.held for one in judge(seen, 0.1))


def test_growth_in_the_warm_up_alone_is_none() -> None:
    assert found([sample(hour / 6, anon_kib=30_000 + min(hour, 6) * 3000) for hour in range(60)]) == {}


def test_too_short_a_run_is_not_called_flat() -> None:
    assert "few" in found([sample(hour / 6) for hour in range(8)])["rss"]
    chance = random.Random(1)
    rough = [sample(hour / 6, anon_kib=40_000 + chance.randrange(9000)) for hour in range(14)]
    assert found(rough) == {"own memory": "not long enough to tell"}


def test_a_stopped_run_is_taken_up_where_it_was(tmp_path: Path) -> None:
    book = SampleBook(tmp_path)
    assert (book.hours, book.next_life) == (0.0, 1)
    for at in (0.0, 0.5, 1.5):
        book.add(sample(at))
    with (tmp_path / SAMPLES).open("ab") as file:
        file.write(b'{"who":"box","life":2,"hou')
    again = SampleBook(tmp_path)
    assert (again.hours, again.next_life, len(again.samples)) == (1.5, 2, 3)
    again.add(structs.replace(sample(2.0), life=2))
    last = SampleBook(tmp_path)
    assert (last.hours, last.next_life, len(last.samples)) == (3.5, 3, 4)


def test_a_day_comes_again_and_again() -> None:
    day = load_scenario(SCENARIO)
    long = day_after_day(day, 60.0)
    assert long.about.seconds == 60 * 3600
    assert len(long.arrivals) == 3 * len(day.arrivals)
    assert len({one.id for one in long.arrivals}) == len(long.arrivals)
    for first, second in zip(long.arrivals, long.arrivals[len(day.arrivals) :], strict=False):
        assert (second.from_s - first.from_s, second.to_s - first.to_s) == (86_400, 86_400)
        assert first.to_s > first.from_s
    assert len(long.faults) == 3 * len(day.faults)
    assert max(fault.at_s for fault in long.faults) > 2 * 86_400
    boss = next(person for person in long.persons if person.extension == "804")
    assert len(boss.dials) == 3 * len(next(one for one in day.persons if one.extension == "804").dials)


def test_a_process_sees_what_itself_holds() -> None:
    before = held()
    handles = [os.open(os.devnull, os.O_RDONLY) for _ in range(5)]
    pages = mmap.mmap(-1, 32 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.write(bytes(32 << 20))
    after = held()
    pages.close()
    for handle in handles:
        os.close(handle)
    kept = bytearray(os.urandom(1 << 20) * 16)
    assert after.descriptors == before.descriptors + 5
    assert after.anon_kib > before.anon_kib + 30_000
    assert after.rss_kib > before.rss_kib + 30_000
    mine = own_sample("me", 1, 0.0, 0)
    assert mine.heap_kib >= 16_000
    assert mine.blocks > 1000
    assert objects_by_type()["builtins.dict"] > 100
    assert kept


def test_roles_of_a_box_are_found_by_its_directory(tmp_path: Path) -> None:
    code = "import sys; print('here', flush=True); sys.stdin.read()"
    argv = [sys.executable, "-c", code, "role", "engine", "--data", str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline()  # only then it has its own name
            assert processes(Places(tmp_path.resolve())) == {"engine": process.pid}
            assert processes(Places(tmp_path.resolve() / "other")) == {}
        finally:
            process.kill()


def test_a_process_that_begins_anew_begins_a_new_life() -> None:
    lives, now = Lives(), held()
    hour_us = 3_600_000_000
    told = [lives.sample("engine", pid, now, at) for pid, at in ((7, 0), (7, hour_us), (8, 2 * hour_us))]
    assert [(one.life, one.hours) for one in told] == [(1, 0.0), (1, 1.0), (2, 0.0)]


def test_the_summary_names_what_grew() -> None:
    samples = [sample(hour / 6, descriptors=9 + hour) for hour in range(60)]
    findings = judge(samples, 1.0)
    told = document({"what": "w", "hours": 10.0, "warm_up_hours": 1.0}, samples, findings)
    assert told["held"] is False
    text = summary({**told, "grown_types": [("x.Y", 7)]}, findings)
    assert "descriptors" in text and "grows" in text and "more of x.Y: 7" in text
    assert text.endswith("NOT SHOWN FLAT")
