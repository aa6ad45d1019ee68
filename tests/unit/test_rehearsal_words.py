"""What a comparison is said to mean: nothing, where the bands of the runs overlap."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.cli.rehearsal.day.words import sentences


def band(low: float, mean: float, high: float) -> dict[str, float]:
    return {"low": low, "mean": mean, "high": high}


def found(before: dict[str, float], after: dict[str, float]) -> dict[str, Any]:
    nothing = {"happened": None, "unchanged": None, "draft": None, "difference": None}
    difference = band(*(after[one] - before[one] for one in ("low", "mean", "high")))
    level = {"happened": None, "unchanged": before, "draft": after, "difference": difference}
    rows = {"service_level": level, "abandoned": nothing, "asa_s": nothing}
    return {"total": rows, "of": {}, "no_line_free": {"unchanged": None, "draft": None}}


@pytest.mark.parametrize(("language", "words"), [("en", "No clear difference"), ("zh", "没有明显差别")])
def test_bands_that_overlap_are_no_clear_difference(language: str, words: str) -> None:
    (told,) = sentences(found(band(70, 75, 80), band(78, 82, 85)), language)
    assert words in told
    assert "75.0" in told and "82.0" in told


def test_bands_apart_are_one() -> None:
    assert sentences(found(band(70, 75, 80), band(81, 82, 85)), "en") == [
        "The service level rises by 7.0 points, to 82.0 % (81.0 to 85.0)."
    ]


def test_the_same_is_the_same() -> None:
    assert sentences(found(band(70, 75, 80), band(70, 75, 80)), "en") == [
        "The service level stays at 75.0 %."
    ]
