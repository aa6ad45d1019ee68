"""The people at pages in a rehearsal: they give the engine the scenario's orders at their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firmware.protocol.inputs import AgentOrder, AnyInput, CallOrder
from hwsim.scenario import Order

AUTHOR = "scenario"


class Page:
    """An order's id is its place in the file: given again to another engine it is done once."""

    def __init__(self, orders: Sequence[Order] = ()) -> None:
        numbered = enumerate(orders, 1)
        self._left = sorted(numbered, key=lambda one: (one[1].at_s, one[0]), reverse=True)

    @property
    def next_us(self) -> int | None:
        return round(self._left[-1][1].at_s * 1e6) if self._left else None

    def due(self, at_us: int) -> Iterator[AnyInput]:
        while (next_us := self.next_us) is not None and next_us <= at_us:
            yield _input(*self._left.pop())


def _input(number: int, order: Order) -> AnyInput:
    name = f"order:{number}"
    if order.of == "agent":
        return AgentOrder(
            name, AUTHOR, order.agent, order.do, order.reason, order.extension, queue=order.queue
        )
    return CallOrder(
        name, AUTHOR, order.do, order.extension, order.number, agent=order.agent, auto=order.auto
    )
