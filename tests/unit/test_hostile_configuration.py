"""Hostile configurations: circles, endless numbers, look-alikes, crowds: each is named with line and remedy."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from firmware.config.check import check_config, known_names
from firmware.config.check_lookalikes import skeleton
from firmware.config.check_targets import Edge, circles
from firmware.config.faults import Fault
from firmware.config.load import loads
from firmware.config.schema import Config

HEAD = """
[site]
country = "CN"
area = "10"
[[card]]
name = "hat"
slots = ["fxo", "fxo", "fxo", "fxo", "fxs", "fxs", "fxs", "fxs"]
[[line]]
name = "L1"
card = "hat"
slot = 1
[[extension]]
number = "801"
card = "hat"
slot = 5
[[extension]]
number = "802"
card = "hat"
slot = 6
"""


def faults_of(text: str) -> list[Fault]:
    _, faults = loads(HEAD + text, Config, (check_config,), known_names(), file="box.toml")
    return [one for one in faults if not one.warning]


def line_of(text: str, part: str) -> int:
    return (HEAD + text).split(part)[0].count("\n") + 1


def named(faults: Sequence[Fault], slug: str) -> Fault:
    found = [one for one in faults if one.slug == slug]
    assert found, [f"{one.slug}: {one.message}" for one in faults]
    assert all(all(one.said(language)) for one in found for language in ("zh", "en"))
    assert all(one.line > 0 for one in found)
    return found[0]


# -- circles ----------------------------------------------------------------------------------------

GROUPS = """
[[group]]
id = "a"
members = ["801"]
fallback = "group:b"
[[group]]
id = "b"
members = ["802"]
fallback = "service:night"
[[service]]
id = "night"
night = "group:a"
"""


def test_a_circle_over_groups_and_services_is_named_whole() -> None:
    fault = named(faults_of(GROUPS), "target-cycle")
    assert "group:a → group:b → service:night → group:a" in fault.message
    assert fault.line == line_of(GROUPS, 'night = "group:a"')


def test_without_one_of_its_ways_it_is_no_circle() -> None:
    assert not faults_of(GROUPS.replace('night = "group:a"', 'night = "extension:801"'))


def test_two_telephones_forwarding_to_each_other_are_named_and_stand_ins_are_not() -> None:
    forwards = """
    [[extension]]
    number = "803"
    card = "hat"
    slot = 7
    forward_always = "804"
    [[extension]]
    number = "804"
    card = "hat"
    slot = 8
    forward_always = "803"
    """
    assert (
        "extension:803 → extension:804 → extension:803" in named(faults_of(forwards), "target-cycle").message
    )
    assert not faults_of(forwards.replace("forward_always", "forward_busy"))


def test_a_flow_that_comes_back_over_a_queue_without_asking_is_a_circle() -> None:
    flow = """
    [[queue]]
    id = "sales"
    overflow = "flow:main"
    [[agent]]
    id = "801"
    queues = ["sales"]
    [[flow]]
    id = "main"
    start = "hello"
    [[flow.node]]
    id = "hello"
    kind = "KIND"
    prompt = "welcome"
    REST
    [[flow.node]]
    id = "wait"
    kind = "queue"
    queue = "sales"
    """
    silent = flow.replace("KIND", "play").replace("REST", 'next = "wait"')
    asking = flow.replace("KIND", "menu").replace("REST", 'keys = {"1" = "wait"}')
    assert "flow:main" in named(faults_of(silent), "target-cycle").message
    assert not [one for one in faults_of(asking) if one.slug == "target-cycle"]


def test_a_circle_of_queues_is_told_once() -> None:
    queues = """
    [[agent]]
    id = "801"
    queues = ["a", "b"]
    [[queue]]
    id = "a"
    overflow = "queue:b"
    [[queue]]
    id = "b"
    overflow = "queue:a"
    """
    assert [one.slug for one in faults_of(queues)].count("overflow-cycle") == 1
    assert not [one for one in faults_of(queues) if one.slug == "target-cycle"]


def test_a_ring_of_ten_thousand_is_found_at_once_and_told_in_few_words() -> None:
    ring = [Edge(f"group:{at}", f"group:{(at + 1) % 10_000}", ("group", at)) for at in range(10_000)]
    found = list(circles(ring))
    assert len(found) == 1
    assert len(str(found[0].data["circle"])) < 300
    assert not list(circles(ring[:-1]))


# -- numbers ----------------------------------------------------------------------------------------

ENDLESS = "1" * 1000


@pytest.mark.parametrize(
    "text",
    [
        f'[[extension]]\nnumber = "{ENDLESS}"\ncard = "hat"\nslot = 7',
        f'[[group]]\nid = "g"\nmembers = ["{ENDLESS}"]',
        f'[dial_plan]\nemergency = ["{ENDLESS}"]',
        f'[dial_plan]\nspeed_dial = {{"01" = "{ENDLESS}"}}',
        f'[[did]]\nnumber = "{ENDLESS}"\ntarget = "extension:801"',
        f'[[did]]\nnumber = "62345600-62345699"\ntarget = "extension:{"#" * 1000}"',
        f'[[route]]\nid = "r"\nlines = ["L1"]\nnumbers = ["{ENDLESS}"]',
        f'[[class]]\nid = "k"\npin = "{ENDLESS}"',
        f'[[room]]\nid = "r"\nnumber = "{ENDLESS}"',
        f'[[account]]\ncode = "{ENDLESS}"',
        f'[[line]]\nname = "L9"\ncard = "hat"\nslot = 2\nnumber = "{ENDLESS}"',
        f'[[line]]\nname = "L9"\ncard = "hat"\nslot = 2\ntarget = "outside:{ENDLESS}"',
        f'[[queue]]\nid = "q"\noverflow = "outside:{ENDLESS}"',
        f'[[extension]]\nnumber = "803"\ncard = "hat"\nslot = 7\nforward_always = "9{ENDLESS}"',
    ],
)
def test_a_number_of_a_thousand_digits_is_refused_wherever_it_stands(text: str) -> None:
    faults = faults_of(text)
    assert faults
    for fault in faults:
        assert len(fault.message) + len(fault.remedy) < 1500
        assert fault.line > HEAD.count("\n") - 3


@pytest.mark.parametrize("number", ["62345699-62345600", "10000000-99999999"])
def test_a_block_turned_round_or_of_millions_is_refused(number: str) -> None:
    named(faults_of(f'[[did]]\nnumber = "{number}"\ntarget = "extension:801"'), "bad-block")


def test_both_ends_of_a_block_must_lead_somewhere() -> None:
    fault = named(
        faults_of('[[did]]\nnumber = "62345801-62345899"\ntarget = "extension:8##"'), "no-such-name"
    )
    assert "899" in fault.message


def test_an_emergency_number_of_one_digit_is_refused() -> None:
    named(faults_of('[dial_plan]\nemergency = ["110", "119", "120", "122", "1"]'), "emergency-short")


# -- what is not what it seems ----------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u2028"])
def test_signs_nobody_sees_are_named_by_their_code(sign: str) -> None:
    fault = named(faults_of(f'[[room]]\nid = "r"\nname = "bo{sign}ard"'), "invisible-sign")
    assert f"U+{ord(sign):04X}" in fault.message


@pytest.mark.parametrize("sign", ["\u200b", "\u202e"])
def test_such_signs_are_no_part_of_names_and_numbers(sign: str) -> None:
    assert faults_of(f'[[room]]\nid = "bo{sign}ard"')
    assert faults_of(f'[[extension]]\nnumber = "80{sign}3"\ncard = "hat"\nslot = 7')


@pytest.mark.parametrize("digits", ["８０３", "٨٠٣", "८०३", "80З", "8O3"])
def test_only_plain_digits_are_digits(digits: str) -> None:
    named(faults_of(f'[[extension]]\nnumber = "{digits}"\ncard = "hat"\nslot = 7'), "bad-digits")


@pytest.mark.parametrize("other", ["sаles", "ｓａｌｅｓ", "sa1es", "Sales"])
def test_names_that_look_alike_are_named_both(other: str) -> None:
    text = f'[[room]]\nid = "sales"\n[[room]]\nid = "{other}"'
    fault = named(faults_of(text), "looks-like-another")
    assert '"sales"' in fault.message
    assert other in fault.message
    assert fault.line == line_of(text, f'id = "{other}"')


def test_a_name_of_mixed_alphabets_is_refused_alone_and_chinese_beside_latin_is_not() -> None:
    assert "CYRILLIC" in named(faults_of('[[room]]\nid = "sаles"'), "mixed-scripts").message
    assert not faults_of('[[room]]\nid = "销售sales1"\n[[room]]\nid = "зал"')


def test_numbers_are_not_taken_for_words() -> None:
    assert skeleton("801") == "801"
    assert skeleton("801") != skeleton("8o1")


# -- crowds -----------------------------------------------------------------------------------------


def test_more_than_any_box_has_is_refused_in_a_few_seconds() -> None:
    crowd = "".join(f'[[room]]\nid = "r{at}"\n' for at in range(5000))
    began = time.process_time()
    fault = named(faults_of(crowd), "too-many")
    assert "5,000" in fault.message
    assert time.process_time() - began < 30


def test_a_text_of_a_hundred_thousand_signs_is_refused() -> None:
    fault = named(faults_of(f'[[room]]\nid = "r"\nname = "{"x" * 100_000}"'), "bad-length")
    assert "100,000" in fault.message
