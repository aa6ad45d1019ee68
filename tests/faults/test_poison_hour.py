"""A busy hour in which the rules raise upon one input, for each input of the hour in turn.

The engine goes on, its journal gives its state to the byte, nobody is left hanging, and nobody else's call is touched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from firmware.cli.files import load_scenario
from firmware.cli.prompts import prompt_bank
from firmware.cli.rehearsal.boxes import FastBox
from firmware.cli.rehearse import DRAIN_STEP_US
from firmware.engine import engine
from firmware.engine.engine import Engine
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.journal import Record
from firmware.protocol.names import AgentState
from hwsim.scenario import Scenario

pytestmark = pytest.mark.scenario

CALLERS = 40
SECONDS = 3600
HEAD = """
[scenario]
name = "poison-hour"
description = "Callers one after the other, two or three at a time; a telephone calls another now and then."
seed = 3
seconds = {seconds}
starts = "2026-11-23T09:00:00"
[box.site]
country = "CN"
area = "10"
[[box.card]]
name = "hat"
slots = ["fxo", "fxo", "fxo", "fxo", "fxs", "fxs", "fxs", "fxs"]
[[box.queue]]
id = "sales"
wrap_up_s = 3
max_wait_s = 0
ring_s = 12
[[box.flow]]
id = "main"
start = "menu"
[[box.flow.node]]
id = "menu"
kind = "menu"
prompt = "main-menu"
keys = {{ "1" = "sales" }}
otherwise = "sales"
[[box.flow.node]]
id = "sales"
kind = "queue"
queue = "sales"
[[outside_line]]
line = "*"
leaves = "busy-tone"
"""
PLACE = """
[[box.line]]
name = "line-{n}"
card = "hat"
slot = {n}
number = "62345678"
flow = "main"
answer_after_rings = 2
[[box.extension]]
number = "80{n}"
card = "hat"
slot = {slot}
agent = "80{n}"
[[box.agent]]
id = "80{n}"
queues = ["sales"]
[[person]]
extension = "80{n}"
reacts_s = 2.0
"""
CALLER = """
[[caller]]
id = "caller-{n}"
at_s = {at_s}
number = "138001380{n:02}"
press = ["1@4"]
patience_s = 400
talk_s = {talk_s}
ends = "{ends}"
"""


def scenario(callers: int, seconds: int) -> Scenario:
    """So many callers in so many seconds, each long enough to overlap with the next two."""
    every_s = seconds // (callers + 1)
    text = HEAD.format(seconds=seconds)
    text += "".join(PLACE.format(n=n, slot=n + 4) for n in range(1, 5))
    text += "".join(
        CALLER.format(n=n, at_s=2 + n * every_s, talk_s=round(every_s * 1.6), ends=("caller", "agent")[n % 2])
        for n in range(callers)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.toml"
        path.write_text(text)
        return load_scenario(path)


class Seeing:
    """A box that keeps its records; `poison` is the number of the input the rules raise upon (0: none)."""

    def __init__(self, scenario: Scenario, poison: int = 0) -> None:
        self._scenario, self._poison = scenario, poison
        self.records: list[Record] = []
        self.given = 0

    def run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="poison-") as out, self._planted():
            bank = prompt_bank(self._scenario.config, Path(out, "spoken"))
            box = FastBox(self._scenario, Path(out), bank)
            self.records += box.half.keeper.engine._undo._since
            box.half.listeners.append(self.records.append)
            box.run_until(self._scenario.end_us)
            last = box.half.calls_made
            while box.half.open_calls(last) and box.now_us < self._scenario.end_us + 600_000_000:
                box.run_until(box.now_us + DRAIN_STEP_US)
            self.engine = box.half.keeper.engine
            box.finish()
            box.half.archive.close()

    @contextmanager
    def _planted(self) -> Iterator[None]:
        """At the chosen input the rules raise: at once, after their first fact, or after their last."""
        plain = engine.decide

        def decide(turn: Turn, given: i.AnyInput) -> None:
            self.given += 1
            if self.given != self._poison:
                plain(turn, given)
                return
            how = self._poison % 3
            if how == 0:
                raise LookupError("planted")
            if how == 1:
                turn.fact = _Once(turn)  # type: ignore[method-assign]
            plain(turn, given)
            raise LookupError("planted")

        engine.decide = decide
        try:
            yield
        finally:
            engine.decide = plain

    # -- what came of it ------------------------------------------------------------------------------

    def facts(self, kind: type[Any]) -> list[Any]:
        return [fact for record in self.records for fact in record.facts if isinstance(fact, kind)]

    def outcomes(self) -> dict[str, list[str]]:
        """By the caller's number: what became of each of his calls."""
        numbers = {fact.call: fact.number for fact in self.facts(f.CallerKnown)}
        found: dict[str, list[str]] = {}
        for fact in self.facts(f.CallEnded):
            if fact.outcome is not None:
                found.setdefault(numbers.get(fact.call, ""), []).append(str(fact.outcome))
        return found


