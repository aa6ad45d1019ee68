from __future__ import annotations

import pytest

from firmware.config.check import check_config, known_names
from firmware.config.faults import Fault, render_faults
from firmware.config.load import loads
from firmware.config.schema import Config


def read(text: str) -> list[Fault]:
    return loads(text, Config, (check_config,), known_names(), file="x.toml")[1]


@pytest.mark.parametrize(
    ("text", "slug", "line"),
    [
        ("[site]\nname = " + "9" * 5000, "syntax", 2),
        ("[dial_plan]\ninter_digit_s = " + "9" * 4000, "wrong-type", 2),
        ("[dial_plan]\ninter_digit_s = 0x" + "f" * 5000, "wrong-type", 2),
        ("[site]\nname = 0x" + "f" * 5000, "wrong-type", 2),
        ("[dial_plan]\ninter_digit_s = 1e999", "wrong-type", 2),
        ("x = " + "[" * 3000 + "]" * 3000, "syntax", 0),
        ("x = " + "[" * 3000, "syntax", 0),
        ("[" + "a." * 3000 + "b]\nc = 1", "unknown-key", 1),
        ("site = 1\n[site.name]", "syntax", 2),
    ],
)
def test_what_breaks_parsers_is_a_fault_like_any_other(text: str, slug: str, line: int) -> None:
    assert (slug, line) in [(one.slug, one.line) for one in read(text)]


def test_nothing_in_a_file_acts_on_the_terminal_that_shows_its_faults() -> None:
    faults = read('"\\u001b[2J" = 1\n[site]\ncountry = "\\u001b]0;x\\u0007"\nzone = "\\u009b5m"')
    assert {one.slug for one in faults if not one.warning} >= {"unknown-key", "unknown-country", "bad-zone"}
    for language in ("en", "zh"):
        assert all(one.isprintable() or one == "\n" for one in render_faults(faults, language))
