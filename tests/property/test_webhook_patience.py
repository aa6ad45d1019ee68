"""An endpoint's patience: every row of the table is walked, and whatever comes, nothing hurries and nothing hangs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware.jobs.webhooks.patience import (
    ABOUT_THE_EVENT,
    ANSWERED_US,
    FIRST_PAUSE_S,
    GIVE_UP_US,
    LONGEST_PAUSE_S,
    MOST_REFUSALS,
    SPREAD,
    STEPS,
    Input,
    Outcome,
    Patience,
    State,
)

OUTCOMES = st.one_of(
    st.just(Outcome("", 204)),
    st.builds(Outcome, st.sampled_from(["refused", "timed-out", "tls"]), st.just(0), st.just(0.0)),
    st.builds(
        Outcome,
        st.just("status"),
        st.sampled_from([302, 400, 401, 404, 422, 429, 500, 503]),
        st.floats(0, 1e5),
    ),
)


def ready(patience: Patience) -> Patience:
    if patience.state is State.IDLE:
        patience.handle(Input.OFFERED)
    elif patience.state is State.PAUSED:
        assert patience.deadline is not None
        patience.waited(patience.deadline)
    return patience


def test_every_state_can_be_left_and_come_to() -> None:
    assert {state for state, _ in STEPS} == set(State) == {after for after, _ in STEPS.values()}
    assert {given for _, given in STEPS} == set(Input)


@given(st.lists(st.sampled_from(list(Input)), max_size=60))
def test_what_is_no_row_changes_nothing(given_: list[Input]) -> None:
    patience = Patience(lambda: 0.5)
    for one in given_:
        state = patience.state
        went = patience.handle(one)
        assert went == ((state, one) in STEPS)
        assert patience.state is (STEPS[state, one][0] if went else state)


@given(st.lists(st.tuples(OUTCOMES, st.floats(0, 1)), min_size=1, max_size=80))
def test_whatever_is_answered_the_next_try_has_a_time_between_the_bounds(
    tries: list[tuple[Outcome, float]],
) -> None:
    now_us, chances = 0, iter([chance for _, chance in tries])
    patience = Patience(lambda: next(chances))
    for outcome, _ in tries:
        ready(patience).handle(Input.BEGUN)
        came = patience.ended(outcome, now_us)
        assert patience.state is (State.PAUSED if came is Input.FAILED else State.IDLE)
        assert (came is Input.TAKEN) == outcome.taken
        if patience.deadline is not None:
            pause_s = (patience.deadline - now_us) / 1e6
            assert FIRST_PAUSE_S * (1 - SPREAD) - 1e-6 <= pause_s <= LONGEST_PAUSE_S * (1 + SPREAD) + 1e-6
            now_us = patience.deadline
    assert patience.unexpected == 0


@given(st.integers(1, 12))
def test_pauses_double_and_end_at_the_longest(tries: int) -> None:
    patience, now_us = Patience(lambda: 0.5), 0
    for _ in range(tries):
        ready(patience).handle(Input.BEGUN)
        patience.ended(Outcome("refused"), now_us)
        assert patience.deadline is not None
        pause_us, now_us = patience.deadline - now_us, patience.deadline
    assert pause_us == min(FIRST_PAUSE_S * 2 ** (tries - 1), LONGEST_PAUSE_S) * 1e6


def _tried_until_aside(outcome: Outcome) -> tuple[int, int]:
    """(tries, box time) at which it was set aside; (-1, _) where it never is within five days."""
    patience, now_us, tries = Patience(lambda: 0.5), 0, 0
    while now_us < 5 * 86_400_000_000:
        tries += 1
        ready(patience).handle(Input.BEGUN)
        if patience.ended(outcome, now_us) is Input.SET_ASIDE:
            return tries, now_us
        assert patience.deadline is not None
        now_us = patience.deadline
    return -1, now_us


def test_an_event_that_is_refused_again_and_again_is_set_aside_and_a_dead_endpoint_is_not() -> None:
    for status in ABOUT_THE_EVENT:
        tries, at_us = _tried_until_aside(Outcome("status", status))
        assert tries == MOST_REFUSALS and 1800e6 < at_us < 7200e6
    _, at_us = _tried_until_aside(Outcome("status", 500))
    assert ANSWERED_US <= at_us < ANSWERED_US + 2 * LONGEST_PAUSE_S * 1e6
    assert _tried_until_aside(Outcome("refused"))[0] == -1


@given(st.integers(0, 2 * GIVE_UP_US), st.integers(0, 2 * GIVE_UP_US), st.booleans())
def test_only_what_is_old_is_lost_and_only_by_an_endpoint_that_is_dead_for_days(
    age: int, dead: int, fails: bool
) -> None:
    patience, now_us = Patience(lambda: 0.5), 10 * GIVE_UP_US
    patience.failing_us = now_us - dead if fails else None
    assert patience.is_lost(now_us - age, now_us) == (fails and age >= GIVE_UP_US and dead >= GIVE_UP_US)
