"""Messages and causes as plain data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.causes import cause_of, reason_header, status_of
from drivers.sip.message import is_header, parse
from drivers.sip.refer import Target, dialog_of, target_of


def test_folded_compact_and_repeated_headers_are_read() -> None:
    told = parse(
        "REFER sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP x;branch=1\r\nVia: SIP/2.0/TCP y\r\nSubject: a\r\n  b\r\n"
        "r: <sip:c@d?Replaces=1>\r\n\r\nbody\r\n\r\nmore"
    )
    assert (told.method, told.uri) == ("REFER", "sip:a@b")
    assert told.all("via") == ("SIP/2.0/UDP x;branch=1", "SIP/2.0/TCP y")
    assert told.first("subject") == "a b"
    assert told.first("refer-to") == "<sip:c@d?Replaces=1>"
    assert told.body == "body\r\n\r\nmore"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("<sip:a@b>", Target("sip:a@b")),
        ("sip:a@b;method=INVITE", Target("sip:a@b")),
        (
            '"A" <sip:a@b;x=1?Replaces=1%40c%3Bto-tag%3D2%3Bfrom-tag%3D3&P=1>;r=1',
            Target("sip:a@b;x=1", "1@c;to-tag=2;from-tag=3"),
        ),
        ("", Target("")),
    ],
)
def test_where_a_refer_leads(text: str, target: Target) -> None:
    assert target_of(text) == target
    assert dialog_of(target.replaces) == ("1@c" if target.replaces else "")


@pytest.mark.parametrize(
    ("start", "status"),
    [
        ("SIP/2.0 302 Moved", 302),
        ("SIP/2.0 200", 200),
        ("SIP/2.0", 0),
        ("SIP/2.0 ²00 x", 0),
        ("BYE a SIP/2.0", 0),
    ],
)
def test_the_status_of_a_response(start: str, status: int) -> None:
    assert parse(start + "\r\n\r\n").status == status


@given(st.text(max_size=300))
def test_any_text_is_some_message(text: str) -> None:
    told = parse(text)
    assert 0 <= told.status < 700
    assert told.first("via") == (told.all("via") or ("",))[0]


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "a\nb", "a\0b", "a\x7fb"])
def test_a_line_break_is_no_part_of_a_header(value: str) -> None:
    assert not is_header("Subject", value)
    assert is_header("Subject", "Grüße 你好\t!")
    assert not is_header("Sub ject", "a")
    assert not is_header("A:B", "a")


@pytest.mark.parametrize(
    ("status", "reasons", "cause"),
    [
        (486, (), 17),
        (404, (), 1),
        (487, (), 16),
        (200, (), 16),
        (699, (), 127),
        (480, ("Q.850;cause=31",), 31),
        (200, ('SIP;cause=200;text="x"', 'Q.850 ;text="a,b" ;cause= 17'), 17),
        (603, ("Q.850;cause=0",), 21),
        (603, ("Q.850;cause=999",), 21),
        (486, ("SIP;cause=600",), 17),
    ],
)
def test_the_cause_of_an_end(status: int, reasons: tuple[str, ...], cause: int) -> None:
    assert cause_of(status, reasons) == cause


@given(st.integers(1, 127))
def test_every_cause_has_a_final_status_and_comes_back_by_its_header(cause: int) -> None:
    assert 400 <= status_of(cause) < 700
    assert cause_of(status_of(cause), (reason_header(cause),)) == cause


@pytest.mark.parametrize("cause", [1, 17, 28])
def test_plain_causes_come_back_without_a_header(cause: int) -> None:
    assert cause_of(status_of(cause)) == cause
