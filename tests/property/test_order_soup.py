"""Any bytes from a client of the order socket: answered, refused or let go, never an exception, never much memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware.protocol import inputs as i
from firmware.protocol.framing import framed
from firmware.protocol.order_format import (
    LONGEST_FRAME,
    Answers,
    AskHandover,
    AskReload,
    AskState,
    GiveOrder,
    Request,
    Requests,
    encode,
    order_id,
)

TEXT = st.text(max_size=20)
ORDERS = st.one_of(
    st.builds(i.AgentOrder, TEXT, TEXT, TEXT, TEXT),
    st.builds(i.CallOrder, TEXT, TEXT, TEXT, TEXT, TEXT, st.integers(0, 1 << 40)),
    st.builds(i.ConfigApplied, st.integers(0, 1 << 40), TEXT, TEXT),
)
NUMBERS = st.integers(0, 1 << 40)
REQUESTS = st.one_of(
    st.builds(GiveOrder, NUMBERS, ORDERS, st.booleans()),
    st.builds(AskState, NUMBERS),
    st.builds(AskReload, NUMBERS),
    st.builds(AskHandover, NUMBERS),
)


@given(st.lists(REQUESTS, max_size=6), st.lists(st.integers(1, 50), min_size=1))
def test_requests_arrive_whole_however_they_are_cut(sent: list[Request], cuts: list[int]) -> None:
    data, stream = b"".join(encode(one) for one in sent), Requests()
    got: list[Request | None] = []
    while data:
        cut = cuts[len(got) % len(cuts)]
        got += stream.receive(data[:cut])
        data = data[cut:]
    assert got == sent


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_any_bytes_are_survived(chunks: list[bytes]) -> None:
    requests, answers = Requests(), Answers()
    for chunk in chunks:
        requests.receive(chunk)
        answers.receive(chunk)
        assert len(requests._bodies._kept) <= LONGEST_FRAME + 4


@given(st.binary(max_size=200))
def test_a_body_that_is_no_request_is_told_apart_from_silence(body: bytes) -> None:
    (found,) = Requests().receive(framed(body))
    assert found is None or isinstance(found, Request)


@given(ORDERS)
def test_every_order_has_an_id(order: i.AnyOrder) -> None:
    assert isinstance(order_id(order), str)
