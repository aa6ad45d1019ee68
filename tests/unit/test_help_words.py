"""What keys mean is told in Chinese as in English: nothing is missing, nothing tells of a key that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from firmware.config import field_words
from firmware.config.drafts.fields import PartForm, forms

HAN = re.compile(r"[\u4e00-\u9fff]")
NAMED = re.compile(r"`([^`]*)`")


def every_form() -> Iterator[PartForm]:
    waiting = list(forms())
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.parts


def test_every_part_and_key_is_explained_in_chinese() -> None:
    missing = [form.key for form in every_form() if form.help_en and not HAN.search(form.help_zh)]
    missing += [
        f"{form.key}.{field.key}"
        for form in every_form()
        for field in form.fields
        if field.help_en and not HAN.search(field.help_zh)
    ]
    assert missing == [], "write them into firmware/config/help_words.toml"


def test_nothing_is_explained_that_is_not_there() -> None:
    there = {form.key: {field.key for field in form.fields} | {"_"} for form in every_form()}
    told = field_words._helps()
    assert [one for one in told if one not in there] == []
    assert [f"{part}.{key}" for part, keys in told.items() for key in keys if key not in there[part]] == []


def test_values_are_named_alike_in_both() -> None:
    """What stands in backticks is to be typed: a value or key that English names, Chinese names too."""
    plain = re.compile(r"[a-z][a-z_-]+")
    choices = {
        f"{form.key}.{field.key}: {one}"
        for form in every_form()
        for field in form.fields
        for one in NAMED.findall(field.help_zh)
        if plain.fullmatch(one) and one not in NAMED.findall(field.help_en) and one not in field.choices
        if one not in {each.key for each in form.fields}
    }
    assert choices <= ELSEWHERE, choices - ELSEWHERE


ELSEWHERE = {
    "routing.vip: vip",
}
"""Named by what the English says in words."""
