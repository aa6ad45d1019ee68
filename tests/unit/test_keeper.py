from __future__ import annotations

from firmware.engine.engine import Engine
from firmware.engine.process.keeper import Keeper
from firmware.protocol.commands import Numbered
from firmware.protocol.events import TelephoneSeized
from firmware.protocol.inputs import FromSwitch, Started
from firmware.protocol.journal import Record


class Order:
    """What was done, in the order it was done."""

    def __init__(self) -> None:
        self.done: list[Record | Numbered] = []
        self.keeper = Keeper(Engine("box-1"), self.done.append, self.done.append)


def test_a_record_is_journalled_before_its_commands_go_out() -> None:
    order = Order()
    order.keeper.give(Started(1), 0)
    assert isinstance(order.done[0], Record)
    assert [type(one) for one in order.done[1:]] == [Numbered] * len(order.done[0].commands)
    assert order.done[1:]


def test_a_repeated_event_does_nothing() -> None:
    order = Order()
    seized = FromSwitch(1, 1, TelephoneSeized(port=4, at_us=10))
    assert order.keeper.give(seized, 10) is not None
    done = len(order.done)
    assert order.keeper.give(seized, 20) is None
    assert len(order.done) == done


def test_time_never_runs_backwards() -> None:
    order = Order()
    order.keeper.give(Started(1), 500)
    assert order.keeper.not_before(400) == 500
    assert order.keeper.not_before(600) == 600
