"""Whatever is written as an expression: it is refused with a place, or comes to a short text in every call."""

from __future__ import annotations

import functools

from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware.config.expressions import FACTS, FUNCTIONS, LONGEST, BadExpression, parse
from firmware.engine.ivr import expressions
from firmware.engine.turn import Turn
from tests.unit.fake_box import FakeBox, office

WORDS = (
    *FUNCTIONS,
    *FACTS,
    *(
        "and",
        "or",
        "not",
        "true",
        "a",
        "b",
        "(",
        ")",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "=",
        "!=",
        "<",
        ">=",
    ),
    *("0", "1", "0.5", "999999999999999999", "'x'", "'12'", "'sales'", "'day'", '""', "'张三'"),
)
VALUES = st.sampled_from(
    ["", "true", "12", "-3.5", "x" * 300, "٣", "1e999", "NaN", "9" * 60, "secret:1:pin", "\x00"]
)


@functools.cache
def _box() -> FakeBox:
    box = FakeBox(office())
    box.ring("L1")
    return box


def _call(name: str, takes: int, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*[inner] * takes).map(lambda of: f"{name}({', '.join(of)})")


def _grown() -> st.SearchStrategy[str]:
    """Expressions that are mostly right."""
    leaf = st.sampled_from(["1", "2.5", "a", "b", "'x'", "'12'", "true", *FACTS])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        signs = st.sampled_from(["+", "-", "*", "/", "=", "!=", "<", "<=", ">", ">=", "and", "or"])
        calls = [_call(name, len(one.takes), inner) for name, one in FUNCTIONS.items() if not one.names]
        named = st.sampled_from(["open('day')", "ready('sales')", "expected-wait('sales')", "waiting('no')"])
        return st.one_of(
            st.tuples(inner, signs, inner).map(lambda of: f"({of[0]} {of[1]} {of[2]})"),
            inner.map(lambda one: f"not ({one})"),
            inner.map(lambda one: f"-{one}"),
            named,
            *calls,
        )

    return st.recursive(leaf, grow, max_leaves=8)


@given(
    st.one_of(_grown(), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.text(max_size=60)),
    VALUES,
    VALUES,
)
@example("mid(a, b, b)", "9" * 60, "9" * 60)
@example("round(999999999999999 * 999999999999999)", "", "")
@settings(max_examples=600, deadline=None)
def test_refused_with_a_place_or_worth_a_short_text(source: str, a: str, b: str) -> None:
    try:
        parse(source)
    except BadExpression as refused:
        assert 1 <= refused.at <= max(len(source), LONGEST) + 1
        return
    box = _box()
    call = box.call("L1")
    call.variables.update(a=a, b=b)
    turn = Turn(box.engine._board, box.now_us)
    text = expressions.text_of(turn, call, source)
    assert len(text) <= expressions.LONGEST_TEXT
    assert expressions.text_of(turn, call, source) == text
    expressions.is_true(turn, call, source)
    expressions.number_of(turn, call, source)
