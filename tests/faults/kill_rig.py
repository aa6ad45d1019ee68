"""The kill rig: a box with living calls whose processes are killed and stopped at random, and what came of it.

    python -m tests.faults.kill_rig --kills 1000 --out build/kills

works in slices, each a box of its own; slices that are done are not done again. Exit code 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from tests.awake import awake_cores
from tests.faults.kill_account import account, archived_until_us, recordings_waiting
from tests.faults.kill_box import BOX_ROLES, GUARDIAN, SCENARIO, SUPERVISORD, RigBox
from tests.faults.kill_deaths import BESIDE_SHARE, GIVE_UP_US, MOST_AT_ONCE, Death, choose, look, strike
from tests.faults.kill_judge import Finding, Judged, judge
from tests.faults.kill_people import People
from tests.faults.kill_summary import summary, table

WARM_S = 14.0
"""Until first callers talk."""
BETWEEN_S = (0.05, 1.3)
DRAIN_S = 75.0
ARCHIVE_S = 60.0
STEP_S = 0.01
SLICE = 100
DIARY = "diary.json"
"""In the box's data, for those who must find out what happened."""

Say = Callable[[str], None]


class Slice(Struct):
    """What came of one box."""

    seed: int
    deaths: list[Death]
    judged: Judged
    up: list[int]
    """Calls up at each death."""
    lost: list[int]
    """Of those, calls lost or wrong."""
    seconds: float = 0.0
    watchdog_kills: int = 0
    late_blocks: int = 0
    """Audio that world and chips could not pass on to each other in time; while no switch lives, all of it."""


def run_slice(
    data: Path,
    kills: int,
    seed: int,
    say: Say = print,
    *,
    planted: str = "",
    only: Sequence[str] = (),
    give_up_us: int = GIVE_UP_US,
    scenario: Path = SCENARIO,
    warm_s: float = WARM_S,
) -> Slice:
    """A new box, so many deaths, the verdict. `only`: nobody else dies; a str of `role:SIGNAL` each."""
    chance = Random(seed)
    with RigBox(data, planted, scenario) as box:
        people = People(box.places)
        _pass(box, people, warm_s)
        began_us = box.clock.now_us()
        deaths = _violence(box, people, chance, kills, say, only, give_up_us)
        until_us = box.clock.now_us()
        _drain(box, people, until_us)
        late_blocks = people.late[-1][1]
        left = box.stop()
        watchdog_kills = box.watchdog_kills
    (data / DIARY).write_bytes(
        msgspec.json.encode((people.entries, people.whys, deaths, until_us, people.late))
    )
    judged = judge(people.stories(), account(data), deaths, until_us, people.late)
    judged.findings += [Finding("box", role, "lives on after Ctrl-C") for role in left]
    result = Slice(seed, deaths, judged, [], [], (until_us - began_us) / 1e6, watchdog_kills, late_blocks)
    bad = {finding.who for finding in judged.findings}
    for death in deaths:
        up = [story.who for story in people.stories() if not story.refused and story.lives_at(death.at_us)]
        result.up.append(len(up))
        result.lost.append(sum(who in bad for who in up))
    return result


def _violence(
    box: RigBox,
    people: People,
    chance: Random,
    kills: int,
    say: Say,
    only: Sequence[str],
    give_up_us: int,
) -> list[Death]:
    deaths: list[Death] = []
    dead: list[Death] = []
    while len(deaths) < kills:
        _pass(box, people, chance.uniform(*BETWEEN_S), dead)
        beside = len(dead) < MOST_AT_ONCE and chance.random() < BESIDE_SHARE
        while dead and not beside:
            _pass(box, people, STEP_S, dead)
            if any(box.clock.now_us() - one.at_us > give_up_us for one in dead):
                return deaths  # the verdict says who is not back
        death = _next(box, chance, dead, only)
        if death is not None:
            deaths.append(death)
            dead.append(death)
            if len(deaths) % 10 == 0:
                say(f"{len(deaths):4d} of {kills} deaths, {len(people.whys)} calls over")
    end_us = box.clock.now_us() + give_up_us
    while dead and box.clock.now_us() < end_us:
        _pass(box, people, STEP_S, dead)
    return deaths


def _next(box: RigBox, chance: Random, dead: Sequence[Death], only: Sequence[str]) -> Death | None:
    gone = {one.role for one in dead}
    if only:
        role, _, kind = chance.choice(only).partition(":")
        return None if role in gone else strike(box, role, kind)
    living = {role: box.pid(role) or 0 for role in (*BOX_ROLES, SUPERVISORD, GUARDIAN) if role not in gone}
    chosen = choose(chance, living)
    return strike(box, *chosen) if chosen else None


def _pass(box: RigBox, people: People, seconds: float, dead: list[Death] | None = None) -> None:
    """Time goes by."""
    end_us = box.clock.now_us() + round(seconds * 1e6)
    while True:
        box.tend()
        for death in list(dead or ()):
            if look(box, death) and dead:
                dead.remove(death)
        if box.clock.now_us() - people.at_us > 1_000_000:
            people.ask()
        if box.clock.now_us() >= end_us:
            return
        box.pause(STEP_S)


def _drain(box: RigBox, people: People, until_us: int) -> None:
    """Until all calls of the time of violence are over and in history, or should long be."""
    end_us = box.clock.now_us() + round(DRAIN_S * 1e6)
    while box.clock.now_us() < end_us:
        _pass(box, people, 0.5)
        if all(one.gone_us for one in people.stories() if one.placed_us <= until_us):
            break
    _pass(box, people, 4.0)
    over_us = box.clock.now_us() - 1_500_000
    end_us = box.clock.now_us() + round(ARCHIVE_S * 1e6)
    data = box.places.root
    while box.clock.now_us() < end_us and (
        archived_until_us(data) < over_us or recordings_waiting(data, over_us - 2_000_000)
    ):
        _pass(box, people, 0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slice", type=int, default=SLICE, help="deaths a box")
    parser.add_argument("--out", type=Path, default=Path("build/kills"), help="where slices and summary go")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    slices = []
    for index, kills in enumerate(_sizes(arguments.kills, arguments.slice)):
        path = arguments.out / f"slice-{arguments.seed}-{index:03d}-{kills}.json"
        if not path.is_file():
            data = Path(tempfile.mkdtemp(prefix="tipring-kills-"))
            with awake_cores():
                done = run_slice(
                    data, kills, arguments.seed * 1000 + index, lambda text: print(text, flush=True)
                )
            path.write_bytes(msgspec.json.format(msgspec.json.encode(done)))
            if done.judged.findings:
                print(f"the box's data stay in {data}")
            else:
                shutil.rmtree(data)
        slices.append(msgspec.json.decode(path.read_bytes(), type=Slice))
        print(table(summary(slices)), flush=True)
    total = summary(slices)
    (arguments.out / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(total)))
    (arguments.out / "summary.txt").write_text(table(total))
    return 1 if total.findings else 0


def _sizes(kills: int, one: int) -> list[int]:
    return [min(one, kills - done) for done in range(0, kills, one)]


if __name__ == "__main__":
    sys.exit(main())
