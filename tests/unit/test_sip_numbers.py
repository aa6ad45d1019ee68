"""Numbers for carriers and from them: E.164 rules, identities with privacy, hostile names, who sent the call on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.message import Message, is_header, parse
from firmware.sip.addresses import parse_address
from firmware.sip.asserted import ANONYMOUS, Shown, identity
from firmware.sip.identity import dialled, divert_target
from firmware.sip.numbers import MOST_DIGITS, Plan, digits_of, e164, for_carrier, request_uri
from firmware.sip.party import MOST_NAME, Party, called_by, clean_name, diverted_from, party_of

CHINA = Plan("86", "0", "00", "10")
AMERICA = Plan("1", "1", "011", "212")
SPAIN = Plan("34", "", "00", "")


@pytest.mark.parametrize(
    ("plan", "dialled", "whole"),
    [
        (CHINA, "+8613800138000", "8613800138000"),
        (CHINA, "62345678", "861062345678"),
        (CHINA, "02162345678", "862162345678"),
        (CHINA, "13800138000", "8613800138000"),
        (CHINA, "0085223456789", "85223456789"),
        (CHINA, "10086", ""),
        (CHINA, "110", ""),
        (CHINA, "95588", ""),
        (CHINA, "*97", ""),
        (CHINA, "+0123456789", ""),
        (AMERICA, "15551234567", "15551234567"),
        (AMERICA, "5551234567", "15551234567"),
        (AMERICA, "5551234", "12125551234"),
        (AMERICA, "0114420794600", "4420794600"),
        (AMERICA, "911", ""),
        (SPAIN, "910123456", "34910123456"),
        (SPAIN, "112", ""),
        (Plan(), "910123456", ""),
    ],
)
def test_the_whole_number(plan: Plan, dialled: str, whole: str) -> None:
    assert e164(dialled, plan) == whole


@pytest.mark.parametrize(
    ("sends", "called", "written"),
    [
        ("dialled", "62345678", "62345678"),
        ("dialled", "+862162345678", "+862162345678"),
        ("e164", "62345678", "861062345678"),
        ("e164-plus", "021 6234-5678", "+862162345678"),
        ("national", "+862162345678", "02162345678"),
        ("national", "62345678", "01062345678"),
        ("national", "+85223456789", "0085223456789"),
        ("e164-plus", "95588", "95588"),
        ("e164", "*97#", "*97#"),
        ("e164-plus", "one\r\ntwo", ""),
    ],
)
def test_the_called_number_as_the_carrier_wants_it(sends: str, called: str, written: str) -> None:
    assert for_carrier(called, sends, CHINA) == written


@pytest.mark.parametrize("sends", ["dialled", "e164", "e164-plus", "national"])
@pytest.mark.parametrize("number", ["110", "119", "120", "1234567"])
def test_emergency_numbers_are_never_rewritten(sends: str, number: str) -> None:
    assert for_carrier(number, sends, CHINA, is_emergency=True) == number


@given(st.text(max_size=100), st.sampled_from(["dialled", "e164", "e164-plus", "national", "what"]))
def test_what_is_sent_is_a_number_or_nothing(called: str, sends: str) -> None:
    written = for_carrier(called, sends, CHINA)
    assert set(written.removeprefix("+")) <= set("0123456789*#")
    assert len(written) <= MOST_DIGITS + 2
    assert is_header("To", request_uri(written, "example.net"))


def test_the_uri_of_a_number() -> None:
    assert request_uri("+8613800138000", "example.net") == "sip:+8613800138000@example.net;user=phone"
    assert request_uri("*97#", "2001:db8::1", 5070) == "sip:*97%23@[2001:db8::1]:5070"


@pytest.mark.parametrize(
    ("way", "headers"),
    [
        ("from", ()),
        ("pai", (("P-Asserted-Identity", '"Rose \\"R\\"" <sip:+8610@example.net;user=phone>'),)),
        (
            "rpid",
            (
                (
                    "Remote-Party-ID",
                    '"Rose \\"R\\"" <sip:+8610@example.net;user=phone>;party=calling;screen=yes;privacy=off',
                ),
            ),
        ),
    ],
)
def test_who_calls_is_shown_the_carriers_way(way: str, headers: tuple[tuple[str, str], ...]) -> None:
    told = identity(Shown("+8610", 'Rose "R"'), way, "example.net")
    assert (told.from_, told.headers) == ('"Rose \\"R\\"" <sip:+8610@example.net;user=phone>', headers)


@pytest.mark.parametrize(("way", "knows"), [("from", False), ("pai", True), ("rpid", True)])
def test_a_hidden_number_is_in_no_header_that_is_shown(way: str, knows: bool) -> None:
    """RFC 3323 4.1.1.3, RFC 3325 9.3: the carrier may know, From may not say."""
    told = identity(Shown("62345678", "Rose", hide=True), way, "example.net")
    assert told.from_ == ANONYMOUS
    assert ("Privacy", "id") in told.headers
    asserted = [value for name, value in told.headers if name != "Privacy"]
    assert bool(asserted) == knows
    if way == "rpid":
        assert asserted[0].endswith("privacy=full")


@given(st.text(max_size=80), st.text(max_size=200), st.booleans(), st.sampled_from(["from", "pai", "rpid"]))
def test_no_name_or_number_breaks_a_header(number: str, name: str, hide: bool, way: str) -> None:
    told = identity(Shown(number, name, hide), way, "example.net")
    for header, value in (("From", told.from_), *told.headers):
        assert is_header(header, value)
        assert header == "Privacy" or parse_address(value)


def invite(*headers: str, uri: str = "sip:02112345678@192.0.2.1") -> Message:
    return parse(f"INVITE {uri} SIP/2.0\r\n" + "".join(f"{one}\r\n" for one in headers) + "\r\n")


def test_the_example_of_rfc_3325() -> None:
    """10.1: anonymous outside, asserted between those who trust one another."""
    told = invite(
        'From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=9802748',
        'P-Asserted-Identity: "Cullen Jennings" <sip:fluffy@cisco.com>',
        "P-Asserted-Identity: tel:+14085264000",
        "Privacy: id",
    )
    assert party_of(told) == Party(is_private=True)


@pytest.mark.parametrize(
    ("headers", "party"),
    [
        (("From: <sip:13800138000@c.example>;tag=1",), Party("13800138000")),
        (
            (
                'From: "x" <sip:1@a>',
                'P-Asserted-Identity: "Rose" <sip:fluffy@c>, "Li" <tel:+86-138-0013-8000>',
            ),
            Party("+8613800138000", "Li"),
        ),
        (
            (
                "From: sip:trunk@a",
                'Remote-Party-ID: <sip:1@a>;party=called, "Rose" <sip:+861380@a>;privacy=off',
            ),
            Party("+861380", "Rose"),
        ),
        (
            ("From: <sip:1380@a>", "Remote-Party-ID: <sip:1380@a>;party=calling;privacy=full"),
            Party(is_private=True),
        ),
        (('From: "1380" <sip:+1380@a>',), Party("+1380")),
        (("From: <sip:alice@a>",), Party("", "alice")),
        (("From: <sip:unavailable@unknown.invalid>",), Party()),
        (("From: <sip:anonymous@a>",), Party(is_private=True)),
        (('From: "A" <sip:1380@a>', "Privacy: none"), Party("1380", "A")),
        (('From: "A" <sip:1380@a>', "Privacy: user;critical"), Party(is_private=True)),
        (("From: <sip:+861380;phone-context=x@a;user=phone>",), Party("+861380")),
        (("From: nonsense",), Party()),
        ((), Party()),
    ],
)
def test_who_calls(headers: tuple[str, ...], party: Party) -> None:
    assert party_of(invite(*headers)) == party


def test_what_a_telephone_asserts_does_not_count() -> None:
    told = invite("From: <sip:201@box>", "P-Asserted-Identity: <sip:110@box>", "Diversion: <sip:119@box>")
    assert party_of(told, is_trusted=False) == Party("201")


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        (("Diversion: <sip:200@a>;reason=no-answer, <sip:100@a>;reason=unconditional",), "100"),
        (("Diversion: <sip:200@a>", "Diversion: <sip:100@a>;privacy=full"), ""),
        (("Diversion: <sip:100@a>;privacy=off",), "100"),
        (
            ("History-Info: <sip:bob@b>;index=1.1, <sip:100@a?Reason=SIP%3Bcause%3D302>;index=1",
             "History-Info: <sip:200@a>;index=1.1.1"),
            "100",
        ),
        (("History-Info: <sip:100@a>;index=1",), ""),
        (("History-Info: <sip:100@a?Privacy=history>;index=1, <sip:200@a>;index=1.1",), ""),
        (("History-Info: <sip:100@a>;index=1, <sip:200@a>;index=1.1", "Privacy: history"), ""),
        (("History-Info: <sip:100@a>;index=1." + "9" * 500 + ", <sip:200@a>;index=x",), ""),
        ((), ""),
    ],
)  # fmt: skip
def test_who_sent_the_call_on(headers: tuple[str, ...], number: str) -> None:
    assert diverted_from(invite(*headers)) == number


@pytest.mark.parametrize(
    ("uri", "headers", "called"),
    [
        ("sip:+862112345679@192.0.2.1;user=phone", (), "+862112345679"),
        ("sip:account@192.0.2.1", ("To: <sip:02112345679@c>",), "02112345679"),
        ("sip:account@192.0.2.1", ("To: <sip:1@c>", "P-Called-Party-ID: <sip:+862@c>"), "+862"),
        ("sip:account@192.0.2.1", ("To: <sip:account@c>",), "5555"),
        ("tel:+86-21", (), "+8621"),
        ("nonsense", (), "5555"),
    ],
)
def test_which_number_was_called(uri: str, headers: tuple[str, ...], called: str) -> None:
    assert called_by(invite(*headers, uri=uri), "account", "5555") == called


def test_the_account_may_be_the_number() -> None:
    assert called_by(invite("To: <sip:021@c>", uri="sip:021@192.0.2.1"), "021") == "021"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("  Rose\t\tLi ", "Rose Li"),
        ("a\u202eb\u2066c\u200bd", "a b c d"),
        ("a\x00b\x1b[31mc\x7f", "a b [31mc"),
        ("\u2028x\u2029", "x"),
        ("李" * 100, "李" * MOST_NAME),
        ("", ""),
    ],
)
def test_names_are_cleaned(name: str, shown: str) -> None:
    assert clean_name(name) == shown


HEADERS = (
    "from", "to", "p-asserted-identity", "remote-party-id", "privacy", "diversion", "history-info", "p-called-party-id",
)  # fmt: skip
PIECES = st.sampled_from(
    [
        "<sip:",
        "tel:",
        "@a",
        ">",
        '"',
        ";",
        ",",
        "index=1",
        "1.1",
        "privacy=full",
        "?Privacy=",
        "+86",
        "x",
        "\\",
        " ",
    ]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(HEADERS),
            st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join)),
        )
    ),
    st.text(max_size=60),
)
def test_any_invite_tells_numbers_and_clean_names(headers: list[tuple[str, str]], uri: str) -> None:
    told = Message(f"INVITE {uri} SIP/2.0", tuple(headers))
    party = party_of(told)
    for number in (party.number, party.diverted_from, called_by(told)):
        assert number == digits_of(number)
    assert len(party.name) <= MOST_NAME
    assert party.name.isprintable()
    assert not (party.is_private and (party.number or party.name))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("sip:201@box", "201"), ("<sip:+86%2010@a>;tag=1", "+8610"), ('"x" <tel:+86-10>', "+8610"), ("sip:box", ""),
        ("", ""), ("sip:*21*5%23@box", "*21*5#"), ("sip:bob@box", ""),
    ],
)  # fmt: skip
def test_what_was_dialled(text: str, number: str) -> None:
    assert dialled(text) == number


def test_where_a_telephone_sends_its_calls() -> None:
    answer = parse('SIP/2.0 302 Moved\r\nContact: <sip:bob@a>, "202" <sip:202@box;user=phone>;q=1\r\n\r\n')
    assert divert_target(answer) == "202"
    assert divert_target(parse("SIP/2.0 302 Moved\r\n\r\n")) == ""
