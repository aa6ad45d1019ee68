"""Reads a scenario file, and the box's own file where it names one; tells all faults at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from drivers.countries import countries
from firmware.config.faults import Fault, Finding, Wording, usable
from firmware.config.load import Check, Known, look_at, text_of
from firmware.config.schema import BUILT_IN_MUSIC, Config, Part
from firmware.config.shape import BROKEN
from hwsim.check_expects import NOT_ONE, expect_findings
from hwsim.check_scripts import script_findings
from hwsim.places import copper_extensions, hunt_group
from hwsim.scenario import BOX_FAULTS, Scenario, Spread, press_times
from hwsim.shared_box import Source, with_shared_box

BAD_PRESS = Wording(
    "bad-press",
    '"{given}" does not say which keys when',
    "write keys, an @ and seconds after the answer: 1@3.5",
    "“{given}”没有说明何时按什么键",
    "请写按键、@ 和接听后的秒数：1@3.5",
)
BAD_MOMENT = Wording(
    "bad-moment",
    '"{given}" is no date and time',
    "write it like 2026-11-23T09:00:00",
    "“{given}”不是日期时间",
    "请写成 2026-11-23T09:00:00",
)
BAD_SPREAD = Wording(
    "bad-spread",
    "`least` is more than `most`",
    "exchange them",
    "least 大于 most",
    "请对调",
)
NO_SUCH_NAME = Wording(
    "no-such-name",
    'there is no {what} "{given}"',
    "these are there: {known}",
    "没有{what}“{given}”",
    "可用的有：{known}",
)
_Path = tuple[str | int, ...]


def load_scenario(
    path: Path | str, box_checks: tuple[Check[Config], ...] = (), known: Known | None = None
) -> tuple[Scenario | None, list[Fault]]:
    """The scenario with its box in place, or None and every fault. Never raises for what is in files.

    `known` are names the box may use without giving them; None: those of the built-in prompts and music.
    """
    known = {"prompt": builtin_prompts(), "music": BUILT_IN_MUSIC} if known is None else known

    def check(scenario: Scenario) -> Iterator[Finding]:
        yield from scenario_findings(scenario)
        if isinstance(scenario.box, Config):
            for one in box_checks:
                for finding in one(scenario.box):
                    yield Finding(("box", *finding.path), finding.wording, finding.data)

    text, unread = text_of(path)
    if unread:
        return None, unread
    own = Source.read(str(path), text)
    document, shared, faults = with_shared_box(own, Path(path).parent)
    if own.hopeless:
        return None, own.slips
    scenario, findings = look_at(document, Scenario, (check,), known)
    told = [shared.fault(finding) for finding in findings]
    faults += [fault for fault in told if fault is not None]
    faults = own.slips + _without_echoes(
        sorted(faults, key=lambda one: (one.file != str(path), one.line, one.key))
    )
    return (scenario if usable(faults) else None), faults


def _without_echoes(faults: list[Fault]) -> list[Fault]:
    """An expectation whose figure cannot be read does not also lack one."""
    keys = [fault.key for fault in faults if fault.wording is not NOT_ONE]
    return [
        fault
        for fault in faults
        if fault.wording is not NOT_ONE or not any(key.startswith(f"{fault.key}.") for key in keys)
    ]


def builtin_prompts() -> tuple[str, ...]:
    """Ids of the prompts every box has."""
    text = resources.files("firmware.prompts").joinpath("builtin.toml").read_text("utf-8")
    return tuple(prompt["id"] for prompt in tomllib.loads(text)["prompt"])


def scenario_findings(scenario: Scenario) -> Iterator[Finding]:
    """Everything wrong that types cannot say; with `box` still a file name, what needs no box."""
    if not _is_moment(scenario.about.starts):
        yield Finding(("scenario", "starts"), BAD_MOMENT, {"given": scenario.about.starts})
    for i, fault in enumerate(scenario.faults):
        if fault.shows and not _is_moment(fault.shows):
            yield Finding(("fault", i, "shows"), BAD_MOMENT, {"given": fault.shows})
    yield from _presses(scenario)
    for i, person in enumerate(scenario.persons):
        yield from script_findings(("person", i), person, _has_messages(scenario, person.extension))
    yield from expect_findings(scenario)
    for path, spread in _spreads(scenario):
        if spread.least > spread.most:
            yield Finding(path, BAD_SPREAD)
    if isinstance(scenario.box, Config):
        yield from _named_findings(scenario)


def _has_messages(scenario: Scenario, number: str) -> bool:
    """Whether that is a SIP telephone, as far as the box is known."""
    return not isinstance(scenario.box, Config) or number not in copper_extensions(scenario.box)


def _presses(scenario: Scenario) -> Iterator[Finding]:
    for i, caller in enumerate(scenario.callers):
        yield from _press_findings(("caller", i, "press"), caller.press)
        yield from _press_findings(("caller", i, "press_after"), caller.press_after)
    for i, arrivals in enumerate(scenario.arrivals):
        yield from _press_findings(("arrivals", i, "press"), arrivals.press)
        for j, choice in enumerate(arrivals.choices):
            yield from _press_findings(("arrivals", i, "choice", j, "press"), choice.press or ())


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return text == BROKEN
    return True


def _press_findings(path: _Path, press: tuple[str, ...]) -> Iterator[Finding]:
    for j, one in enumerate(press):
        if one == BROKEN:
            continue
        try:
            press_times(one)
        except ValueError:
            yield Finding((*path, j), BAD_PRESS, {"given": one})


def _spreads(scenario: Scenario) -> Iterator[tuple[_Path, Spread]]:
    groups: list[tuple[str, tuple[Part, ...]]] = [
        ("caller", scenario.callers),
        ("arrivals", scenario.arrivals),
        ("person", scenario.persons),
        ("outside_party", scenario.outside_parties),
        ("expect", scenario.expects),
    ]
    for name, parts in groups:
        for i, part in enumerate(parts):
            for key in part.__struct_fields__:
                value: Any = getattr(part, key)
                if isinstance(value, Spread):
                    yield (name, i, key), value


def _named_findings(scenario: Scenario) -> Iterator[Finding]:
    for path, name, what, known in _names(scenario):
        if name not in known and name != BROKEN:
            there = ", ".join(sorted(known - {"", "*", BROKEN}))
            yield Finding(path, NO_SUCH_NAME, {"what": what, "given": name, "known": there})


def _names(scenario: Scenario) -> Iterator[tuple[_Path, str, str, set[str]]]:
    """Every name used: (path, name, what it is, names there are)."""
    config = scenario.config
    lines = {line.name for line in config.lines}
    trunks = {trunk.name for trunk in config.trunks}
    extensions = {extension.number for extension in config.extensions}
    numbers = {one.number for one in config.lines} | {one.number for one in config.trunks}
    asked = [one.calls for one in scenario.callers] + [one.calls for one in scenario.arrivals]
    called = {*lines, *trunks, *numbers, "", *(one for one in asked if hunt_group(config, one))}
    for i, outside in enumerate(scenario.outside_lines):
        yield ("outside_line", i, "line"), outside.line, "line", lines | {"*"}
        yield ("outside_line", i, "country"), outside.country.upper(), "country", {*countries(), ""}
    for i, trunk in enumerate(scenario.outside_trunks):
        yield ("outside_trunk", i, "trunk"), trunk.trunk, "trunk", trunks | {"*"}
    for i, caller in enumerate(scenario.callers):
        yield ("caller", i, "calls"), caller.calls, "line or line number", called
    for i, arrivals in enumerate(scenario.arrivals):
        yield ("arrivals", i, "calls"), arrivals.calls, "line or line number", called
    for i, person in enumerate(scenario.persons):
        yield ("person", i, "extension"), person.extension, "extension", extensions
        yield ("person", i, "agent"), person.agent, "agent", {agent.id for agent in config.agents} | {""}
    targets = {
        "unplug": lines | trunks,
        "phone-unplug": extensions,
        "port-power": copper_extensions(config),
    }
    for i, fault in enumerate(scenario.faults):
        if fault.kind not in BOX_FAULTS:
            yield ("fault", i, "target"), fault.target, "target", targets.get(fault.kind, lines)
