"""Digest against the examples of the RFCs; nonces that are kept nowhere and used once."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.message import is_header
from firmware.sip.digest import challenge, ha1, parse, realm_of, response
from firmware.sip.nonces import KEPT, LASTS_US, WINDOW, Age, Nonces

RFC_2617 = (
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
RFC_7616 = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={algorithm}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
MD5 = "8ca523f5e9506fed4657c9700eebdbec"
SHA_256 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"


@pytest.mark.parametrize(
    ("text", "password"),
    [
        (RFC_2617, "Circle Of Life"),
        (RFC_7616.format(algorithm="MD5", response=MD5), "Circle of Life"),
        (RFC_7616.format(algorithm="SHA-256", response=SHA_256), "Circle of Life"),
    ],
    ids=["RFC 2617 3.5", "RFC 7616 3.9.1 MD5", "RFC 7616 3.9.1 SHA-256"],
)
def test_the_examples_of_the_rfcs_come_out(text: str, password: str) -> None:
    said = parse(text)
    assert said is not None
    secret = ha1(said.algorithm, said.username, said.realm, password)
    assert response(said, secret, "GET") == said.response
    assert response(said, secret, "PUT") != said.response
    assert response(said, ha1(said.algorithm, said.username, said.realm, "x"), "GET") != said.response


@pytest.mark.parametrize(
    "change",
    [
        ("Digest ", "Basic "), ("qop=auth,", ""), ("qop=auth", "qop=auth-int"), ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=0000000g"), ('cnonce="0a4f113b"', 'cnonce=""'), ('username="Mufasa", ', ""),
        ("qop=auth", "qop=auth, algorithm=MD5-sess"), ("qop=auth", 'qop=auth, username="Scar"'),
        ("qop=auth", 'qop=auth, x="'), ("Mufasa", "M" * 300), ("qop=auth", "qop=auth, algorithm=SHA-512"),
    ],
)  # fmt: skip
def test_what_is_no_whole_log_in_is_none(change: tuple[str, str]) -> None:
    assert parse(RFC_2617.replace(*change)) is None


def test_a_log_in_is_read_however_it_is_written() -> None:
    said = parse(
        'DIGEST  Username="a\\"b" ,REALM=r,nonce=n, uri="u",QOP="auth",nc=0000000A,cnonce=c,response=x'
    )
    assert said is not None
    assert (said.username, said.realm, said.algorithm, said.count) == ('a"b', "r", "MD5", 10)


def test_the_realm_of_a_box_is_constant_and_safe() -> None:
    assert realm_of("box-1") == "tipring-box-1"
    assert is_header("WWW-Authenticate", challenge(realm_of('b"\r\nx'), "n", "MD5", stale=True))
    assert realm_of('b"\r\nx') == "tipring-b___x"


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    for one in (text, f"Digest {text}", RFC_2617 + text, RFC_2617.replace("Mufasa", text)):
        said = parse(one)
        if said is not None:
            response(said, "0" * 32, text)


SOURCE = "192.168.1.50"


def test_a_nonce_is_good_for_its_source_and_its_time() -> None:
    nonces = Nonces(b"key", 1000)
    nonce = nonces.make(SOURCE, 5000)
    assert nonces.age(nonce, SOURCE, 5000) is Age.FRESH
    assert nonces.age(nonce, SOURCE, 5000 + LASTS_US - 1) is Age.FRESH
    assert nonces.age(nonce, SOURCE, 5000 + LASTS_US) is Age.STALE
    assert nonces.age(nonce, "192.168.1.51", 5000) is Age.STALE
    assert nonces.age(nonce, SOURCE, 4999) is Age.STALE
    assert nonces.make(SOURCE, 5000) != nonce


def test_nonces_of_a_former_process_are_stale() -> None:
    """What was used of them is forgotten: a log-in that was overheard would be good once more."""
    nonce = Nonces(b"key", 1000).make(SOURCE, 5000)
    assert Nonces(b"key", 5001).age(nonce, SOURCE, 6000) is Age.STALE
    assert Nonces(b"key", 5000).age(nonce, SOURCE, 6000) is Age.FRESH
    assert Nonces(b"other", 1000).age(nonce, SOURCE, 6000) is Age.STALE


@given(st.integers(0, 26), st.integers(1, 255))
def test_a_nonce_that_was_changed_is_not_ours(place: int, change: int) -> None:
    nonces = Nonces(b"key", 0)
    raw = bytearray(base64.urlsafe_b64decode(nonces.make(SOURCE, 5000)))
    raw[place] ^= change
    assert nonces.age(base64.urlsafe_b64encode(raw).decode(), SOURCE, 5000) is Age.STALE


@given(st.text())
def test_any_text_is_no_nonce(text: str) -> None:
    nonces = Nonces(b"key", 0)
    assert nonces.age(text, SOURCE, 5000) is Age.STALE
    assert nonces.age(nonces.make(SOURCE, 1) + text, SOURCE, 2) is (Age.STALE if text else Age.FRESH)


def test_a_count_is_used_once() -> None:
    nonces = Nonces(b"key", 0)
    nonce = nonces.make(SOURCE, 1)
    assert [nonces.spend(nonce, count) for count in (1, 1, 2, 1, 2)] == [True, False, True, False, False]


def test_counts_may_come_out_of_order_but_not_late() -> None:
    nonces = Nonces(b"key", 0)
    nonce = nonces.make(SOURCE, 1)
    assert [nonces.spend(nonce, count) for count in (5, 3, 4, 3, 5)] == [True, True, True, False, False]
    assert nonces.spend(nonce, 1000)
    assert nonces.spend(nonce, 1000 - WINDOW + 1)
    assert not nonces.spend(nonce, 1000 - WINDOW)
    assert not nonces.spend(nonce, 6)


@given(st.lists(st.integers(0, 200)))
def test_no_order_of_counts_lets_one_in_twice(counts: list[int]) -> None:
    nonces = Nonces(b"key", 0)
    nonce = nonces.make(SOURCE, 1)
    taken = [count for count in counts if nonces.spend(nonce, count)]
    assert len(taken) == len(set(taken))


def test_a_nonce_whose_counts_were_forgotten_is_used_up() -> None:
    nonces = Nonces(b"key", 0)
    first = nonces.make(SOURCE, 10)
    assert nonces.spend(first, 1)
    for at_us in range(11, 11 + KEPT):
        assert nonces.spend(nonces.make(SOURCE, at_us), 1)
    assert len(nonces) == KEPT
    assert nonces.age(first, SOURCE, 11 + KEPT) is Age.STALE
    assert nonces.age(nonces.make(SOURCE, 11 + KEPT), SOURCE, 11 + KEPT) is Age.FRESH