class _Once:
    """Applies one fact and raises upon the second."""

    def __init__(self, turn: Turn) -> None:
        self._turn, self._left = turn, 1

    def __call__(self, fact: f.AnyFact) -> None:
        if not self._left:
            raise LookupError("planted")
        self._left -= 1
        Turn.fact(self._turn, fact)


def judge(seen: Seeing, undisturbed: dict[str, list[str]]) -> None:
    records = seen.records
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert Engine.restore(None, records).snapshot() == seen.engine.snapshot()
    passed = seen.facts(f.InputPassedOver)
    assert len(passed) == 1 and passed[0].error == "LookupError"
    state = seen.engine.state
    assert not state.calls and not state.legs
    assert all(not port.leg and not port.away for port in state.ports.values())
    assert {agent.state for agent in state.agents.values()} == {AgentState.READY}
    ended = {fact.call: fact.outcome for fact in seen.facts(f.CallEnded)}
    assert set(ended) == {fact.call for fact in seen.facts(f.CallBegan)}, "every call has its end"
    numbers = {fact.call: fact.number for fact in seen.facts(f.CallerKnown)}
    concerned = numbers.get(passed[0].call, "")
    now = seen.outcomes()
    for number, before in undisturbed.items():
        if number != concerned:
            assert now.get(number) == before or "" in now, f"{number} had no part in it"
    others = sum(now.get(number) != before for number, before in undisturbed.items() if number != concerned)
    assert others <= (1 if "" in now else 0), "a caller whose number was the poison is one caller"


def first_inputs() -> int:
    """The engine's start, the clock, the configuration: without these there is no hour."""
    return 3


@pytest.fixture(scope="module")
def minutes() -> Scenario:
    return scenario(6, 420)


@pytest.fixture(scope="module")
def hour() -> Scenario:
    return scenario(CALLERS, SECONDS)


def undisturbed(of: Scenario, callers: int) -> Seeing:
    seen = Seeing(of)
    seen.run()
    assert seen.outcomes() == {f"138001380{n:02}": ["answered"] for n in range(callers)}
    return seen


def poisoned(of: Scenario, number: int) -> Seeing:
    seen = Seeing(of, number)
    seen.run()
    return seen


def test_seven_busy_minutes_survive_poison_at_every_fourth_input(minutes: Scenario) -> None:
    plain = undisturbed(minutes, 6)
    for number in range(first_inputs() + 1, plain.given + 1, 4):
        judge(poisoned(minutes, number), plain.outcomes())


@pytest.mark.slow
def test_a_busy_hour_survives_poison_at_every_input(hour: Scenario) -> None:
    plain = undisturbed(hour, CALLERS)
    for number in range(first_inputs() + 1, plain.given + 1):
        judge(poisoned(hour, number), plain.outcomes())


def test_without_the_way_back_the_state_is_not_what_the_journal_says(
    minutes: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: facts that were half applied stay."""
    plain = undisturbed(minutes, 6)

    def stays(self: Engine, given: i.AnyInput, at_us: int, turn: Turn | None, error: Exception) -> Record:
        noted = Turn(self._board, at_us)
        noted.fact(f.InputPassedOver("", type(error).__name__, ""))
        return self._record(given, noted)

    monkeypatch.setattr(Engine, "_pass_over", stays)
    with pytest.raises((AssertionError, KeyError)):
        for number in range(first_inputs() + 2, plain.given + 1, 5):
            judge(poisoned(minutes, number), plain.outcomes())
