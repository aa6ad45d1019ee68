"""What can be wrong with expectations: facts, fields and diaries that do not exist."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import get_args

from firmware.config.faults import Finding, Wording
from firmware.config.schema import BUILT_IN_MUSIC, Config
from firmware.config.shape import BROKEN
from firmware.protocol.facts import AnyFact
from firmware.protocol.names import Tone
from firmware.switch.lines.telephone import CADENCES_MS
from hwsim.scenario import Expect, Scenario
from hwsim.world import percepts

NOT_ONE = Wording(
    "expect-not-one",
    "an expectation speaks of exactly one thing: `figure`, `fact` or `diary`",
    "give one of the three",
    "一条预期只说一件事：figure、fact 或 diary",
    "请三者取一",
)
UNUSED = Wording(
    "expect-unused",
    "`{key}` says nothing about a {kind}",
    "take it away",
    "“{key}”与 {kind} 无关",
    "请删去",
)
UNKNOWN = Wording(
    "expect-unknown",
    'there is no {what} "{given}"',
    "these are there: {known}",
    "没有{what}“{given}”",
    "可用的有：{known}",
)
FACTS = {kind.__name__: tuple(kind.__struct_fields__) for kind in get_args(AnyFact)}
"""Fields by kind."""
NOTICED = tuple(
    sorted(
        {kind.__name__ for base in (percepts.Percept, percepts.Act) for kind in base.__subclasses__()}
        - {"Due"}
        | {"mark", "MailCame"}
    )
)
"""What a diary knows of."""
_MEANT = {
    "figure": (),
    "fact": ("of", "from_s", "to_s"),
    "diary": ("what", "about", "sound_s", "from_s", "to_s"),
}
_NOTHING: Mapping[str, object] = {
    "of": {},
    "what": "",
    "about": "",
    "sound_s": None,
    "from_s": 0.0,
    "to_s": 0.0,
}
_VOICES = ("mark", "HeardVoice", "LostVoice")
_Path = tuple[str | int, ...]


def expect_findings(scenario: Scenario) -> Iterator[Finding]:
    """Of all expectations; of names of persons only where the box is known."""
    for i, expect in enumerate(scenario.expects):
        yield from _shape(("expect", i), expect)
        yield from _names(("expect", i), expect)
        if expect.diary and isinstance(scenario.box, Config):
            yield from _people(("expect", i), expect, scenario)


def _shape(path: _Path, expect: Expect) -> Iterator[Finding]:
    kinds = [kind for kind in _MEANT if getattr(expect, kind)]
    if len(kinds) != 1:
        yield Finding(path, NOT_ONE)
        return
    for key, nothing in _NOTHING.items():
        if getattr(expect, key) not in (nothing, BROKEN) and key not in _MEANT[kinds[0]]:
            yield Finding((*path, key), UNUSED, {"key": key, "kind": kinds[0]})


def _names(path: _Path, expect: Expect) -> Iterator[Finding]:
    if expect.fact:
        yield from _known((*path, "fact"), "kind of fact", expect.fact, FACTS)
        for key in expect.of:
            if expect.fact in FACTS:
                yield from _known((*path, "of", key), f"field of {expect.fact}", key, FACTS[expect.fact])
    if expect.diary:
        yield from _known((*path, "what"), "entry of a diary", expect.what, NOTICED)
        if expect.what == "HeardTone" and expect.about:
            yield from _known((*path, "about"), "tone", expect.about, [*map(str, Tone)])
        if expect.what == "HeardBell" and expect.about:
            yield from _known((*path, "about"), "bell", expect.about, ["normal", *CADENCES_MS])


def _people(path: _Path, expect: Expect, scenario: Scenario) -> Iterator[Finding]:
    people = [f"ext-{one.number}" for one in scenario.config.extensions]
    people += [f"party-{one.number}" for one in scenario.outside_parties]
    people += [one.id or f"caller-{i}" for i, one in enumerate(scenario.callers, 1)]
    people += [one.mail for one in scenario.config.mailboxes if one.mail]
    yield from _person((*path, "diary"), expect.diary, people, scenario)
    if expect.about and expect.what in _VOICES:
        yield from _person((*path, "about"), expect.about, people, scenario)
    if expect.about and expect.what == "HeardMusic":
        tunes = [*BUILT_IN_MUSIC, *(one.id for one in scenario.config.tunes)]
        yield from _known((*path, "about"), "tune", expect.about, tunes)


def _person(path: _Path, given: str, people: Collection[str], scenario: Scenario) -> Iterator[Finding]:
    crowds = "|".join(re.escape(one.id) for one in scenario.arrivals)
    if not re.fullmatch(rf"(?:{crowds})-\d+", given):
        yield from _known(path, "person", given, people)


def _known(path: _Path, what: str, given: str, known: Collection[str]) -> Iterator[Finding]:
    """Nothing when it is known; of many names only the near ones are told."""
    if given in known or given == BROKEN:
        return
    near = difflib.get_close_matches(given, known, 5, 0.5) if len(known) > 20 else sorted(known)
    shown = ", ".join(near) or "docs/facts.md"
    yield Finding(path, UNKNOWN, {"what": what, "given": given, "known": shown})
