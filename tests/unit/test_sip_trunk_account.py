"""Registering with a carrier in virtual time: challenge, renewal, refusals, silence, several hosts, the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.sip.events import RequestAnswered
from drivers.sip.message import Message, is_header
from firmware.sip.backoff import BackOff
from firmware.sip.hosts import Found, Host
from firmware.sip.outputs import Send
from firmware.sip.registering import (
    AWAITING,
    STEPS,
    Given,
    Reason,
    Registering,
    TrunkDown,
    TrunkUp,
)
from firmware.sip.registration import MOST_IDENTITIES, MOST_ROUTES, Account, granted
from tests.unit.sip_registrar_far import CONTACT, PASSWORD, USER, Line, S, header, said

FIRST, SECOND = "192.0.2.1", "192.0.2.2"


def silent(_: Send) -> Message | None:
    return None


def reasons(line: Line) -> list[Reason | str]:
    return [one.reason if isinstance(one, TrunkDown) else one.target.address for one in line.news]


def test_a_challenge_is_answered_and_the_trunk_is_up() -> None:
    line = Line()
    line.registrar.extra = (
        'Service-Route: <sip:edge.example.net;lr>, "a, b" <sip:core.example.net;lr>',
        "P-Associated-URI: <sip:+862112345678@example.net>, <tel:+862112345679>",
    )
    line.start()
    first, second = line.heard
    assert (first.uri, first.from_, first.to) == (
        f"sip:{FIRST}", f"<sip:{USER}@{FIRST}>;tag=tag", f"<sip:{USER}@{FIRST}>",
    )  # fmt: skip
    assert (first.call_id, first.cseq, second.cseq) == (second.call_id, 1, 2)
    assert header(first, "Authorization") == ""
    assert line.registrar.registered == {CONTACT: 600}
    up = line.news[0]
    assert isinstance(up, TrunkUp)
    assert up.routes == ("<sip:edge.example.net;lr>", '"a, b" <sip:core.example.net;lr>')
    assert up.identities == ("<sip:+862112345678@example.net>", "<tel:+862112345679>")
    assert line.account.is_up
    assert PASSWORD not in repr(line.heard)


def test_it_is_renewed_before_it_ends_and_for_ever() -> None:
    line = Line()
    line.start()
    began = len(line.heard)
    line.go_on(24 * 3600 * S)
    renewals = len(line.heard) - began
    # Between 70 and 85 % of 600 s: 170 to 205 a day; each wants two, since the nonce serves once.
    assert 2 * 165 < renewals < 2 * 210
    assert reasons(line) == [FIRST]
    assert [one.cseq for one in line.heard] == list(range(1, len(line.heard) + 1))


def test_two_boxes_do_not_come_at_the_same_time() -> None:
    lines = [Line(seed=seed) for seed in (1, 2)]
    for line in lines:
        line.start()
    assert lines[0].account.deadline_us != lines[1].account.deadline_us


def test_a_shorter_grant_counts() -> None:
    line = Line()
    line.registrar.grants_s = 90
    line.start()
    assert line.account.deadline_us is not None
    assert 63 * S <= line.account.deadline_us <= 77 * S


def test_too_brief_is_asked_again_for_longer_but_once() -> None:
    line = Line(FIRST)
    line.registrar.moods[FIRST] = lambda send: (
        said(423, "Min-Expires: 1800") if int(header(send, "Expires")) < 1800 else said(200, "Expires: 1800")
    )
    line.start()
    assert [expires for _, expires in line.sends()] == ["600", "1800"]
    assert line.account.is_up
    stubborn = Line(FIRST)
    stubborn.registrar.moods[FIRST] = lambda send: said(
        423, f"Min-Expires: {int(header(send, 'Expires')) + 1}"
    )
    stubborn.start()
    assert len(stubborn.heard) == 2
    assert stubborn.news == [TrunkDown(Reason.REFUSED, 423)]


@pytest.mark.parametrize("status", [403, 404, 302, 603])
def test_a_refusal_waits_long_and_asks_no_other_host(status: int) -> None:
    line = Line()
    line.registrar.moods[FIRST] = lambda _: said(status, "Contact: <sip:192.0.2.66>")
    line.start()
    line.go_on(3600 * S)
    assert line.news == [TrunkDown(Reason.REFUSED, status)], "told once"
    assert {address for address, _ in line.sends()} == {FIRST}
    assert 5 <= len(line.heard) <= 9, "each wait is about twice the last: 60 s, 120 s …"


def test_a_wrong_password_is_said_and_not_insisted_on() -> None:
    line = Line(password="wrong")
    line.start()
    assert line.news == [TrunkDown(Reason.PASSWORD, 401)]
    assert len(line.heard) == 2
    line.go_on(24 * 3600 * S)
    assert len(line.heard) < 2 * 60, "carriers lock accounts that insist"


@pytest.mark.parametrize("status", [500, 503, 504, 408, 480])
def test_a_host_that_cannot_is_left_for_the_next_at_once(status: int) -> None:
    line = Line()
    line.registrar.moods[FIRST] = lambda _: said(status)
    line.start()
    assert reasons(line) == [SECOND]
    line.registrar.moods.clear()
    line.go_on(3000 * S)
    assert reasons(line) == [SECOND], "the host that serves goes on serving"


def test_silence_of_one_host_costs_ten_seconds() -> None:
    line = Line()
    line.registrar.moods[FIRST] = silent
    line.start()
    assert line.news == []
    line.go_on(10 * S)
    assert reasons(line) == [SECOND]


def test_when_nobody_answers_it_is_tried_again_with_growing_waits() -> None:
    line = Line()
    line.registrar.moods |= {FIRST: silent, SECOND: silent}
    line.start()
    line.go_on(2 * 3600 * S)
    assert line.news == [TrunkDown(Reason.NO_ANSWER)]
    assert 15 < len(line.heard) < 120
    line.registrar.moods.clear()
    line.go_on(line.now_us + 700 * S)
    assert line.account.is_up


def test_a_registration_stands_until_its_end_though_nobody_renews_it() -> None:
    line = Line()
    line.start()
    line.registrar.moods |= {FIRST: silent, SECOND: silent}
    line.go_on(599 * S)
    assert len(line.heard) > 3
    assert line.account.is_up
    line.go_on(600 * S)
    assert line.news[1:] == [TrunkDown(Reason.NO_ANSWER)]


def test_a_refused_renewal_ends_it_at_once() -> None:
    line = Line()
    line.start()
    line.registrar.moods[FIRST] = lambda _: said(403)
    line.go_on(599 * S)
    assert line.news[1:] == [TrunkDown(Reason.REFUSED, 403)]


def test_the_other_host_takes_over_and_the_calls_are_told() -> None:
    line = Line()
    line.start()
    line.registrar.moods[FIRST] = lambda _: said(503, "Retry-After: 120")
    line.go_on(599 * S)
    assert reasons(line) == [FIRST, SECOND]


@pytest.mark.parametrize("expires", [0, 1, 9])
def test_an_answer_that_grants_next_to_nothing_is_a_refusal(expires: int) -> None:
    line = Line(FIRST)
    line.registrar.moods[FIRST] = lambda _: said(200, f"Contact: <{CONTACT}>;expires={expires}")
    line.start()
    assert line.news == [TrunkDown(Reason.REFUSED, 200)]


def test_late_and_foreign_answers_change_nothing() -> None:
    line = Line()
    line.start()
    for request in (0, 1, 2, 99):
        assert line.account.answered(RequestAnswered(request, 403, said(403)), 5 * S) == []
    assert line.account.is_up


def test_stopping_takes_the_registration_back() -> None:
    line = Line()
    line.start()
    line.stop()
    assert line.registrar.registered == {}
    assert line.news[-1] == TrunkDown(Reason.STOPPED)
    assert line.account.state is Registering.OFF
    assert line.account.deadline_us is None
    assert "*" not in line.heard[-1].contact, "others of the same account stay"


def test_stopping_while_asking_waits_for_the_end_and_takes_back_what_was_granted() -> None:
    line = Line(FIRST)
    out = line.account.start(0)
    request = out[0]
    assert isinstance(request, Send)
    assert line.account.stop(0) == [TrunkDown(Reason.STOPPED)]
    line.take(line.account.answered(RequestAnswered(request.request, 200, said(200, "Expires: 600")), 0))
    assert [expires for _, expires in line.sends()] == ["0", "0"]
    assert line.account.state is Registering.OFF
    assert [one for one in line.news if isinstance(one, TrunkUp)] == []


def test_a_carrier_that_is_away_does_not_hold_the_stop_up() -> None:
    line = Line()
    line.start()
    line.registrar.moods |= {FIRST: silent, SECOND: silent}
    line.stop()
    line.go_on(10 * S)
    assert line.account.state is Registering.OFF
    line.registrar.moods.clear()
    line.start()
    line.go_on(100 * S)
    assert line.account.is_up


def test_a_name_that_is_not_known_yet() -> None:
    line = Line("sip.example.net")
    line.start()
    assert line.news == [TrunkDown(Reason.NO_ADDRESS)]
    host = line.hosts.wanted(0)[0]
    line.hosts.resolved(host, Found(addresses=(SECOND,)), S)
    line.take(line.account.found(S))
    assert line.account.is_up
    assert line.heard[0].uri == "sip:sip.example.net"
    assert host == Host("sip.example.net")


def test_every_row_of_the_table_can_be_reached_and_every_state_left() -> None:
    left = {
        state
        for state, _ in STEPS
        if any(to is not state for (of, _), (to, _) in STEPS.items() if of is state)
    }
    assert left == set(Registering)
    assert {to for to, _ in STEPS.values()} == set(Registering)
    ends = {
        Given.REFUSED,
        Given.HOST_FAILED,
        Given.ALL_FAILED,
        Given.GRANTED,
        Given.TOO_BRIEF,
        Given.CHALLENGED,
    }
    assert {(state, given) for state in AWAITING for given in ends} <= set(STEPS), "every answer has its row"


@pytest.mark.parametrize(
    ("headers", "for_s"),
    [
        (("Contact: <sip:x@y>;expires=30", f"Contact: <{CONTACT}>;expires=300"), 300),
        ((f"Contact: <{CONTACT}>", "Expires: 400"), 400),
        (("Contact: <sip:rewritten@203.0.113.1>;expires=200", "Contact: <sip:b@c>;expires=100"), 100),
        ((), 600),
        (("Expires: nonsense",), 600),
        (("Expires: 99999999999999999999",), 86_400),
        ((f'Contact: "a, b;expires=5" <{CONTACT}>;expires="250"',), 250),
    ],
)
def test_for_how_long_it_is_granted(headers: tuple[str, ...], for_s: int) -> None:
    assert granted(said(200, *headers), Account(USER, CONTACT), 600).for_s == for_s


def test_what_the_carrier_wants_kept_is_bounded_and_can_be_sent() -> None:
    many = ", ".join(f"<sip:r{one}.example.net;lr>" for one in range(100))
    told = granted(
        said(200, f"Service-Route: {many}", f"P-Associated-URI: {many}, nonsense"), Account(USER, CONTACT), 60
    )
    assert (len(told.routes), len(told.identities)) == (MOST_ROUTES, MOST_IDENTITIES)
    broken = granted(
        said(200, "Service-Route: <sip:a\x01b>, <nonsense>, <sip:ok.example.net>"), Account(USER, CONTACT), 60
    )
    assert all(is_header("Route", one) for one in broken.routes)
    assert broken.routes == ("<sip:ok.example.net>",)


def test_waits_double_within_their_bounds() -> None:
    class Draws:
        def randint(self, least: int, most: int) -> int:
            assert least == most // 2
            return most

    def waits() -> Iterator[int]:
        back_off = BackOff(10, 100, Draws())  # type: ignore[arg-type]
        while True:
            yield back_off.next_us()

    assert [wait for wait, _ in zip(waits(), range(6), strict=False)] == [10, 20, 40, 80, 100, 100]


ANSWERS = st.one_of(
    st.none(),
    st.tuples(
        st.sampled_from(
            [100, 200, 200, 200, 202, 301, 400, 401, 401, 403, 407, 408, 423, 480, 500, 503, 603, 699]
        ),
        st.lists(
            st.one_of(
                st.text(max_size=20).map("Contact: ".__add__),
                st.integers(-1, 100_000).map(lambda span: f"Expires: {span}"),
                st.integers(-1, 100_000).map(lambda span: f"Min-Expires: {span}"),
                st.integers(-1, 100_000).map(lambda span: f"Retry-After: {span}"),
                st.integers(0, 3).map(lambda one: f'WWW-Authenticate: Digest realm="{one}", nonce="{one}"'),
                st.integers(0, 99).map(
                    lambda one: f'Proxy-Authenticate: Digest realm="r", nonce="{one}", stale=true'
                ),
            ),
            max_size=3,
        ),
    ),
)
AN_HOUR = 3600 * S


@settings(max_examples=150, deadline=None)
@given(st.lists(ANSWERS, max_size=40), st.integers(0, 9))
def test_no_carrier_gets_the_account_stuck_or_makes_it_a_nuisance(
    answers: list[tuple[int, list[str]] | None], seed: int
) -> None:
    line = Line(seed=seed)
    left = iter(answers)

    def mood(_: Send) -> Message | None:
        one = next(left, None)
        return said(one[0], *one[1]) if one else None

    line.registrar.moods |= {FIRST: mood, SECOND: mood}
    line.start()
    line.go_on(6 * AN_HOUR)
    assert len(line.heard) < 3000
    assert all(before != after for before, after in pairwise(line.news))
    assert [one.cseq for one in line.heard] == list(range(1, len(line.heard) + 1))
    line.registrar.moods.clear()
    line.go_on(line.now_us + 2 * AN_HOUR)
    assert line.account.is_up, "whatever was, a good carrier gets the trunk up again"
    line.stop()
    line.go_on(line.now_us + 60 * S)
    assert line.account.state is Registering.OFF
    assert line.account.unexpected == 0
