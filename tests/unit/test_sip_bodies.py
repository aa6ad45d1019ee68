"""What lamps are told, byte by byte: the RFCs' examples, and names that would break a document."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sip.dialog_info import NAMESPACE, Use, dialog_info
from firmware.sip.message_summary import MOST_MESSAGES, Messages, message_summary

NS = f"{{{NAMESPACE}}}"


def test_messages_as_rfc_3842_shows_them() -> None:
    """5.1, without classes we do not have."""
    assert message_summary(Messages(4, 8), "sip:alice@vmail.example.com") == (
        "Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 4/8 (0/0)\r\n"
    )


@pytest.mark.parametrize(
    ("messages", "waiting", "counts"),
    [
        (Messages(), "no", "0/0"),
        (Messages(0, 3), "no", "0/3"),
        (Messages(-1, -1), "no", "0/0"),
        (Messages(1 << 40, 0), "yes", f"{MOST_MESSAGES}/0"),
    ],
)
def test_counts_of_messages(messages: Messages, waiting: str, counts: str) -> None:
    told = message_summary(messages, "sip:a@b")
    assert told.startswith(f"Messages-Waiting: {waiting}\r\n")
    assert f"Voice-Message: {counts} (0/0)\r\n" in told


def test_an_idle_telephone_has_no_dialog() -> None:
    assert dialog_info("sip:alice@example.com", Use(), 0) == (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" '
        'version="0" state="full" entity="sip:alice@example.com">\r\n'
        "</dialog-info>\r\n"
    )


def test_a_ringing_telephone_as_rfc_4235_shows_it() -> None:
    """6.1, the second NOTIFY: what a watcher needs to pick the call up."""
    use = Use(
        "ringing", "sip:bob@example.com", "Bob", False, "a84b4c76e66710", "hh76a", "1928301774", "as7d900as8"
    )
    told = ElementTree.fromstring(dialog_info("sip:alice@example.com", use, 1).encode())
    assert (told.tag, told.attrib) == (
        f"{NS}dialog-info",
        {"version": "1", "state": "full", "entity": "sip:alice@example.com"},
    )
    dialog = told[0]
    assert dialog.attrib == {
        "id": "as7d900as8", "call-id": "a84b4c76e66710", "local-tag": "hh76a", "remote-tag": "1928301774",
        "direction": "recipient",
    }  # fmt: skip
    assert dialog.findtext(f"{NS}state") == "early"
    identity = dialog.find(f"{NS}remote/{NS}identity")
    assert identity is not None
    assert (identity.text, identity.attrib) == ("sip:bob@example.com", {"display": "Bob"})
    target = dialog.find(f"{NS}local/{NS}target")
    assert target is not None
    assert target.attrib == {"uri": "sip:alice@example.com"}


@pytest.mark.parametrize(
    ("use", "state", "direction"),
    [(Use("talking"), "confirmed", "recipient"), (Use("talking", is_caller=True), "confirmed", "initiator")],
)
def test_who_called(use: Use, state: str, direction: str) -> None:
    told = ElementTree.fromstring(dialog_info("sip:a@b", use, 3).encode())
    assert (told[0].findtext(f"{NS}state"), told[0].attrib["direction"]) == (state, direction)
    assert told.find(f".//{NS}remote") is None


def test_a_name_cannot_leave_its_place() -> None:
    evil = '"/><dialog id="x"><state>confirmed</state></dialog><!--'
    told = dialog_info("sip:a@b", Use("ringing", evil, evil, call_id=evil), 1)
    assert told.count("<dialog ") == 1
    assert told.count("<state>") == 1
    root = ElementTree.fromstring(told.encode())
    assert len(root) == 1
    assert root[0].attrib["call-id"] == evil


STATES = st.sampled_from(["ringing", "talking", "idle", "x"])
TEXT = st.text(max_size=60)
USES = st.builds(Use, STATES, TEXT, TEXT, st.booleans(), TEXT, TEXT, TEXT, TEXT)


@given(TEXT, USES, st.integers(0, 1 << 40))
def test_any_names_make_a_document_of_one_dialog(entity: str, use: Use, version: int) -> None:
    root = ElementTree.fromstring(dialog_info(entity, use, version).encode())
    assert [one.tag for one in root] == [f"{NS}dialog"] * (use.state in {"ringing", "talking"})
    assert {one.tag.removeprefix(NS) for one in root.iter()} <= {
        "dialog-info", "dialog", "state", "local", "remote", "identity", "target",
    }  # fmt: skip
