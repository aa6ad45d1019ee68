"""What a SUBSCRIBE wishes (RFC 6665 4.1), or why it is refused. Takes any text; what is kept of it is bounded."""

from __future__ import annotations

import re

from msgspec import Struct

from drivers.sip.events import RequestReceived
from drivers.sip.message import Message, is_header
from firmware.sip import dialog_info, message_summary
from firmware.sip.addresses import Address, host_text, parse_address, parse_uri
from firmware.sip.elements import elements, whole_number
from firmware.sip.numbers import number_in

PACKAGES = {
    message_summary.PACKAGE: message_summary.CONTENT_TYPE,
    dialog_info.PACKAGE: dialog_info.CONTENT_TYPE,
}
ALLOW_EVENTS = ("Allow-Events", ", ".join(PACKAGES))
DEFAULT_S = 3600
"""RFC 3842 3.4, RFC 4235 3.4."""
MOST_S = 86_400
MOST_TEXT = 512
"""Characters of any one text that is kept."""
MOST_ROUTES = 4
NOWHERE = "tipring.invalid"
"""Where neither To nor the first line says by what name the box is known (tel URIs)."""
_EVENT = re.compile(
    r"([\w.!%*+~'`-]{1,64})((?:\s*;\s*[\w.!%*+~'`-]{1,32}(?:=[\w.!%*+~'`-]{1,64})?){0,4})", re.ASCII
)
_ID = re.compile(r";\s*id=([^;\s]+)", re.IGNORECASE)


class Refusal(Struct, frozen=True):
    status: int
    headers: tuple[tuple[str, str], ...] = ()


class Wish(Struct, frozen=True):
    package: str
    event: str
    """To be repeated in each NOTIFY, with its id."""
    number: str
    """What is to be watched."""
    entity_host: str
    """By what name the watcher knows the box."""
    for_s: int
    call_id: str
    cseq: int
    theirs: str
    """From: To of what we send."""
    their_tag: str
    ours: str
    """To, with our tag where it has one."""
    our_tag: str
    """Empty: a new subscription."""
    contact: str
    """URI of theirs."""
    routes: tuple[str, ...]
    source: str
    transport: str
    way: str
    """Route to where it came from, not sent: behind a router the contact leads nowhere."""

    @property
    def dialog(self) -> tuple[str, str, str, str]:
        return self.call_id, self.their_tag, self.our_tag, self.event


def wish_of(request: RequestReceived) -> Wish | Refusal:
    message = request.message
    package, event = _event(message)
    if package not in PACKAGES:
        return Refusal(489, (ALLOW_EVENTS,))
    if not _accepts(message, PACKAGES[package]):
        return Refusal(406)
    for_s = _expires(message)
    theirs, ours = (_kept(message.first(name)) for name in ("from", "to"))
    contact = _contact(message)
    cseq = whole_number(message.first("cseq").partition(" ")[0], 1 << 31)
    uri = parse_uri(message.uri)
    call_id = message.first("call-id")
    if for_s is None or cseq is None or not (theirs and ours and contact and uri and _is_short(call_id)):
        return Refusal(400)
    if not theirs.param("tag"):
        return Refusal(400)
    return Wish(
        package, event, number_in(uri), ours.uri.host or uri.host or NOWHERE, for_s, call_id, cseq,
        message.first("from"), theirs.param("tag"), message.first("to"), ours.param("tag"),
        contact, _routes(message), request.source, transport_of(request), _way(request),
    )  # fmt: skip


def transport_of(request: RequestReceived) -> str:
    """`udp`, `tcp`, `tls`: pjsip names IPv6 apart."""
    return request.transport.lower().rstrip("6")


def _event(message: Message) -> tuple[str, str]:
    found = _EVENT.fullmatch(message.first("event").strip())
    if found is None:
        return "", ""
    package, named = found[1].lower(), _ID.search(found[2])
    return package, f"{package};id={named[1]}" if named else package


def _accepts(message: Message, content_type: str) -> bool:
    """Without Accept everybody takes the package's own (RFC 6665 7.1)."""
    said = {one.partition(";")[0].strip().lower() for one in elements(message.all("accept"))}
    return not said or bool(said & {content_type, "application/*", "*/*"})


def _expires(message: Message) -> int | None:
    said = message.all("expires")
    return whole_number(said[0], MOST_S) if said else DEFAULT_S


def _kept(text: str) -> Address | None:
    return parse_address(text) if _is_short(text) else None


def _contact(message: Message) -> str:
    listed = elements(message.all("contact"))
    told = _kept(listed[0]) if len(listed) == 1 else None
    return told.uri.text if told and told.uri.scheme in {"sip", "sips"} else ""


def _routes(message: Message) -> tuple[str, ...]:
    """Proxies that wish to stay in between (RFC 3261 12.1.1)."""
    listed = elements(message.all("record-route"))[:MOST_ROUTES]
    return tuple(one for one in listed if _kept(one))


def _way(request: RequestReceived) -> str:
    return f"<sip:{host_text(request.source)}:{request.port};transport={transport_of(request)};lr;hide>"


def _is_short(text: str) -> bool:
    return 0 < len(text) <= MOST_TEXT and is_header("text", text)
