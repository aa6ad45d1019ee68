"""What is wrong with rules of choosing is said where and how it can be cured; nothing of it can grow without bound."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from firmware.config.check import load_config
from firmware.config.check_choosing import MOST_NUMBERS, MOST_RULES, MOST_STEPS
from firmware.config.export import as_toml
from firmware.config.faults import render_faults

BASE = """
[[agent]]
id = "801"
queues = ["q"]
skills = { zh = 90 }
[[queue]]
id = "q"
max_wait_s = 0
skills = { zh = 60 }
"""
RELAX = "[[queue.relax]]\nafter_s = 10\nskills = { zh = 50 }\npriority = 2\n"


def check(tmp_path: Path, text: str) -> tuple[Any, list[tuple[str, str]]]:
    path = tmp_path / "box.toml"
    path.write_text(BASE + text, "utf-8")
    config, faults = load_config(path)
    assert render_faults(faults, "zh") != render_faults(faults, "en") or not faults
    return config, [(one.slug, one.key) for one in faults if one.slug not in ("emergency-absent",)]


@pytest.mark.parametrize(
    ("text", "slug", "key"),
    [
        (RELAX + "[[queue.relax]]\nafter_s = 10\n", "relax-not-later", "queue[0].relax[1].after_s"),
        (RELAX + "[[queue.relax]]\nskills = { zh = 0 }\n", "relax-never", "queue[0].relax[1]"),
        (
            RELAX + "[[queue.relax]]\nafter_s = 20\nskills = { zh = 51 }\n",
            "relax-asks-more",
            "queue[0].relax[1].skills.zh",
        ),
        (
            RELAX + "[[queue.relax]]\nafter_s = 20\npriority = 1\n",
            "relax-less-urgent",
            "queue[0].relax[1].priority",
        ),
        (
            "[[queue.relax]]\nafter_s = 9\nskills = { en = 1 }\n",
            "relax-unasked",
            "queue[0].relax[0].skills.en",
        ),
        ("[[queue.relax]]\nafter_s = 1e9\n", "out-of-range", "queue[0].relax[0].after_s"),
        ("ageing_s = 0\n", "out-of-range", "queue[0].ageing_s"),
        ("weight = 0\n", "out-of-range", "queue[0].weight"),
        ('[[routing]]\nid = "r"\n', "routing-idle", "routing[0]"),
        ('[[routing]]\nid = "r"\nvip = true\nlists = ["no"]\n', "no-such-name", "routing[0].lists[0]"),
        ('[[routing]]\nid = "r"\nvip = true\nagent = "no"\n', "no-such-name", "routing[0].agent"),
        ('[[number_list]]\nid = "n"\nnumbers = ["1*2"]\n', "bad-number-pattern", "number_list[0].numbers[0]"),
        (
            f'[[number_list]]\nid = "n"\nnumbers = ["{"9" * 1000}"]\n',
            "bad-number-pattern",
            "number_list[0].numbers[0]",
        ),
        (
            '[[number_list]]\nid = "n"\nnumbers = ["１３９"]\n',
            "bad-number-pattern",
            "number_list[0].numbers[0]",
        ),
        ('[[agent]]\nid = "802"\norder = { q = 2 }\n', "not-served-by", "agent[1].order.q"),
        ('[[agent]]\nid = "802"\nweights = { no = 2 }\n', "no-such-name", "agent[1].weights.no"),
        ('[[agent]]\nid = "802"\nqueues = ["q"]\norder = { q = 10 }\n', "out-of-range", "agent[1].order.q"),
    ],
)
def test_a_mistake_is_named_where_it_stands(tmp_path: Path, text: str, slug: str, key: str) -> None:
    assert (slug, key) in check(tmp_path, text)[1]


def test_thousands_of_steps_rules_and_numbers_are_refused(tmp_path: Path) -> None:
    steps = "".join(f"[[queue.relax]]\nafter_s = {one + 1}\n" for one in range(MOST_STEPS + 1))
    rules = "".join(f'[[routing]]\nid = "r{one}"\nvip = true\n' for one in range(MOST_RULES + 1))
    numbers = ", ".join(['"1"'] * (MOST_NUMBERS // 3 + 1))
    lists = "".join(f'[[number_list]]\nid = "n{one}"\nnumbers = [{numbers}]\n' for one in range(3))
    found = check(tmp_path, steps + rules + lists)[1]
    assert found == [("too-many", "queue[0].relax"), ("too-many", "routing"), ("too-many", "number_list")]


def test_queues_that_let_in_one_anothers_agents_go_in_no_circle(tmp_path: Path) -> None:
    """Only a queue's own agents are let in elsewhere, not those it lets in itself."""
    text = (
        '[[queue.relax]]\nafter_s = 5\nalso_queues = ["p", "q"]\n'
        '[[queue]]\nid = "p"\nmax_wait_s = 0\nno_agents = "overflow"\n'
        '[[queue.relax]]\nafter_s = 5\nalso_queues = ["q", "p"]\n'
    )
    assert check(tmp_path, text)[1] == []


def test_a_house_with_all_of_it_is_exported_as_it_was_read(tmp_path: Path) -> None:
    text = RELAX + (
        "[[queue.relax]]\nwhen_expected_wait_s = 90\nskills = { zh = 0 }\n"
        '[[agent]]\nid = "802"\nqueues = ["q"]\norder = { q = 2 }\nweights = { q = 3 }\nkind = "vip"\n'
        '[[number_list]]\nid = "gold"\nnumbers = ["+86139*"]\n'
        '[[routing]]\nid = "r"\nlists = ["gold"]\nvip = true\nskills = { zh = 70 }\nvariables = { a = "b*" }\n'
    )
    config, faults = check(tmp_path, text)
    assert faults == []
    (tmp_path / "again.toml").write_text(as_toml(config), "utf-8")
    assert tomllib.loads(as_toml(config))["queue"][0]["relax"][0]["skills"] == {"zh": 50}
    assert load_config(tmp_path / "again.toml")[0] == config
