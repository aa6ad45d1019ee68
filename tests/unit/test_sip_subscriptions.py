"""Watching lamps: accepted, refreshed, fetched, refused, ended, told; and never more of them than there may be."""

from __future__ import annotations

import pytest

from drivers.sip.message import is_header
from firmware.sip.deadlines import SLACK, Deadlines
from firmware.sip.dialog_info import Use
from firmware.sip.message_summary import Messages
from firmware.sip.outputs import Answer, Send
from firmware.sip.subscription import AWAITING, STEPS, Given, Watching
from firmware.sip.subscription_table import Limits, SubscriptionTable
from firmware.sip.subscriptions import Out, Subscriptions
from tests.unit.sip_watchers import House, S, dialog_state, said, status, tag_of

RINGING = Use("ringing", "sip:13800138000@box", "Rose")


def only(out: list[Out]) -> Send:
    assert len(out) == 1
    assert isinstance(out[0], Send)
    return out[0]


def test_a_watcher_is_accepted_and_told_at_once() -> None:
    house = House()
    answer, notify = house.subscribe(more="Accept: application/dialog-info+xml\r\n")
    assert isinstance(answer, Answer)
    assert isinstance(notify, Send)
    assert (answer.status, said(answer, "Expires"), answer.to_tag) == (200, "600", "tip-w0")
    assert said(answer, "Contact") == "<sip:202@192.0.2.1:5060;transport=udp>"
    assert notify.uri == "sip:201@192.0.2.50:5062"
    assert (notify.from_, notify.to) == ("<sip:202@box>;tag=tip-w0", "<sip:201@box>;tag=f")
    assert (notify.call_id, notify.cseq, said(notify, "Event")) == ("c1", 1, "dialog")
    assert said(notify, "Subscription-State") == "active;expires=600"
    assert said(notify, "Route") == "<sip:192.0.2.50:5062;transport=udp;lr;hide>"
    assert dialog_state(notify) == "idle"


def test_what_changes_is_told_at_most_once_a_second() -> None:
    house = House()
    house.answer(house.subscribe()[1])
    house.go_to(5 * S)
    ringing = only(house.judged(house.lamps.show_use("202", RINGING, house.now_us)))
    assert dialog_state(ringing) == "early"
    house.answer(ringing)
    assert house.judged(house.lamps.show_use("202", Use("talking"), house.now_us)) == []
    assert house.judged(house.lamps.show_use("202", Use(), house.now_us)) == []
    assert house.go_to(5_900_000) == []
    assert dialog_state(only(house.go_to(6 * S))) == "idle"


def test_one_notify_at_a_time_and_the_last_state_counts() -> None:
    house = House()
    first = house.subscribe()[1]
    house.go_to(3 * S)
    assert house.lamps.show_use("202", RINGING, house.now_us) == []
    assert house.lamps.show_use("202", Use("talking"), house.now_us) == []
    house.answer(first)
    assert dialog_state(only(house.go_to(3 * S))) == "confirmed"


def test_the_same_again_is_not_told() -> None:
    house = House()
    house.answer(house.subscribe()[1])
    house.go_to(2 * S)
    assert house.lamps.show_use("202", Use(), house.now_us) == []
    assert house.lamps.show_use("203", RINGING, house.now_us) == []


def test_messages_are_told_to_who_watches_them() -> None:
    house = House()
    notify = house.subscribe("201", "message-summary")[1]
    assert isinstance(notify, Send)
    assert notify.content_type == "application/simple-message-summary"
    house.answer(notify)
    house.go_to(2 * S)
    told = only(house.judged(house.lamps.show_messages("201", Messages(2, 1), house.now_us)))
    assert "Messages-Waiting: yes" in told.body
    assert "Voice-Message: 2/1" in told.body


def test_a_refresh_lengthens_and_tells_again() -> None:
    house = House()
    out = house.subscribe()
    house.answer(out[1])
    house.go_to(500 * S)
    again = house.subscribe(to_tag=tag_of(out), cseq=2, expires="900", contact="sip:201@192.0.2.50:9999")
    assert status(again) == 200
    assert isinstance(again[1], Send)
    assert again[1].uri == "sip:201@192.0.2.50:9999"
    house.answer(again[1])
    assert house.go_to(1399 * S) == []
    last = only(house.go_to(1400 * S))
    assert said(last, "Subscription-State") == "terminated;reason=timeout"
    assert len(house.lamps.table) == 0


def test_expires_0_within_ends_it() -> None:
    house = House()
    out = house.subscribe()
    ended = house.subscribe(to_tag=tag_of(out), cseq=2, expires="0")
    assert status(ended) == 200
    assert said(ended[1], "Subscription-State") == "terminated;reason=timeout"
    assert len(house.lamps.table) == 0
    assert status(house.subscribe(to_tag=tag_of(out), cseq=3)) == 481
    assert house.answer(out[1]) == []


