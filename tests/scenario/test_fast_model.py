"""The event model with the real engine: whole scenarios in moments, always the same."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from firmware.cli.rehearsal.half import wall_start_us
from firmware.engine.engine import Engine
from firmware.engine.process.keeper import Keeper
from firmware.protocol.facts import CallBegan, CallEnded, ConferenceBegan, HoldBegan, TransferMade
from firmware.protocol.inputs import ClockSet, ConfigApplied, FromSwitch, Started
from firmware.protocol.journal import Record
from firmware.protocol.names import Direction, Outcome
from hwsim.fast.switch import FastSwitch
from hwsim.scenario import Scenario
from hwsim.scenario_file import load_scenario

FOLDER = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios"
PROMPT_SAMPLES = 16_000


class Lengths(dict[tuple[str, str], int]):
    """Every prompt lasts two seconds: these tests need no rendered prompts."""

    def get(self, key: object, default: object = None) -> int:
        return PROMPT_SAMPLES


def read(name: str) -> Scenario:
    scenario, faults = load_scenario(FOLDER / f"{name}.toml")
    assert scenario is not None, faults
    return scenario


def rehearse(scenario: Scenario) -> tuple[list[Record], FastSwitch]:
    switch = FastSwitch(scenario, Lengths())
    records: list[Record] = []
    keeper = Keeper(Engine(scenario.config.site.box), records.append, switch.submit)
    keeper.give(Started(1), 0)
    keeper.give(ClockSet(wall_start_us(scenario.about.starts, scenario.config.site.zone), "manual"), 0)
    keeper.give(ConfigApplied(1, "test", msgspec.json.encode(scenario.config).decode()), 0)
    number = 0
    while True:
        due = [at for at in (switch.next_at_us, keeper.engine.deadline_us) if at is not None]
        at_us = min(due, default=scenario.end_us + 1)
        if at_us > scenario.end_us:
            return records, switch
        events = switch.advance(at_us)
        for event in events:
            number += 1
            keeper.give(FromSwitch(1, number, event), keeper.not_before(max(switch.now_us, event.at_us)))
        if not events:
            keeper.run_timers(at_us)


def facts(records: list[Record], kind: type) -> list[object]:
    return [fact for record in records for fact in record.facts if isinstance(fact, kind)]


def outcomes(records: list[Record]) -> Counter[str]:
    return Counter(str(end.outcome) for end in facts(records, CallEnded) if end.outcome)  # type: ignore[attr-defined]


def test_the_first_call_is_answered_and_ends_when_all_is_said() -> None:
    records, switch = rehearse(read("first-call"))
    assert outcomes(records) == {"answered": 1}
    assert [caller.why for caller in switch.world.cast.callers] == ["talked"]
    assert switch.misfits == 0
    assert switch.world.diary.heard("mr-li") == {"ext-801"}


def test_the_small_office_sees_every_outcome_and_they_add_up() -> None:
    records, switch = rehearse(read("small-office"))
    counted = outcomes(records)
    assert set(counted) == {str(outcome) for outcome in Outcome}
    offered = [call for call in facts(records, CallBegan) if call.direction is Direction.INBOUND]  # type: ignore[attr-defined]
    assert len(offered) - counted.total() <= 2, "only calls cut off by the end may be without outcome"
    assert facts(records, TransferMade)
    assert facts(records, ConferenceBegan)
    assert facts(records, HoldBegan)
    assert switch.misfits == 0


def test_no_voice_of_another_call_is_heard() -> None:
    _, switch = rehearse(read("two-hats"))
    for caller in switch.world.cast.callers:
        heard = switch.world.diary.heard(caller.name)
        assert all(who.startswith("ext-") for who in heard)
        assert len(heard) <= 1


@pytest.mark.parametrize("name", ["night", "hangups", "two-hats"])
def test_no_line_stays_taken(name: str) -> None:
    records, switch = rehearse(read(name))
    ended = {end.call for end in facts(records, CallEnded)}  # type: ignore[attr-defined]
    began = {
        fact.call: record.at_us for record in records for fact in record.facts if isinstance(fact, CallBegan)
    }
    left = [at_us for call, at_us in began.items() if call not in ended]
    assert all(switch.now_us - at_us < 200e6 for at_us in left)


def test_the_same_scenario_gives_the_same_records() -> None:
    scenario = read("small-office")
    first, second = (msgspec.msgpack.encode(rehearse(scenario)[0]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("country", ["GB", "US", "IN", "TW"])
def test_a_call_is_served_with_every_country_s_ringing(country: str) -> None:
    records, _ = rehearse(read("first-call").in_country(country))
    assert outcomes(records) == {"answered": 1}
