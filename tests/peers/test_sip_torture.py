"""RFC 4475 on the wire: each message gets the right class of answer, and the box serves on after each."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.peers.sip_caller import header_of
from tests.peers.torture import book

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

from tests.peers.sip_target import BareTarget, Target, a_target, prove_alive

ENTRIES = book.entries()
LIES = {"clerr", "ncl", "mcl01", "dblreq"}
"""Messages whose Content-Length is not that of their body, on purpose; inv2543 has none."""


@pytest.fixture(scope="module", params=book.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def target(kind: str) -> Iterator[Target]:
    """One for each transport: a request that comes by both is merged (RFC 3261 8.2.2.2)."""
    with a_target() as one:
        yield one


@pytest.fixture(scope="module")
def plain(target: Target) -> dict[str, str]:
    return book.plain_answers(target)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_message_is_answered_rightly_and_the_box_serves_on(
    target: Target, plain: dict[str, str], entry: book.Entry, kind: str
) -> None:
    status = book.answer_to(target, entry.text(), kind)
    prove_alive(target)
    assert book.is_right(entry, kind, status, plain), f"{status}, wanted one of {entry.allowed(kind)}"
    if isinstance(target, BareTarget):
        assert status == book.seen()[kind][entry.name], "python -m tests.peers.torture.book"


def test_the_page_is_what_the_table_says_and_what_was_seen() -> None:
    assert book.PAGE.read_text() == book.page(book.seen()), "run: python -m tests.peers.torture.book"


def test_there_are_all_forty_nine() -> None:
    assert len(ENTRIES) == len({entry.name for entry in ENTRIES}) == 49
    assert {path.stem for path in book.HERE.glob("*.dat")} == {entry.name for entry in ENTRIES}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_bytes_are_whole(entry: book.Entry) -> None:
    head, end, body = entry.text().partition(b"\r\n\r\n")
    assert end
    assert b"\n" not in head.replace(b"\r\n", b"")
    stated = header_of(head + end, "Content-Length") or header_of(head + end, "l")
    if entry.name not in LIES and stated:
        assert int(stated) == len(body)


def test_a_dead_target_and_a_wrong_answer_are_noticed() -> None:
    entry = ENTRIES[1]
    assert not book.is_right(entry, "udp", "200", {"INVITE": "200"})
    assert not book.is_right(entry, "udp", book.SILENCE, {})
    target = BareTarget("--fault", "crash")
    try:
        host, port = target.address("udp")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            text = entry.text().replace(b"!interesting-Method0123456789_*+`.%indeed'~", b"SUBSCRIBE")
            stranger.sendto(text, (host, port))
        target.process.wait(10)
        with pytest.raises(AssertionError):
            prove_alive(target)
    finally:
        target.stop()
