"""Which host is next: order, weights, quarantine; what DNS says, and what it is never asked."""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sip.dns_answer import BadAnswer, Record, records
from firmware.sip.hosts import (
    AGAIN_US,
    LEAST_QUARANTINE_US,
    MOST_QUARANTINE_US,
    MOST_TARGETS,
    Found,
    Host,
    Hosts,
    Service,
    by_weight,
    host_of,
)
from firmware.sip.resolver import addresses_of, query, resolve

S = 1_000_000


def hosts(*names: str, transport: str = "udp") -> Hosts:
    return Hosts(names, transport, Random(7))


def test_literal_addresses_are_there_at_once_and_dns_is_never_asked() -> None:
    some = hosts("192.0.2.1", "192.0.2.2:5070", "2001:db8::1", "[2001:db8::2]:5080", transport="tls")
    assert some.wanted(0) == ()
    assert some.deadline_us is None
    assert [one.place for one in some.order(0)] == [
        "192.0.2.1:5061", "192.0.2.2:5070", "[2001:db8::1]:5061", "[2001:db8::2]:5080",
    ]  # fmt: skip
    assert some.order(0)[3].route == "<sip:[2001:db8::2]:5080;transport=tls;lr;hide>"


@pytest.mark.parametrize("text", ["", "a b", "a:99999", "a:", "[a]:1", "[2001:db8::g]", "a:1:2", "a\r\nb:1"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a host"):
        host_of(text)


def test_names_are_asked_once_and_again_when_their_time_is_over() -> None:
    some = hosts("sip.example.net", "192.0.2.9")
    assert some.wanted(0) == (Host("sip.example.net"),)
    assert some.wanted(S) == ()
    some.resolved(Host("sip.example.net"), Found(addresses=("192.0.2.1", "192.0.2.2"), ttl_s=100), S)
    assert [one.address for one in some.order(S)] == ["192.0.2.1", "192.0.2.2", "192.0.2.9"]
    assert some.deadline_us == 101 * S
    assert some.wanted(101 * S) == (Host("sip.example.net"),)
    some.resolved(Host("sip.example.net"), None, 102 * S)
    assert len(some.order(102 * S)) == 3, "what was found before stays in use"
    assert some.deadline_us == 102 * S + AGAIN_US


def test_a_host_that_failed_is_left_for_the_next_and_comes_back() -> None:
    some = hosts("192.0.2.1", "192.0.2.2")
    first, second = some.order(0)
    some.failed(first, 0)
    assert some.next(0) == second
    some.failed(second, S)
    assert some.next(S) is None
    assert some.order(S) == [first, second], "a call tries them all the same"
    assert some.free_us(S) == LEAST_QUARANTINE_US
    assert some.next(LEAST_QUARANTINE_US) == first


def test_quarantine_doubles_up_to_a_bound_and_ends_with_success() -> None:
    some = hosts("192.0.2.1")
    only = some.order(0)[0]
    ends = []
    for _ in range(40):
        some.failed(only, 0)
        ends.append(some.free_us(0))
    assert ends[:3] == [LEAST_QUARANTINE_US, 2 * LEAST_QUARANTINE_US, 4 * LEAST_QUARANTINE_US]
    assert ends[-1] == MOST_QUARANTINE_US
    some.worked(only)
    assert some.next(0) == only
    some.failed(only, 0, 90 * S)
    assert some.free_us(0) == 90 * S


def test_priority_goes_before_weight() -> None:
    listed = [Service(2, 9, 1, ("a",)), Service(1, 0, 2, ("b",)), Service(1, 50, 3, ("c",))]
    assert by_weight(listed, Random(3))[2].priority == 2


def test_weights_are_chances() -> None:
    """RFC 2782: of weights 0, 1 and 3 the last is first in about three of four; the one without has little chance."""
    listed = [Service(1, weight, 5060, (str(weight),)) for weight in (0, 1, 3)]
    draw = Random(11)
    firsts = Counter(by_weight(listed, draw)[0].weight for _ in range(5000))
    assert 0.15 < firsts[0] / 5000 < 0.25  # One of the five numbers 0..4 is its.
    assert 0.55 < firsts[3] / 5000 < 0.65
    assert by_weight(listed, Random(5)) == by_weight(listed, Random(5))


@given(
    st.lists(st.builds(Service, st.integers(0, 3), st.integers(0, 65535), st.just(5060), st.just(("a",)))),
    st.integers(),
)
def test_no_service_is_lost(listed: list[Service], seed: int) -> None:
    ordered = by_weight(listed, Random(seed))
    assert Counter(ordered) == Counter(listed)
    assert [one.priority for one in ordered] == sorted(one.priority for one in listed)


NAME = b"\x04_sip\x04_udp\x07example\x03net\x00"
AS_ASKED = b"\x00\x01\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00" + NAME + b"\x00\x21\x00\x01"


def srv(priority: int, weight: int, port: int, target: bytes, ttl_s: int = 300) -> bytes:
    data = b"".join(one.to_bytes(2) for one in (priority, weight, port)) + target
    return b"\xc0\x0c\x00\x21\x00\x01" + ttl_s.to_bytes(4) + len(data).to_bytes(2) + data


ANSWER = AS_ASKED + srv(10, 60, 5060, b"\x01a\xc0\x16") + srv(20, 0, 5070, b"\x01b\x07example\x03net\x00", 60)


def test_the_records_of_an_answer() -> None:
    """Written from RFC 1035 4.1: the second name of the question begins at 12 + 10."""
    assert records(ANSWER) == (
        Record(10, 60, 5060, "a.example.net", 300),
        Record(20, 0, 5070, "b.example.net", 60),
    )


ITSELF = (0xC000 + len(AS_ASKED) + len(srv(1, 1, 1, b""))).to_bytes(2)
"""A pointer to where it stands."""


@pytest.mark.parametrize(
    "target",
    [b"\xc0\xff", b"\x05ab", b"\x01a\xc0\x3f", b"\x03a\x00b\x00", b"\x03a b\x00", b"\xc0", ITSELF],
)
def test_names_that_lead_nowhere(target: bytes) -> None:
    with pytest.raises(BadAnswer):
        records(AS_ASKED[:7] + b"\x01" + AS_ASKED[8:] + srv(1, 1, 1, target))


@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0, len(ANSWER) - 1), st.integers(0, 255)).map(
            lambda at: ANSWER[: at[0]] + bytes([at[1]]) + ANSWER[at[0] + 1 :]
        ),
    )
)
def test_any_bytes_are_an_answer_or_none(answer: bytes) -> None:
    try:
        told = records(answer)
    except BadAnswer:
        return
    assert all(one.target.isprintable() and len(one.target) < 300 for one in told)


