"""Whether a carrier without an account answers: up, down, another host, the end, in virtual time."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from drivers.sip.events import RequestAnswered
from firmware.sip.hosts import Found, Host, Hosts
from firmware.sip.outputs import Send
from firmware.sip.registering import Reason, TrunkDown, TrunkUp
from firmware.sip.registration import Series
from firmware.sip.trunk_probe import STEPS, Given, Probing, TrunkProbe
from tests.unit.sip_registrar_far import S, header, said

FIRST, SECOND = "192.0.2.1", "192.0.2.2"


class Line:
    """`answers`: statuses by address; without one it is silent."""

    def __init__(self, *hosts: str, **answers: int) -> None:
        self.answers = {FIRST: 200, SECOND: 200} | answers
        self.now_us = 0
        self.news: list[TrunkUp | TrunkDown] = []
        self.heard: list[Send] = []
        numbers = itertools.count(1)
        self.hosts = Hosts(hosts or (FIRST, SECOND), "tcp", Random(1))
        self.probe = TrunkProbe(
            "sip:box@198.51.100.7:5060", self.hosts, Series("call", "tag"), lambda: next(numbers), Random(2)
        )

    def take(self, out: list[Send | TrunkUp | TrunkDown]) -> None:
        for one in out:
            if not isinstance(one, Send):
                self.news.append(one)
                continue
            self.heard.append(one)
            status = self.answers.get(header(one, "Route").split(":")[1], 0)
            if status:
                self.take(
                    self.probe.answered(RequestAnswered(one.request, status, said(status)), self.now_us)
                )

    def start(self) -> None:
        self.take(self.probe.start(self.now_us))

    def go_on(self, until_us: int) -> None:
        while (due := self.probe.deadline_us) is not None and due <= until_us:
            self.now_us = max(due, self.now_us)
            self.take(self.probe.advance(self.now_us))
        self.now_us = until_us


@pytest.mark.parametrize("status", [200, 404, 403, 405, 483, 500])
def test_whoever_answers_is_alive(status: int) -> None:
    line = Line()
    line.answers[FIRST] = status
    line.start()
    assert [type(one) for one in line.news] == [TrunkUp]
    (told,) = line.heard
    assert (told.method, told.uri, told.to) == ("OPTIONS", f"sip:{FIRST}", f"<sip:{FIRST}>")
    assert told.from_ == "<sip:box@198.51.100.7:5060>;tag=tag"
    line.go_on(3600 * S)
    assert 60 <= len(line.heard) <= 82, "every 45 to 60 s"
    assert len(line.news) == 1


@pytest.mark.parametrize("status", [408, 503, 0])
def test_a_host_that_is_away_is_left_for_the_next(status: int) -> None:
    line = Line()
    line.answers[FIRST] = status
    line.start()
    line.go_on(11 * S)
    assert [one.target.address for one in line.news if isinstance(one, TrunkUp)] == [SECOND]
    assert [one.address for one in line.hosts.order(line.now_us)] == [SECOND, FIRST], "calls go there too"


def test_it_is_down_when_nobody_answers_and_up_again_soon_after() -> None:
    line = Line()
    line.start()
    line.answers = {}
    line.go_on(200 * S)
    assert line.news[1:] == [TrunkDown(Reason.NO_ANSWER)]
    line.answers = {SECOND: 200}
    line.go_on(240 * S)
    assert line.probe.is_up
    best = line.hosts.next(line.now_us)
    assert best is not None, "a probe that is answered ends the quarantine"
    assert best.address == SECOND


def test_late_and_foreign_answers_change_nothing() -> None:
    line = Line()
    line.start()
    for request in (0, 1, 9):
        assert line.probe.answered(RequestAnswered(request, 408, None), 0) == []
    assert line.probe.is_up


def test_a_name_that_becomes_known() -> None:
    line = Line("sip.example.net")
    line.start()
    assert line.news == [TrunkDown(Reason.NO_ADDRESS)]
    line.hosts.resolved(Host("sip.example.net"), Found(addresses=(SECOND,)), 0)
    line.take(line.probe.found(0))
    assert line.probe.is_up


def test_stopped_it_asks_no_more() -> None:
    line = Line()
    line.start()
    line.take(line.probe.stop(0))
    assert line.news[-1] == TrunkDown(Reason.STOPPED)
    assert line.probe.deadline_us is None
    assert line.probe.advance(10**12) == []


def test_the_table() -> None:
    assert {to for to, _ in STEPS.values()} == set(Probing)
    assert {(state, Given.STOP) for state in Probing if state is not Probing.OFF} <= set(STEPS)
