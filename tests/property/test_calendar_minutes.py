from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.config.schema import Hours
from firmware.config.times import DAYS
from firmware.engine.hours.calendar import is_open, next_change_us

MINUTE_US = 60_000_000
# Sundays of 2026 on which clocks change: Berlin, New York, Lord Howe (by half an hour), spring and autumn.
NEAR_CHANGES = (1774742400, 1772935200, 1792886400, 1793509200, 1775314800, 1791039600)

times = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
spans = st.builds(lambda a, b: f"{a}-{b}", times, times)
hours = st.builds(
    Hours,
    id=st.just("h"),
    open=st.dictionaries(st.sampled_from(DAYS), st.lists(spans, max_size=2).map(tuple), max_size=4),
)


@settings(max_examples=60, deadline=None)
@given(
    hours,
    st.sampled_from(NEAR_CHANGES),
    st.integers(-2880, 1440),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"]),
)
def test_the_next_change_is_the_first_minute_that_differs(
    given_hours: Hours, day_s: int, minutes: int, zone: str
) -> None:
    begin_us = (day_s // 60 + minutes) * MINUTE_US
    now_open = is_open(given_hours, begin_us, zone)
    walked = next(
        (
            at_us
            for at_us in range(begin_us + MINUTE_US, begin_us + 2880 * MINUTE_US, MINUTE_US)
            if is_open(given_hours, at_us, zone) is not now_open
        ),
        None,
    )
    found = next_change_us(given_hours, begin_us, zone)
    if walked is None:
        assert found is None or found >= begin_us + 2880 * MINUTE_US
    else:
        assert found == walked
