"""How trunks fare: up and why not, how quickly they answer, what their last calls lost."""

from __future__ import annotations

import pytest

from drivers.sip.events import Heard, RequestAnswered
from firmware.sip.hosts import Target
from firmware.sip.outputs import Send
from firmware.sip.registering import Reason, TrunkDown, TrunkUp
from firmware.sip.trunk_watch import LAST_CALLS, TrunkWatch
from tests.unit.sip_registrar_far import said

UP = TrunkUp(Target("carrier", "192.0.2.1", 5060))


def asked(request: int) -> Send:
    return Send(request, "OPTIONS", "sip:c", "<sip:b>", "<sip:c>")


@pytest.fixture
def watch() -> TrunkWatch:
    return TrunkWatch({"a": "registration", "b": "options"})


def test_nothing_is_known_of_a_new_trunk(watch: TrunkWatch) -> None:
    first, second = watch.look()
    assert (first.name, first.way, first.up, first.round_trip_ms) == ("a", "registration", False, None)
    assert (second.way, second.calls, second.lost_percent, second.jitter_ms) == ("options", 0, None, None)


def test_the_round_trip_is_that_of_the_trunk_s_own_request(watch: TrunkWatch) -> None:
    watch.told("a", [asked(1)], 1_000_000)
    watch.told("b", [asked(2)], 1_000_000)
    watch.answered(RequestAnswered(2, 200, said(200)), 1_042_300)
    assert [one.round_trip_ms for one in watch.look()] == [None, 42.3]
    watch.answered(RequestAnswered(1, 408, None), 9_000_000)
    assert watch.look()[0].round_trip_ms is None, "a timeout is no answer"


def test_what_the_machine_says_last_stands(watch: TrunkWatch) -> None:
    watch.told("a", [UP], 1)
    assert watch.look()[0].up and watch.look()[0].reason == ""
    watch.told("a", [TrunkDown(Reason.NO_ANSWER, 503)], 2)
    assert (watch.look()[0].up, watch.look()[0].reason) == (False, "no-answer 503")


def test_the_last_calls_are_counted_together_and_older_ones_are_forgotten(watch: TrunkWatch) -> None:
    watch.talked("a", Heard(0, 0, 0))
    assert watch.look()[0].calls == 0, "no packet, no figure"
    watch.talked("a", Heard(900, 100, 12_000))
    for _ in range(LAST_CALLS - 1):
        watch.talked("a", Heard(1000, 0, 2000))
    told = watch.look()[0]
    assert (told.calls, told.lost_percent, told.jitter_ms) == (LAST_CALLS, 1.0, 3.0)
    watch.talked("a", Heard(1000, 0, 2000))
    assert (watch.look()[0].lost_percent, watch.look()[0].jitter_ms) == (0.0, 2.0)
    assert watch.look()[1].calls == 0
