"""Answers to digest challenges: the RFCs' own examples, several realms, stale nonces, nonsense."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.message import Message, is_header, parse
from firmware.sip.client_digest import (
    MOST_ANSWERS,
    MOST_CHALLENGES,
    Attempt,
    Challenge,
    ClientDigest,
    Login,
    challenges,
    credentials,
)

LOGIN = Login("Mufasa", "Circle of Life")
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def refused(*values: str, status: int = 401, name: str = "WWW-Authenticate") -> Message:
    lines = "".join(f"{name}: {value}\r\n" for value in values)
    return parse(f"SIP/2.0 {status} No\r\n{lines}\r\n")


def attempt(login: Login = LOGIN) -> Attempt:
    words = (f"c{number}" for number in itertools.count())
    return ClientDigest(login, lambda: next(words)).attempt("REGISTER", "sip:example.net")


def digest(realm: str = "r", nonce: str = "n", more: str = "") -> str:
    return f'Digest realm="{realm}", nonce="{nonce}"{more}'


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, response: str) -> None:
    told = refused(
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        f'nonce="{NONCE}", opaque="{OPAQUE}"'
    )
    value = credentials(challenges(told)[0], LOGIN, "GET", "/dir/index.html", cnonce=CNONCE, count=1)
    assert value == (
        f'Digest username="Mufasa", realm="http-auth@example.org", nonce="{NONCE}", uri="/dir/index.html", '
        f'response="{response}", opaque="{OPAQUE}", cnonce="{CNONCE}", algorithm={algorithm}, qop=auth, nc=00000001'
    )


@pytest.mark.parametrize(
    ("password", "has_qop", "response"),
    [
        ("Circle Of Life", True, "6629fae49393a05397450978507c4ef1"),
        ("CircleOfLife", False, "1949323746fe6a43ef61f9606e7febea"),
    ],
)
def test_the_examples_of_rfc_2617_and_rfc_2069(password: str, has_qop: bool, response: str) -> None:
    """The second as its erratum 749 corrects it."""
    challenge = Challenge(
        "Authorization", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", has_qop=has_qop
    )
    told = credentials(
        challenge, Login("Mufasa", password), "GET", "/dir/index.html", cnonce="0a4f113b", count=1
    )
    assert f'response="{response}"' in told
    assert ("cnonce" in told) == has_qop
    assert "algorithm" not in told


def test_the_topmost_that_can_be_answered_is() -> None:
    told = refused(
        digest(more=", algorithm=SHA-512-256"),
        digest(more=', algorithm=SHA-256, qop="auth"'),
        digest(more=", algorithm=MD5"),
        digest("other", more=', qop="auth-int"'),
        "Basic realm=r",
    )
    assert [(one.realm, one.algorithm) for one in challenges(told)] == [("r", "SHA-256")]


def test_a_proxy_and_a_server_are_both_answered() -> None:
    asking = attempt()
    assert [name for name, _ in asking.answer(refused(digest("a")))] == ["Authorization"]
    proxy = refused(digest("b"), status=407, name="Proxy-Authenticate")
    assert [name for name, _ in asking.answer(proxy)] == ["Proxy-Authorization", "Authorization"]


def test_a_wrong_password_is_not_tried_again() -> None:
    asking = attempt()
    assert asking.answer(refused(digest(nonce="1")))
    assert asking.answer(refused(digest(nonce="2"))) == ()


def test_a_stale_nonce_is_replaced_but_not_for_ever() -> None:
    asking = attempt()
    answers = [asking.answer(refused(digest(nonce=str(one), more=", stale=TRUE"))) for one in range(6)]
    assert [bool(one) for one in answers] == [True] * MOST_ANSWERS + [False] * (6 - MOST_ANSWERS)


def test_the_next_request_needs_no_challenge_and_counts_on() -> None:
    known = ClientDigest(LOGIN, lambda: "c")
    first = known.attempt("REGISTER", "sip:a")
    assert first.headers() == ()
    assert "nc=00000001" in first.answer(refused(digest(more=', qop="auth"')))[0][1]
    second = known.attempt("INVITE", "sip:b")
    assert "nc=00000002" in second.headers()[0][1]
    # A server that was started anew knows none of its nonces, and need not call them stale.
    assert "nc=00000001" in second.answer(refused(digest(nonce="new", more=', qop="auth"')))[0][1]


def test_what_is_quoted_comes_back_as_it_was() -> None:
    told = attempt(Login('a"\\b', "x")).answer(refused('Digest realm="a \\"b\\" c", nonce="1,2=3"'))[0][1]
    assert 'username="a\\"\\\\b"' in told
    assert 'realm="a \\"b\\" c", nonce="1,2=3"' in told


@pytest.mark.parametrize(
    "value",
    ["", "Digest", "Digest realm=r", 'Digest nonce="n"', 'Digest realm="r", nonce=""', 'Digest realm="r" nonce="n"',
     'Digest realm="r, nonce=n', 'Digest realm="r", nonce="n\tx"', f'Digest realm="r", nonce="{"n" * 5000}"',
     'Digest realm="r", nonce="n", algorithm=MD5-sess'],
)  # fmt: skip
def test_what_cannot_be_answered_is_not(value: str) -> None:
    assert attempt().answer(refused(value)) == ()


@given(
    st.lists(
        st.one_of(
            st.text(max_size=80),
            st.text(alphabet='Digest realmnonce="\\,qop', max_size=80).map("Digest ".__add__),
        ),
        max_size=12,
    )
)
def test_any_challenge_gives_headers_that_can_be_sent(values: list[str]) -> None:
    found = Message("SIP/2.0 401 No", tuple(("www-authenticate", value) for value in values))
    assert len(challenges(found)) <= MOST_CHALLENGES
    assert all(is_header(name, value) for name, value in attempt().answer(found))


def test_the_password_is_in_no_text_of_the_login() -> None:
    assert "Circle" not in repr(LOGIN) + str(LOGIN)
