"""A day, or a scenario, with the unchanged configuration and with the draft, seed by seed; nothing but `scratch` is
written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from firmware.cli.rehearsal.day import words
from firmware.cli.rehearsal.day.comparison import compared
from firmware.cli.rehearsal.day.past_day import PastDay
from firmware.cli.rehearsal.day.run import Rehearsed, Tell, rehearse_day, rehearse_scenario
from firmware.cli.rehearsal.day.sounds import bank_of
from firmware.config.schema import Config
from firmware.prompts.bank import PromptBank
from hwsim.scenario import Scenario

Json = dict[str, Any]
Progress = Callable[[float, str, int], None]
"""How much of all is done, 0 … 1; which configuration; which seed."""
LANGUAGES = ("en", "zh")


class Means(Struct, frozen=True):
    """How it is done."""

    seeds: Sequence[int]
    scratch: Path
    """The only place that is written to."""
    wavs: Path | None
    """Where the box's own prompts are."""
    tell: Progress


class Run(Protocol):
    def __call__(
        self, config: Config, seed: int, *, out: Path, bank: PromptBank, tell: Tell
    ) -> Rehearsed: ...


def both_of_day(day: PastDay, draft: Config, means: Means) -> Json:
    unchanged, changed = _runs(partial(rehearse_day, day), (day.config, draft), means)
    return _document(_about_day(day), means.seeds, compared(day.figures, unchanged, changed))


def both_of_scenario(scenario: Scenario, config: Config, draft: Config, means: Means) -> Json:
    unchanged, changed = _runs(partial(rehearse_scenario, scenario), (config, draft), means)
    return _document({"name": scenario.about.name}, means.seeds, compared(None, unchanged, changed))


def _runs(run: Run, configs: tuple[Config, Config], means: Means) -> tuple[list[Rehearsed], list[Rehearsed]]:
    """Both in turn for each seed."""
    found: tuple[list[Rehearsed], list[Rehearsed]] = ([], [])
    names = ("unchanged", "draft")
    banks = [bank_of(one, means.scratch / name, means.wavs) for name, one in zip(names, configs, strict=True)]
    steps = [(seed, kind) for seed in means.seeds for kind in (0, 1)]
    for done, (seed, kind) in enumerate(steps):

        def told(share: float, done: int = done, seed: int = seed, kind: int = kind) -> None:
            means.tell((done + share) / len(steps), names[kind], seed)

        told(0.0)
        out = means.scratch / "run"
        found[kind].append(run(configs[kind], seed, out=out, bank=banks[kind], tell=told))
    return found


def _about_day(day: PastDay) -> Json:
    return {
        "day": str(day.day),
        "calls": len(day.calls),
        "version": day.version,
        "versions": day.versions,
        "patience": {
            queue: {"waits": curve.waits, "gave_up": curve.gave_up} for queue, curve in day.curves.items()
        },
    }


def _document(of: Json, seeds: Sequence[int], found: Json) -> Json:
    document = {"of": of, "seeds": list(seeds), **found}
    document["words"] = {language: words.sentences(document, language) for language in LANGUAGES}
    return document