def test_expires_0_from_nowhere_is_a_fetch_that_leaves_nothing() -> None:
    """SAFETY S1: the subscription of CVE-2026-28799 was freed while its NOTIFY still used it."""
    house = House()
    for number in range(3000):
        out = house.subscribe(expires="0", call_id=f"f{number}")
        assert status(out) == 200
        assert said(out[0], "Expires") == "0"
        assert said(out[1], "Subscription-State") == "terminated;reason=timeout"
        house.answer(out[1], 481)
    assert len(house.lamps.table) == 0
    assert house.lamps.deadline_us is None


@pytest.mark.parametrize(
    ("event", "more", "told"),
    [
        ("presence", "", 489),
        ("reg", "", 489),
        ("", "", 489),
        ("dialog;\x01", "", 489),
        ("DIALOG", "", 200),
        ("dialog;id=a7;sla", "", 200),
        ("dialog", "Accept: application/pidf+xml\r\n", 406),
        ("dialog", "Accept: text/plain, */*;q=0.1\r\n", 200),
    ],
)
def test_which_packages_are_served(event: str, more: str, told: int) -> None:
    out = House().subscribe(event=event, more=more)
    assert status(out) == told
    assert said(out[0], "Allow-Events") == ("message-summary, dialog" if told in {200, 489} else "")


def test_the_events_id_comes_back() -> None:
    assert said(House().subscribe(event="dialog; ID=a7; x")[1], "Event") == "dialog;id=a7"


@pytest.mark.parametrize(
    ("expires", "told", "granted"),
    [
        ("59", 423, ""), ("1", 423, ""), ("60", 200, "60"), ("99999999999999999999", 200, "3600"),
        ("", 200, "3600"), ("-1", 400, ""), ("soon", 400, ""),
    ],
)  # fmt: skip
def test_for_how_long(expires: str, told: int, granted: str) -> None:
    out = House().subscribe(expires=expires)
    assert (status(out), said(out[0], "Expires")) == (told, granted)
    assert said(out[0], "Min-Expires") == ("60" if told == 423 else "")


def test_who_may_watch_what() -> None:
    def own(watcher: str, package: str, number: str) -> bool:
        return package == "dialog" or watcher == number

    house = House(own)
    assert status(house.subscribe("202", "message-summary")) == 403
    assert status(house.subscribe("201", "message-summary")) == 200
    assert status(house.subscribe("bob", "dialog", call_id="c2")) == 403


def test_another_telephone_cannot_touch_a_subscription() -> None:
    house = House()
    out = house.subscribe(watcher="201")
    assert status(house.subscribe(watcher="203", to_tag=tag_of(out), cseq=5, expires="0")) == 481
    assert len(house.lamps.table) == 1


def test_an_old_request_again_is_refused() -> None:
    house = House()
    out = house.subscribe(cseq=7)
    assert status(house.subscribe(to_tag=tag_of(out), cseq=7, expires="0")) == 500
    assert len(house.lamps.table) == 1


@pytest.mark.parametrize(
    "what", ["From: <sip:201@box>;tag=f", "Contact: <sip:201@192.0.2.50:5062>", "Call-ID: c1"]
)
@pytest.mark.parametrize("instead", ["", "{}: nonsense <", "{}: " + "x" * 600])
def test_what_a_dialog_needs(what: str, instead: str) -> None:
    lines = ["SUBSCRIBE sip:202@box SIP/2.0", "From: <sip:201@box>;tag=f", "To: <sip:202@box>", "Call-ID: c1",
             "CSeq: 1 SUBSCRIBE", "Contact: <sip:201@192.0.2.50:5062>", "Event: dialog"]  # fmt: skip
    house = House()
    assert status(house.take("\r\n".join(lines) + "\r\n\r\n")) == 200
    told = instead.format(what.partition(":")[0])
    changed = [told if line == what else line for line in lines]
    out = House().take("\r\n".join(one for one in changed if one) + "\r\n\r\n")
    assert status(out) == (200 if told == "Call-ID: nonsense <" else 400)


def test_a_proxy_in_between_stays_there() -> None:
    notify = House().subscribe(more="Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n")[1]
    assert isinstance(notify, Send)
    routes = [value for name, value in notify.headers if name == "Route"]
    assert routes == ["<sip:192.0.2.50:5062;transport=udp;lr;hide>", "<sip:p1;lr>", "<sip:p2;lr>"]


@pytest.mark.parametrize(
    ("told", "more", "left"),
    [(200, "", 1), (481, "", 0), (408, "", 0), (404, "", 0), (503, "", 0), (503, "Retry-After: 5\r\n", 1)],
)
def test_what_answers_to_notify_do(told: int, more: str, left: int) -> None:
    house = House()
    house.answer(house.subscribe()[1], told, more)
    assert len(house.lamps.table) == left


