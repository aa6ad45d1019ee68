"""`make power-cuts`: boxes lose their power again and again; everything they had promised must be there.

    python -m tests.faults.power.rig --cuts 1000 --out DIR

Boxes live in chains: each goes on from what the last cut left. A cut comes at the n-th step on the disk - one in three
while the box still recovers -, the processes die with all their memory, the disk keeps what `torn_disk` says.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from drivers.clock import MonotonicClock
from firmware.cli.files import load_scenario
from firmware.cli.prompts import prompt_bank
from firmware.protocol.places import MEMORY, MEMORY_VARIABLE
from hwsim.scenario import Scenario
from tests.faults.power.fuse_mount import Aim
from tests.faults.power.life import live, spawn
from tests.faults.power.notes import read_notes
from tests.faults.power.planted import PLANTED
from tests.faults.power.power_supply import Failed, PowerSupply
from tests.faults.power.powered_box import Life
from tests.faults.power.promises import Promises
from tests.faults.power.real_tree import RealChain

BENCH = Path(__file__).with_name("power.toml")
CHAIN = 25
"""Cuts of one box."""
RECOVERY = 60
"""So many steps on the disk a box makes until it is at work again."""
AIMS = (
    "write journal",
    "write reel",
    "create ",
    "rename ",
    "unlink reel",
    "unlink journal",
    "unlink ",
    "sync ",
    "snapshot",
    "switch.epoch",
    "config",
    ".part",
    "recordings",
)
LIFE_LIMIT_S = 120
"""Real time; a box that lives longer hangs."""


class Plan(Struct, frozen=True):
    """When the power fails, at the latest after `seconds` of box time."""

    aim: Aim
    seconds: float


class Summary(Struct):
    """What `make power-cuts` writes. `facts`: how often each kind of promise was looked up and found kept."""

    cuts: int = 0
    lost: int = 0
    findings: list[str] = []
    by_phase: dict[str, int] = {}
    by_step: dict[str, int] = {}
    facts: dict[str, int] = {}
    recordings_cut_short: int = 0
    audio_loss_max_s: float = 0.0
    audio_loss_mean_s: float = 0.0
    box_seconds: float = 0.0
    seconds: float = 0.0


class Bench(Struct, frozen=True):
    """What all lives share."""

    scenario: Scenario
    lengths: Mapping[tuple[str, str], int]

    @classmethod
    def load(cls) -> Bench:
        scenario = load_scenario(BENCH)
        with tempfile.TemporaryDirectory(prefix="tipring-power-") as spoken:
            bank = prompt_bank(scenario.config, Path(spoken))
        return cls(scenario, {key: len(sound) for key, sound in bank.phrases.items()})


class Chain:
    """One box from its first start on; `cut` again and again."""

    def __init__(self, bench: Bench, folder: Path, seed: int, planted: str = "", aim: str = "") -> None:
        self._bench, self._folder, self._planted, self._aim = bench, folder, planted, aim
        self._rng = random.Random(seed)
        self._lives = 0
        memory = folder / "memory"
        scratch = folder / "scratch"
        for place in (memory, scratch):
            place.mkdir(parents=True)
        os.environ[MEMORY_VARIABLE] = str(memory)
        self._memory = memory
        self._supply = PowerSupply(folder / "mount", folder / "image")
        self.promises = Promises(folder / "image", scratch)
        self.steps: Counter[str] = Counter()
        self.phases: Counter[str] = Counter()
        self.box_s = 0.0

    def cut(self) -> list[str]:
        """One life and its end; returns what is wrong after it."""
        self._lives += 1
        plan = _plan(self._rng, self._aim)
        book = self._folder / f"notes-{self._lives}"
        failed, hung = self._live(plan, book)
        self._supply.off(self._rng.getrandbits(32))
        os.waitpid(self._pid, 0)
        for left in self._memory.iterdir():
            shutil.rmtree(left)
        self._count(failed)
        told = list(read_notes(book)) if book.exists() else []
        wrong = self.promises.told(iter(told)) + self.promises.check()
        self.box_s += self.promises.lived_s
        book.unlink(missing_ok=True)
        if hung:
            wrong.append(f"the box hung: {LIFE_LIMIT_S} s for {plan.seconds:.0f} s of its time")
        return wrong

    def close(self) -> None:
        self._supply.close()

    def _live(self, plan: Plan, book: Path) -> tuple[Failed, bool]:
        life = Life(
            self._folder / "mount" / "data",
            BENCH,
            self._bench.scenario,
            self._bench.lengths,
            self._rng.getrandbits(32),
            plan.seconds,
            upsets=self._rng.choice((0.0, 0.2)),
        )
        self._supply.on(plan.aim)
        self._pid = spawn(partial(live, life, book, self._planted))
        handle = os.pidfd_open(self._pid)
        by_power = self._supply.waiting(handle, LIFE_LIMIT_S)
        hung = not by_power and not select.select([handle], [], [], 0)[0]
        os.kill(self._pid, signal.SIGKILL)
        os.close(handle)
        return self._supply.failed() if by_power else self._supply.cut_now(), hung

    def _count(self, failed: Failed) -> None:
        phase = "recovery" if failed.steps < RECOVERY else "traffic"
        self.phases[phase if failed.hit else "idle"] += 1
        self.steps[f"{failed.last.kind} {_class(failed.last.name)}" if failed.hit else "between steps"] += 1


def _plan(rng: random.Random, aim: str = "") -> Plan:
    """A third while the box recovers; half of the others at a kind of step that is seldom, or always at `aim`."""
    way, half = rng.random(), rng.random() < 0.5
    if way < 0.33:
        return Plan(Aim(rng.randint(1, RECOVERY), half), 30.0)
    limit = rng.randint(RECOVERY, 400 if way < 0.6 else 2500)
    part, reach = (aim or rng.choice(AIMS), 400) if aim or rng.random() < 0.5 else ("", 0)
    return Plan(Aim(limit, half, part, reach), 60.0)


def _class(name: str) -> str:
    """What kind of file it is."""
    for start, kind in (
        ("journal", "journal"),
        ("reel", "reel"),
        ("history", "history"),
        ("config", "config"),
    ):
        if name.startswith(start):
            return kind
    if name.startswith("snapshot"):
        return "snapshot"
    if name.endswith((".wav", ".part")) and "switch" not in name:
        return "recording"
    return "epoch" if name.startswith("switch") else "folder" if "." not in name else name


def run(
    cuts: int,
    seed: int,
    folder: Path,
    *,
    planted: str = "",
    aim: str = "",
    chain: int = CHAIN,
    patience: int = 1,
) -> Summary:
    """Stops early after `patience` chains with findings."""
    clock = MonotonicClock()
    began_us = clock.now_us()
    summary, bench = Summary(), Bench.load()
    facts: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    phases: Counter[str] = Counter()
    losses: list[int] = []
    number = 0
    while summary.cuts < cuts and summary.lost < patience:
        number += 1
        place = folder / f"chain-{number}"
        one = Chain(bench, place, seed * 1_000_003 + number, planted, aim)
        try:
            for life in range(min(chain, cuts - summary.cuts)):
                wrong = one.cut()
                summary.cuts += 1
                if wrong:
                    summary.lost += 1
                    summary.findings += [
                        f"seed {seed}, chain {number}, cut {life + 1}: {text}" for text in wrong
                    ]
                    break
                _progress(summary, clock.now_us() - began_us, cuts)
        finally:
            one.close()
        facts += one.promises.checked
        steps += one.steps
        phases += one.phases
        losses += one.promises.audio.losses.values()
        facts["recordings"] += one.promises.audio.checked
        summary.box_seconds += one.box_s
        if not summary.lost:
            shutil.rmtree(place, ignore_errors=True)
    summary.facts, summary.by_step = dict(facts.most_common()), dict(steps.most_common())
    summary.by_phase = dict(phases.most_common())
    summary.recordings_cut_short = len(losses)
    summary.audio_loss_max_s = max(losses, default=0) / 50
    summary.audio_loss_mean_s = sum(losses) / 50 / max(1, len(losses))
    summary.seconds = (clock.now_us() - began_us) / 1e6
    return summary


def run_tree(cuts: int, seed: int, folder: Path, *, chain: int = 10) -> Summary:
    """The same with the real process tree in real time; every chain ends with a life in peace."""
    clock = MonotonicClock()
    began_us = clock.now_us()
    summary = Summary()
    facts: Counter[str] = Counter()
    losses: list[int] = []
    while summary.cuts < cuts and not summary.lost:
        one = RealChain(folder / f"tree-{summary.cuts}", seed * 1_000_003 + summary.cuts)
        try:
            wrong = _cut_tree(
                one, min(chain, cuts - summary.cuts), summary, lambda: clock.now_us() - began_us, cuts
            )
        finally:
            one.close()
        summary.lost += bool(wrong)
        summary.findings += [f"tree, seed {seed}, cut {summary.cuts}: {text}" for text in wrong]
        facts += one.promises.checked
        losses += one.lost_us
        summary.box_seconds += one.box_s
    summary.facts = dict(facts.most_common())
    summary.recordings_cut_short = len(losses)
    summary.audio_loss_max_s = max(losses, default=0) / 1e6
    summary.audio_loss_mean_s = sum(losses) / 1e6 / max(1, len(losses))
    summary.seconds = (clock.now_us() - began_us) / 1e6
    return summary


def _cut_tree(
    one: RealChain, cuts: int, summary: Summary, took_us: Callable[[], int], all_cuts: int
) -> list[str]:
    for _ in range(cuts):
        failed, wrong = one.cut()
        summary.cuts += 1
        step = f"{failed.last.kind} {_class(failed.last.name)}" if failed.hit else "between steps"
        summary.by_step[step] = summary.by_step.get(step, 0) + 1
        _progress(summary, took_us(), all_cuts)
        if wrong:
            return wrong
    return one.settle()


def _progress(summary: Summary, took_us: int, cuts: int) -> None:
    if sys.stderr.isatty() or summary.cuts % 50 == 0:
        print(f"\r{summary.cuts}/{cuts} cuts, {took_us / 1e6:.0f} s", end="", file=sys.stderr, flush=True)


def text(summary: Summary) -> str:
    kinds = "\n".join(f"  {count:8}  {kind}" for kind, count in summary.facts.items())
    steps = "\n".join(f"  {count:8}  {kind}" for kind, count in summary.by_step.items())
    return (
        f"{summary.cuts} power cuts in {summary.seconds:.0f} s ({summary.box_seconds:.0f} s of box time): "
        f"{summary.lost} with something lost or wrong\n"
        f"phase: {', '.join(f'{count} {phase}' for phase, count in summary.by_phase.items()) or 'real time'}\n"
        f"audio: {summary.recordings_cut_short} recordings cut short, at most {summary.audio_loss_max_s:.2f} s, "
        f"mean {summary.audio_loss_mean_s:.2f} s\n"
        f"promised facts looked up:\n{kinds}\nthe step it happened in:\n{steps}\n"
        + "\n".join(summary.findings)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chain", type=int, default=CHAIN, help="cuts of one box")
    parser.add_argument("--tree", type=int, default=0, help="cuts of the real process tree after them")
    parser.add_argument("--planted", choices=sorted(PLANTED), default="", help="a defect to be found")
    parser.add_argument("--aim", default="", help="the step to fail in, like `unlink reel`; default: any")
    parser.add_argument("--out", type=Path, help="keep summary.json, summary.txt and what failed here")
    arguments = parser.parse_args()
    memory = Path(MEMORY) if Path(MEMORY).is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="tipring-power-", dir=memory))
    asked = {"planted": arguments.planted, "aim": arguments.aim, "chain": arguments.chain}
    summary = run(arguments.cuts, arguments.seed, folder, **asked)
    found = {"virtual time": summary}
    if arguments.tree and not summary.lost:
        found["process tree"] = run_tree(arguments.tree, arguments.seed, folder)
    told = "\n\n".join(f"== {name}\n{text(one)}" for name, one in found.items())
    print(told)
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "power-cuts.json").write_bytes(msgspec.json.format(msgspec.json.encode(found)))
        (arguments.out / "power-cuts.txt").write_text(told + "\n")
    lost = any(one.lost for one in found.values())
    if not lost or arguments.planted:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
