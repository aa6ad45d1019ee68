"""Whatever is sent to the registrar: it answers or is silent, binds nobody who did not log in, and does not grow."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.sip.events import RequestAnswered, RequestReceived
from drivers.sip.message import Message, is_header, parse
from firmware.config.schema import Sip
from firmware.sip.authenticator import Allowed, Authenticator, Verdict
from firmware.sip.outputs import Answer, Drop, Out, Send
from tests.unit.sip_rig import METHODS, NUMBERS, SipRig, Telephone, answer, is_dropped

HEADERS = (
    "from",
    "to",
    "contact",
    "expires",
    "call-id",
    "cseq",
    "authorization",
    "require",
    "user-agent",
    "via",
)
SOUP = st.text(st.sampled_from(list('<>"\\;:,@=?%*[] sipx0129.\t\r\n\0é\ud800')), max_size=60)
USUAL = st.sampled_from(
    ["<sip:201@192.168.1.1>", "sip:202@box;tag=1", "*", "0", "60", "99999999999999999999", "1 REGISTER",
     "2147483647 REGISTER",
     "<sip:201@192.168.1.50>;expires=60;q=0.5", '<sip:201@10.0.0.9>;+sip.instance="<urn:uuid:1>";reg-id=1',
     "<sip:201@[::1]:5060;transport=tcp;ob>", "<sip:a@b>,<sip:c@d>,<sip:e@f>", "Digest ", 'Digest username="201"',
     "path",
     'Digest username="201", realm="tipring-box-1", nonce="x", uri="sip:192.168.1.1", response="x", qop=auth, '
     'nc=00000001, cnonce="x"']
)  # fmt: skip
VALUE = st.one_of(
    USUAL,
    SOUP,
    st.text(max_size=40),
    st.builds(str.__mul__, st.text(min_size=1, max_size=3), st.integers(1, 5000)),
)
HEADER_ROWS = st.lists(st.tuples(st.sampled_from(HEADERS), VALUE), max_size=12)
METHOD = st.one_of(st.sampled_from(METHODS), SOUP)
URI = st.one_of(st.just("sip:192.168.1.1"), SOUP)
SOURCE = st.sampled_from(
    ["192.168.1.50", "192.168.1.51", "::1", "198.51.100.1", "", "x", "[fe80::1%eth0]", "::ffff:10.0.0.1"]
)
TRANSPORT = st.sampled_from(["UDP", "TCP", "TLS", "UDP6", "", "x"])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        SipRig(Path(name))
        yield Path(name)


def looked_at(rig: SipRig, out: list[Out]) -> None:
    """What goes out can go out."""
    for one in out:
        if isinstance(one, Answer):
            assert 200 <= one.status < 600
            assert all(is_header(name, value) for name, value in one.headers)
            for _, value in one.headers:
                value.encode()
    assert len([one for one in out if isinstance(one, Answer | Drop)]) == 1
    assert len(rig.bindings) <= 5 * len(NUMBERS)
    assert len(rig.nonces) < 1000


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(METHOD, URI, HEADER_ROWS, SOURCE, TRANSPORT, st.integers(-1, 70_000)), max_size=4))
@example(
    [
        (
            "REGISTER",
            "sip:192.168.1.1",
            [("authorization", "Digest " + "a=," * 3000)],
            "192.168.1.50",
            "UDP",
            5060,
        )
    ]
)
def test_who_did_not_log_in_binds_nothing_whatever_he_sends(
    folder: Path, asked: list[tuple[str, str, list[tuple[str, str]], str, str, int]]
) -> None:
    rig = SipRig(folder)
    for number, (method, uri, headers, source, transport, port) in enumerate(asked):
        message = Message(f"{method} {uri} SIP/2.0", tuple(headers))
        request = RequestReceived(number, message, transport, source, port)
        out = rig.registrar.handle(request, rig.now_us)
        looked_at(rig, out)
        assert [one for one in out if isinstance(one, Send)] == []
    assert len(rig.bindings) == 0
    assert rig.registrar.due_us is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_taken(folder: Path, data: bytes) -> None:
    rig = SipRig(folder)
    for text in (data, b"REGISTER sip:192.168.1.1 SIP/2.0\r\n" + data):
        message = parse(text.decode("utf-8", "replace"))
        looked_at(
            rig, rig.registrar.handle(RequestReceived(1, message, "UDP", "192.168.1.50", 5060), rig.now_us)
        )
    assert len(rig.bindings) == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NUMBERS), HEADER_ROWS, st.integers(0, 4000)), max_size=8))
def test_who_did_log_in_may_send_anything_and_binds_only_himself(
    folder: Path, asked: list[tuple[str, list[tuple[str, str]], int]]
) -> None:
    rig = SipRig(folder, Sip(requests_a_second=1000))
    for user, headers, seconds in asked:
        others = {number: rig.reach(number) for number in NUMBERS if number != user}
        phone = Telephone(rig, user, port=5000 + int(user))
        own = [row for row in headers if row[0] != "authorization"]
        phone.take(answer(phone.send("REGISTER")))
        out = phone.send("REGISTER", *own, *phone.authorization("REGISTER", "sip:192.168.1.1"))
        looked_at(rig, out)
        assert {number: rig.reach(number) for number in others} == others
        assert all("192.168.1.50" in reach for reach in rig.reach(user)), "nobody else is ever called"
        for one in rig.wait(seconds):
            if isinstance(one, Send):
                rig.registrar.answered(RequestAnswered(one.request, 200, None))
    rig.wait(4000)
    assert len(rig.bindings) == 0, "everything ends by itself"
    assert len(rig.registrar._pings._pings) == len(rig.registrar._pings._asked) == 0


class LetsIn(Authenticator):
    """The planted fault: a log-in that cannot be read is let pass."""

    def judge_request(self, request: RequestReceived, now_us: int) -> Verdict:
        if request.message.first("authorization"):
            return Allowed("201")
        return super().judge_request(request, now_us)


def binds_without_a_password(rig: SipRig) -> bool:
    phone = Telephone(rig)
    for said in ("Digest ", "Basic x", 'Digest username="201"'):
        phone.send("REGISTER", ("contact", phone.contact), ("authorization", said))
    return len(rig.bindings) > 0


def test_one_who_is_let_in_without_a_password_would_be_noticed(folder: Path) -> None:
    assert not binds_without_a_password(SipRig(folder))
    assert binds_without_a_password(SipRig(folder, authenticator=LetsIn)), "the planted fault shows"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["guess", "right", "wait", "nobody"]), max_size=40))
def test_a_guesser_gets_ten_tries_in_any_order(folder: Path, steps: list[str]) -> None:
    rig = SipRig(folder)
    phone, guesser = Telephone(rig), Telephone(rig, "201", "guess", source="192.168.1.66")
    for step in steps:
        if step == "wait":
            rig.wait(5)
        elif step == "right":
            assert answer(phone.register()).status == 200
        else:
            guesser.user = "999" if step == "nobody" else "201"
            out = guesser.send("REGISTER", *guesser.authorization("REGISTER", "sip:192.168.1.1"))
            if not is_dropped(out):
                guesser.take(answer(out))
    assert rig.guard.counts.failures <= 10
    assert rig.bindings.speaks_from("192.168.1.66") is False
