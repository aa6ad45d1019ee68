"""URIs and name-addrs from anybody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.message import is_header
from firmware.sip.addresses import (
    Uri,
    header_params,
    name_addr,
    parse_address,
    parse_uri,
    quoted,
    sip_uri,
    split,
    unquoted,
    user_in,
)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:201@box", Uri("sip", "201", "box")),
        (
            "SIPS:201@BOX.example:5061;transport=TCP",
            Uri("sips", "201", "box.example", 5061, (("transport", "TCP"),)),
        ),
        ("sip:box", Uri("sip", "", "box")),
        ("sip:[2001:DB8::1]:5070;lr", Uri("sip", "", "2001:db8::1", 5070, (("lr", ""),))),
        ("sip:a:secret@b?Subject=x", Uri("sip", "a:secret", "b", headers="Subject=x")),
        ("sip:*21#@b", Uri("sip", "*21#", "b")),
        (
            "tel:+86-10-6552-9988;phone-context=x",
            Uri("tel", "+86-10-6552-9988", params=(("phone-context", "x"),)),
        ),
    ],
)
def test_a_uri_is_read(text: str, uri: Uri) -> None:
    assert parse_uri(text) == uri
    assert parse_uri(uri.text) == uri


@pytest.mark.parametrize(
    "text",
    ["", "sip:", "sip:@", "sip:a@", "sip:a@b:99999", "sip:a@b c", "sip:a@b\r\nVia: x", "http://a", "sip:a b@c", "201",
     "sip:a@b@c", "sip:a@-b", "tel:", "sip:ü@b", "sip:" + "a" * 2000 + "@b", "sip:a@b;<x>"],
)  # fmt: skip
def test_what_is_no_uri_is_none(text: str) -> None:
    assert parse_uri(text) is None


@pytest.mark.parametrize(
    ("text", "user"),
    [("sip:%32%30%31@b", "201"), ("sip:201;x=1@b", "201"), ("sip:201:pw@b", "201"), ("tel:(0)21-5", "0215")],
)
def test_who_a_uri_names(text: str, user: str) -> None:
    uri = parse_uri(text)
    assert uri is not None
    assert uri.user == user


def test_the_same_place_written_in_two_ways_is_one() -> None:
    one, other = parse_uri("sip:%32@Box;x=1;transport=TCP"), parse_uri("sip:2@box.;transport=tcp")
    assert one and other and one.key == other.key
    for different in (
        "sips:2@box;transport=tcp",
        "sip:2@box:5060;transport=tcp",
        "sip:3@box;transport=tcp",
        "sip:2@box",
    ):
        uri = parse_uri(different)
        assert uri and uri.key != one.key


@pytest.mark.parametrize(
    ("text", "display", "user", "params"),
    [
        ('"A \\"B\\" <c>, d" <sip:1@b>;tag=x;flag', 'A "B" <c>, d', "1", (("tag", "x"), ("flag", ""))),
        ("Front desk <sip:1@b;lr>", "Front desk", "1", ()),
        ("sip:1@b;tag=x", "", "1", (("tag", "x"),)),
        (
            '<sip:1@b> ; +sip.instance="<urn:uuid:1;2>" ; Q=0.5',
            "",
            "1",
            (("+sip.instance", "<urn:uuid:1;2>"), ("q", "0.5")),
        ),
    ],
)
def test_a_name_addr_is_read(text: str, display: str, user: str, params: tuple[tuple[str, str], ...]) -> None:
    address = parse_address(text)
    assert address is not None
    assert (address.display, address.uri.user, address.params) == (display, user, params)
    assert user_in(text) == user


@pytest.mark.parametrize(
    "text", ["", "<>", "<sip:1@b", "sip:1@b>", '"a <sip:1@b>', "<sip:1@b> x", '<sip:1@b>;a="', "*"]
)
def test_what_is_no_name_addr_is_none(text: str) -> None:
    assert parse_address(text) is None
    assert user_in(text) == ""


def test_lists_are_split_outside_quotes_and_brackets_alone() -> None:
    assert split('"a,b" <sip:1,2@c>, <sip:d>,e', ",") == ['"a,b" <sip:1,2@c>', " <sip:d>", "e"]
    assert split('"a', ",") is None
    assert split("<a", ",") is None
    assert header_params(";a=1;b") == (("a", "1"), ("b", ""))
    assert header_params("x;a") is None


@given(st.text(), st.text(max_size=30))
def test_whatever_is_shown_stays_one_header_and_names_whom_it_named(display: str, user: str) -> None:
    text = name_addr(display, sip_uri(user, "box", 5070))
    assert is_header("From", text)
    text.encode()
    address = parse_address(text)
    assert address is not None
    assert (address.uri.host, address.uri.port) == ("box", 5070)
    assert address.uri.user == user.encode("utf-8", "replace").decode()
    assert address.display == "".join(letter for letter in display if letter.isprintable())


@given(st.text())
def test_a_quoted_text_comes_back(text: str) -> None:
    seen = "".join(letter for letter in text if letter.isprintable())
    assert unquoted(quoted(text)) == seen
    assert split(quoted(text), ",") == [quoted(text)]


SOUP = st.text(st.sampled_from(list('sip:tel<>"\\;,@[]=?%#*+ 0129ab\t\r\n\0é')), max_size=60)


@given(st.one_of(SOUP, st.text(), st.builds("sip:{}".format, SOUP)))
def test_any_text_is_taken(text: str) -> None:
    uri, address = parse_uri(text), parse_address(text)
    for one in (uri, address.uri if address else None):
        if one is not None:
            assert is_header("Contact", one.text)
            assert parse_uri(one.text) is not None
    split(text, ",")
    header_params(text)


def test_long_text_without_an_end_takes_no_long_time() -> None:
    """Patterns that try again from each letter would take minutes."""
    for letter in ('"', "\\", "<", ";", "a;", ",", "=", '"\\', "%", "a@", "[:", "."):
        text = letter * 60_000
        assert parse_address(f'"{text}') is None or letter
        parse_address(text)
        parse_uri(f"sip:{text}")
        split(text, ",")
        header_params(f";{text}")
