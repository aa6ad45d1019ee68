"""Agents at telephones with messages, which refuse by themselves: do-not-disturb, busy, not registered."""

from __future__ import annotations

import pytest
from msgspec import structs

from firmware.config.schema import Config
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import AgentState
from tests.unit.fake_box import FakeBox
from tests.unit.test_signalled_reconcile import ANN, house, rung

BUSY, ABSENT, DECLINED = 17, 20, 21


def with_queue(retry_missed_s: float, missed_limit: int = 0) -> Config:
    plain = house()
    (queue,) = plain.queues
    queue = structs.replace(queue, retry_missed_s=retry_missed_s, missed_limit=missed_limit, max_wait_s=0.0)
    return structs.replace(plain, queues=(queue,))


def only_ann(config: Config) -> FakeBox:
    """Agent 801 at Ann's, nobody else, and a caller in the queue."""
    box = FakeBox(config)
    for agent in ("802", "803"):
        box.give(i.AgentOrder(f"out-{agent}", "web", agent, "sign-out"))
    box.give(i.AgentOrder("in", "web", "801", "sign-in", extension="201"))
    box.to_queue("L1")
    return box


def offers(box: FakeBox) -> int:
    return sum(isinstance(one, c.Ring) and one.port == ANN for one in box.commands)


def refuse(box: FakeBox, cause: int) -> None:
    box.event(e.RingRefused(port=ANN, at_us=box.now_us, call=rung(box, ANN), cause=cause))


@pytest.mark.parametrize("cause", [BUSY, ABSENT, DECLINED])
@pytest.mark.parametrize("retry_missed_s", [0.0, 0.5])
def test_who_refuses_is_not_asked_again_at_once(cause: int, retry_missed_s: float) -> None:
    box = only_ann(with_queue(retry_missed_s))
    for asked in (1, 2, 3):
        assert offers(box) == asked
        refuse(box, cause)
        box.wait(0.9)
        assert offers(box) == asked, "left alone for a second"
        box.wait(0.2)


@pytest.mark.parametrize("cause", [BUSY, DECLINED])
def test_a_refusal_is_a_missed_call(cause: int) -> None:
    box = only_ann(with_queue(30.0, missed_limit=2))
    refuse(box, cause)
    assert len(box.facts(f.AgentRested)) == 1
    box.wait(29.0)
    assert offers(box) == 1
    box.wait(2.0)
    refuse(box, cause)
    assert box.agent("801") == (AgentState.NOT_READY, "missed-calls")


def test_a_telephone_that_is_not_there_misses_nothing() -> None:
    box = only_ann(with_queue(5.0, missed_limit=1))
    for asked in (1, 2, 3):
        assert offers(box) == asked
        refuse(box, ABSENT)
        assert box.facts(f.AgentMissed)[-1].why == "no-telephone"
        assert box.agent("801") == (AgentState.READY, "")
        box.wait(5.1)