def nobody(*_: object) -> None:
    raise AssertionError("DNS was asked")


def no_srv(_: str) -> bytes:
    raise OSError


def test_the_resolver_asks_nobody_about_an_address() -> None:
    found = resolve(Host("192.0.2.1"), "udp", nobody, nobody)  # type: ignore[arg-type]
    assert found == Found(addresses=("192.0.2.1",))


def test_services_first_and_mere_addresses_where_there_are_none() -> None:
    known = {
        "a.example.net": ["192.0.2.1"],
        "b.example.net": ["192.0.2.2", "2001:db8::2"],
        "example.net": ["192.0.2.3"],
    }
    asked: list[str] = []

    def ask(name: str) -> bytes:
        asked.append(name)
        return ANSWER

    found = resolve(Host("example.net"), "udp", ask, known.__getitem__)
    assert asked == ["_sip._udp.example.net"]
    assert found == Found(
        (Service(10, 60, 5060, ("192.0.2.1",)), Service(20, 0, 5070, ("192.0.2.2", "2001:db8::2"))), ttl_s=60
    )
    assert resolve(Host("example.net"), "udp", no_srv, known.__getitem__) == Found(addresses=("192.0.2.3",))
    assert resolve(Host("example.net", 5080), "udp", nobody, known.__getitem__) == Found(  # type: ignore[arg-type]
        addresses=("192.0.2.3",)
    )


