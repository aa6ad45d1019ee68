from __future__ import annotations

import pytest

from firmware.config.schema import Agent, Config, DialPlan, Extension
from firmware.engine.dialling.dialplan import DialTree, Match, MatchKind

TREE = DialTree(
    Config(
        extensions=tuple(Extension(number=one, card="hat", slot=5) for one in ("801", "802", "80", "7001")),
        agents=(Agent(id="1001", pin="47"), Agent(id="1002")),
    )
)
INCOMPLETE, INVALID = Match(MatchKind.INCOMPLETE), Match(MatchKind.INVALID)


def feature(name: str, argument: str = "", secret: str = "") -> Match:
    return Match(MatchKind.FEATURE, feature=name, argument=argument, secret=secret)


@pytest.mark.parametrize(
    ("digits", "match"),
    [
        ("", INCOMPLETE),
        ("8", INCOMPLETE),
        ("80", Match(MatchKind.AMBIGUOUS, "80")),
        ("80#", Match(MatchKind.EXTENSION, "80")),
        ("801", Match(MatchKind.EXTENSION, "801")),
        ("7001", Match(MatchKind.EXTENSION, "7001")),
        ("805", INVALID),
        ("5", INVALID),
        ("11", INCOMPLETE),
        ("110", Match(MatchKind.EMERGENCY, "110")),
        ("9110", Match(MatchKind.EMERGENCY, "110")),
        ("9", INCOMPLETE),
        ("982", INCOMPLETE),
        ("982345678", Match(MatchKind.AMBIGUOUS, "82345678")),
        ("982345678#", Match(MatchKind.OUTSIDE, "82345678")),
        ("913812345678", Match(MatchKind.OUTSIDE, "13812345678")),
        ("9#", INVALID),
        ("9*1", INVALID),
        ("9" + "1" * 30, INVALID),
        ("#", INVALID),
        ("*", INCOMPLETE),
        ("*4", INCOMPLETE),
        ("*41", INCOMPLETE),
        ("*411002", INCOMPLETE),
        ("*411002#", feature("sign_in", "1002")),
        ("*411001#", INCOMPLETE),
        ("*411001#47#", feature("sign_in", "1001", "47")),
        ("*41#", feature("sign_in")),
        ("*41*", INVALID),
        ("*42", feature("sign_out")),
        ("*43", feature("ready")),
        ("*44", INCOMPLETE),
        ("*442", feature("not_ready", "2")),
        ("*449", INVALID),
        ("*8", feature("pickup")),
        ("*98", feature("voicemail")),
        ("*9*", INVALID),
        ("A", INVALID),
        ("8 01", INVALID),
    ],
)
def test_keys_mean(digits: str, match: Match) -> None:
    assert TREE.match(digits) == match


@pytest.mark.parametrize(
    ("digits", "match"),
    [
        ("80", Match(MatchKind.EXTENSION, "80")),
        ("982345678", Match(MatchKind.OUTSIDE, "82345678")),
        ("8", INVALID),
        ("9", INVALID),
        ("*411001#", INVALID),
        ("801", Match(MatchKind.EXTENSION, "801")),
    ],
)
def test_a_pause_settles_what_the_keys_were(digits: str, match: Match) -> None:
    assert TREE.settle(digits) == match


@pytest.mark.parametrize("number", ["112", "911", "110", "119", "120", "999", "000"])
@pytest.mark.parametrize("prefix", ["", "0", "1", "9", "99"])
def test_emergency_numbers_are_known_at_their_last_key_with_or_without_prefix(
    number: str, prefix: str
) -> None:
    plan = DialPlan(outside_prefix=prefix, emergency=("112", "911", "110", "119", "120", "999", "000"))
    tree = DialTree(Config(dial_plan=plan, extensions=(Extension(number=number, card="hat", slot=5),)))
    assert tree.match(number) == Match(MatchKind.EMERGENCY, number)
    assert tree.match(prefix + number).kind is MatchKind.EMERGENCY


def test_without_an_outside_prefix_what_is_not_inside_is_outside() -> None:
    plan = DialPlan(outside_prefix="")
    tree = DialTree(Config(dial_plan=plan, extensions=(Extension(number="801", card="hat", slot=5),)))
    assert tree.match("801") == Match(MatchKind.AMBIGUOUS, "801")
    assert tree.settle("801") == Match(MatchKind.EXTENSION, "801")
    assert tree.settle("82345678") == Match(MatchKind.OUTSIDE, "82345678")
    assert tree.match("13812345678") == Match(MatchKind.OUTSIDE, "13812345678")


def test_a_thousand_keys_are_refused_at_once() -> None:
    assert TREE.match("9" * 1000) == INVALID
    assert TREE.match("*41" + "1" * 1000) == INVALID
