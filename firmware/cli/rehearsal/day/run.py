"""One run of the box in virtual time: with a day's callers and agents, or with a scenario's."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from firmware.cli.rehearsal.boxes import FastBox
from firmware.cli.rehearsal.day.crowd import LINES, crowd, parties
from firmware.cli.rehearsal.day.figures import Figures, figures
from firmware.cli.rehearsal.day.floor import Deed, of_anybody
from firmware.cli.rehearsal.day.hands import Hands
from firmware.cli.rehearsal.day.past_day import PastDay
from firmware.cli.reports.periods import Period
from firmware.config.expanded import expanded
from firmware.config.schema import Config
from firmware.prompts.bank import PromptBank
from hwsim.scenario import About, Scenario
from hwsim.world.remembered import Remembered

Tell = Callable[[float], None]
"""How much of a run is done, 0 … 1."""
BEFORE_US = 60_000_000
"""The model begins so long before the first call: agents are seated by then."""
REDIAL_US = 5_000_000
"""All callers of a day found a line; one who finds none in the model tries again."""
AFTER_S = 600.0
DRAIN_US = 3_600_000_000
STEP_US = 60_000_000
DIARY_ENTRIES = 100


class Rehearsed(Struct, frozen=True):
    figures: Figures
    blocked: int
    """Callers for whom the carrier found no free line at first."""


def rehearse_day(
    day: PastDay, config: Config, seed: int, *, out: Path, bank: PromptBank, tell: Tell
) -> Rehearsed:
    """The day's callers and agents on a box with `config`; everything in `out`, which is gone after."""
    begins_us = _begins_us(day)
    people = crowd(day.calls, day.curves, config, begins_us, seed)
    seconds = (day.calls[-1].at_us - begins_us) / 1e6 + AFTER_S
    scenario = Scenario(
        about=About(name=str(day.day), seconds=seconds, seed=seed, starts=_starts(begins_us, config)),
        box=config,
        outside_lines=LINES,
        callers=people.callers,
        outside_parties=parties(config, _usual_talk_s(day)),
    )
    box = FastBox(scenario, out, bank, diary_entries=DIARY_ENTRIES)
    deeds = [*_not_there(day, begins_us), *_deeds_in(day, config, begins_us)]
    hands = Hands(
        deeds, people, back_after_s=day.back_after_s, was=day.config, world=box.switch.world, seed=seed
    )
    for agent in box.half.keeper.engine.state.agents.values():
        hands.seated(agent.id, agent.extension)
    box.half.answers = hands
    box.switch.world.outside.redial_us = REDIAL_US
    _seat(box, day, config, seed)
    return _run(box, scenario, out, day.period, tell)


def rehearse_scenario(
    scenario: Scenario, config: Config, seed: int, *, out: Path, bank: PromptBank, tell: Tell
) -> Rehearsed:
    """A scenario's callers and people on a box with `config`, in the scenario's place of its own."""
    about = structs.replace(scenario.about, seed=seed)
    given = structs.replace(scenario, about=about, box=config)
    box = FastBox(given, out, bank, diary_entries=DIARY_ENTRIES)
    return _run(box, given, out, Period(0, 1 << 62), tell)


def _run(box: FastBox, scenario: Scenario, out: Path, period: Period, tell: Tell) -> Rehearsed:
    try:
        while box.now_us < scenario.end_us:
            box.run_until(min(scenario.end_us, box.now_us + STEP_US))
            tell(min(1.0, box.now_us / scenario.end_us))
        last, limit_us = box.half.calls_made, scenario.end_us + DRAIN_US
        while box.half.open_calls(last) and box.now_us < limit_us:
            box.run_until(box.now_us + STEP_US)
        box.finish()
        found = figures(box.half.archive.db, period, scenario.config)
        return Rehearsed(found, box.switch.world.outside.blocked)
    finally:
        box.half.archive.close()
        shutil.rmtree(out, ignore_errors=True)


def _seat(box: FastBox, day: PastDay, config: Config, seed: int) -> None:
    """Somebody at each telephone who reacts as was done there that day."""
    anybody = of_anybody(day.reactions.values())
    for extension in expanded(config).extensions:
        known = day.reactions.get(extension.number, anybody)
        box.switch.world.cast.add(Remembered(extension.number, known, seed, config.features))


def _deeds_in(day: PastDay, config: Config, begins_us: int) -> Iterator[Deed]:
    """In box time; who sat at a telephone that this configuration has no more sits where it says."""
    numbers = {one.number for one in config.extensions}
    seats = {one.agent: one.number for one in config.extensions if one.agent}
    for deed in day.deeds:
        seat = deed.extension if deed.extension in numbers else seats.get(deed.agent, "")
        yield structs.replace(deed, at_us=max(0, deed.at_us - begins_us), extension=seat)


def _not_there(day: PastDay, begins_us: int) -> Iterator[Deed]:
    """Agents the box would seat by itself and who were not signed in when the day's first call came."""
    there = {deed.agent for deed in day.deeds if deed.do == "sign-in" and deed.at_us <= begins_us}
    return (Deed(0, agent.id, "sign-out") for agent in day.config.agents if agent.id not in there)


def _begins_us(day: PastDay) -> int:
    """A whole second, and not before the day."""
    return max(day.period.from_us, day.calls[0].at_us - BEFORE_US) // 1_000_000 * 1_000_000


def _starts(begins_us: int, config: Config) -> str:
    """With its offset: an hour may come twice."""
    return datetime.fromtimestamp(begins_us // 1_000_000, ZoneInfo(config.site.zone)).isoformat()


def _usual_talk_s(day: PastDay) -> float:
    talks = sorted(call.work.talk_s for call in day.calls if call.work is not None)
    return talks[len(talks) // 2] if talks else 60.0
