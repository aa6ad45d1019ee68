"""Any graph of nodes, sane or not, and any caller in it: no fault, no endless circle; the silent one is let go."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.config.schema import Flow, Node
from firmware.config.schema.flows import _STEPS
from firmware.engine.engine import Engine
from firmware.engine.ivr import flows
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from tests.unit.fake_box import FakeBox
from tests.unit.flow_box import answer, with_flow

Draw = random.Random
NAMES = tuple("abcdef")
EXPRESSIONS = (
    "x",
    "len(x) > 1",
    "ready('sales') = 0",
    "caller.inside",
    "1 / 0",
    "1 +",
    "pin",
    "today()",
    "x = '1'",
)
PROMPTS = ("", "welcome", "main-menu")


def _node(draw: Draw, name: str) -> Node:
    def to() -> str:
        return draw.choice((*NAMES, *NAMES, "", "nowhere"))

    secret = draw.random() < 0.2
    return Node(
        id=name,
        kind=draw.choice(_STEPS),
        prompt=draw.choice(PROMPTS),
        next=to(),
        otherwise=to(),
        keys={digit: to() for digit in draw.sample("0123456789*#", draw.randrange(4))},
        cases={one: to() for one in draw.sample(EXPRESSIONS, 2)},
        timeout_s=draw.choice((0.0, 1.0, 5.0)),
        retries=draw.randrange(3),
        digits=draw.randrange(1, 5),
        least=draw.randrange(1, 5),
        ends=draw.choice(("", "#", "*#")),
        confirm=draw.random() < 0.3,
        most=draw.randrange(3),
        variable=draw.choice(("", "x", "pin")),
        value=draw.choice(("", "12", "{x}", "{pin}", "2026-10-01")),
        expression=draw.choice(("", *EXPRESSIONS)),
        speak=draw.choice(("digits", "number", "date", "time", "money")),
        secret=secret,
        hours=draw.choice(("", "day")),
        lookup=draw.choice(("crm", "gone")),
        give={"number": draw.choice(EXPRESSIONS)},
        within_s=draw.choice((0.15, 2.0)),
        music=draw.choice(("", "default")),
        queue=draw.choice(("sales", "gone", "{x}")),
        extension=draw.choice(("804", "999", "{x}")),
        mailbox=draw.choice(("box", "gone")),
        number="13800138000" if draw.random() < 0.5 else "{x}",
        target=draw.choice(
            ("extension:804", "flow:sub", "queue:sales", "outside:{x}", "", "nothing", "extension:{x}")
        ),
        flow=draw.choice(("main", "sub", "gone")),
        language=draw.choice(("", "en", "zh")),
    )


def _box(draw: Draw) -> FakeBox:
    nodes = tuple(_node(draw, name) for name in NAMES)
    sub = Flow(id="sub", start=draw.choice(NAMES), nodes=tuple(_node(draw, name) for name in NAMES))
    return FakeBox(
        with_flow(*nodes, flows=(sub,), record=draw.random() < 0.3, self_served=draw.random() < 0.5)
    )


def _step(box: FakeBox, draw: Draw, where: str) -> None:
    chance = draw.random()
    if chance < 0.35:
        box.key(where, draw.choice("02345689*#" if where == "804" else "0123456789*#"))  # 110 is help
    elif chance < 0.6 and box.words(where):
        box.heard(where)
    elif chance < 0.8:
        box.wait(draw.choice((0.1, 1.1, 6.0)))
    elif box.engine.state.jobs:
        answer(
            box, draw.choice(("done", "failed", "unknown")), **draw.choice(({}, {"name": "x", "level": "1"}))
        )


def _let_be(box: FakeBox, where: str) -> None:
    """Nobody does anything; what plays comes to its end, unless it is music."""
    for _ in range(10 * flows.MOST_SILENT):
        if not box.engine.state.calls:
            return
        words = box.words(where)
        if words and words[-1] not in ("music", "tone:ringback"):
            box.heard(where)
        else:
            box.wait(10)


def live(seed: int, inside: bool) -> FakeBox:
    draw = random.Random(seed)
    box = _box(draw)
    where = "804" if inside else "L1"
    if inside:
        box.lift("804")
        box.key("804", "850")
    else:
        box.ring("L1")
    for _ in range(draw.randrange(25)):
        if box.leg(where) is None:
            break
        _step(box, draw, where)
    if draw.random() < 0.2:
        box.engine = Engine.restore(box.engine.snapshot(), ())
    return box


@given(st.integers(0, 1 << 40), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_flow_comes_to_an_end_and_breaks_no_rule(seed: int, inside: bool) -> None:
    box = live(seed, inside)
    where = "804" if inside else "L1"
    assert not box.facts(f.InputPassedOver)
    assert not any(isinstance(one, c.Dial) and one.digits != "13800138000" for one in box.commands), (
        "dialled keys"
    )
    _let_be(box, where)
    faults = box.facts(f.InputPassedOver)
    assert not faults, faults
    assert box.leg("L1") is None or box.engine.state.calls == {}, box.engine.state.calls


def test_planted_fault_a_flow_without_a_limit_goes_round_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A menu that leads back to itself: only the count of silent nodes ends it."""
    round_about = Node(id="a", kind="menu", prompt="main-menu", keys={"1": "a"}, retries=0, otherwise="a")
    for limit, ended in ((flows.MOST_SILENT, True), (1 << 40, False)):
        monkeypatch.setattr(flows, "MOST_SILENT", limit)
        box = FakeBox(with_flow(round_about))
        box.ring("L1")
        for _ in range(450):
            if box.words("L1"):
                box.heard("L1")
            box.wait(5.1)
        assert (not box.engine.state.calls) is ended
