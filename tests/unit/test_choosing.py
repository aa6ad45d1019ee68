"""Why an agent was chosen is told in both languages, whatever the engine writes."""

from __future__ import annotations

from typing import get_args

import pytest

from firmware.config.schema.part import Strategy
from firmware.store.calls.choosing import STRATEGIES, choice_said

FULL = (
    "longest-idle: 42 s idle, 3 ready; step 2 of 3 after 30 s; rules gold, night; preferred; order 2; "
    "vip agent, plain caller; waiting counts ×2; skills zh 72≥50, tax 40≥20; waited 31 s, priority -1"
)


def test_a_whole_sentence_in_chinese_has_no_english_left() -> None:
    assert choice_said(FULL, "zh") == (
        "空闲最久：已空闲 42 秒，3 人就绪；30 秒后放宽第 2/3 步；规则 gold, night；首选坐席；次序 2；"
        "坐席类型 vip，主叫类型 plain；等待按 ×2 计；技能 zh 72≥50, tax 40≥20；等待了 31 秒，优先级 -1"
    )


def test_in_english_it_reads_on() -> None:
    assert choice_said("ring-all: 1 ready; waited 4 s, priority 0", "en") == (
        "all rung at once: 1 ready; waited 4 s, priority 0"
    )


@pytest.mark.parametrize("measure", ["9 s talked, ", "after 801, ", "first, ", "120 in all, 7 s idle, ", ""])
def test_every_measure_is_known(measure: str) -> None:
    said = choice_said(f"linear: {measure}2 ready; waited 0 s, priority 0", "zh")
    assert not any(word in said for word in ("ready", "idle", "talked", "after", "first", "in all", "waited"))


def test_every_strategy_has_words() -> None:
    assert set(STRATEGIES) == set(get_args(Strategy)[1].extra["choices"])


def test_what_is_not_known_stays() -> None:
    assert choice_said("by moonlight: 3 ready; and a whim", "zh") == "by moonlight: 3 ready；and a whim"
    assert choice_said("", "zh") == ""