def test_a_service_that_is_decidedly_not_there_has_no_address() -> None:
    answer = AS_ASKED[:7] + b"\x01" + AS_ASKED[8:] + srv(0, 0, 0, b"\x00")
    assert resolve(Host("example.net"), "tls", lambda _: answer, nobody) == Found()  # type: ignore[arg-type]


def test_names_nobody_knows_are_none() -> None:
    def unknown(_: str) -> list[str]:
        raise OSError

    assert resolve(Host("nowhere.invalid"), "tcp", no_srv, unknown) is None


def test_the_machine_itself_is_found() -> None:
    assert set(addresses_of("localhost")) & {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match="no such name"):
        addresses_of("a" * 300 + ".invalid")


class NameServer:
    """Answers one question for SRV on the loopback. The thread's resolver is led to it, /etc/resolv.conf stays."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)
        self.asked = b""
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        question, address = self.socket.recvfrom(512)
        self.asked = question
        self.socket.sendto(question[:2] + ANSWER[2:], address)

    def lead_here(self) -> None:
        """`struct __res_state` (resolv.h): two ints, a long, nscount, then the servers' sockaddr_in."""
        library = ctypes.CDLL(None)
        library["__res_init"]()
        state = library["__res_state"]
        state.restype = ctypes.c_void_p
        port = self.socket.getsockname()[1]
        address = struct.pack("=H", socket.AF_INET) + struct.pack(
            "!H4s8x", port, socket.inet_aton("127.0.0.1")
        )
        after = ctypes.sizeof(ctypes.c_int) * 2 + ctypes.sizeof(ctypes.c_long)
        ctypes.memmove(state() + after, struct.pack("=i", 1) + address, 4 + len(address))


def test_the_c_library_asks_for_services_and_lets_others_run() -> None:
    server = NameServer()
    told: list[tuple[Record, ...]] = []

    def ask() -> None:
        server.lead_here()
        told.append(records(query("_sip._udp.example.net")))

    asking = threading.Thread(target=ask)
    server.thread.start()
    asking.start()
    for thread in (asking, server.thread):
        thread.join(20)
    server.socket.close()
    assert NAME in server.asked
    assert server.asked.partition(NAME)[2].startswith(b"\x00\x21\x00\x01")
    assert [[one.target for one in some] for some in told] == [["a.example.net", "b.example.net"]]


def test_a_name_that_cannot_be_asked_for_is_an_error() -> None:
    with pytest.raises(OSError, match="no SRV"):
        query("a" * 300)


def test_a_name_with_a_thousand_addresses_does_not_fill_the_box() -> None:
    some = hosts("example.net", "192.0.2.1")
    some.wanted(0)
    some.resolved(
        Host("example.net"),
        Found(addresses=tuple(f"10.0.{one // 256}.{one % 256}" for one in range(1000))),
        0,
    )
    for one in some.order(0):
        some.failed(one, 0)
    assert len(some.order(0)) == MOST_TARGETS


def test_the_services_order_becomes_the_targets() -> None:
    some = hosts("example.net")
    some.wanted(0)
    services = (Service(20, 0, 5070, ("192.0.2.2",)), Service(10, 60, 5060, ("192.0.2.1",)))
    some.resolved(Host("example.net"), Found(services), 0)
    assert [(one.place, one.host) for one in some.order(0)] == [
        ("192.0.2.1:5060", "example.net"),
        ("192.0.2.2:5070", "example.net"),
    ]
    assert some.addresses() == {"192.0.2.1", "192.0.2.2"}