def test_a_silent_watcher_is_forgotten() -> None:
    house = House()
    house.subscribe(expires="3600")
    assert house.go_to(36 * S) == []
    assert len(house.lamps.table) == 0


def test_a_telephone_started_anew_takes_its_own_place() -> None:
    house = House(limits=Limits(most=1))
    for number in range(50):
        assert status(house.subscribe(call_id=f"boot{number}")) == 200
    assert len(house.lamps.table) == 1
    assert status(house.subscribe(watcher="209", call_id="other")) == 503


def test_who_may_not_watch_any_longer_is_told() -> None:
    allowed = {"202", "203"}
    house = House(lambda watcher, package, number: number in allowed)
    house.subscribe("202")
    house.subscribe("203", call_id="c2")
    allowed.remove("202")
    last = only(house.judged(house.lamps.recheck(0)))
    assert said(last, "Subscription-State") == "terminated;reason=rejected"
    assert len(house.lamps.table) == 1


def test_at_the_end_watchers_are_told_to_come_again() -> None:
    house = House()
    house.subscribe()
    assert (
        said(only(house.judged(house.lamps.stop(0))), "Subscription-State")
        == "terminated;reason=probation;retry-after=5"
    )
    assert house.lamps.deadline_us is None


class NoBounds(SubscriptionTable):
    """Planted: everybody is let in."""

    def is_full(self, source: str, watcher: str) -> bool:
        del source, watcher
        return False


class WithoutBounds(Subscriptions):
    def __init__(self, *about: object, limits: Limits, **more: object) -> None:
        super().__init__(*about, **more)  # type: ignore[arg-type]
        self.table = NoBounds(limits)


FEW = Limits(most=40, most_a_source=20, most_a_watcher=10)


def flood(house: House, watchers: int, sources: int) -> int:
    """How many of 400 are let in. The house itself judges that they are never more than `most`."""
    answers = [
        house.subscribe(
            watcher=str(200 + number % watchers),
            call_id=f"c{number}",
            source=f"192.0.2.{number % sources}",
            contact=f"sip:x@192.0.2.9:{1000 + number}",
        )
        for number in range(400)
    ]
    assert {status(out) for out in answers} == {200, 503}
    assert all(said(out[0], "Retry-After") == "60" for out in answers if status(out) == 503)
    return len(house.lamps.table)


@pytest.mark.parametrize(("watchers", "sources", "most"), [(100, 100, 40), (100, 1, 20), (1, 100, 10)])
def test_a_flood_stays_within_bounds_in_all_by_source_and_by_watcher(
    watchers: int, sources: int, most: int
) -> None:
    assert flood(House(limits=FEW), watchers, sources) == most


def test_a_table_without_bounds_is_found() -> None:
    with pytest.raises(AssertionError):
        flood(House(limits=FEW, kind=WithoutBounds), 100, 100)


def test_room_comes_back() -> None:
    house = House(limits=FEW)
    flood(house, 100, 100)
    house.go_to(700 * S)
    assert len(house.lamps.table) == 0
    assert flood(house, 1, 100) == 10
    house.go_to(1400 * S)
    assert flood(house, 100, 1) == 20, "also for a source that had all it may have"
    house.go_to(2100 * S)
    assert flood(house, 100, 1) == 20


def test_deadlines_do_not_pile_up() -> None:
    some = Deadlines()
    for at in range(10_000):
        some.set(at % 5, at)
    assert len(some) <= 2 * 5 + SLACK
    for key in range(10_000):
        some.set(key + 10, 50_000)
        some.drop(key + 10)
    assert len(some) <= 2 * 5 + SLACK + 1
    assert [some.take(60_000) for _ in range(7)] == [0, 1, 2, 3, 4, None, None]


def test_the_table_of_one_subscription() -> None:
    assert {to for to, _ in STEPS.values()} == set(Watching)
    assert {(state, Given.ENDED) for state in Watching if state is not Watching.OVER} <= set(STEPS)
    assert {(state, given) for state in AWAITING for given in (Given.TOLD, Given.REFUSED)} <= set(STEPS)
    assert not any(state is Watching.OVER for state, _ in STEPS), "what is over stays so"


def test_everything_that_is_sent_can_be() -> None:
    house = House()
    house.subscribe(more='Record-Route: <sip:p1;lr>;x="\x01"\r\n')
    house.lamps.show_use("202", Use("ringing", "sip:\x01@x", 'a"<&\x00', call_id="\x01"), 0)
    for one in house.sent:
        assert all(is_header(name, value) for name, value in one.headers)
