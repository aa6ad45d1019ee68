"""Whatever watchers send and whenever: one answer each, state that counts on, bounds that hold, nothing left over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.sip.events import RequestReceived
from drivers.sip.message import Message, is_header
from firmware.sip.dialog_info import Use
from firmware.sip.message_summary import Messages
from firmware.sip.outputs import Answer, Send
from firmware.sip.subscription import Deed, Subscription
from firmware.sip.subscription_table import Limits
from firmware.sip.subscriptions import Out, Subscriptions
from tests.unit.sip_watchers import House, S, said, status

FEW = Limits(most=6, most_a_source=4, most_a_watcher=3)
Step = Callable[[House], None]

SUBSCRIBES = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["202", "203", "204", "bob", ""]),
        "event": st.sampled_from(["dialog", "dialog;id=1", "message-summary", "presence", ";;", ""]),
        "watcher": st.sampled_from(["201", "205", "206"]),
        "expires": st.sampled_from(["0", "1", "60", "61", "600", "7200", "", "x"]),
        "call_id": st.sampled_from(["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"]),
        "cseq": st.integers(0, 9),
        "source": st.sampled_from(["192.0.2.50", "192.0.2.51", "2001:db8::1"]),
        "contact": st.sampled_from(["", "sip:a@192.0.2.66", "nonsense"]),
    }
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("subscribe"), SUBSCRIBES),
        st.tuples(st.just("again"), st.integers(0, 9), SUBSCRIBES),
        st.tuples(st.just("answer"), st.integers(0, 9), st.sampled_from([200, 202, 408, 481, 500])),
        st.tuples(
            st.just("use"), st.sampled_from(["202", "203"]), st.sampled_from(["idle", "ringing", "talking"])
        ),
        st.tuples(st.just("messages"), st.sampled_from(["202", "203"]), st.integers(0, 2)),
        st.tuples(st.just("wait"), st.sampled_from([1, 500_000, S, 5 * S, 36 * S, 61 * S])),
        st.tuples(st.just("forbid"), st.sampled_from(["202", "203"])),
    ),
    max_size=40,
)


class Days:
    """A house through steps of any kind."""

    def __init__(self, kind: type[Subscriptions] = Subscriptions) -> None:
        self.forbidden: set[str] = set()
        self.house = House(lambda _, package, number: number not in self.forbidden, FEW, kind)
        self.tags: list[tuple[str, str]] = []
        self.waiting: list[Out] = []

    def live(self, steps: list[tuple[object, ...]]) -> None:
        for name, *about in steps:
            out = getattr(self, f"_{name}")(*about)
            self.waiting = [*self.waiting, *(one for one in out if isinstance(one, Send))][-10:]
            self._judge(out)

    def _judge(self, out: list[Out]) -> None:
        for one in out:
            assert all(is_header(name, value) for name, value in one.headers)
        assert all(count <= FEW.most_a_source for count in self.house.lamps.table._sources.values())
        assert all(count <= FEW.most_a_watcher for count in self.house.lamps.table._watchers.values())
        assert len(self.house.lamps._requests) <= len(self.house.lamps.table)

    def _subscribe(self, about: dict[str, object]) -> list[Out]:
        out = self.house.subscribe(**about)  # type: ignore[arg-type]
        if status(out) == 200:
            assert isinstance(out[0], Answer)
            assert 0 <= int(said(out[0], "Expires")) <= 3600
            assert len(out) >= 2, "who was accepted is told"
            self.tags.append((str(about["call_id"]), out[0].to_tag))
        return out

    def _again(self, which: int, about: dict[str, object]) -> list[Out]:
        if not self.tags:
            return []
        call_id, tag = self.tags[which % len(self.tags)]
        return self._subscribe_to(about | {"call_id": call_id, "to_tag": tag})

    def _subscribe_to(self, about: dict[str, object]) -> list[Out]:
        return self.house.subscribe(**about)  # type: ignore[arg-type]

    def _answer(self, which: int, told: int) -> list[Out]:
        return self.house.answer(self.waiting[which % len(self.waiting)], told) if self.waiting else []

    def _use(self, number: str, state: str) -> list[Out]:
        return self.house.judged(self.house.lamps.show_use(number, Use(state), self.house.now_us))

    def _messages(self, number: str, new: int) -> list[Out]:
        return self.house.judged(self.house.lamps.show_messages(number, Messages(new), self.house.now_us))

    def _wait(self, for_us: int) -> list[Out]:
        return self.house.go_to(self.house.now_us + for_us)

    def _forbid(self, number: str) -> list[Out]:
        self.forbidden ^= {number}
        out = self.house.judged(self.house.lamps.recheck(self.house.now_us))
        assert all(one.wish.number not in self.forbidden for one in self.house.lamps.table.all())
        return out

    def end(self) -> None:
        """Nobody asks again: in an hour nothing is left."""
        self.house.go_to(self.house.now_us + 3601 * S)
        assert len(self.house.lamps.table) == 0
        assert self.house.lamps.deadline_us is None
        assert self.house.lamps._requests == {}
        assert self.house.lamps.unexpected == 0


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_whatever_watchers_do(steps: list[tuple[object, ...]]) -> None:
    days = Days()
    days.live(steps)
    days.end()


class Immortal(Subscription):
    """Planted: a subscription that outlives its time."""

    def passed(self, now_us: int) -> Deed | None:
        if now_us < self.until_us:
            return super().passed(now_us)
        self.until_us = now_us + 3600 * S
        return Deed.NOTHING


class TellsOnceMore(Subscriptions):
    """Planted: what is over is not taken off the table, as in CVE-2026-28799."""

    def _forget(self, one: Subscription) -> None:
        self._requests.pop(one.awaited, None)


def seen_through(planted: str) -> None:
    """A watcher that comes, perhaps ends, is told of changes, and stays away."""
    days = Days(TellsOnceMore if planted == "tells-once-more" else Subscriptions)
    about: dict[str, object] = {"number": "202", "watcher": "201", "call_id": "c1", "cseq": 1}
    days.live([("subscribe", about), ("answer", 0, 200), ("wait", 5 * S)])
    if planted != "immortal":
        days.live([("again", 0, about | {"cseq": 2, "expires": "0"})])
    days.live(
        [
            ("use", "202", "ringing"),
            ("answer", 1, 200),
            ("wait", 5 * S),
            ("use", "202", "idle"),
            ("answer", 2, 200),
        ]
    )
    days.end()


@pytest.mark.parametrize("planted", ["", "immortal", "tells-once-more"])
def test_what_is_planted_is_found(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if planted == "immortal":
        monkeypatch.setattr("firmware.sip.subscription_table.Subscription", Immortal)
    if not planted:
        seen_through(planted)
        return
    with pytest.raises(AssertionError):
        seen_through(planted)


TEXT = st.text(max_size=80)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["from", "to", "call-id", "cseq", "contact", "event", "expires", "accept", "record-route"]
        ),
        st.one_of(
            TEXT, st.sampled_from(["<sip:a@b>;tag=1", "dialog", "600", "1 SUBSCRIBE", "c1", "<sip:p;lr>"])
        ),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(HEADERS, TEXT, st.sampled_from(["UDP", "TLS6", ""]), TEXT)
def test_any_text_is_answered_once(
    headers: list[tuple[str, str]], uri: str, transport: str, watcher: str
) -> None:
    house = House(limits=FEW)
    message = Message(f"SUBSCRIBE {uri} SIP/2.0", tuple(headers))
    out = house.lamps.handle(RequestReceived(1, message, transport, "192.0.2.1", 5060), watcher, 0)
    assert [one.status for one in out if isinstance(one, Answer)] in (
        [200],
        [400],
        [403],
        [406],
        [423],
        [481],
        [489],
    )
    for one in out:
        assert all(is_header(name, value) for name, value in one.headers)
    house.judged(out)


@settings(max_examples=200, deadline=None)
@given(HEADERS)
def test_accepted_texts_can_be_sent_back(headers: list[tuple[str, str]]) -> None:
    """The good ones stand last, so that what came before is what is judged."""
    good = (("from", "<sip:201@b>;tag=1"), ("to", "<sip:202@b>"), ("call-id", "c"), ("cseq", "1 SUBSCRIBE"),
            ("contact", "<sip:201@c>"), ("event", "dialog"))  # fmt: skip
    named = {name for name, _ in headers}
    message = Message(
        "SUBSCRIBE sip:202@b SIP/2.0", (*headers, *(one for one in good if one[0] not in named))
    )
    out = House().lamps.handle(RequestReceived(1, message, "UDP", "192.0.2.1", 5060), "201", 0)
    for one in out:
        if isinstance(one, Send):
            fields = (one.method, one.uri, one.from_, one.to, one.contact, one.call_id)
            assert all(is_header("x", value) for value in fields)
