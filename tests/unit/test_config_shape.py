"""The loader on types of its own: what schemas may say beside the configuration's."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from firmware.config.load import as_toml, loads


class Colour(Enum):
    RED = "red"


class Tone(Struct, frozen=True, tag="tone"):
    hz: float


class Pause(Struct, frozen=True, tag="pause"):
    ms: int


class Span(Struct, frozen=True):
    least: float
    most: float


class Everything(Struct, frozen=True):
    pattern: Annotated[str, Meta(extra={"form": "regex"})] = ""
    code: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "AA"
    short: Annotated[str, Meta(max_length=3)] = ""
    above: Annotated[int, Meta(gt=0)] = 1
    colour: Colour = Colour.RED
    side: Literal["tip", "ring"] = "tip"
    maybe: int | None = None
    length: float | Span = 0.0
    steps: tuple[Tone | Pause, ...] = field(default=(), name="step")


def slugs(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.slug) for one in loads(text, Everything)[1]]


def test_each_limit_of_a_schema_is_held() -> None:
    assert slugs('pattern = "(a"\ncode = "a"\nshort = "long"\nabove = 0\ncolour = "blue"\nside = "left"') == [
        (1, "bad-regex"),
        (2, "no-match"),
        (3, "bad-length"),
        (4, "out-of-range"),
        (5, "no-such-choice"),
        (6, "no-such-choice"),
    ]


def test_a_union_tells_the_faults_of_what_was_meant() -> None:
    assert slugs("length = { least = 1, most = 2 }\nmaybe = 3") == []
    assert slugs('length = { least = 1, moost = "x" }') == [(1, "missing"), (1, "unknown-key")]
    assert slugs('maybe = "x"') == [(1, "wrong-type")]


def test_tagged_parts_are_read_and_refused_by_their_tag() -> None:
    good = '[[step]]\ntype = "tone"\nhz = 450\n[[step]]\ntype = "pause"\nms = 5\n'
    value, faults = loads(good, Everything)
    assert faults == []
    assert value == Everything(steps=(Tone(450.0), Pause(5)))
    assert loads(as_toml(value), Everything)[0] == value
    assert slugs(good.replace("pause", "paws")) == [(5, "no-such-choice")]
    assert slugs(good.replace('type = "tone"', "")) == [(1, "missing")]
