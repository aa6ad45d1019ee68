"""What each kind of step is on a drawing: which keys its form asks for, which ways lead out of it, what its box says.

`tests/unit/test_flow_kinds.py` holds this against the schema's own words and the engine's table.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

_ASKING = ("timeout_s", "retries", "no_input", "wrong_input")


class Kind(Struct, frozen=True):
    fields: tuple[str, ...] = ()
    """Keys of its form, in order."""
    outs: tuple[str, ...] = ()
    """`next`, `otherwise`, `keys`, `cases`, `modes`."""
    shows: tuple[str, ...] = ()
    """The first of these that says something stands in the box."""
    group: str = "say"
    """Colour: `say`, `ask`, `decide`, `look`, `send`, `end`."""


FURTHER = frozenset({*_ASKING, "digits", "least", "ends", "within_s", "music", "most_s", "confirm", "secret"})
"""Keys that stand apart in a form: their defaults are what most want."""
KINDS: Mapping[str, Kind] = {
    "play": Kind(("prompt",), ("next",), ("prompt",)),
    "say": Kind(("prompt", "value", "expression", "speak"), ("next",), ("expression", "value", "prompt")),
    "menu": Kind(("prompt", *_ASKING), ("keys", "otherwise"), ("prompt",), "ask"),
    "collect": Kind(
        ("prompt", "variable", "digits", "least", "ends", "confirm", "secret", *_ASKING),
        ("next", "otherwise"),
        ("variable", "prompt"),
        "ask",
    ),
    "survey": Kind(("prompt", "most", "digits", "ends", *_ASKING), ("next", "otherwise"), ("prompt",), "ask"),
    "record": Kind(
        ("prompt", "variable", "most_s", "ends"), ("next", "otherwise"), ("prompt", "variable"), "ask"
    ),
    "hours": Kind(("hours",), ("next", "otherwise"), ("hours",), "decide"),
    "branch": Kind((), ("cases", "otherwise"), (), "decide"),
    "service": Kind(("service",), ("next", "modes", "otherwise"), ("service",), "decide"),
    "set": Kind(
        ("variable", "value", "expression", "language"), ("next",), ("variable", "language"), "decide"
    ),
    "language": Kind(("language",), ("next",), ("language",), "decide"),
    "http": Kind(
        ("lookup", "give", "within_s", "prompt", "music"), ("next", "otherwise"), ("lookup",), "look"
    ),
    "sql": Kind(
        ("lookup", "give", "within_s", "prompt", "music"), ("next", "otherwise"), ("lookup",), "look"
    ),
    "contact": Kind(
        ("expression", "within_s", "prompt", "music"), ("next", "otherwise"), ("expression",), "look"
    ),
    "queue": Kind(("queue",), (), ("queue",), "send"),
    "callback": Kind(("queue",), ("otherwise",), ("queue",), "send"),
    "extension": Kind(("extension",), ("otherwise",), ("extension",), "send"),
    "voicemail": Kind(("mailbox",), (), ("mailbox",), "send"),
    "outside": Kind(("number",), ("otherwise",), ("number",), "send"),
    "transfer": Kind(("target",), ("otherwise",), ("target",), "send"),
    "flow": Kind(("flow",), (), ("flow",), "send"),
    "call": Kind(("flow",), ("next",), ("flow",), "send"),
    "return": Kind((), (), (), "end"),
    "hang-up": Kind(("prompt",), (), ("prompt",), "end"),
}
"""In the order in which they are offered."""
UNKNOWN = Kind(outs=("next", "otherwise"))
FIXED = {"keys": tuple("1234567890*#"), "modes": ("day", "night", "holiday")}
"""Choices of a table of ways; those of `cases` are expressions."""


def kind_of(name: str) -> Kind:
    return KINDS.get(name, UNKNOWN)
