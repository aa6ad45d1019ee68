"""The language of flows: what it says, what it refuses, and that nothing it accepts can fail."""

from __future__ import annotations

import pytest

from firmware.config.expressions import DEEPEST, LONGEST, BadExpression, names_in, parse
from firmware.engine.ivr import expressions
from firmware.engine.turn import Turn
from tests.unit.fake_box import FakeBox, office

VARIABLES = {"id": "0042", "sum": "12.50", "vip": "true", "empty": "", "name": "张三", "huge": "9" * 40}


@pytest.fixture
def box() -> FakeBox:
    box = FakeBox(office())
    box.ring("L1", number="13912345678")
    box.call("L1").variables.update(VARIABLES)
    return box


def work(box: FakeBox, source: str) -> str:
    return expressions.text_of(Turn(box.engine._board, box.now_us), box.call("L1"), source)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("-2 - -3", "1"),
        ("7 / 2", "3.5"),
        ("7 / 0", "0"),
        ("sum * 2", "25"),
        ("id = '0042'", "true"),
        ("id = '42'", "false"),
        ("id = 42", "true"),
        ("name = 42", "false"),
        ("name != 42", "true"),
        ("id < 100 and not vip", "false"),
        ("vip or 1 / 0 > 3", "true"),
        ("vip = true", "true"),
        ("nothing", ""),
        ("is-empty(nothing)", "true"),
        ("len(name)", "2"),
        ("join(left(id, 2), '-', right(id, 2))", "00-42"),
        ("mid('abcdef', 2, 3)", "bcd"),
        ("mid(id, 0 - 5, 99)", "0042"),
        ("starts-with(caller.number, '138', '139')", "true"),
        ("ends-with(caller.number, '1')", "false"),
        ("one-of(id, '1', '0042')", "true"),
        ("digits('a1-2 3')", "123"),
        ("is-number('1.5') and not is-number('1.5.2')", "true"),
        ("min(3, sum, 20)", "3"),
        ("max(3, sum, 20)", "20"),
        ("round(2.5)", "3"),
        ("huge * huge", "1000000000000000"),
        ("'b' > 'a'", "true"),
        ("'10' > '9'", "true"),
        ("waiting('sales')", "0"),
        ("ready('sales')", "3"),
        ("ready('nobody')", "0"),
        ("caller.inside", "false"),
        ("caller.language", "en"),
        ("year()", "0"),
        ("today()", ""),
        ("open('day')", "true"),
    ],
)
def test_what_it_says(box: FakeBox, source: str, value: str) -> None:
    assert work(box, source) == value


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "missing"),
        ("1 +", "missing"),
        ("(1", "missing"),
        ("1 2", "left-over"),
        ("a $ b", "not-understood"),
        ("'open", "not-understood"),
        ("eval('1')", "unknown-function"),
        ("len()", "wrong-count"),
        ("len(a, b)", "wrong-count"),
        ("'x' + 1", "wrong-kind"),
        ("1 and true", "wrong-kind"),
        ("true < false", "wrong-kind"),
        ("caller.password", "unknown-name"),
        ("waiting(id)", "wants-a-name"),
        ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), "too-deep"),
        ("not " * 40 + "true", "too-deep"),
        ("- " * 60 + "1", "too-deep"),
        ("'" + "x" * LONGEST + "'", "too-long"),
    ],
)
def test_what_it_refuses(source: str, reason: str) -> None:
    with pytest.raises(BadExpression) as refused:
        parse(source)
    assert refused.value.reason == reason
    assert 1 <= refused.value.at <= len(source) + 1


def test_what_no_checked_configuration_has_is_empty(box: FakeBox) -> None:
    assert work(box, "eval('1')") == ""


def test_who_calls_from_inside_is_the_telephone() -> None:
    box = FakeBox(office())
    box.lift("804")
    box.key("804", "801")
    turn, call = Turn(box.engine._board, box.now_us), box.call("804")
    assert expressions.text_of(turn, call, "caller.number") == "804"
    assert expressions.is_true(turn, call, "caller.inside")


def test_the_variables_an_expression_reads() -> None:
    assert [one.name for one in names_in(parse("a + len(b) > caller.e164 or c"))] == ["a", "b", "c"]
