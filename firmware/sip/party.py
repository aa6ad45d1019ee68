"""Who calls, whom, and who sent the call on, read from an INVITE. All text is hostile: bounded and cleaned here.

Number: P-Asserted-Identity (RFC 3325), Remote-Party-ID, From. Diversion: RFC 5806, History-Info (RFC 7044).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from drivers.sip.message import Message
from firmware.sip.addresses import Address, parse_address, parse_uri
from firmware.sip.elements import elements
from firmware.sip.numbers import digits_of, number_in

MOST_NAME = 64
MOST_RAW_NAME = 1024
_SECRET = frozenset({"id", "user", "header", "history", "full", "name", "uri"})
"""Words of Privacy (RFC 3323 4.2, RFC 3325 9.3, RFC 7044 10.1) and of Remote-Party-ID."""
_NOBODY = frozenset({"anonymous", "restricted", "private", "withheld"})
"""Users and names that say the caller wants to be unknown."""
_UNKNOWN = frozenset({"unavailable", "unknown"})
_INDEX = re.compile(r"[0-9]+(?:\.[0-9]+)*", re.ASCII)


class Party(Struct, frozen=True):
    """Who calls."""

    number: str = ""
    """Digits, perhaps after `+`; empty: withheld or unknown."""
    name: str = ""
    is_private: bool = False
    """Asked that neither be shown; then neither is told here."""
    diverted_from: str = ""
    """The number that was called first, where the call was sent on."""


def party_of(invite: Message, *, is_trusted: bool = True) -> Party:
    """From a carrier that is trusted its assertions count, else only From."""
    diverted = diverted_from(invite) if is_trusted else ""
    asserted = _first(invite, "p-asserted-identity", ("sip", "sips", "tel")) if is_trusted else None
    remote = _calling(invite) if is_trusted else None
    written = parse_address(invite.first("from"))
    if _is_private(invite, remote, written):
        return Party(is_private=True, diverted_from=diverted)
    number = next((one for told in (asserted, remote, written) if (one := _number(told))), "")
    name = next((one for told in (asserted, remote, written) if (one := _name(told, number))), "")
    return Party(number, name, diverted_from=diverted)


def called_by(invite: Message, account: str = "", own_number: str = "") -> str:
    """The number that was called: of the first line, unless that names only our account; P-Called-Party-ID
    (RFC 7315 4.2), To, else our own."""
    uri = parse_uri(invite.uri)
    if uri and uri.user != account and (number := number_in(uri)):
        return number
    for name in ("p-called-party-id", "to"):
        told = parse_address(invite.first(name))
        if told and told.uri.user != account and (number := number_in(told.uri)):
            return number
    return own_number or digits_of(account)


def diverted_from(invite: Message) -> str:
    """The oldest Diversion, which stands last (RFC 5806 4), or the first entry of a History-Info that goes on."""
    listed = _addresses(elements(invite.all("diversion")))
    if listed:
        return "" if listed[-1].param("privacy").lower() in _SECRET else number_in(listed[-1].uri)
    entries = [
        one
        for one in _addresses(elements(invite.all("history-info")))
        if _INDEX.fullmatch(one.param("index"))
    ]
    entries.sort(key=lambda one: [int(part[:9]) for part in one.param("index").split(".")[:16]])
    if len(entries) < 2 or "privacy=" in entries[0].uri.headers.lower() or _said_private(invite, {"history"}):
        return ""
    first, last = number_in(entries[0].uri), number_in(entries[-1].uri)
    return first if first != last else ""


def clean_name(text: str) -> str:
    """Something to be shown: no controls, nothing that turns the direction of writing or has no width."""
    seen = (one if not unicodedata.category(one).startswith("C") else " " for one in text[:MOST_RAW_NAME])
    # U+2028 and U+2029 end lines.
    return " ".join("".join(seen).split())[:MOST_NAME].rstrip()


def _number(told: Address | None) -> str:
    return number_in(told.uri) if told else ""


def _name(told: Address | None, number: str) -> str:
    """A name that says more than the number."""
    name = clean_name(told.display or ("" if number_in(told.uri) else told.uri.user)) if told else ""
    return (
        ""
        if name.lower() in _NOBODY | _UNKNOWN or (number and name.lstrip("+") == number.lstrip("+"))
        else name
    )


def _is_private(invite: Message, remote: Address | None, written: Address | None) -> bool:
    if _said_private(invite, _SECRET - {"history"}) or (
        remote and remote.param("privacy").lower() in _SECRET
    ):
        return True
    return written is not None and (
        written.uri.user.lower() in _NOBODY or written.uri.host.lower() == "anonymous.invalid"
    )


def _said_private(invite: Message, words: Iterable[str]) -> bool:
    """Privacy has semicolons between its words (RFC 3323 4.2), some send commas."""
    said = re.split(r"[;,\s]+", ";".join(invite.all("privacy"))[:256].lower())
    return not set(words).isdisjoint(said) and "none" not in said


def _calling(invite: Message) -> Address | None:
    """The Remote-Party-ID of who calls; without a party it is that one."""
    listed = _addresses(elements(invite.all("remote-party-id")))
    return next((one for one in listed if one.param("party").lower() in {"", "calling"}), None)


def _first(invite: Message, name: str, schemes: tuple[str, ...]) -> Address | None:
    """The first that has a number, else the first."""
    listed = [one for one in _addresses(elements(invite.all(name))) if one.uri.scheme in schemes]
    return next((one for one in listed if number_in(one.uri)), listed[0] if listed else None)


def _addresses(texts: Iterable[str]) -> list[Address]:
    return [one for text in texts if (one := parse_address(text))]
