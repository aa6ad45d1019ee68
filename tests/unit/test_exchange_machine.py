"""The exchange's table: every state is reached and left, every row does what it says."""

import pytest

from hwsim.world.exchange import LIMITS_US, STEPS, Exchange, Input, Order, State
from hwsim.world.loop_sense import LoopSense


def test_every_state_but_idle_is_entered_and_every_state_can_be_left() -> None:
    entered = {after for after, _ in STEPS.values()}
    assert entered == set(State)
    assert {before for before, _ in STEPS} == set(State)


def test_every_state_in_use_ends_when_the_box_goes_on_hook_or_the_caller_leaves() -> None:
    for state in State:
        if state is State.IDLE:
            continue
        ends = [STEPS.get((state, given)) for given in (Input.RELEASED, Input.FAR_LEFT)]
        assert any(end is not None and end[0] in (State.IDLE, State.CLEARING) for end in ends), state


@pytest.mark.parametrize(("state", "given"), list(STEPS))
def test_every_row_is_taken(state: State, given: Input) -> None:
    exchange = Exchange()
    exchange.state = state
    after, orders = STEPS[state, given]
    assert exchange.handle(given, 1000) == orders
    assert exchange.state is after
    if after is not state:
        assert exchange.deadline_us == (1000 + LIMITS_US[after] if after in LIMITS_US else None)


def test_what_the_table_does_not_have_is_counted_and_changes_nothing() -> None:
    exchange = Exchange()
    assert exchange.handle(Input.FAR_ANSWERED, 0) == ()
    assert (exchange.unexpected, exchange.state) == (1, State.IDLE)


def test_whoever_is_told_of_a_connection_is_also_told_of_its_end() -> None:
    exchange = Exchange()
    exchange.handle(Input.OFFERED, 0)
    assert Order.TELL_CONNECTED in exchange.handle(Input.SEIZED, 1)
    assert Order.TELL_RELEASED in exchange.handle(Input.RELEASED, 2)


def dial(sense: LoopSense, digit: int, start_us: int, per_second: float, make_percent: float) -> int:
    period = round(1e6 / per_second)
    at_us = start_us
    for _ in range(digit or 10):
        sense.edge(False, at_us, True)
        sense.edge(True, at_us + round(period * (1 - make_percent / 100)), True)
        at_us += period
    return at_us


@pytest.mark.parametrize("per_second", [8.0, 10.0, 14.0])
@pytest.mark.parametrize("make_percent", [30.0, 38.5, 45.0])
@pytest.mark.parametrize("digit", [0, 1, 5, 9])
def test_pulses_are_counted_into_digits(per_second: float, make_percent: float, digit: int) -> None:
    sense = LoopSense()
    assert sense.edge(True, 0, False).seized
    dial(sense, digit, 1_000_000, per_second, make_percent)
    assert sense.deadline_us is not None
    assert sense.due(sense.deadline_us).digit == str(digit)
    assert sense.deadline_us is None


def test_a_long_opening_is_on_hook_and_a_short_one_in_conversation_is_nothing() -> None:
    sense = LoopSense()
    sense.edge(True, 0, False)
    sense.edge(False, 1_000_000, False)
    assert not sense.edge(True, 1_100_000, False).seized
    assert sense.deadline_us is None
    sense.edge(False, 2_000_000, False)
    assert sense.due(2_400_000).released
    assert sense.edge(True, 3_000_000, False).seized
