"""Everything about a configuration that no single key can tell, and the names that come from outside it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import combinations
from pathlib import Path as FilePath
from typing import Any

from firmware.config import wordings as say
from firmware.config.check_choosing import check_choosing
from firmware.config.check_classes import check_classes
from firmware.config.check_dialling import check_dialling
from firmware.config.check_flow_values import check_flow_values
from firmware.config.check_flow_ways import check_flow_ways
from firmware.config.check_flows import check_flows
from firmware.config.check_lookalikes import check_lookalikes
from firmware.config.check_lookups import check_lookups
from firmware.config.check_mailboxes import check_mailboxes
from firmware.config.check_queues import check_queues
from firmware.config.check_reaching import check_reaching
from firmware.config.check_retention import check_retention
from firmware.config.check_sip import check_sip
from firmware.config.check_slots import check_slots
from firmware.config.check_storage import check_storage
from firmware.config.check_targets import check_targets
from firmware.config.faults import Fault, Finding
from firmware.config.load import load
from firmware.config.schema import BUILT_IN_MUSIC, Config, Hours
from firmware.config.shape import BROKEN
from firmware.config.times import span_minutes

_ROOT = FilePath(__file__).parents[2]


def load_config(path: FilePath | str) -> tuple[Config | None, list[Fault]]:
    """The configuration in a TOML file, or None and what is wrong with it (warnings do not count)."""
    return load(path, Config, (check_config,), known_names())


def check_config(config: Config) -> Iterator[Finding]:
    """Paths are those of a document that is the configuration; `faults.beneath` is for one inside another."""
    yield from _country(config)
    yield from check_slots(config)
    yield from check_sip(config)
    yield from _lines(config)
    yield from check_dialling(config)
    yield from check_classes(config)
    yield from check_targets(config)
    yield from check_queues(config)
    yield from check_choosing(config)
    yield from check_flows(config)
    yield from check_flow_values(config)
    yield from check_flow_ways(config)
    yield from check_lookups(config)
    yield from check_reaching(config)
    yield from check_retention(config)
    yield from check_mailboxes(config, countries())
    yield from check_storage(config)
    yield from check_lookalikes(config)
    for place, hours in enumerate(config.hours):
        yield from _overlaps(hours, place)


@cache
def known_names() -> Mapping[str, Collection[str]]:
    """Names that are there without being configured: the built-in prompts and tunes."""
    text = (_ROOT / "firmware" / "prompts" / "builtin.toml").read_text("utf-8")
    return {"prompt": tuple(one["id"] for one in tomllib.loads(text)["prompt"]), "music": BUILT_IN_MUSIC}


@cache
def countries() -> Mapping[str, Mapping[str, Any]]:
    """Line profiles as they stand in their files, by country code."""
    files = sorted((_ROOT / "drivers" / "countries").glob("*.toml"))
    return {one.stem.upper(): tomllib.loads(one.read_text("utf-8")) for one in files}


def _country(config: Config) -> Iterator[Finding]:
    """The dial plan is not filled from the country by itself: emergency numbers must be in plain sight."""
    country, plan = config.site.country, config.dial_plan
    if country == BROKEN:
        return
    profile = countries().get(country)
    if profile is None:
        data = {"value": country, "choices": ", ".join(countries())}
        yield Finding(("site", "country"), say.UNKNOWN_COUNTRY, data)
        return
    absent = [number for number in profile["emergency"] if number not in plan.emergency]
    if absent:
        data = {"country": country, "numbers": ", ".join(f'"{one}"' for one in absent)}
        yield Finding(("dial_plan", "emergency"), say.EMERGENCY_ABSENT, data)
    for key in ("country_code", "trunk_prefix", "international_prefix"):
        if getattr(plan, key) not in (profile[key], BROKEN):
            data = {"country": country, "key": key, "value": getattr(plan, key), "wanted": profile[key]}
            yield Finding(("dial_plan", key), say.OTHER_COUNTRY, data)


def _lines(config: Config) -> Iterator[Finding]:
    for place, line in enumerate(config.lines):
        if not line.hangup:
            yield Finding(("line", place, "hangup"), say.NO_HANGUP_SIGN, {"name": line.name})


def _overlaps(hours: Hours, place: int) -> Iterator[Finding]:
    for day, spans in hours.open.items():
        known = [(text, span_minutes(text)) for text in spans if text != BROKEN]
        for (first, one), (second, other) in combinations(known, 2):
            if one and other and one[0] < other[1] and other[0] < one[1]:
                data = {"first": first, "second": second}
                yield Finding(("hours", place, "open", day), say.OVERLAPPING, data)
