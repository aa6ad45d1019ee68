"""Emergency calls over trunks: what a carrier says is no end of them."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.expanded import expanded
from firmware.config.schema import Card, Config, Trunk
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.names import HangUpSign
from tests.unit.fake_box import FakeBox, office

FIRST, SECOND = 9, 8
"""Trunks in the order in which they are taken; there is no other line."""


def house(trunks: int = 2) -> Config:
    plain = office()
    cards = (Card(name="hat", slots=("fxs",) * 8), Card(name="ip", kind="sip"))
    made = tuple(
        Trunk(name=f"t{one}", card="ip", hosts=(f"{one}.example.com",), channels=1) for one in range(trunks)
    )
    return expanded(structs.replace(plain, cards=cards, lines=(), trunks=made))


def calls_for_help(box: FakeBox) -> None:
    box.lift("803")
    box.key("803", "110")


def dialled(box: FakeBox) -> list[int]:
    return [one.port for one in box.sent(c.Dial)]


def refused(box: FakeBox, port: int, cause: int) -> None:
    box.event(e.DialEnded(port=port, at_us=box.now_us, dialled=True))
    released = e.FarEndReleased(port=port, at_us=box.now_us, sign=HangUpSign.RELEASE, cause=cause)
    box.event(released)


@pytest.mark.parametrize("cause", [1, 17, 21, 38])
def test_whatever_a_carrier_refuses_it_for_another_is_tried_and_all_again(cause: int) -> None:
    box = FakeBox(house())
    calls_for_help(box)
    refused(box, FIRST, cause)
    assert dialled(box) == [FIRST, SECOND]
    refused(box, SECOND, cause)
    box.wait(2.1)
    assert dialled(box) == [FIRST, SECOND, FIRST]


def test_a_trunk_that_is_not_registered_is_better_than_none() -> None:
    box = FakeBox(house(trunks=1))
    box.event(e.LineAlarmed(port=SECOND, at_us=box.now_us, alarm="unregistered"))
    calls_for_help(box)
    assert dialled(box) == [SECOND]


def test_a_trunk_that_is_registered_comes_first() -> None:
    box = FakeBox(house())
    box.event(e.LineAlarmed(port=FIRST, at_us=box.now_us, alarm="unregistered"))
    calls_for_help(box)
    assert dialled(box) == [SECOND]
